"""What each line of a file of users would do, or why it is refused: looked at alike for the preview and, under the
lock, at its confirmation. Writes nothing."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeVar

from django.core.exceptions import ValidationError

from openflex.core.csv_import import Column, Line, folded, split_cell
from openflex.core.errors import Refused
from openflex.core.fields import field_of
from openflex.core.french import NBSP, format_phone, of_name, parse_phone
from settings_admin.access.authority import MANAGE_USERS, Place, check_may_grant, check_may_place, knows
from settings_admin.access.enums import LineEffect
from settings_admin.access.models import User, UserGroup
from settings_admin.access.selectors import belonging
from settings_admin.access.selectors.belonging import Belonging, Gift, belonging_of, gifts_of
from settings_admin.access.selectors.effects import Gain, of_entering
from settings_admin.access.services.people import unknown_account
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.scoping import NOWHERE, unscoped

COLUMNS: Final = (
    Column("first_name", "Prénom", is_required=True),
    Column("last_name", "Nom", ("Nom de famille",), is_required=True),
    Column("email", "Adresse e-mail", ("E-mail", "Email", "Mail", "Courriel", "Adresse mail"), is_required=True),
    Column("phone", "Téléphone", ("Tél", "Tél.", "Mobile", "Portable")),
    Column("job_title", "Fonction", ("Poste",)),
    Column("groups", "Groupes", ("Groupe", "Groupe(s)"), is_required=True),
    Column("entity", "Entité"),
    Column("sites", "Points de vente", ("Point de vente", "Sites", "Site")),
)
LABELS: Final = {column.key: column.label for column in COLUMNS}
# Written in the column of the entity: the whole holding.
EVERYWHERE: Final = "Toutes"
_EVERYWHERE: Final = frozenset(map(folded, (EVERYWHERE, "Toutes les entités", "Toutes les entités du groupe")))


@dataclass(frozen=True)
class Problem:
    """Why a line is refused, beside this column (empty: the whole line)."""

    column: str
    message: str

    @property
    def label(self) -> str:
        return LABELS.get(self.column, "")


@dataclass(frozen=True)
class Placement:
    """Into which group, where. `is_new`: the person is not there yet; `widens`: but somewhere else in the group."""

    group: UserGroup
    place: Place
    is_new: bool
    widens: bool


@dataclass(frozen=True)
class JudgedLine:
    """`user` is the account that the address has in the holding already, `held` what their memberships give; `facts`
    what would be kept of the cells."""

    line: Line
    facts: dict[str, str]
    problems: tuple[Problem, ...]
    user: User | None = None
    placements: tuple[Placement, ...] = ()
    held: tuple[Gift, ...] = ()

    @property
    def number(self) -> int:
        return self.line.number

    @property
    def effect(self) -> LineEffect:
        if self.problems:
            return LineEffect.REFUSED
        if self.user is None:
            return LineEffect.INVITE
        return LineEffect.ADD if any(one.is_new for one in self.placements) else LineEffect.NOTHING

    def has_problem(self, column: str) -> bool:
        return any(problem.column == column for problem in self.problems)

    def refused(self, problem: Problem) -> "JudgedLine":
        return replace(self, problems=(*self.problems, problem))

    def gains(self, *, places: Iterable[belonging.Place]) -> list[Gain]:
        """What the line would give, by where it comes; `places`: the actor's. No statement."""
        given = [one.place.gift_of(one.group) for one in self.placements if one.is_new]
        return of_entering(self.held, given, places=places)


def judge(lines: Sequence[Line], *, actor: User) -> list[JudgedLine]:
    """Every line in its order, by what the actor may do at this moment; six statements, whatever their number."""
    emails = {line.cells.get("email", "").lower() for line in lines}
    with unscoped("what the actor may do where is read here, and nothing else is told"):
        world = _World.of(actor, emails)
    first_with: dict[str, int] = {}
    judged = []
    for line in lines:
        one = _judged(line, world)
        if not one.has_problem("email"):
            first = first_with.setdefault(one.facts["email"], line.number)
            if first != line.number:
                one = one.refused(Problem("email", f"Cette adresse est déjà à la ligne {first} du fichier."))
        judged.append(one)
    return judged


# --- What is there ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _World:
    """What the lines are compared with: the actor's entities, sites and groups, and the accounts of the addresses."""

    holding_id: int | None
    power: Belonging
    entities: list[Entity]
    sites: dict[int, list[PointOfSale]]
    groups: list[UserGroup]
    accounts: dict[str, User]
    gifts: dict[int, list[Gift]]

    @classmethod
    def of(cls, actor: User, emails: Collection[str]) -> "_World":
        power = belonging_of(actor)
        mine = power.grants.get(MANAGE_USERS, NOWHERE)
        places = [place for place in power.places if place.entity.pk in mine.entities]
        groups = UserGroup.objects.filter(holding=actor.holding_id).select_related("entity").order_by("pk")
        accounts = list(User.objects.filter(email__in=emails))
        return cls(
            holding_id=actor.holding_id,
            power=power,
            entities=[place.entity for place in places],
            sites={
                place.entity.pk: [site for site in place.points_of_sale if mine.covers(place.entity.pk, site.pk)]
                for place in places
            },
            groups=[group for group in groups if group.is_shared or group.entity_id in mine.entities],
            accounts={user.email: user for user in accounts},
            gifts=gifts_of(*(user.pk for user in accounts if user.holding_id == actor.holding_id)),
        )

    def knows(self, user: User) -> bool:
        return user.holding_id == self.holding_id and knows(self.power, self.gifts.get(user.pk, []))


class _Named(Protocol):
    @property
    def name(self) -> str: ...


NamedT = TypeVar("NamedT", bound=_Named)


def _named(rows: Iterable[NamedT], text: str) -> list[NamedT]:
    """Those called so; among names that differ only by capitals or accents, the one that was written."""
    alike = [row for row in rows if folded(row.name) == folded(text)]
    return [row for row in alike if row.name == text] or alike


def _quoted(text: str) -> str:
    short = text if len(text) <= 60 else f"{text[:59]}…"
    return f"«{NBSP}{short}{NBSP}»"


# --- One line --------------------------------------------------------------------------------------------


def _judged(line: Line, world: _World) -> JudgedLine:
    facts = {column.key: line.cells.get(column.key, "") for column in COLUMNS}
    problems: list[Problem] = []
    for name, clean in _CLEANERS.items():
        try:
            facts[name] = clean(name, facts[name])
        except Refused as refusal:
            problems.append(Problem(name, refusal.message))
    user = world.accounts.get(facts["email"])
    if user is not None and not world.knows(user):
        problems.append(Problem("email", unknown_account(world.power).message))
        user = None
    elif user is not None and not user.is_active:
        problems.append(Problem("email", "Le compte de cette adresse est désactivé\u00a0: réactivez-le d’abord."))
    placements: list[Placement] = []
    held = world.gifts.get(user.pk, []) if user else []
    try:
        placements = list(_placements(facts, world, held=held))
    except Refused as refusal:
        problems.append(Problem(refusal.field or "entity", refusal.message))
        if refusal.code == "entity_unknown":
            problems += _unknown_groups(facts, world)
    return JudgedLine(line, facts, tuple(problems), user, tuple(placements), tuple(held))


def _column_text(name: str, text: str) -> str:
    """As the column of the table of accounts takes it; raises Refused for what is empty, too long, or no address."""
    text = " ".join(text.split())
    field = field_of(User, name)
    if not text and not field.blank:
        raise Refused("required", "Ce champ est obligatoire.")
    if text.startswith("="):
        raise Refused("formula", "Une formule n’est pas un texte\u00a0: écrivez sa valeur.")
    if text:
        try:
            field.run_validators(text)
        except ValidationError as error:
            raise Refused("invalid", " ".join(error.messages)) from None
    return text


def _email(name: str, text: str) -> str:
    return _column_text(name, text.lower())


def _phone(name: str, text: str) -> str:
    """As 06 12 34 56 78; raises Refused for what is no number."""
    if not text:
        return ""
    if len(text) == 9 and text.isdecimal():
        # A spreadsheet takes 0612345678 for a number, and its first figure for nothing.
        text = f"0{text}"
    return format_phone(parse_phone(text)).replace(NBSP, " ")


_CLEANERS: Final = {
    "first_name": _column_text,
    "last_name": _column_text,
    "email": _email,
    "phone": _phone,
    "job_title": _column_text,
}


def _placements(facts: dict[str, str], world: _World, *, held: list[Gift]) -> Iterator[Placement]:
    """Raises Refused beside a column for what is unknown, ambiguous, or not the actor's to give."""
    is_everywhere = folded(facts["entity"]) in _EVERYWHERE
    entity = None if is_everywhere or not facts["entity"] else _entity(facts["entity"], world)
    names = _group_names(facts, world)
    if not names:
        raise Refused("group_missing", "Nommez au moins un groupe.", "groups")
    groups = {group.pk: group for group in (_group(name, world, entity, is_everywhere=is_everywhere) for name in names)}
    for group in groups.values():
        place = _place(group, facts, world, entity=entity, is_everywhere=is_everywhere)
        check_may_place(world.power, place)
        try:
            check_may_grant(world.power, group.rights, place)
        except Refused as refusal:
            raise Refused(refusal.code, refusal.message, "groups") from None
        given = [gift for gift in held if gift.group_id == group.pk]
        is_new = not any(place.is_given_by(gift) for gift in given)
        yield Placement(group, place, is_new=is_new, widens=is_new and bool(given))


def _unknown_groups(facts: dict[str, str], world: _World) -> Iterator[Problem]:
    """What can be said of the groups of a line whose entity is unknown."""
    for name in _group_names(facts, world):
        try:
            _group(name, world, None, is_everywhere=True)
        except Refused as refusal:
            if refusal.code == "group_unknown":
                yield Problem("groups", refusal.message)


def _group_names(facts: dict[str, str], world: _World) -> list[str]:
    return _values(facts["groups"], [group.name for group in world.groups])


def _values(text: str, known: Collection[str]) -> list[str]:
    """A cell that holds one name with a comma in it, or several names."""
    if folded(text) in {folded(name) for name in known}:
        return [" ".join(text.split())]
    return split_cell(text)


def _entity(text: str, world: _World) -> Entity:
    if found := _named(world.entities, text):
        return found[0]
    raise Refused("entity_unknown", f"Aucune de vos entités ne s’appelle {_quoted(text)}.", "entity")


def _group(name: str, world: _World, entity: Entity | None, *, is_everywhere: bool) -> UserGroup:
    found = _named(world.groups, name)
    if not found:
        raise Refused("group_unknown", f"Aucun de vos groupes ne s’appelle {_quoted(name)}.", "groups")
    if entity is None and not is_everywhere:
        if len(found) > 1:
            message = f"Plusieurs groupes s’appellent {_quoted(name)}\u00a0: précisez l’entité."
            raise Refused("group_ambiguous", message, "entity")
        return found[0]
    here = [group for group in found if entity is not None and group.entity_id == entity.pk]
    fitting = here or [group for group in found if group.is_shared]
    if not fitting:
        owner = found[0].entity
        message = f"Le groupe {_quoted(name)} appartient à {owner}\u00a0: il ne sert que là."
        raise Refused("local_group", message, "groups")
    return fitting[0]


def _place(
    group: UserGroup, facts: dict[str, str], world: _World, *, entity: Entity | None, is_everywhere: bool
) -> Place:
    if is_everywhere:
        if facts["sites"]:
            message = f"Avec {_quoted(EVERYWHERE)}, tous les points de vente sont compris\u00a0: laissez vide."
            raise Refused("sites_everywhere", message, "sites")
        return Place()
    if entity is None:
        entity = group.entity or (world.entities[0] if len(world.entities) == 1 else None)
    if entity is None:
        message = f"Le groupe {_quoted(group.name)} est partagé\u00a0: précisez dans quelle entité."
        raise Refused("entity_missing", message, "entity")
    if not facts["sites"]:
        return Place(entity)
    known = world.sites[entity.pk]
    sites = []
    for name in _values(facts["sites"], [site.name for site in known]):
        found = _named(known, name)
        if not found:
            message = f"Aucun de vos points de vente {of_name(entity.name)} ne s’appelle {_quoted(name)}."
            raise Refused("site_unknown", message, "sites")
        sites.append(found[0])
    return Place(entity, tuple(sites)) if sites else Place(entity)
