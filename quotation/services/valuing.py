"""From a finished draft to its value, and the same question asked again on another day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from quotation import answers
from quotation.enums import AnswerKind, QuotationState
from quotation.models import ProviderAnswer, Quotation
from quotation.providers.act import PageAct
from quotation.providers.base import (
    Answered,
    ListingState,
    NotEnoughMarket,
    Radar,
    Valuation,
    ValuationProvider,
    ValuationQuestion,
)
from quotation.providers.failures import ProviderFailure
from quotation.selectors import newest_value_of, site_of, vehicle_of
from quotation.services.asking import Asker, Came, HasValue, Request, claimed, keep, keep_one, put
from quotation.services.drafts import copied
from vehicles.enums import Origin
from vehicles.services.stock import record_market_value
from vehicles.validators import VIN_LENGTH

RADARS = {AnswerKind.ON_SALE: ListingState.ON_SALE, AnswerKind.SOLD: ListingState.SOLD}


def value_draft(*, draft: Quotation, provider: ValuationProvider, asker: Asker) -> list[ProviderFailure]:
    """Asks for the value (a paid call), then for the adverts on sale and sold, all within the asker's act.

    The draft becomes a quotation once its value is there; adverts that did not come are returned as failures and can
    be asked again with `fetch_radar`. Raises the provider's failure of the value itself, the draft kept as it was,
    Refused("being_asked") while another press waits for it, and what `ask` refuses. A draft that has got its value
    meanwhile asks nothing. Afterwards the value of the day is pushed to the vehicle in stock, if it is about one.
    """
    try:
        with claimed(draft, now=asker.now):
            question = question_of(draft)
            # The day is in the key: tomorrow's question is another one, even if today's was never answered.
            found = _ask_everything(question, provider, asker, f"{draft.pk}-{today_paris(asker.now)}")
            _settle(draft, question, found, asker)
    except HasValue:
        draft.refresh_from_db()
        return []
    return found.failures


def fetch_radar(*, quotation: Quotation, provider: ValuationProvider, asker: Asker) -> list[ProviderFailure]:
    """The adverts that did not come with the value; returns what still fails."""
    if quotation.valuation_answer is None:
        raise _no_value()
    missing = tuple(kind for kind in RADARS if getattr(quotation, _answer_field(kind)) is None)
    valuation = answers.valuation(quotation.valuation_answer)
    radars, failures = _ask_radars(valuation.id, provider, asker, missing)
    _attach(quotation, radars)
    return failures


def redo(
    *, quotation: Quotation, newest_seen: str = "", provider: ValuationProvider, asker: Asker
) -> tuple[Quotation, list[ProviderFailure]]:
    """The same question with today's market, as a new quotation; a paid call, whatever the store holds.

    `newest_seen` is the id of the newest answer that the asker knew of: when there is a newer one, as after a second
    press, that one is returned and nothing is asked. Adverts that did not come are returned as failures. Nothing is
    kept when the value itself fails: the quotation that is asked again stays as it was. Raises Refused("no_value") for
    a draft.
    """
    if quotation.state == QuotationState.DRAFT:
        raise _no_value()
    first = quotation.redone_from or quotation
    again = Quotation(
        entity=quotation.entity,
        point_of_sale=quotation.point_of_sale,
        created_by=asker.user,
        redone_from=first,
        **copied(quotation),
    )
    with claimed(first, now=asker.now):
        newest = newest_value_of(quotation)
        if newest_seen and str(newest.pk) != newest_seen:
            return newest, []
        fresh = replace(asker, is_fresh=True)
        # An answer that was lost on its way is asked for under its own name until there is a newer value: charged once.
        key = f"{first.pk}-{newest.pk}-{today_paris(asker.now)}"
        found = _ask_everything(question_of(again), provider, fresh, key)
        with transaction.atomic():
            _fill(again, found, asker)
    return again, found.failures


@dataclass(frozen=True)
class _Found:
    """A value with its adverts, all of them kept, and why some adverts did not come."""

    answer: ProviderAnswer
    valuation: Valuation | NotEnoughMarket
    radars: Mapping[AnswerKind, ProviderAnswer]
    failures: list[ProviderFailure]


def _ask_everything(question: ValuationQuestion, provider: ValuationProvider, asker: Asker, key: str) -> _Found:
    """The value, then its adverts; the value is kept while the adverts are on their way."""
    value = put(asker, [_value_request(question, provider, key)])
    (came,) = value.found
    if isinstance(came, ProviderFailure):
        keep(value)
        raise came
    valuation = came.value if isinstance(came, Came) else answers.valuation(came)
    # The store has no adverts of a value that has just been made.
    asker = replace(asker, is_fresh=asker.is_fresh or isinstance(came, Came))
    kept: list[ProviderAnswer] = []
    radars, failures = _ask_radars(
        valuation.id, provider, asker, tuple(RADARS), meanwhile=lambda: kept.append(keep_one(value))
    )
    return _Found(kept[0], valuation, radars, failures)


def _value_request(question: ValuationQuestion, provider: ValuationProvider, key: str) -> Request:
    """`key` tells one paid demand from another; with the question in it, a changed draft is another demand."""
    request = Request(AnswerKind.VALUATION, vars_of(question), lambda act: Answered(None, ()))

    def call(act: PageAct) -> Answered[Any]:
        return provider.value(question, idempotency_key=f"{key}-{request.digest[:32]}", act=act)

    return replace(request, call=call)


def question_of(draft: Quotation, *, postcode: str = "") -> ValuationQuestion:
    """What the provider is asked; the postcode, unless it is known, is that of the point of sale, else of a site of the
    entity."""
    if draft.first_registration is None or draft.mileage_km is None or not draft.version_code:
        raise Refused("incomplete", "Choisissez la version, puis complétez la date MEC et le kilométrage.")
    return ValuationQuestion(
        version_code=draft.version_code,
        first_registration=draft.first_registration,
        mileage_km=draft.mileage_km,
        first_hand=bool(draft.first_hand),
        origin=Origin(draft.origin or Origin.PRIVATE),
        postcode=postcode or _postcode(draft),
        # A number of before 1981 is shorter: the provider knows none of these, and refuses the whole question.
        vin=draft.vin if len(draft.vin) == VIN_LENGTH else None,
        exterior_colour=draft.exterior_colour or None,
        interior_colour=draft.interior_colour or None,
    )


def vars_of(question: ValuationQuestion) -> dict[str, Any]:
    """As it is kept beside its answer, and told from another."""
    return {name: _as_json(getattr(question, name)) for name in question.__slots__}


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value if value is None or isinstance(value, bool | int) else str(value)


def _postcode(draft: Quotation) -> str:
    site = site_of(draft)
    if site is None:
        raise Refused(
            "no_postcode",
            "Aucun point de vente de l’entité n’a de code postal\u00a0: un administrateur doit le saisir.",
        )
    return site.postcode


def _ask_radars(
    valuation_id: str,
    provider: ValuationProvider,
    asker: Asker,
    kinds: tuple[AnswerKind, ...],
    *,
    meanwhile: Callable[[], object] = lambda: None,
) -> tuple[dict[AnswerKind, ProviderAnswer], list[ProviderFailure]]:
    def request(kind: AnswerKind) -> Request:
        def call(act: PageAct) -> Answered[Radar]:
            radar = provider.radar(valuation_id, state=RADARS[kind], act=act)
            return Answered(radar, (radar.raw,))

        return Request(kind, {"valuation": valuation_id}, call)

    asked = put(asker, [request(kind) for kind in kinds], meanwhile=meanwhile)
    outcomes = dict(zip(kinds, keep(asked), strict=True))
    given = {kind: one for kind, one in outcomes.items() if isinstance(one, ProviderAnswer)}
    for kind, came in zip(kinds, asked.found, strict=True):
        if isinstance(came, Came):
            answers.remember(given[kind], answers.StoredRadar(came.value.listings.value, came.value.market.value))
    return given, [one for one in outcomes.values() if isinstance(one, ProviderFailure)]


def _no_value() -> Refused:
    return Refused("no_value", "Cette cotation n’a pas encore de valeur.")


# What `_fill` writes besides the radars.
_VALUED = (
    "valuation_answer", "value_date", "valued_at", "unread", "state", "market_value", "adjusted_value", "asked_at",
    "mileage_adjustment", "age_adjustment", "options_adjustment", "location_adjustment", "is_sandbox", "changed_at",
)  # fmt: skip


@transaction.atomic
def _settle(draft: Quotation, question: ValuationQuestion, found: _Found, asker: Asker) -> None:
    """Draft → valued, once, whoever races: the second of two tabs finds it done and changes nothing."""
    rows = Quotation.objects.select_related("entity", "point_of_sale")  # what the question is made of
    locked = rows.select_for_update(of=("self",)).get(pk=draft.pk)
    if locked.state != QuotationState.DRAFT:
        draft.refresh_from_db()
        return
    if not _asks(locked, question):
        raise Refused(
            "changed_meanwhile",
            "La fiche a changé dans un autre onglet pendant le calcul\u00a0: affichez de nouveau la cote.",
        )
    _fill(draft, found, asker)


def _asks(locked: Quotation, question: ValuationQuestion) -> bool:
    """The answer must be to the question that stands in the row, not to the one that stood there when it was asked: of
    a draft whose point of sale never changes, hence the same postcode."""
    try:
        return question_of(locked, postcode=question.postcode) == question
    except Refused:
        return False


def _fill(draft: Quotation, found: _Found, asker: Asker) -> None:
    """Writes the answer into the quotation, saves it, and pushes its value to the vehicle in stock, if the asker still
    sees it."""
    answer, valuation, radars = found.answer, found.valuation, found.radars
    draft.valuation_answer, draft.value_date, draft.valued_at = answer, valuation.as_of, asker.now
    draft.unread, draft.is_sandbox = {}, answer.is_sandbox
    draft.asked_at = None  # together with the answer: `claimed` need not write it off by itself
    if isinstance(valuation, Valuation):
        working = valuation.working
        draft.state = QuotationState.VALUED
        draft.market_value, draft.adjusted_value = working.market_value, working.adjusted_value
        draft.mileage_adjustment, draft.age_adjustment = working.mileage, working.age
        draft.options_adjustment, draft.location_adjustment = working.options, working.location
    else:
        draft.state = QuotationState.NO_MARKET
    for kind, radar in radars.items():
        setattr(draft, _answer_field(kind), radar)
    # A redone quotation is made here; of a draft, only what the answer gives is written.
    draft.save(update_fields=[*_VALUED, *(_answer_field(kind) for kind in radars)] if draft.pk else None)
    vehicle = vehicle_of(draft)
    if vehicle is not None and draft.adjusted_value is not None:
        record_market_value(
            vehicle=vehicle,
            market_value=draft.market_value,
            adjusted=draft.adjusted_value,
            on=draft.value_date or today_paris(asker.now),
            is_sandbox=draft.is_sandbox,
            actor=asker.user,
        )


@transaction.atomic
def _attach(quotation: Quotation, radars: Mapping[AnswerKind, ProviderAnswer]) -> None:
    for kind, answer in radars.items():
        setattr(quotation, _answer_field(kind), answer)
    if radars:
        quotation.save(update_fields=[*(_answer_field(kind) for kind in radars), "changed_at"])


def _answer_field(kind: AnswerKind) -> str:
    return f"{kind.value}_answer"


@transaction.atomic
def save_sale_price(*, quotation: Quotation, sale_price: Any) -> None:
    """The what-if of the market study; None takes it off. EUR TTC. Raises Refused("no_value") for a draft."""
    if quotation.state == QuotationState.DRAFT:
        raise _no_value()
    quotation.sale_price = sale_price
    quotation.save(update_fields=["sale_price", "changed_at"])
