"""Users: the list, one person's page, and what is done to an account."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from openflex.core import htmx
from openflex.core.errors import Refused
from openflex.core.http import read_only, writes
from openflex.core.lists import build_list
from openflex.core.sections import told_of_conflict
from settings_admin.access import authority, lists
from settings_admin.access.authority import MANAGE_USERS
from settings_admin.access.fetching import colleague_for
from settings_admin.access.forms.people import LeaverForm, PersonForm, SitesForm
from settings_admin.access.history import told
from settings_admin.access.models import Membership, User
from settings_admin.access.requests import StaffRequest
from settings_admin.access.selectors import people as selectors
from settings_admin.access.services import memberships, people
from settings_admin.access.services.memberships import place_of
from settings_admin.guards import right
from settings_admin.organisation.models import PointOfSale
from settings_admin.records.selectors import timeline_of
from settings_admin.records.services import EditConflict
from settings_admin.registries import hand_overs
from settings_admin.scoping import current_scope

TABS = (("affectations", "Affectations"), ("droits", "Droits"), ("historique", "Historique"))
HISTORY_SHOWN, LATEST_SHOWN = 100, 4


@right(MANAGE_USERS, on="scope")
@read_only
def user_list(request: StaffRequest) -> HttpResponse:
    page = build_list(
        request,
        rows=selectors.colleagues(current_scope()),
        table_class=lists.UserTable,
        filter_class=lists.UserFilter,
        sorts=lists.SORTS,
        default_sort=lists.DEFAULT_SORT,
        tabs=lists.tabs(),
        prepare=selectors.with_reach,
    )
    response = htmx.render_part(request, "access/users.html", "list", {"list": page})
    if htmx.is_partial(request):
        response.headers["HX-Push-Url"] = f"{request.path}{page.address}"
    return response


@right(MANAGE_USERS, on="row")
@read_only
def user_page(request: StaffRequest, pk: int) -> HttpResponse:
    person = colleague_for(request, pk, right=MANAGE_USERS)
    tab = request.GET.get("onglet", "")
    tab = tab if tab in dict(TABS) else TABS[0][0]
    assignments = selectors.assignments_of(person)
    entries = list(timeline_of(person, limit=HISTORY_SHOWN if tab == "historique" else LATEST_SHOWN))
    modules = selectors.rights_of(assignments, names_others=tab == "droits")
    context = {
        "person": person,
        "state": lists.state_of(person),
        "tab": tab,
        "tabs": TABS,
        "assignments": assignments,
        "modules": modules,
        "held": sum(bool(held.given_by) for _, rights in modules for held in rights),
        "lines": [told(entry) for entry in entries],
        "latest": [told(entry) for entry in entries[:LATEST_SHOWN]],
        "sees_everything": MANAGE_USERS in current_scope().holding_rights,
        "may_manage": authority.may_manage(request.belonging, person),
        "is_oneself": person.pk == request.user.pk,
    }
    return htmx.render_part(request, "access/user.html", "user", context)


@right(MANAGE_USERS, on="row")
@writes("GET", "POST")
def user_edit(request: StaffRequest, pk: int) -> HttpResponse:
    person = colleague_for(request, pk, right=MANAGE_USERS)
    form: Any = PersonForm(request.POST if request.method == "POST" else None, instance=person)
    if form.is_valid():
        base, mine = form.changes()
        try:
            people.edit_person(actor=request.user, user=person, base=base, mine=mine)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        except EditConflict as conflict:
            form = told_of_conflict(form, conflict.fields, now=User.objects.get(pk=pk))
        else:
            return htmx.redirect(request, "access:user", pk)
    return _act(request, person, form, title="Modifier le compte", verb="Enregistrer", action="access:user_edit")


@right(MANAGE_USERS, on="row")
@writes("GET", "POST")
def user_leave(request: StaffRequest, pk: int) -> HttpResponse:
    """The leaver's one act: it says what is open and who takes it over."""
    person = colleague_for(request, pk, right=MANAGE_USERS)
    left_open = [(one.label, count) for one in hand_overs() if (count := one.count(person))]
    colleagues = selectors.colleagues(current_scope()).filter(is_active=True).exclude(pk=pk)
    form = LeaverForm(
        request.POST if request.method == "POST" else None, colleagues=colleagues, is_needed=bool(left_open)
    )
    if form.is_valid():
        try:
            people.leave(actor=request.user, user=person, successor=form.cleaned_data.get("successor"))
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"Le compte de {person.full_name} est désactivé.")
            return htmx.redirect(request, "access:user", pk)
    return _act(
        request,
        person,
        form,
        title="Désactiver le compte",
        verb="Désactiver",
        action="access:user_leave",
        left_open=left_open,
        consequence="Ses sessions prennent fin, plus rien ne lui arrive. Son historique et ses affectations restent.",
    )


@right(MANAGE_USERS, on="row")
@writes("POST")
def user_come_back(request: StaffRequest, pk: int) -> HttpResponse:
    person = colleague_for(request, pk, right=MANAGE_USERS)
    people.come_back(actor=request.user, user=person)
    messages.success(request, f"Le compte de {person.full_name} est réactivé.")
    return htmx.redirect(request, "access:user", pk)


@right(MANAGE_USERS, on="row")
@writes("POST")
def user_invite_again(request: StaffRequest, pk: int) -> HttpResponse:
    person = colleague_for(request, pk, right=MANAGE_USERS)
    people.invite_again(actor=request.user, user=person)
    messages.success(request, f"Une nouvelle invitation part à {person.email}.")
    return htmx.redirect(request, "access:user", pk)


@right(MANAGE_USERS, on="row")
@writes("GET", "POST")
def user_sites(request: StaffRequest, pk: int, membership_pk: int) -> HttpResponse:
    """At which sites of its entity a membership holds."""
    person = colleague_for(request, pk, right=MANAGE_USERS)
    rows = Membership.objects.filter(user=person, entity__isnull=False).select_related("group", "entity")
    membership = get_object_or_404(rows, pk=membership_pk)
    chosen = place_of(membership).sites or ()
    form = SitesForm(
        request.POST if request.method == "POST" else None,
        initial={"points_of_sale": [site.pk for site in chosen]},
        sites=PointOfSale.objects.filter(entity=membership.entity),
    )
    if form.is_valid():
        sites = list(form.cleaned_data["points_of_sale"]) or None
        try:
            memberships.set_sites(actor=request.user, membership=membership, points_of_sale=sites)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return htmx.redirect(request, "access:user", pk)
    return _act(
        request,
        person,
        form,
        title=f"Points de vente de {membership.group.name}",
        verb="Enregistrer",
        url=reverse("access:user_sites", args=[pk, membership_pk]),
    )


def _act(
    request: StaffRequest, person: User, form: Any, *, action: str = "", url: str = "", **context: Any
) -> HttpResponse:
    """The form in its dialog, or as a page of its own where there is no script."""
    context |= {"person": person, "form": form, "url": url or reverse(action, args=[person.pk])}
    return htmx.render_part(request, "access/user_act.html", "act", context, status=422 if form.errors else 200)
