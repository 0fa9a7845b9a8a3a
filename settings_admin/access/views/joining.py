"""Into a group from its own page or from that of a person: where one may be put, what it would give them, and the
question of shared groups."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from openflex.core.dialogs import Dialog, render_dialog
from openflex.core.french import ended
from settings_admin.access import authority
from settings_admin.access.authority import MANAGE_SHARED_GROUPS, MANAGE_USERS
from settings_admin.access.forms.groups import PlaceForm
from settings_admin.access.models import User, UserGroup
from settings_admin.access.requests import StaffRequest
from settings_admin.access.selectors import effects
from settings_admin.access.selectors.belonging import Place
from settings_admin.access.selectors.people import colleagues
from settings_admin.guards import RightMissing
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.scoping import current_scope

# The answers of the pop-up.
YES, NO = "oui", "non"
# What a form asks for while it is being filled in.
AHEAD: Final = "gains"


def places_of(request: StaffRequest, group: UserGroup | None) -> list[Place]:
    """Where people may be added now, with the sites that one administers: a local group's own entity, or those of the
    top bar. A group that one may not give there is refused by the verb, which says why."""
    return (givable_places(request, group) if group is not None else []) or _managed(request, group)


def givable_places(request: StaffRequest, group: UserGroup) -> list[Place]:
    """Of these, the part where one holds all that the group gives."""
    here = {place.entity.pk for place in _managed(request, group)}
    reach = authority.givable(request.belonging, group.rights)
    return [place for place in request.belonging.places_in(reach) if place.entity.pk in here]


def _managed(request: StaffRequest, group: UserGroup | None) -> list[Place]:
    managed = request.belonging.places_where(MANAGE_USERS)
    if group is not None and group.entity_id is not None:
        return [place for place in managed if place.entity.pk == group.entity_id]
    return [place for place in managed if place.entity.pk in current_scope().current.entities] or managed


def asks(group: UserGroup) -> bool:
    """A shared group, and somebody who administers the holding."""
    return group.is_shared and {MANAGE_SHARED_GROUPS, MANAGE_USERS} <= current_scope().holding_rights


@dataclass(frozen=True)
class Ahead:
    """What adding would do for somebody, said while the form is being filled in. `person` None: who has no account yet,
    or one that the reader does not know of, of whom the same is said. `is_invited`: it is their address that was typed.
    Without an `effect`, the question is still to come, and tells it."""

    person: User | None
    group: UserGroup
    is_invited: bool
    place: authority.Place
    effect: effects.Effect | None


def is_looking_ahead(request: StaffRequest) -> bool:
    return request.method == "GET" and request.GET.get("part") == AHEAD


def filled_in(request: StaffRequest) -> QueryDict | None:
    """What the form holds: sent, or as far as it is filled in."""
    if request.method == "POST":
        return request.POST
    return request.GET if is_looking_ahead(request) else None


def owner_of_address(email: str) -> User | None:
    """The colleague whose address this is, as far as the reader may know of them."""
    return colleagues(current_scope()).filter(email=email.strip().lower()).first() if email else None


def ahead_of(
    person: User | None, group: UserGroup | None, form: PlaceForm, *, is_invited: bool = False
) -> Ahead | None:
    """`form` was looked through; one that is not finished says what it can. `is_invited`: an address was typed, of
    `person` or (None) of a newcomer."""
    if group is None or (person is None and not is_invited) or {"entity", "points_of_sale"} & form.errors.keys():
        return None
    entity, sites = form.place
    if asks(group) and sites is None:
        tells = is_invited and person is not None
        return Ahead(person, group, is_invited, authority.Place(entity), None) if tells else None
    effect = effects.of_joining(person, group, entity=entity, sites=sites or ())
    return Ahead(person, group, is_invited, authority.Place(entity, tuple(sites) if sites else None), effect)


def answer_ahead(request: StaffRequest, ahead: Ahead | None) -> HttpResponse:
    return render(request, "access/_ahead.html", {"ahead": ahead})


def answer_of(request: StaffRequest, group: UserGroup, *, sites: list[PointOfSale] | None) -> str | None:
    """*Oui* or *Non*; *Non* where nobody is asked; None: the question is still to be put."""
    answer = request.POST.get("answer", "")
    if not asks(group) or sites is not None:
        if answer == YES:
            # Nobody was asked: a forged form. Only administrators of the holding give in all of its entities.
            raise RightMissing(MANAGE_SHARED_GROUPS)
        return NO
    return answer if answer in (YES, NO) else None


def ask(
    request: StaffRequest,
    group: UserGroup,
    *,
    name: str,
    email: str,
    known: User | None,
    entity: Entity,
    url: str,
    back: str,
    is_invited: bool = False,
) -> HttpResponse:
    """The pop-up of the release notes; it carries what was typed, and says what *Oui* would change. `known`: who has an
    account already, perhaps at the address to which an invitation was to go (`is_invited`)."""
    everything = list(Entity.objects.filter(holding_id=group.holding_id))
    left_out = ("answer", "csrfmiddlewaretoken")
    carried = [(key, value) for key, values in request.POST.lists() if key not in left_out for value in values]
    dialog = Dialog(
        title="Ajouter sur toutes les entités du groupe\u00a0?",
        subtitle=f"{name} · {email}",
        url=url,
        back=back,
        icon="building",
        body="access/_group_ask.html",
        buttons="access/_group_ask_buttons.html",
    )
    return render_dialog(
        request,
        dialog,
        group=group,
        name=name,
        no_invitation=known if is_invited else None,
        entity=entity,
        entities=everything,
        sites=PointOfSale.objects.filter(entity__in=everything).count(),
        with_yes=effects.of_joining(known, group, entity=None),
        is_here=current_scope().current.entities == {entity.pk},
        with_no=effects.of_joining(known, group, entity=entity),
        carried=carried,
    )


def joined(group: UserGroup, person: User, *, entity: Entity, answer: str) -> str:
    """« Sam MARTIN est dans le groupe Vendeur sur Nord. »"""
    where = "toutes les entités" if answer == YES else entity.name
    return ended(f"{person.full_name} est dans le groupe {group.name} sur {where}")
