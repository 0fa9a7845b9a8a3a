"""*RADAR*: the comparable vehicles on the market beside mine."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from django.http import Http404, HttpResponse
from django.utils import timezone

from openflex.core import charts, htmx
from openflex.core.french import format_euros, format_km
from openflex.core.http import read_only
from openflex.core.lists import address
from quotation import selectors, study
from quotation.enums import QuotationState
from quotation.models import Quotation
from quotation.providers.base import Listing, ListingState, Working
from quotation.providers.failures import ProviderFailure
from quotation.views.acting import USE, fetch, page_context
from quotation.views.market import SHOWN, MarketView, market_view
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.registries import SheetAction, sheet_actions
from settings_admin.scoping import current_scope

TEMPLATE = "quotation/radar.html"
SCATTER_SIZE = (100, 100)  # its SVG places points in per cent of the drawing
# Adverts listed at first, and more with each « Afficher la suite »; the figures and the scatter are always of all.
SLICE = 50
# More dots than that are no way for the Tab key: the table, once all of it is listed, says the same.
MOST_FOCUSABLE_DOTS = 40


@dataclass(frozen=True)
class Row:
    """An advert; `version` is what its label says behind my vehicle's make and model."""

    listing: Listing
    difference: Decimal | None
    name: str
    version: str


@dataclass(frozen=True)
class Slice:
    """The first of the adverts that count, and the addresses with more of them; empty when there are no more."""

    rows: list[Row]
    more_url: str
    all_url: str


class Dot(NamedTuple):
    """An advert on the scatter; `label` appears beside it at `offset`, `said` is what a screen reader says."""

    x: str
    y: str
    side: str
    offset: str
    label: str
    said: str


@right(USE, on="row")
@read_only
def radar(request: StaffRequest, pk: int) -> HttpResponse:
    quotation = fetch(request, pk, selectors.for_results())
    if quotation.state == QuotationState.DRAFT:
        return htmx.redirect(request, "quotation:open", pk)
    return render_radar(request, quotation)


def render_radar(
    request: StaffRequest,
    quotation: Quotation,
    *,
    failure: ProviderFailure | None = None,
    retry_form: str = "",
    status: int = 200,
) -> HttpResponse:
    """`retry_form` is the id of the form that asked when it failed: its button sends it again."""
    market = market_view(request, quotation, url_name="quotation:radar")
    context = result_context(quotation, market, tab="radar", failure=failure, retry_form=retry_form)
    width, height = SCATTER_SIZE
    scatter = study.scatter(market.listings, mine=_mine(quotation), width=width, height=height)
    context.update(
        slice=_slice(request, quotation, market),
        rank=study.price_rank(quotation.adjusted_value, market.listings)
        if quotation.adjusted_value is not None and market.listings
        else None,
        scatter=scatter,
        dots=partial(_dots, scatter, market.listings) if scatter and market.listings else None,
        dots_take_focus=len(market.listings) <= MOST_FOCUSABLE_DOTS,
    )
    return htmx.render_part(request, TEMPLATE, "result", context, status=status)


def _slice(request: StaffRequest, quotation: Quotation, market: MarketView) -> Slice:
    """As many as the address asks for, never fewer than the first slice."""
    asked = request.GET.get(SHOWN, "")
    listings, with_shown = market.listings, partial(_with_shown, request, market.url)
    shown = max(SLICE, int(asked)) if re.fullmatch("[0-9]{1,6}", asked) else SLICE
    return Slice(
        rows=[
            Row(one, study.difference_to_adjusted(one), *_name_and_version(one.label, str(quotation)))
            for one in listings[:shown]
        ],
        more_url=with_shown(shown + SLICE) if shown < len(listings) else "",
        all_url=with_shown(len(listings)) if shown + SLICE < len(listings) else "",
    )


def _with_shown(request: StaffRequest, url: str, shown: int) -> str:
    return f"{url}{address(request.GET, **{SHOWN: str(shown)})}"


def _dots(scatter: study.Scatter, listings: Sequence[Listing]) -> list[Dot]:
    dots = []
    for point in scatter.points:
        one = listings[point.index]
        label = f"{format_euros(one.price)} · {format_km(one.mileage_km)}"
        said = f"{label} · {one.seller_name}" if one.seller_name else label
        side = charts.label_side(point.x, scatter.x.end)
        dots.append(Dot(str(point.x), str(point.y), side, "-12" if side == "end" else "12", label, said))
    return dots


def result_context(quotation: Quotation, market: MarketView, **extra: Any) -> dict[str, Any]:
    """What both tabs show: the value, the market as it is filtered, and its mean."""
    return page_context(
        quotation,
        market=market,
        # Drawn once: what is drawn of the same adverts beside the same vehicle is the same.
        drawn_as=_drawn_as(quotation, market),
        valuation=selectors.valuation_of(quotation),
        newest=selectors.newest_value_of(quotation),
        answer_age=selectors.answer_age(quotation, now=timezone.now()),
        mean=study.mean_price(market.listings),
        days=study.days_online(market.listings),
        actions=_actions(quotation),
        **extra,
    )


def _drawn_as(quotation: Quotation, market: MarketView) -> str:
    """Which adverts, of which answer, beside which vehicle: neither an answer nor a quotation that has its value ever
    changes in what is drawn of it."""
    answer_id = quotation.on_sale_answer_id if market.state == ListingState.ON_SALE else quotation.sold_answer_id
    adverts = hashlib.sha256("\n".join(one.id for one in market.listings).encode()).hexdigest()
    return f"{quotation.pk}-{quotation.valued_at}-{answer_id}-{adverts}"


def _actions(quotation: Quotation) -> list[SheetAction]:
    """What the apps above offer to do with a quotation that has its answer."""
    place = (quotation.entity_id, quotation.point_of_sale_id)
    return [one for one in sheet_actions(Quotation._meta.label) if current_scope().allows(one.right, *place)]


def _name_and_version(label: str, mine: str) -> tuple[str, str]:
    """Two lines of a label that starts with my make and model, however either is capitalised; else one."""
    name, rest = label[: len(mine)], label[len(mine) :]
    return (name, rest.strip()) if name.casefold() == mine.casefold() and rest.startswith(" ") else (label, "")


def _mine(quotation: Quotation) -> tuple[int, Decimal] | None:
    if quotation.adjusted_value is None or quotation.mileage_km is None:
        return None
    return quotation.mileage_km, quotation.adjusted_value


@right(USE, on="row")
@read_only
def price_details(request: StaffRequest, pk: int) -> HttpResponse:
    """*Voir le détail des prix*: the five lines of an adjusted value, and an advert's published prices in time."""
    quotation = fetch(request, pk, selectors.for_results())
    context: dict[str, Any] = page_context(quotation, listing=None)
    if listing_id := request.GET.get("annonce"):
        listing = _find(quotation, listing_id)
        context.update(listing=listing, working=listing.working, title=listing.label)
    elif quotation.adjusted_value is not None:
        context.update(
            working=_working(quotation),
            title=f"{quotation} {quotation.version}",
            asked=selectors.asked_of(quotation),
        )
    else:
        raise Http404
    return htmx.render_part(request, "quotation/price_details.html", "dialog", context)


def _find(quotation: Quotation, listing_id: str) -> Listing:
    for state in ListingState:
        for listing in selectors.listings_of(quotation, state) or ():
            if listing.id == listing_id:
                return listing
    raise Http404


def _working(quotation: Quotation) -> Working:
    lines = (
        quotation.market_value,
        quotation.mileage_adjustment,
        quotation.age_adjustment,
        quotation.options_adjustment,
        quotation.location_adjustment,
        quotation.adjusted_value,
    )
    return Working(*(line or Decimal(0) for line in lines))
