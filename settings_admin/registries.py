"""What the apps above tell those below: rights, menus, verbs on a sheet, lists to export, series of numbers, what a
leaver hands over.

Each app fills these from `AppConfig.ready()`, so that nothing down here imports anything up there.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.http import QueryDict

from openflex.core.document_numbers import NumberFormat
from openflex.core.xlsx import Sheet


class BuiltInGroup(models.TextChoices):
    """The shared groups every holding is born with; a right names those that get it."""

    SALESPERSON = "salesperson", "Vendeur"
    SALES_MANAGER = "sales_manager", "Chef des ventes"
    USED_CAR_MANAGER = "used_car_manager", "Responsable VO"
    BACK_OFFICE = "back_office", "Secrétariat / ADV"
    ACCOUNTING = "accounting", "Comptabilité"
    ENTITY_ADMIN = "entity_admin", "Administrateur d’entité"
    HOLDING_ADMIN = "holding_admin", "Administrateur de holding"


ADMINS = (BuiltInGroup.ENTITY_ADMIN, BuiltInGroup.HOLDING_ADMIN)
EVERY_GROUP = tuple(BuiltInGroup)


@dataclass(frozen=True)
class Right:
    """One permission, `module.action`, with its French label and the built-in groups that get it.

    `lets`: what it lets one do on pages that other rights open, « voir le prix d’achat » say.
    """

    code: str
    label: str
    groups: tuple[BuiltInGroup, ...] = ()
    lets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Act:
    """What one route lets a person do, in the words of `docs/rights.md`: « ouvrir la fiche d’un véhicule »."""

    url_name: str
    words: str
    # The right that its POST asks for, where the route itself opens with a weaker one.
    right: str = ""


@dataclass(frozen=True)
class NavEntry:
    """An entry of the rail. It shows when the person holds `right` somewhere in the current scope, or, of one that
    rests on several rights, when `opens` says so of this scope."""

    key: str
    label: str
    icon: str
    url_name: str
    right: str
    order: int
    shortcut: str = ""  # the key that leads there after g
    # Prefixes of URL names, "vehicles:" say, under which the entry counts as the current one.
    url_prefixes: tuple[str, ...] = field(default=())
    opens: Callable[[Any], bool] | None = None


class SettingsSection(models.TextChoices):
    """The headings of the *Paramètres* page, in their order."""

    PEOPLE = "people", "Personnes et droits"
    ORGANISATION = "organisation", "Organisation"
    TRADE = "trade", "Métier"
    WATCH = "watch", "Suivi"


@dataclass(frozen=True)
class SettingsPage:
    """A page of *Paramètres*; it belongs to the app that owns what it sets, and shows to those who hold `right`."""

    key: str
    section: SettingsSection
    label: str
    description: str
    icon: str
    url_name: str
    right: str
    order: int
    # Under these names of URLs the rail says *Paramètres*, though the routes stand among those of another entry.
    url_prefix: str = ""


@dataclass(frozen=True)
class HandOver:
    """What a leaver leaves open, in one app's words: « opportunités en cours ».

    `left(user)` are its rows, counted in one statement with those of all apps; `places(user)` says where: pairs
    of an entity's and a point of sale's id, None for what belongs to the whole entity. Whoever takes them over holds
    `right` in all of these places.
    `move(user, to=colleague, actor=…)` hands them over inside the leaver's transaction and returns how many it moved.
    `stays`: what of it may stay with the leaver, said in the dialog.
    """

    key: str
    label: str
    right: str
    left: Callable[[Any], models.QuerySet[Any]]
    places: Callable[[Any], Iterable[tuple[int, int | None]]]
    move: Callable[..., int]
    stays: str = ""


@dataclass(frozen=True)
class SheetAction:
    """A button on the sheet of a row of an app below: it posts to `url_name`, which takes the row's pk, or, with
    `is_page`, leads there.

    `sheet` is the label of the row's model, "vehicles.Vehicle" say. It shows when the person holds `right` on the row.
    """

    sheet: str
    label: str
    icon: str
    url_name: str
    right: str
    order: int
    is_page: bool = False


@dataclass(frozen=True)
class ExportKind:
    """A list that can be exported, at once or in the background; `rows` and `sheet` read the current scope.

    `rows` takes the address of the list and the instant; `sheet` those rows, the person's columns and the instant.
    The file needs `right` on all its rows; the rights of `shaped_by` decide what stands in its columns.
    """

    key: str
    label: str
    file_name: str
    right: str
    shaped_by: tuple[str, ...]
    list_url: str
    rows: Callable[[QueryDict, datetime], models.QuerySet[Any]]
    sheet: Callable[[models.QuerySet[Any], Sequence[str], datetime], Sheet]


@dataclass(frozen=True)
class AuditTarget:
    """Rows of one model, as the audit log tells of them: what is written into their history from now on stands in it,
    and who accesses them.

    `told` puts a line of their history into words (a `HistoryLine`); None: their history is not of this log, which
    names them where they are accessed. `names` gives the names of those of these ids that the reader sees; instead,
    they are called what the line's `named_after` is, which costs no statement: "entity" or "holding". A name leads to
    `url_name`, which takes the pk of what it names, for who holds `right` on all they see. Lines of the kinds
    `told_elsewhere` stand in the history of another row too, and are left to it.
    """

    model: str  # its label, "settings_admin.usergroup"
    label: str
    told: Callable[[Any], Any] | None
    names: Callable[[Collection[int]], dict[int, str]] | None = None
    url_name: str = ""
    right: str = ""
    named_after: str = ""
    told_elsewhere: frozenset[str] = frozenset()


@dataclass(frozen=True)
class HistorySource:
    """Rows that made what stands in the history of others: « entré en stock (reprise n° 12) ». Such a line leads to
    their page, `url_name`, for who holds `right` on them."""

    model: str  # its label, "opportunities.tradein"
    url_name: str
    right: str


@dataclass(frozen=True)
class SiteCopy:
    """What a new point of sale may take over from another one, in one app's words: « horaires d’ouverture ».

    `copy(source, target, actor=…)` does it inside the transaction that creates `target`; it may raise Refused.
    `is_proposed`: its box is ticked to begin with.
    """

    key: str
    label: str
    copy: Callable[..., None]
    is_proposed: bool = True


@dataclass(frozen=True)
class NumberingSeries:
    """Numbers that one app gives out, without gaps, in each entity: « N° de stock ».

    Series of one `family` are read side by side: none may be written like another. One that `is_legal` skips no number
    once it has begun. `max_length` is that of the column which keeps them; `taken(entity, texts)` says which of these
    texts the entity has there already, seen by the person or not: they are given out no more.
    """

    key: str
    label: str
    description: str
    family: str
    default: NumberFormat
    restarts_each_year: bool
    is_legal: bool
    max_length: int
    taken: Callable[[Any, Collection[str]], set[str]]

    def counter(self, year: int) -> str:
        """The name of its counter in that year, as `DocumentCounter.series` has it."""
        return f"{self.key}-{year % 100:02d}" if self.restarts_each_year else self.key


_exports: dict[str, ExportKind] = {}
_audit_targets: dict[str, AuditTarget] = {}
_history_sources: dict[str, HistorySource] = {}
_rights: dict[str, Right] = {}
_acts: dict[str, Act] = {}
_settings_pages: dict[str, SettingsPage] = {}
_hand_overs: dict[str, HandOver] = {}
_site_copies: dict[str, SiteCopy] = {}
_numbering: dict[str, NumberingSeries] = {}
_nav: dict[str, NavEntry] = {}
_sheet_actions: dict[tuple[str, str], SheetAction] = {}
_export_ends: list[Callable[[Any], None]] = []
_entity_starts: list[Callable[[Any], None]] = []
_resealers: list[Callable[[], int]] = []
_module_labels: dict[str, str] = {}
_vehicle_kinds: dict[str, str] = {}


def register_rights(module_label: str, *rights: Right) -> None:
    for right in rights:
        module = right.code.partition(".")[0]
        _module_labels[module] = module_label
        _rights[right.code] = right


def register_acts(*acts: Act) -> None:
    for act in acts:
        _acts[act.url_name] = act


def all_acts() -> dict[str, Act]:
    return dict(_acts)


def register_nav(*entries: NavEntry) -> None:
    for entry in entries:
        _nav[entry.key] = entry


def register_settings(*pages: SettingsPage) -> None:
    for page in pages:
        _settings_pages[page.key] = page


def opens_settings(scope: Any) -> bool:
    """*Paramètres* shows as soon as one of its pages does."""
    return any(scope.allows_somewhere(page.right) for page in settings_pages())


def settings_pages() -> list[SettingsPage]:
    order = list(SettingsSection)
    return sorted(_settings_pages.values(), key=lambda page: (order.index(page.section), page.order))


def register_hand_over(hand_over: HandOver) -> None:
    _hand_overs[hand_over.key] = hand_over


def hand_overs() -> list[HandOver]:
    return list(_hand_overs.values())


def register_entity_start(begin: Callable[[Any], None]) -> None:
    """What an app gives to an entity that is born, its usual reasons say: called in the transaction that creates it."""
    _entity_starts.append(begin)


def entity_starts() -> list[Callable[[Any], None]]:
    return list(_entity_starts)


def register_vehicle_kinds(kinds: Iterable[tuple[str, str]]) -> None:
    """What a point of sale may say it sells: code and label, from the app that knows vehicles."""
    _vehicle_kinds.update(kinds)


def vehicle_kinds() -> list[tuple[str, str]]:
    return list(_vehicle_kinds.items())


def register_site_copy(*copies: SiteCopy) -> None:
    for one in copies:
        _site_copies[one.key] = one


def site_copies() -> list[SiteCopy]:
    return list(_site_copies.values())


def register_numbering(*series: NumberingSeries) -> None:
    """Raises ValueError for a series that could be taken for another of its family before anybody changed anything."""
    for one in series:
        for other in _numbering.values():
            if other.key != one.key and other.family == one.family and other.default.may_read_like(one.default):
                raise ValueError(f"the numbers of {one.key} could be read as those of {other.key}")
        _numbering[one.key] = one


def numbering_series() -> dict[str, NumberingSeries]:
    return dict(_numbering)


def module_label(code: str) -> str:
    """« Véhicules »: the module of a right."""
    return _module_labels[code.partition(".")[0]]


def register_sheet_actions(*actions: SheetAction) -> None:
    for action in actions:
        _sheet_actions[action.sheet, action.url_name] = action


def sheet_actions(sheet: str) -> list[SheetAction]:
    return sorted((one for one in _sheet_actions.values() if one.sheet == sheet), key=lambda action: action.order)


def register_sealed(reseal: Callable[[], int]) -> None:
    """What an app keeps sealed: `reseal` moves all of it to the newest key and returns how much there is."""
    _resealers.append(reseal)


def resealers() -> list[Callable[[], int]]:
    return list(_resealers)


def register_export(kind: ExportKind) -> None:
    _exports[kind.key] = kind


def export_kind(key: str) -> ExportKind:
    return _exports[key]


def export_kinds() -> dict[str, ExportKind]:
    return dict(_exports)


def register_export_end(tell: Callable[[Any], None]) -> None:
    """`tell(export)` is called in the transaction in which one that is written in the background is done, or fails."""
    _export_ends.append(tell)


def export_ends() -> list[Callable[[Any], None]]:
    return list(_export_ends)


def register_audit_targets(*targets: AuditTarget) -> None:
    for target in targets:
        _audit_targets[target.model] = target


def register_history_sources(*sources: HistorySource) -> None:
    for source in sources:
        _history_sources[source.model] = source


def history_sources() -> dict[str, HistorySource]:
    return dict(_history_sources)


def audit_targets() -> dict[str, AuditTarget]:
    return dict(_audit_targets)


def all_rights() -> dict[str, Right]:
    return dict(_rights)


def right_label(code: str) -> str:
    """« Véhicules : modifier », as the refusal page and the rights matrix say it."""
    return f"{module_label(code)}\u00a0: {_rights[code].label}"


def nav_entries() -> list[NavEntry]:
    return sorted(_nav.values(), key=lambda entry: entry.order)
