"""Reads of quotations: settings, the provider of an entity, consumption, lists."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from openflex.core import french
from openflex.core.fields import field_of
from openflex.core.sealing import unseal
from quotation import answers
from quotation.enums import KEPT_FOR, QuotationState
from quotation.models import ProviderCall, ProviderCredentials, Quotation, QuotationSettings
from quotation.providers import autovista
from quotation.providers.base import Listing, ListingState, NotEnoughMarket, Valuation, ValuationProvider
from quotation.providers.wire import Credentials
from settings_admin.models import Entity, PointOfSale, TimelineEntry, User
from settings_admin.records.selectors import Change, HistoryLine, line_of, timeline_of
from vehicles.enums import Origin
from vehicles.models import Vehicle
from vehicles.selectors import with_refurbishment

ENDING: Final = 4


def settings_of(entity: Entity) -> QuotationSettings:
    """The entity's settings; the usual ones, unsaved, as long as nobody changed them."""
    return QuotationSettings.objects.filter(entity=entity).first() or QuotationSettings(entity=entity)


def quota_of(entity: Entity) -> int:
    """Paid calls a day of all its people."""
    own = settings_of(entity).daily_quota
    return usual_quota() if own is None else own


def usual_quota() -> int:
    """Paid calls a day of an entity that has no number of its own."""
    provider: dict[str, Any] = settings.VALUATION_PROVIDER
    return int(provider["daily_quota"])


def provider_of(entity: Entity) -> ValuationProvider:
    """The provider, asked in the name of this entity. Its credentials are read each time: new ones count at once, in
    every process."""
    return _signed_in_with(ProviderCredentials.objects.filter(entity=entity).first())


def provider_of_scope() -> ValuationProvider:
    """For what is free and asked before an entity is chosen: in the name of the first of the scope that can."""
    return _signed_in_with(ProviderCredentials.objects.order_by("entity__name", "entity_id").first())


def _signed_in_with(own: ProviderCredentials | None) -> ValuationProvider:
    return autovista.provider_from_settings(opened(own) if own else None)


def opened(own: ProviderCredentials) -> Credentials:
    """Empty ones when no key of this installation opens them: the provider is not asked then, and people are told."""
    try:
        return Credentials(unseal(own.client_id), unseal(own.client_secret))
    except InvalidToken:
        return Credentials("", "")


@dataclass(frozen=True)
class Access:
    """With what an entity signs in at the provider, as far as its page may say: never the credentials themselves.

    `ending`: the last four characters of a client id that is long enough for them to give nothing away.
    """

    entity: Entity
    own: ProviderCredentials | None
    ending: str
    can_be_read: bool
    installation_has_some: bool
    quota: int


def access_of(entity: Entity) -> Access:
    (access,) = accesses_of([entity.pk])
    return access


def accesses_of(entity_pks: Iterable[int]) -> list[Access]:
    """Of these entities of the scope, by name; three statements however many they are."""
    held = {one.entity_id: one for one in ProviderCredentials.objects.select_related("saved_by")}
    quotas = _own_quotas()
    return [
        _access(entity, held.get(entity.pk), quota=quotas.get(entity.pk, usual_quota()))
        for entity in Entity.objects.filter(pk__in=entity_pks).order_by("name", "pk")
    ]


def _access(entity: Entity, own: ProviderCredentials | None, *, quota: int) -> Access:
    client_id = opened(own).client_id if own else ""
    return Access(
        entity=entity,
        own=own,
        ending=client_id[-ENDING:] if len(client_id) >= 3 * ENDING else "",
        can_be_read=bool(client_id),
        installation_has_some=autovista.installation_has_credentials(),
        quota=quota,
    )


def _own_quotas() -> dict[int, int]:
    numbers = QuotationSettings.objects.values_list("entity_id", "daily_quota")
    return {entity_id: quota for entity_id, quota in numbers if quota is not None}


_SENTENCES: Mapping[str, tuple[str, str]] = {
    "credentials_saved": ("a enregistré des identifiants", "key"),
    "credentials_replaced": ("a remplacé les identifiants", "replace"),
    "credentials_removed": ("a retiré les identifiants", "trash"),
    "changed": ("a modifié les réglages", "pencil"),
}
_WRITTEN: Mapping[str, Callable[[Any], str]] = {
    "daily_quota": lambda value: french.format_number(int(value)),
    "proposed_price_percent": lambda value: french.format_percent(Decimal(value)),
}


def setting_text(name: str, value: Any) -> str:
    """A setting as a person reads it, stored in the row or in its history."""
    return french.NO_VALUE if value is None else _WRITTEN[name](value)


def history_of_settings(entity: Entity) -> QuerySet[TimelineEntry]:
    return timeline_of(settings_of(entity))


def told_of_settings(entry: TimelineEntry) -> HistoryLine:
    """One line of the history of what an entity sets at the provider, credentials included."""
    sentence, icon = _SENTENCES[entry.kind]
    changes = [
        Change(_label_of_setting(name), setting_text(name, old), setting_text(name, new))
        for name, (old, new) in entry.changes.items()
    ]
    return line_of(entry, sentence=sentence, icon=icon, changes=changes)


def _label_of_setting(name: str) -> str:
    label = str(field_of(QuotationSettings, name).verbose_name)
    return label[:1].upper() + label[1:]


def paid_calls_between(entity: Entity, start: datetime, end: datetime) -> int:
    """Each counted as often as the provider may charge it."""
    calls = ProviderCall.objects.filter(entity=entity, charges__gt=0, at__gte=start, at__lt=end)
    return int(calls.aggregate(made=Coalesce(Sum("charges"), 0))["made"])


def quotation_rows() -> QuerySet[Quotation]:
    return Quotation.objects.select_related("created_by", "entity")


def for_pages() -> QuerySet[Quotation]:
    """One quotation with all its answers, in one statement; the two radars, half a megabyte each, without what came."""
    rows = Quotation.objects.defer("on_sale_answer__packed", "sold_answer__packed")
    return rows.select_related(
        "entity__holding",
        "point_of_sale",
        "created_by",
        "plate_answer",
        "valuation_answer",
        "on_sale_answer",
        "sold_answer",
        "equipment_answer",
        "colours_answer",
    )


def for_results() -> QuerySet[Quotation]:
    """One quotation that has its value, with what its radar and its market study are made of, in one statement."""
    rows = Quotation.objects.defer("on_sale_answer__packed", "sold_answer__packed", "equipment_answer__packed")
    return rows.select_related(
        "entity__holding",
        "point_of_sale",
        "created_by",
        "valuation_answer",
        "on_sale_answer",
        "sold_answer",
        "equipment_answer",
    )


def vehicle_of(quotation: Quotation) -> Vehicle | None:
    """The vehicle in stock that it is about, if the person may see it: it may have moved to a site of others. Never by
    the foreign key, which would raise. With its FRE, for its margin."""
    if not quotation.vehicle_id:
        return None
    return with_refurbishment(Vehicle.objects.all()).filter(pk=quotation.vehicle_id).first()


def site_of(quotation: Quotation) -> PointOfSale | None:
    """From where distances count: its point of sale, else the first site of the entity that has a postcode."""
    site = quotation.point_of_sale
    if site is not None and site.postcode:
        return site
    return quotation.entity.points_of_sale.exclude(postcode="").order_by("id").first()


def last_quotation(user: User) -> Quotation | None:
    """The one that this person left last in the current scope, be it a draft or valued since (`left_at`)."""
    mine = Quotation.objects.filter(created_by=user).annotate(left=Coalesce("valued_at", "changed_at"))
    return mine.order_by("-left", "-id").first()


def left_at(quotation: Quotation) -> datetime:
    """When its owner had done with it: a price that is tried on a value of long ago takes nobody back to it."""
    return quotation.valued_at or quotation.changed_at


@dataclass(frozen=True)
class Consumption:
    """Paid calls of one entity on one day, beside its quota, and who made them; `of_sandbox` of them cost nothing."""

    entity: Entity
    made: int
    of_sandbox: int
    quota: int
    by_user: list[tuple[str, int]]


def consumption_today(start: datetime, end: datetime) -> list[Consumption]:
    """For every entity of the scope, between two instants (those of a day in Paris)."""
    counts = (
        ProviderCall.objects.filter(charges__gt=0, at__gte=start, at__lt=end)
        .values("entity_id", "user__first_name", "user__last_name")
        .annotate(made=Sum("charges"), of_sandbox=Sum("charges", filter=Q(is_sandbox=True), default=0))
        .order_by("-made")
    )
    by_entity: dict[int, list[tuple[str, int]]] = {}
    of_sandbox: Counter[int] = Counter()
    for row in counts:
        name = f"{row['user__first_name']} {row['user__last_name']}".strip()
        by_entity.setdefault(row["entity_id"], []).append((name, row["made"]))
        of_sandbox[row["entity_id"]] += row["of_sandbox"]
    usual = usual_quota()
    quotas = _own_quotas()
    return [
        Consumption(entity, sum(n for _, n in users), of_sandbox[entity.pk], quotas.get(entity.pk, usual), users)
        for entity in Entity.objects.order_by("name")
        for users in [by_entity.get(entity.pk, [])]
    ]


@dataclass(frozen=True)
class MarketWords:
    """The energies, gearboxes and sellers that the adverts of a quotation really have: only these can be filtered."""

    energies: frozenset[str]
    gearboxes: frozenset[str]
    sellers: frozenset[str]


def words_of(listings: Sequence[Listing]) -> MarketWords:
    return MarketWords(
        energies=frozenset(one.energy for one in listings if one.energy),
        gearboxes=frozenset(one.gearbox for one in listings if one.gearbox),
        sellers=frozenset(one.seller_kind for one in listings),
    )


def listings_of(quotation: Quotation, state: ListingState) -> Sequence[Listing] | None:
    """The adverts on sale or sold; None when they did not come with the value."""
    answer = quotation.on_sale_answer if state == ListingState.ON_SALE else quotation.sold_answer
    return None if answer is None else answers.radar(answer).listings


def colour_words(quotation: Quotation) -> dict[str, str]:
    """The provider's colours of this version, by their codes: a quotation keeps codes."""
    if quotation.colours_answer is None:
        return {}
    colours = answers.colours(quotation.colours_answer)
    return {one.code: one.label for one in (*colours.exterior, *colours.interior)}


def equipment_rows(quotation: Quotation) -> list[dict[str, Any]]:
    """The provider's equipment of this version, for whoever keeps it: `code`, `label`, `group`, `kind` (standard,
    option, pack), and of options `price_new` (EUR TTC, as text) and `pack`, the code of the pack they come with."""
    if quotation.equipment_answer is None:
        return []
    equipment = answers.equipment(quotation.equipment_answer)
    packs = {option.pack for option in equipment.options if option.pack}
    standard = [
        {"code": one.code, "label": one.label, "group": one.group or "", "kind": "standard"}
        for one in equipment.standard
    ]
    options = [
        {
            "code": one.code,
            "label": one.label,
            "group": one.group or "",
            "kind": "pack" if one.code in packs else "option",
            "price_new": None if one.price_new is None else str(one.price_new),
            "pack": one.pack or "",
        }
        for one in equipment.options
    ]
    return [*options, *standard]


@dataclass(frozen=True)
class Asked:
    """What a value was asked with, answered by nobody included: the provider wants all of it."""

    postcode: str
    first_hand: bool
    origin: Origin


def asked_of(quotation: Quotation) -> Asked | None:
    """None of an answer of before that was kept."""
    asked = quotation.valuation_answer.asked if quotation.valuation_answer else None
    return Asked(asked["postcode"], asked["first_hand"], Origin(asked["origin"])) if asked else None


def valuation_of(quotation: Quotation) -> Valuation | NotEnoughMarket | None:
    return answers.valuation(quotation.valuation_answer) if quotation.valuation_answer else None


def newest_value_of(quotation: Quotation) -> Quotation:
    """*Autovista aujourd’hui*: the last time the same was asked again, or this quotation itself. It may have found
    too little market: an older value is none of today."""
    first = quotation.redone_from_id or quotation.pk
    chain = Quotation.objects.filter(Q(pk=first) | Q(redone_from=first)).exclude(state=QuotationState.DRAFT)
    return chain.order_by("-valued_at", "-id").first() or quotation


@dataclass(frozen=True)
class AnswerAge:
    """When the provider gave the value, and whether it was taken from the store when it was asked for."""

    answered_at: datetime
    is_reused: bool
    is_old: bool


def answer_age(quotation: Quotation, *, now: datetime) -> AnswerAge | None:
    answer = quotation.valuation_answer
    if answer is None or quotation.valued_at is None:
        return None
    return AnswerAge(
        answered_at=answer.answered_at,
        is_reused=answer.answered_at < quotation.valued_at,
        is_old=now - answer.answered_at >= KEPT_FOR,
    )


def values_in_time(quotation: Quotation) -> list[Quotation]:
    """Other values of the same vehicle (its plate and version, or the chain of redone questions), latest first."""
    first = quotation.redone_from_id or quotation.pk
    same = Q(pk=first) | Q(redone_from=first)
    if quotation.plate:
        same |= Q(plate=quotation.plate, plate_country=quotation.plate_country, version_code=quotation.version_code)
    others = Quotation.objects.filter(same, entity=quotation.entity, state=QuotationState.VALUED).exclude(
        pk=quotation.pk
    )
    return list(others.order_by("-valued_at", "-id")[:6])
