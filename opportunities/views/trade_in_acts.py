"""What is done with an estimate: a price asked for, decided, answered by the customer."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.dialogs import Dialog, acted, render_dialog
from openflex.core.errors import Refused
from openflex.core.http import writes
from opportunities import estimate_facts, history, selectors
from opportunities.enums import CancelReason, TradeInState
from opportunities.forms import CancelEntryForm, DecideForm, EnterForm, ReopenForm
from opportunities.models import TradeIn
from opportunities.rights import EDIT, SET_PRICE
from opportunities.services import entering, trade_in_prices, trade_ins
from opportunities.views.trade_ins import fetch
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.records.selectors import HistoryLine
from settings_admin.scoping import current_scope


@right(EDIT, on="row")
@writes("POST")
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    trade_in = fetch(request, pk, right=EDIT)
    trade_ins.ask_for_price(trade_in=trade_in, actor=request.user, now=timezone.now())
    messages.success(request, "Le prix est demandé\u00a0: les managers sont prévenus.")
    return htmx.redirect(request, "opportunities:trade_in", pk)


@right(EDIT, on="row")
@writes("POST")
def take_back(request: StaffRequest, pk: int) -> HttpResponse:
    trade_in = fetch(request, pk, right=EDIT)
    trade_ins.take_back(trade_in=trade_in, actor=request.user, now=timezone.now())
    messages.success(request, "L’estimation est de nouveau un brouillon.")
    return htmx.redirect(request, "opportunities:trade_in", pk)


@right(EDIT, on="row")
@writes("POST")
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    """The customer's: accepted or refused."""
    trade_in = fetch(request, pk, right=EDIT)
    state = request.POST.get("state", "")
    if state not in (TradeInState.ACCEPTED, TradeInState.REFUSED):
        raise Refused("answer", "Choisissez la réponse du client.")
    trade_in_prices.record_answer(trade_in=trade_in, state=TradeInState(state), actor=request.user, now=timezone.now())
    messages.success(request, f"{TradeInState(state).label}.")
    return htmx.redirect(request, "opportunities:trade_in", pk)


@right(SET_PRICE, on="row")
@writes("GET", "POST")
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """The manager's price with the day until which it holds, or no price and why; answered by two buttons."""
    trade_in = fetch(request, pk, right=SET_PRICE)
    # The mark before the facts: what changes between the two is told when the decision is sent.
    mark = estimate_facts.mark_of(trade_in)
    trade_in = fetch(request, pk, right=SET_PRICE)
    form = DecideForm(request.POST if request.method == "POST" else None, initial=_initial(trade_in, mark=mark))
    changes: Sequence[HistoryLine] = ()
    if form.is_valid():
        try:
            done = _decide(request, trade_in, form)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            if refusal.code == "changed":
                changes = _look_again(form, trade_in, mark=mark)
        else:
            message = f"Estimation n°\u00a0{done.number}\u00a0: {done.get_state_display().lower()}."
            return acted(request, message, "opportunities:trade_in", pk)
    dialog = _dialog(
        request,
        trade_in,
        title="Décider le prix de reprise",
        body="opportunities/_decide_fields.html",
        buttons="opportunities/_decide_buttons.html",
    )
    facts = estimate_facts.asked_facts(trade_in)
    return render_dialog(request, dialog, form=form, trade_in=trade_in, facts=facts, changes=changes)


@right(SET_PRICE, on="row")
@writes("GET", "POST")
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    """*Rouvrir l’estimation*: what was decided is taken back to put it right."""
    trade_in = fetch(request, pk, right=SET_PRICE)
    form = ReopenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            trade_in_prices.reopen_estimate(
                trade_in=trade_in, reason=form.cleaned_data["reason"], actor=request.user, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return acted(request, "L’estimation est de nouveau un brouillon.", "opportunities:trade_in", pk)
    dialog = _dialog(
        request,
        trade_in,
        title="Rouvrir l’estimation",
        verb="Rouvrir l’estimation",
        consequence=f"{trade_in_prices.what_stood(trade_in)} Elle redevient un brouillon, à corriger, dont le prix est "
        "à redemander\u00a0; l’historique garde ce qui avait été décidé.",
        is_grave=True,
    )
    return render_dialog(request, dialog, form=form)


def _look_again(form: DecideForm, trade_in: TradeIn, *, mark: str) -> list[HistoryLine]:
    """What changed since this person opened the form; what they typed stays, and sent again it decides on that."""
    entries = estimate_facts.changes_since(trade_in, form.cleaned_data["seen"])
    form.has_seen(mark)
    return history.of_trade_in(list(entries), trade_in=trade_in)


def _initial(trade_in: TradeIn, *, mark: str) -> dict[str, object]:
    today = today_paris(timezone.now())
    return {
        "seen": mark,
        "price": trade_in.price,
        "valid_until": trade_in.valid_until or trade_in_prices.proposed_validity(trade_in, today=today),
        "reason": trade_in.price_reason,
    }


def _decide(request: StaffRequest, trade_in: TradeIn, form: DecideForm) -> TradeIn:
    data, now = form.cleaned_data, timezone.now()
    if request.POST.get("decision") == "decline":
        return trade_in_prices.decline(
            trade_in=trade_in, reason=data["reason"], seen=data["seen"], actor=request.user, now=now
        )
    return trade_in_prices.approve(
        trade_in=trade_in,
        price=data["price"],
        valid_until=data["valid_until"],
        reason=data["reason"],
        seen=data["seen"],
        actor=request.user,
        now=now,
    )


@right(SET_PRICE, on="row")
@writes("GET", "POST")
def enter(request: StaffRequest, pk: int) -> HttpResponse:
    """The *pré-rentrée* of an accepted estimate: where the vehicle is expected, and when."""
    trade_in = fetch(request, pk, right=SET_PRICE)
    form = _enter_form(request, trade_in)
    refusal = ""
    if form.is_valid():
        try:
            made = entering.enter_trade_in(
                trade_in=trade_in, actor=request.user, now=timezone.now(), **form.cleaned_data
            )
        except Refused as refused:
            refusal = refused.message
        else:
            messages.success(request, f"Le véhicule est en pré-rentrée, n° de stock {made.stock_number}.")
            return htmx.redirect(request, "opportunities:trade_in", pk)
    dialog = _dialog(
        request,
        trade_in,
        title="Faire entrer en stock",
        verb="Créer la pré-rentrée",
        consequence="Le véhicule est créé en pré-rentrée avec tout ce que l’estimation contient.",
    )
    return render_dialog(request, dialog, form=form, refusal=refusal)


def _enter_form(request: StaffRequest, trade_in: TradeIn) -> EnterForm:
    sites = selectors.sites_of(trade_in.entity, current_scope().granted(SET_PRICE))
    return EnterForm(
        request.POST if request.method == "POST" else None,
        kind=trade_in.kind,
        sites=trade_in.entity.points_of_sale.filter(pk__in=[site.pk for site in sites]).order_by("name", "pk"),
        initial={"point_of_sale": trade_in.point_of_sale_id, "entered_on": today_paris(timezone.now())},
    )


@right(SET_PRICE, on="row")
@writes("GET", "POST")
def cancel_entry(request: StaffRequest, pk: int) -> HttpResponse:
    """The *pré-rentrée* is withdrawn, and the estimate is accepted again."""
    trade_in = fetch(request, pk, right=SET_PRICE)
    sent = request.POST if request.method == "POST" else None
    form = CancelEntryForm(sent, initial={"vehicle": trade_in.vehicle_id, "reason": CancelReason.SALE_CANCELLED})
    if form.is_valid():
        data = form.cleaned_data
        try:
            done = entering.cancel_entry(
                trade_in=trade_in,
                vehicle_pk=data["vehicle"],
                reason=CancelReason(data["reason"]),
                words=data["words"],
                actor=request.user,
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            message = f"L’entrée de la reprise n°\u00a0{done.number} est annulée."
            return acted(request, message, "opportunities:trade_in", pk)
    number = trade_in.vehicle.stock_number if trade_in.vehicle else ""
    dialog = _dialog(
        request,
        trade_in,
        title="Annuler l’entrée en stock",
        verb="Annuler l’entrée",
        consequence=f"Le véhicule {number} sort du stock avec le motif «\u00a0Entrée annulée\u00a0», et l’estimation "
        "est de nouveau acceptée par le client\u00a0: elle peut entrer une autre fois.",
        is_grave=True,
    )
    return render_dialog(request, dialog, form=form)


def _dialog(request: StaffRequest, trade_in: TradeIn, **words: Any) -> Dialog:
    return Dialog(
        subtitle=f"{trade_in} {trade_in.version} · {trade_in.opportunity.customer_name}",
        url=request.get_full_path(),
        back=reverse("opportunities:trade_in", args=[trade_in.pk]),
        **words,
    )
