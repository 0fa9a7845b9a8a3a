"""What is done to somebody's account from their page, to which each of these leads back."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.dialogs import Dialog, render_dialog
from openflex.core.errors import Refused
from openflex.core.french import of_name
from openflex.core.http import writes
from openflex.core.sections import told_of_conflict
from settings_admin.access.authority import MANAGE_USERS, Place, givable, may_change, may_manage, place_of
from settings_admin.access.fetching import colleague_for
from settings_admin.access.forms.account import AbsenceForm
from settings_admin.access.forms.groups import JoinGroupForm
from settings_admin.access.forms.people import LeaverForm, PersonForm, SitesForm
from settings_admin.access.models import Absence, Membership, User, UserGroup
from settings_admin.access.requests import StaffRequest
from settings_admin.access.selectors import effects
from settings_admin.access.selectors.absences import absences_around, possible_substitutes
from settings_admin.access.selectors.groups import joinable_groups, offered_groups
from settings_admin.access.selectors.hand_over import able_to_take_over, left_open_by
from settings_admin.access.selectors.people import with_sites
from settings_admin.access.services import absences, memberships, people, second_factor, sessions
from settings_admin.access.views import joining
from settings_admin.guards import RightMissing, right
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.records.services import EditConflict
from settings_admin.registries import all_rights
from settings_admin.scoping import current_scope

_RESET = (
    "Pour un téléphone perdu\u00a0: l’application et les codes de secours ne servent plus, toutes les sessions "
    "prennent fin, et la personne en est prévenue par e-mail. Son mot de passe seul ouvre ensuite le compte."
)


@right(MANAGE_USERS, on="row")
@writes("GET", "POST")
def user_edit(request: StaffRequest, pk: int) -> HttpResponse:
    person = colleague_for(request, pk, right=MANAGE_USERS)
    form: Any = PersonForm(_sent(request), instance=person)
    if form.is_valid():
        base, mine = form.changes()
        try:
            edited = people.edit_person(actor=request.user, user=person, base=base, mine=mine)
        except Refused as refusal:
            _refuse(form, refusal)
        except EditConflict as conflict:
            form = told_of_conflict(form, conflict.fields, now=User.objects.get(pk=pk))
        else:
            is_invited_anew = "email" in mine and edited.is_active and not edited.has_usable_password()
            invitation = f" Une nouvelle invitation part à {edited.email}." if is_invited_anew else ""
            messages.success(request, f"Le compte {of_name(edited.full_name)} est enregistré.{invitation}")
            return htmx.redirect(request, "access:user", pk)
    return _act(request, person, form, title="Modifier le compte", verb="Enregistrer")


@right(MANAGE_USERS, on="row")
@writes("GET", "POST")
def user_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Into a group, with the question *Oui* / *Non* where it is shared, as from the page of the group."""
    person = colleague_for(request, pk, right=MANAGE_USERS)
    places = joining.places_of(request, None)
    entities = [place.entity for place in places]
    if request.method == "GET":
        rights = [code for code in all_rights() if givable(request.belonging, [code])]
        groups = offered_groups(entities, but_of=person, rights=rights)
    else:
        # Sent twice, it finds the person in the group and changes nothing: that is no wrong choice.
        groups = joinable_groups(entities)
    form = JoinGroupForm(joining.filled_in(request), groups=groups, places=places)
    if joining.is_looking_ahead(request):
        return joining.answer_ahead(request, _ahead(person, form))
    if form.is_valid():
        group, (entity, sites) = form.cleaned_data["group"], form.place
        answer = joining.answer_of(request, group, sites=sites)
        if answer is None:
            return _ask(request, person, group, entity)
        where = None if answer == joining.YES else entity
        try:
            memberships.add_member(
                actor=request.user, user=person, group=group, entity=where, points_of_sale=sites if where else None
            )
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, joining.joined(group, person, entity=entity, answer=answer))
            return htmx.redirect(request, "access:user", pk)
    return _act(
        request,
        person,
        form,
        context={"ahead": _ahead(person, form)},
        title="Ajouter à un groupe",
        verb="Ajouter",
        busy="Ajout…",
        icon="user-plus",
        body="access/_join_fields.html",
    )


def _ask(request: StaffRequest, person: User, group: UserGroup, entity: Entity) -> HttpResponse:
    return joining.ask(
        request,
        group,
        name=person.full_name,
        email=person.email,
        known=person,
        entity=entity,
        url=request.path,
        back=reverse("access:user", args=[person.pk]),
    )


def _ahead(person: User, form: JoinGroupForm) -> joining.Ahead | None:
    if not form.is_bound:
        return None
    form.is_valid()  # looks through its fields, unless this was done; what was refused since stays
    return joining.ahead_of(person, form.cleaned_data.get("group"), form)


@right(MANAGE_USERS, on="row")
@writes("GET", "POST")
def user_leave(request: StaffRequest, pk: int) -> HttpResponse:
    """The leaver's one act: it says what is open and who takes it over."""
    person = colleague_for(request, pk, right=MANAGE_USERS)
    # Who does not oversee the person is refused below, and told nothing.
    oversees = may_manage(request.belonging, person)
    left_open = left_open_by(person) if oversees else []
    stood_in_for = absences_around(person, today=today_paris(timezone.now()))[1] if oversees else []
    others = able_to_take_over(person, among=possible_substitutes(person)) if left_open else User.objects.none()
    form = LeaverForm(_sent(request), colleagues=others, is_needed=bool(left_open))
    if form.is_valid():
        try:
            people.leave(actor=request.user, user=person, successor=form.cleaned_data.get("successor"))
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, f"Le compte {of_name(person.full_name)} est désactivé.")
            return htmx.redirect(request, "access:user", pk)
    return _act(
        request,
        person,
        form,
        context={"left_open": left_open, "stood_in_for": stood_in_for},
        title="Désactiver le compte",
        verb="Désactiver",
        icon="user-off",
        is_grave=True,
        body="access/_leave_fields.html",
        consequence="Ses sessions prennent fin, plus rien ne lui arrive. Son historique et ses affectations restent.",
    )


@right(MANAGE_USERS, on="row")
@writes("POST")
def user_come_back(request: StaffRequest, pk: int) -> HttpResponse:
    person = colleague_for(request, pk, right=MANAGE_USERS)
    people.come_back(actor=request.user, user=person)
    messages.success(request, f"Le compte {of_name(person.full_name)} est réactivé.")
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
    membership = get_object_or_404(with_sites(rows), pk=membership_pk)
    if not may_change(request.belonging, membership):
        raise RightMissing(MANAGE_USERS, membership.entity_id)
    sites = PointOfSale.objects.filter(entity=membership.entity)
    whole = membership.entity_id in current_scope().granted(MANAGE_USERS).whole
    form = SitesForm(joining.filled_in(request), place=place_of(membership), sites=sites, may_be_whole=whole)
    if joining.is_looking_ahead(request):
        context = {"person": person, "move": _move(person, membership, form, sites)}
        return render(request, "access/_sites_ahead.html", context)
    if form.is_valid():
        base = form.cleaned_data["base"]
        try:
            memberships.set_sites(actor=request.user, membership=membership, points_of_sale=form.chosen, base=base)
        except Refused as refusal:
            if refusal.code == "changed_meanwhile":  # sent again, it means it
                now, again = place_of(membership), request.POST.copy()
                again["base"] = now.mark
                form = SitesForm(again, place=now, sites=sites, may_be_whole=whole)
            _refuse(form, refusal)
        else:
            return htmx.redirect(request, "access:user", pk)
    return _act(
        request,
        person,
        form,
        context={"person": person, "move": _move(person, membership, form, sites)},
        title=f"Points de vente {of_name(membership.group.name)}",
        verb="Enregistrer",
        body="access/_sites_fields.html",
    )


def _move(person: User, membership: Membership, form: SitesForm, sites: QuerySet[PointOfSale]) -> effects.Move | None:
    """What the sites chosen would change; None for what is unfinished, or as it stands."""
    if not form.is_bound or {"is_whole", "points_of_sale"} & form.errors.keys():
        return None
    chosen = form.chosen
    if Place(membership.entity, None if chosen is None else tuple(chosen)).mark == place_of(membership).mark:
        return None
    return effects.of_moving(person, membership, sites=chosen, among=sites)


@right(MANAGE_USERS, on="row")
@writes("GET", "POST")
def user_absence(request: StaffRequest, pk: int) -> HttpResponse:
    """Says on somebody's behalf from when to when they are away, and who receives meanwhile."""
    person = colleague_for(request, pk, right=MANAGE_USERS)
    form = AbsenceForm(_sent(request), colleagues=possible_substitutes(person))
    if form.is_valid():
        today = today_paris(timezone.now())
        try:
            absences.plan_absence(actor=request.user, user=person, today=today, **form.cleaned_data)
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, f"L’absence {of_name(person.full_name)} est prévue.")
            return htmx.redirect(request, "access:user", pk)
    return _act(
        request,
        person,
        form,
        title="Prévoir une absence",
        verb="Prévoir",
        icon="calendar-off",
        body="access/_absence_fields.html",
        consequence="Du premier au dernier jour, un collègue reçoit ce qui serait arrivé à cette personne.",
    )


@right(MANAGE_USERS, on="row")
@writes("POST")
def user_absence_cancel(request: StaffRequest, pk: int, absence_pk: int) -> HttpResponse:
    person = colleague_for(request, pk, right=MANAGE_USERS)
    absence = get_object_or_404(Absence, pk=absence_pk, user=person)
    absences.cancel_absence(actor=request.user, absence=absence)
    messages.success(request, f"L’absence {of_name(person.full_name)} est annulée.")
    return htmx.redirect(request, "access:user", pk)


@right(MANAGE_USERS, on="row")
@writes("POST")
def user_sign_out(request: StaffRequest, pk: int) -> HttpResponse:
    """Everywhere, for a device that was lost, say."""
    person = colleague_for(request, pk, right=MANAGE_USERS)
    sessions.end_sessions_of(actor=request.user, user=person)
    messages.success(request, f"Tous les appareils {of_name(person.full_name)} sont déconnectés.")
    return htmx.redirect(request, f"{reverse('access:user', args=[pk])}?onglet=sessions")


@right(MANAGE_USERS, on="row")
@writes("GET", "POST")
def reset_second_factor(request: StaffRequest, pk: int) -> HttpResponse:
    """For a telephone that was lost."""
    person = colleague_for(request, pk, right=MANAGE_USERS)
    refusal = ""
    if request.method == "POST":
        try:
            second_factor.reset_second_factor(actor=request.user, user=person)
        except Refused as error:
            refusal = error.message
        else:
            messages.success(request, f"Le second facteur {of_name(person.full_name)} est réinitialisé.")
            return htmx.redirect(request, "access:user", pk)
    return _act(
        request,
        person,
        None,
        refusal=refusal,
        title="Réinitialiser le second facteur",
        verb="Réinitialiser",
        icon="lock-open",
        is_grave=True,
        consequence=_RESET,
    )


def _sent(request: StaffRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _refuse(form: Any, refusal: Refused) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


def _act(
    request: StaffRequest,
    person: User,
    form: Any,
    *,
    refusal: str = "",
    context: dict[str, Any] | None = None,
    **words: Any,
) -> HttpResponse:
    """`words` are those of the dialog; it is done at this same address."""
    dialog = Dialog(
        subtitle=f"{person.full_name} · {person.email}",
        url=request.path,
        back=reverse("access:user", args=[person.pk]),
        **words,
    )
    return render_dialog(request, dialog, form=form, refusal=refusal, **(context or {}))
