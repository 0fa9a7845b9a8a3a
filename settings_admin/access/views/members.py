"""Into a group, with the question *Oui* / *Non* of shared groups, and out of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from openflex.core import htmx
from openflex.core.dialogs import Dialog, render_dialog
from openflex.core.errors import Refused
from openflex.core.french import ended
from openflex.core.http import row_number, writes
from settings_admin.access.authority import MANAGE_SHARED_GROUPS, MANAGE_USERS, may_change
from settings_admin.access.forms.groups import INVITE, PICK, AddUserForm, RemoveForm
from settings_admin.access.models import Membership, User, UserGroup
from settings_admin.access.requests import StaffRequest
from settings_admin.access.selectors import effects
from settings_admin.access.selectors import groups as selectors
from settings_admin.access.selectors.people import colleagues, looked_for, with_sites
from settings_admin.access.services import memberships, people
from settings_admin.access.views import joining
from settings_admin.guards import RightMissing, get_for, right
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.scoping import current_scope, unscoped

CANDIDATES_SHOWN = 8


@right(MANAGE_USERS, on="row")
@writes("GET", "POST")
def group_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Adds a colleague or invites somebody. Where the group is shared and the person who adds administers the holding,
    it first asks: everywhere (*Oui*), or only in the entity one is in (*Non*)?"""
    group = get_for(request, selectors.groups(), pk, right=MANAGE_USERS)
    form = AddUserForm(
        joining.filled_in(request),
        initial={"who": PICK, "user": request.GET.get("user")},
        people=colleagues(current_scope()).filter(is_active=True),
        places=joining.places_of(request, group),
    )
    if joining.is_looking_ahead(request):
        return joining.answer_ahead(request, _ahead(group, form))
    if form.is_valid():
        entity, sites = form.place
        answer = joining.answer_of(request, group, sites=sites)
        if answer is None:
            return _ask(request, group, form, entity)
        data = form.cleaned_data
        is_newcomer = data["who"] == INVITE and joining.owner_of_address(data["email"]) is None
        try:
            user = _add(request, group, form, entity=None if answer == joining.YES else entity, sites=sites)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            invitation = f" Une invitation part à {user.email}." if is_newcomer else ""
            messages.success(request, f"{joining.joined(group, user, entity=entity, answer=answer)}{invitation}")
            return htmx.redirect(request, reverse("access:group", args=[pk]))
    return _add_dialog(request, group, form)


def _ahead(group: UserGroup, form: AddUserForm) -> joining.Ahead | None:
    """What adding would do for the person picked, or for whom the typed address is."""
    if not form.is_bound:
        return None
    form.is_valid()  # looks through its fields, unless this was done; what was refused since stays
    data = form.cleaned_data
    if data.get("who") != INVITE:
        return joining.ahead_of(data.get("user"), group, form)
    email = data.get("email", "")
    return joining.ahead_of(joining.owner_of_address(email), group, form, is_invited=True) if email else None


def _add(
    request: StaffRequest,
    group: UserGroup,
    form: AddUserForm,
    *,
    entity: Entity | None,
    sites: list[PointOfSale] | None,
) -> User:
    data = form.cleaned_data
    if data["who"] == INVITE:
        return people.invite(
            actor=request.user,
            group=group,
            entity=entity,
            points_of_sale=sites,
            email=data["email"],
            first_name=data["first_name"],
            last_name=data["last_name"],
            job_title=data["job_title"],
        )
    memberships.add_member(actor=request.user, user=data["user"], group=group, entity=entity, points_of_sale=sites)
    user: User = data["user"]
    return user


def _ask(request: StaffRequest, group: UserGroup, form: AddUserForm, entity: Entity) -> HttpResponse:
    data = form.cleaned_data
    is_invited = data["who"] == INVITE
    known = joining.owner_of_address(data["email"]) if is_invited else data["user"]
    return joining.ask(
        request,
        group,
        name=known.full_name if known else f"{data['first_name']} {data['last_name']}",
        email=known.email if known else data["email"],
        known=known,
        is_invited=is_invited,
        entity=entity,
        url=request.path,
        back=reverse("access:group", args=[group.pk]),
    )


def _add_dialog(request: StaffRequest, group: UserGroup, form: AddUserForm) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    context: dict[str, Any] = {
        "group": group,
        "form": form,
        "asks": joining.asks(group),
        "ahead": _ahead(group, form),
        "words": words,
        "candidates": _candidates(group, form, words),
    }
    part = "candidates" if request.GET.get("part") == "candidates" else "act"
    return htmx.render_part(request, "access/group_add.html", part, context, status=422 if form.errors else 200)


def _candidates(group: UserGroup, form: AddUserForm, words: str) -> list[User]:
    """Colleagues to choose from, the chosen one first; those who are in the group everywhere are left out."""
    found = looked_for(form.fields["user"].queryset, words)  # type: ignore[attr-defined]
    inside = Membership.objects.filter(group=group, entity=None).values("user")
    candidates = list(found.exclude(pk__in=inside)[:CANDIDATES_SHOWN])
    chosen = row_number(str(form["user"].value() or ""))
    if chosen is not None and chosen not in {user.pk for user in candidates}:
        candidates[:0] = form.fields["user"].queryset.filter(pk=chosen)  # type: ignore[attr-defined]
    return candidates


@right(MANAGE_USERS, on="row")
@writes("GET", "POST")
def group_remove(request: StaffRequest, pk: int, user_pk: int) -> HttpResponse:
    """Out of the group: asks whether here or everywhere, and says what is lost."""
    group = get_for(request, selectors.groups(), pk, right=MANAGE_USERS)
    user = get_object_or_404(User, pk=user_pk, pk__in=colleagues(current_scope()).values("pk"))
    rows = Membership.objects.filter(group=group, user=user).select_related("entity").order_by("entity__name")
    seen = list(with_sites(rows))
    held = [one for one in seen if may_change(request.belonging, one)]
    if seen and not held:
        raise RightMissing(MANAGE_USERS)
    is_everywhere = any(membership.entity_id is None for membership in held)
    administers = {MANAGE_SHARED_GROUPS, MANAGE_USERS} <= current_scope().holding_rights
    entities = _entities_left(held, is_everywhere=is_everywhere, group=group)
    # A local group has no elsewhere, and one that the reader does not see is not theirs to take somebody out of.
    may_everywhere = group.is_shared and (
        administers or (len(entities) > 1 and not is_everywhere and len(held) == _places_of(user, group))
    )
    form = RemoveForm(
        request.POST if request.method == "POST" else None,
        entities=entities,
        is_everywhere=is_everywhere,
        may_everywhere=may_everywhere,
    )
    if form.is_valid():
        entity = form.cleaned_data["where"]
        try:
            memberships.remove_member(actor=request.user, user=user, group=group, entity=entity)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            where = f" sur {entity.name}" if entity else ""
            messages.success(request, ended(f"{user.full_name} n’est plus dans le groupe {group.name}{where}"))
            return htmx.redirect(request, reverse("access:group", args=[pk]))
    losses = _losses(user, group, entities, may_everywhere=may_everywhere)
    return render_dialog(request, _removal(request, group, user), form=form, is_everywhere=is_everywhere, losses=losses)


def _places_of(user: User, group: UserGroup) -> int:
    with unscoped("whether there is a place that the reader does not see"):
        return Membership.objects.filter(user=user, group=group).count()


def _losses(
    user: User, group: UserGroup, entities: list[Entity], *, may_everywhere: bool
) -> list[tuple[str, effects.Effect]]:
    """What each answer would cost: « Retiré sur Sud » with its effect; entities that cost the same are told once."""
    places: list[Entity | None] = [*entities, *([None] if may_everywhere else [])]
    found = list(zip(places, effects.of_leaving(user, group, entities=places), strict=True))
    here = [(f"Retiré sur {place.name}", effect) for place, effect in found if place]
    if len(here) > 1 and all(effect.lost == here[0][1].lost for _, effect in here):
        here = [("Retiré d’une seule entité", here[0][1])]
    return [*here, *(("Retiré partout", effect) for place, effect in found if place is None)]


def _removal(request: StaffRequest, group: UserGroup, user: User) -> Dialog:
    return Dialog(
        title=f"Retirer du groupe {group.name}",
        subtitle=f"{user.full_name} · {user.email}",
        url=request.path,
        back=reverse("access:group", args=[group.pk]),
        verb="Retirer",
        busy="Retrait…",
        icon="user-minus",
        body="access/_group_remove_fields.html",
        is_grave=True,
    )


def _entities_left(held: list[Membership], *, is_everywhere: bool, group: UserGroup) -> list[Entity]:
    if is_everywhere:
        return list(Entity.objects.filter(holding_id=group.holding_id))
    return [membership.entity for membership in held if membership.entity]
