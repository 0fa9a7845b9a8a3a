"""*ÉTUDE DU MARCHÉ*: the value like a receipt, the what-if price, and where my vehicle stands."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from openflex.core import htmx
from openflex.core.fields import field_of
from openflex.core.http import read_only, writes
from quotation import answers, selectors, study
from quotation.enums import QuotationState
from quotation.forms import SalePriceForm
from quotation.models import Quotation
from quotation.providers.failures import ProviderFailure
from quotation.services import valuing
from quotation.views.acting import USE, fetch, fetch_to_change
from quotation.views.market import MarketView, market_view
from quotation.views.radar import result_context
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.scoping import current_scope
from vehicles.margin import Cost, margin_excl_vat, margin_warnings
from vehicles.selectors import purchase_cost

TEMPLATE = "quotation/study.html"
CHART = {"width": 100.0, "height": 100.0}  # their SVG places bars in per cent of the drawing


@right(USE, on="row")
@read_only
def market_study(request: StaffRequest, pk: int) -> HttpResponse:
    quotation = fetch(request, pk, selectors.for_results())
    if quotation.state == QuotationState.DRAFT:
        return htmx.redirect(request, "quotation:open", pk)
    return render_study(request, quotation)


@right(USE, on="row")
@writes("POST")
def save_sale_price(request: StaffRequest, pk: int) -> HttpResponse:
    quotation = fetch_to_change(request, pk, selectors.for_results())
    form = SalePriceForm(request.POST)
    if not form.is_valid():
        return render_study(request, quotation, price_form=form, status=422)
    valuing.save_sale_price(quotation=quotation, sale_price=form.cleaned_data["sale_price"])
    if htmx.is_partial(request):
        return render_study(request, quotation)
    return to_tab(request, "study", pk)


def to_tab(request: StaffRequest, tab: str, pk: int) -> HttpResponse:
    """To the same of the market, as the address asks to see it."""
    url, query = reverse(f"quotation:{tab}", args=[pk]), request.GET.urlencode()
    return htmx.redirect(request, f"{url}?{query}" if query else url)


def render_study(
    request: StaffRequest,
    quotation: Quotation,
    *,
    price_form: SalePriceForm | None = None,
    failure: ProviderFailure | None = None,
    retry_form: str = "",
    status: int = 200,
) -> HttpResponse:
    """As `render_radar`."""
    market = market_view(request, quotation, url_name="quotation:study")
    context = result_context(quotation, market, tab="study", failure=failure, retry_form=retry_form)
    context.update(
        price_form=price_form or SalePriceForm(initial={"sale_price": quotation.sale_price}),
        earlier=selectors.values_in_time(quotation),
        **_price_figures(quotation, context["newest"]),
        **_position(quotation, market),
    )
    return htmx.render_part(request, TEMPLATE, "result", context, status=status)


def _price_figures(quotation: Quotation, newest: Quotation) -> dict[str, Any]:
    """The receipt in its two columns and what follows from the typed price; without a value there is none of it."""
    percent = selectors.settings_of(quotation.entity).proposed_price_percent
    names = ("market_value", "mileage_adjustment", "age_adjustment", "options_adjustment", "location_adjustment")
    figures: dict[str, Any] = {
        "percent": percent,
        "lines": [
            (field_of(Quotation, name).verbose_name, getattr(quotation, name), getattr(newest, name)) for name in names
        ],
        "proposed": None,
        "gap": None,
        "proposed_gap": None,
        **_margin(quotation),
    }
    if newest.adjusted_value is not None:
        figures["proposed"] = study.proposed_price(newest.adjusted_value, percent)
    if quotation.sale_price is not None and quotation.adjusted_value is not None:
        figures["gap"] = study.gap_percent(quotation.sale_price, quotation.adjusted_value)
    if quotation.sale_price and figures["proposed"] is not None:
        figures["proposed_gap"] = study.gap_percent(figures["proposed"], quotation.sale_price)
    return figures


def _margin(quotation: Quotation) -> dict[str, Any]:
    """At the typed price, of a vehicle in stock whose purchase price this person may see, with what is doubtful about
    it; else none."""
    cost = _cost(quotation)
    if cost is None or quotation.sale_price is None:
        return {"margin": None}
    margin = margin_excl_vat(quotation.sale_price, cost, vat_rate=settings.VAT_RATE)
    return {"margin": margin, "margin_warnings": margin_warnings([cost])}


def _cost(quotation: Quotation) -> Cost | None:
    vehicle = selectors.vehicle_of(quotation)
    if vehicle is None:
        return None
    if not current_scope().allows("vehicles.see_margin", vehicle.entity_id, vehicle.point_of_sale_id):
        return None
    return purchase_cost(vehicle)


def _position(quotation: Quotation, market: MarketView) -> dict[str, Any]:
    price = quotation.adjusted_value if quotation.sale_price is None else quotation.sale_price
    provider_market = answers.radar(quotation.on_sale_answer).market if quotation.on_sale_answer else None
    return {
        "price": price,
        "position": study.position(
            price,
            market.listings,
            mileage_adjustment=quotation.mileage_adjustment,
            price_to_days=provider_market.price_to_days if provider_market else (),
        ),
        "prices": study.price_distribution(market.listings, price, **CHART),
        # Whatever price is tried they stay as they are drawn, and are asked for only then.
        "years": partial(study.year_distribution, market.listings, quotation.first_registration, **CHART),
        "mileages": partial(study.mileage_distribution, market.listings, quotation.mileage_km, **CHART),
    }
