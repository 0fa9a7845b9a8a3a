"""*Créer une estimation de reprise*: from a quotation with everything in it kept, or directly in an opportunity."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone

from customers.selectors import VIEW as VIEW_CUSTOMERS
from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.http import writes
from opportunities import selectors
from opportunities.forms import AddTradeInForm, FromQuotationForm
from opportunities.models import TradeIn
from opportunities.rights import EDIT
from opportunities.services import trade_ins
from opportunities.views.page import fetch
from quotation import selectors as quotations
from quotation.models import Quotation
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import RightMissing, get_for, right
from settings_admin.scoping import current_scope

USE_QUOTATIONS = "quotation.use"


@right(EDIT, on="row")
@writes("GET", "POST")
def from_quotation(request: StaffRequest, pk: int) -> HttpResponse:
    """Asks whose it is and, of a customer with open opportunities, in which; one that is made already opens instead."""
    quotation = _quotation(request, pk)
    try:
        if (made := trade_ins.made_of(quotation)) is not None:
            return htmx.redirect(request, "opportunities:trade_in", made.pk)
    except Refused as refusal:
        return _render(request, quotation, None, refusal=refusal.message)
    sent = request.POST if request.method == "POST" else None
    form = FromQuotationForm(sent, entity_id=quotation.entity_id)
    if not form.may_choose:
        raise RightMissing(VIEW_CUSTOMERS, quotation.entity_id)
    if not form.is_valid():
        return _render(request, quotation, form)
    form.offer_destinations(form.cleaned_data["customer"])
    if "destination" in form.fields and "destination" not in request.POST:
        return _render(request, quotation, form)
    return _create(request, quotation, form)


def _quotation(request: StaffRequest, pk: int) -> Quotation:
    quotation = get_for(request, quotations.for_pages(), pk, right=EDIT)
    if not current_scope().allows(USE_QUOTATIONS, quotation.entity_id, quotation.point_of_sale_id):
        raise RightMissing(USE_QUOTATIONS, quotation.entity_id)
    return quotation


def _create(request: StaffRequest, quotation: Quotation, form: FromQuotationForm) -> HttpResponse:
    customer = form.cleaned_data["customer"]
    try:
        chosen = form.destination()
        made = trade_ins.create_from_quotation(
            quotation=quotation,
            customer=customer,
            opportunity=selectors.open_of_customer(customer).get(pk=chosen) if chosen else None,
            actor=request.user,
            key=form.cleaned_data["key"],
            now=timezone.now(),
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return _render(request, quotation, form)
    return _made(request, made)


def _made(request: StaffRequest, trade_in: TradeIn) -> HttpResponse:
    messages.success(request, f"L’estimation de reprise n°\u00a0{trade_in.number} est créée.")
    return htmx.redirect(request, "opportunities:trade_in", trade_in.pk)


def _render(
    request: StaffRequest, quotation: Quotation, form: FromQuotationForm | None, *, refusal: str = ""
) -> HttpResponse:
    context = {"form": form, "quotation": quotation, "refusal": refusal}
    is_refused = refusal or (form is not None and form.errors)
    template = "opportunities/trade_in_from_quotation.html"
    return htmx.render_part(request, template, "form", context, status=422 if is_refused else 200)


@right(EDIT, on="row")
@writes("GET", "POST")
def add(request: StaffRequest, pk: int) -> HttpResponse:
    """An estimate without a quotation."""
    opportunity = fetch(request, pk, right=EDIT)
    sent = request.POST if request.method == "POST" else None
    form = AddTradeInForm(sent, instance=TradeIn(), today=today_paris(timezone.now()))
    if form.is_valid():
        try:
            made = trade_ins.create_trade_in(
                opportunity=opportunity,
                values=form.values(),
                actor=request.user,
                key=form.cleaned_data["key"],
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return _made(request, made)
    context = {"form": form, "opportunity": opportunity}
    return htmx.render_part(
        request, "opportunities/add_trade_in.html", "form", context, status=422 if form.errors else 200
    )
