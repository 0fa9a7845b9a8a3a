"""Reads of the customers: the list, the page with its history, and who may be the person that is being typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from customers import enums
from customers.models import Consent, Customer
from openflex.core import french
from openflex.core.facts import ConflictLine, Fact, field_label, field_text
from openflex.core.fields import field_of
from openflex.core.search import fold, is_long_enough
from settings_admin.access.selectors.absences import substitutes_of
from settings_admin.access.selectors.hand_over import grants_of
from settings_admin.access.selectors.people import colleagues
from settings_admin.models import Absence, Membership, TimelineEntry, User
from settings_admin.records.selectors import Change, HistoryLine, line_of
from settings_admin.scoping import NOWHERE, Scope, ScopeMissing, current_scope, unscoped

VIEW, EDIT = "customers.view", "customers.edit"
MATCHES_SHOWN = 8
UNNAMED = "un client"


def customer_rows() -> QuerySet[Customer]:
    """Every customer of the scope, those merged or erased too: for a page, whose address must stay good."""
    return Customer.objects.select_related("salesperson", "entity")


def listed_rows() -> QuerySet[Customer]:
    """The customers of the scope as lists show them."""
    return Customer.objects.listed().select_related("salesperson", "entity")


def search(text: str, *, entity_id: int | None = None, limit: int = MATCHES_SHOWN) -> list[Customer]:
    """The first customers with these words, for a picker: those whose name begins with them, then the others, each by
    name; of that entity, or of the scope; none below three characters. The right to see them is the caller's to ask.
    """
    if not is_long_enough(text):
        return []
    listed = Customer.objects.listed()
    if entity_id is not None:
        listed = listed.filter(entity=entity_id)
    in_order = listed.order_by("sort_name", "pk")
    if "@" in text or not any(map(str.isalpha, text)):
        return list(in_order.search(text)[:limit])
    begins = Q(sort_name__startswith=" ".join(fold(text.replace("’", "'")).split()))
    found = list(in_order.filter(begins)[:limit])
    if len(found) < limit:
        found += in_order.search(text).exclude(begins)[: limit - len(found)]
    return found


def name_for_reader(customer: Customer) -> str:
    """The name, or only that it is somebody, for who may not see the customers of that entity."""
    return customer.display_name if is_seen(customer) else UNNAMED


def of(name: str) -> str:
    """« de Pr RINO », « d’un client »."""
    return f"d’{name}" if name == UNNAMED else f"de {name}"


def may_be_named(customer: Customer, *, to: Iterable[User], today: date) -> set[int]:
    """Which of these people may be told who the customer is: those who see the customers of its entity, as does
    whoever stands in for them today and is told the same."""
    with unscoped("what happens is told to others than who does it"):
        told = {user.pk: [user, *substitutes_of(user, on=today)] for user in to}
    grants = grants_of(customer.entity.holding_id, sorted({one.pk for chain in told.values() for one in chain}))
    return {
        pk
        for pk, chain in told.items()
        if all(grants[one.pk].get(VIEW, NOWHERE).covers(customer.entity_id) for one in chain)
    }


def is_seen(customer: Customer) -> bool:
    """Whether the reader may see the customers of that entity; the application itself may."""
    try:
        return current_scope().allows(VIEW, customer.entity_id)
    except ScopeMissing:
        return True


# --- Who may be the same --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Duplicate:
    """A customer who may be the one that is being typed, and why: « même téléphone »."""

    customer: Customer
    reasons: tuple[str, ...]


def duplicates_of(facts: Mapping[str, Any], *, entity_id: int, but: Iterable[int] = ()) -> list[Duplicate]:
    """Customers of the entity with the same SIRET, e-mail or telephone, or the same whole name; `facts` are columns as
    they are kept. Best ones first, in one statement; only to who may see them."""
    if not current_scope().allows(VIEW, entity_id):
        return []
    tests = _tests(facts)
    if not tests:
        return []
    condition = Q()
    for _, one in tests:
        condition |= one
    rows = Customer.objects.listed().filter(condition, entity=entity_id).exclude(pk__in=list(but))
    found = [Duplicate(row, _reasons(row, facts)) for row in rows.order_by("-changed_at", "-pk")[: MATCHES_SHOWN * 2]]
    return sorted(found, key=lambda one: -len(one.reasons))[:MATCHES_SHOWN]


def _tests(facts: Mapping[str, Any]) -> list[tuple[str, Q]]:
    tests: list[tuple[str, Q]] = []
    if siret := facts.get("siret"):
        tests.append(("même SIRET", Q(siret=siret)))
    if email := facts.get("email"):
        tests.append(("même adresse e-mail", Q(email=email)))
    numbers = _numbers(facts)
    if numbers:
        tests.append(("même téléphone", Q(phone__in=numbers) | Q(mobile__in=numbers)))
    if name := _sort_name(facts):
        tests.append(("même nom", Q(sort_name__startswith=name)))
    return tests


def _numbers(facts: Mapping[str, Any]) -> list[str]:
    return sorted({number for number in (facts.get("phone"), facts.get("mobile")) if number})


def _sort_name(facts: Mapping[str, Any]) -> str:
    """What the column of that name would hold; empty for a name alone, which says little about who it is."""
    if company := facts.get("company_name"):
        return fold(f"{company}").strip()
    name, first = facts.get("used_name") or facts.get("birth_name"), facts.get("first_names")
    return fold(f"{name} {first}").strip() if name and first else ""


def _reasons(row: Customer, facts: Mapping[str, Any]) -> tuple[str, ...]:
    numbers = _numbers(facts)
    same = {
        "même SIRET": bool(facts.get("siret")) and row.siret == facts["siret"],
        "même adresse e-mail": bool(facts.get("email")) and row.email == facts["email"],
        "même téléphone": bool({row.phone, row.mobile} & set(numbers)),
        "même nom": bool(_sort_name(facts)) and row.sort_name.startswith(_sort_name(facts)),
    }
    return tuple(reason for reason, is_so in same.items() if is_so)


# --- The page -------------------------------------------------------------------------------------------


def possible_salespeople(entity_id: int, *, and_also: int | None = None) -> QuerySet[User]:
    """The active people who work in the entity, as far as the scope sees them; `and_also`: who has the customer now,
    though they may have left meanwhile."""
    here = Membership.objects.filter(Q(entity=None) | Q(entity=entity_id), user=OuterRef("pk"))
    works_here = Q(Exists(here), holding__entities=entity_id, is_active=True)
    return User.objects.filter(works_here | Q(pk=and_also)).order_by("last_name", "first_name", "pk")


def salespeople_seen(scope: Scope) -> QuerySet[User]:
    """Those whom the list is filtered by: the colleagues, as far as the person sees them."""
    return colleagues(scope).order_by("last_name", "first_name", "pk")


def away_on(day: date, *, entity_id: int) -> dict[int, str]:
    """Of the people of the entity's holding who are away on that day, the name of who stands in."""
    running = Absence.objects.filter(starts_on__lte=day, ends_on__gte=day, holding__entities=entity_id)
    return {one.user_id: one.substitute.full_name for one in running.select_related("substitute").order_by("pk")}


@dataclass(frozen=True)
class ConsentState:
    """What somebody said last about one purpose; `last` None: they were never asked. `has_lapsed`: they agreed, and
    nobody had any contact with them since for so long that it counts no more."""

    purpose: enums.ConsentPurpose
    last: Consent | None
    has_lapsed: bool

    @property
    def is_objection(self) -> bool:
        return self.purpose == enums.ConsentPurpose.REUSE and self.last is not None and not self.last.is_given


def consents_of(customer: Customer, *, today: date) -> list[ConsentState]:
    """Every purpose with its last answer; one statement."""
    latest: dict[str, Consent] = {}
    for one in customer.consents.select_related("recorded_by"):
        latest.setdefault(one.purpose, one)
    found = ((purpose, latest.get(purpose.value)) for purpose in enums.ConsentPurpose)
    return [
        ConsentState(purpose, last, has_lapsed=last is not None and last.has_lapsed(customer, today=today))
        for purpose, last in found
    ]


_SENTENCES: Mapping[str, tuple[str, str]] = {
    "created": ("a créé le client", "plus"),
    "imported": ("a importé le client d’un fichier", "file-import"),
    "changed": ("a modifié la fiche", "pencil"),
    "kept": ("a gardé la fiche", "user-check"),
    "handed_over": ("a confié le client à un collègue", "arrows-exchange"),
    "taken_over": ("a repris des valeurs de la fiche fusionnée", "copy"),
    "merged": ("a fusionné une autre fiche avec celle-ci", "users"),
    "merged_away": ("a fusionné cette fiche avec une autre", "users"),
    "erased": ("a effacé le client", "trash"),
    "partly_erased": ("a effacé le client, sauf ce que la loi garde", "trash"),
    "contact_added": ("a ajouté un contact", "user-plus"),
    "contact_changed": ("a modifié un contact", "pencil"),
    "contact_removed": ("a retiré un contact", "user-minus"),
    "consent": ("a noté un consentement", "check"),
    "objection": ("a noté un refus", "ban"),
    "vehicle_added": ("a ajouté un véhicule du client", "car"),
    "vehicle_changed": ("a modifié un véhicule du client", "pencil"),
    "vehicle_removed": ("a retiré un véhicule du client", "trash"),
}


def files_of(customer: Customer) -> QuerySet[Customer]:
    """The customer, and the files that were merged into it: what they said stands there, chosen or not."""
    return Customer.objects.filter(Q(pk=customer.pk) | Q(merged_into=customer.pk))


def pks_of_files(customer: Customer) -> list[int]:
    return list(files_of(customer).order_by("pk").values_list("pk", flat=True))


def history_of(customer: Customer) -> QuerySet[TimelineEntry]:
    """With that of the files that were merged into this one."""
    files = files_of(customer).order_by().values("pk")
    return TimelineEntry.objects.filter(target_type=Customer._meta.label_lower, target_id__in=files)


def in_words(entries: Iterable[TimelineEntry]) -> list[HistoryLine]:
    return [_line(entry) for entry in entries]


def _line(entry: TimelineEntry) -> HistoryLine:
    sentence, icon = _SENTENCES.get(entry.kind, _SENTENCES["changed"])
    people = entry.details.get("people", {})
    changes = [_change(name, *values, people=people) for name, values in entry.changes.items()]
    return line_of(entry, sentence=sentence, icon=icon, changes=changes)


def _change(name: str, old: Any, new: Any, *, people: Mapping[str, str]) -> Change:
    field = field_of(Customer, name)
    if name == "salesperson":
        old, new = (people.get(str(pk), "") if pk else "" for pk in (old, new))
    return Change(field_label(field), _text(field, old), _text(field, new))


def _text(field: Any, value: Any) -> str:
    if value and field.name in ("phone", "mobile"):
        return french.format_phone(value)
    if value and field.name == "siret":
        return french.format_siret(value)
    return field_text(field, value)


def fact_of(customer: Customer, name: str) -> Fact:
    """A column of the page in words."""
    field = field_of(Customer, name)
    value = getattr(customer, name)
    return Fact(field_label(field), str(value) if name == "salesperson" and value else _text(field, value))


def conflict_line(saved: Customer, name: str, *, mine: Any) -> ConflictLine:
    field = field_of(Customer, name)
    return ConflictLine(field_label(field), _text(field, getattr(saved, name)), _text(field, mine))
