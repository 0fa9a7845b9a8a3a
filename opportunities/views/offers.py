"""*Faire une nouvelle offre*; one offer as it is read and printed; what became of it."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.dialogs import Dialog, acted, render_dialog
from openflex.core.errors import Refused
from openflex.core.http import read_only, writes
from opportunities import enums, selectors
from opportunities.forms import OfferAnswerForm, OfferForm
from opportunities.models import Opportunity
from opportunities.rights import EDIT, VIEW
from opportunities.services import offers
from opportunities.views.page import fetch, may
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import RightMissing, get_for, right
from settings_admin.scoping import current_scope


@right(EDIT, on="row")
@writes("GET", "POST")
def make_offer(request: StaffRequest, pk: int) -> HttpResponse:
    opportunity = fetch(request, pk, right=EDIT)
    form = _form(request.POST if request.method == "POST" else None, opportunity)
    if form.is_valid():
        try:
            made = offers.make_offer(
                opportunity=opportunity,
                values=form.values(),
                actor=request.user,
                key=form.cleaned_data["key"],
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"L’offre n°\u00a0{made.number} est faite.")
            return htmx.redirect(request, "opportunities:offer", made.pk)
    context = {"form": form, "opportunity": opportunity}
    return htmx.render_part(
        request, "opportunities/make_offer.html", "form", context, status=422 if form.errors else 200
    )


@right(EDIT, on="row")
@read_only
def propose_price(request: StaffRequest, pk: int) -> HttpResponse:
    """The field of the price once another vehicle is chosen."""
    opportunity = fetch(request, pk, right=EDIT)
    form = _form(request.GET, opportunity)
    form.follow_vehicle()
    context = {"form": form, "opportunity": opportunity}
    return htmx.render_part(request, "opportunities/make_offer.html", "price", context)


def _form(data: QueryDict | None, opportunity: Opportunity) -> OfferForm:
    today = today_paris(timezone.now())
    vehicle, trade_ins = opportunity.vehicle, selectors.priced_trade_ins(opportunity, today=today)
    price = vehicle.sale_price if vehicle else None
    form = OfferForm(
        data,
        opportunity=opportunity,
        trade_ins=trade_ins,
        initial={
            "vehicle": vehicle.pk if vehicle else None,
            "price": price,
            "proposed": price,
            "valid_until": offers.proposed_validity(opportunity, today=today),
            "trade_in": trade_ins.first(),
        },
    )
    if "vehicle" not in form.fields:  # what would it offer
        raise RightMissing("vehicles.view", opportunity.entity_id)
    return form


@right(VIEW, on="row")
@read_only
def offer(request: StaffRequest, pk: int) -> HttpResponse:
    row = get_for(request, selectors.offer_rows(), pk, right=VIEW)
    sees_vehicle = current_scope().allows("vehicles.view", row.vehicle.entity_id, row.vehicle.point_of_sale_id)
    is_past = row.valid_until < today_paris(timezone.now())
    # Of one whose day is over only a refusal can be noted.
    offered = [enums.OfferState.REFUSED] if is_past else list(enums.OFFER_ACTS)
    context = {
        "offer": row,
        "opportunity": row.opportunity,
        "may_edit": may(EDIT, row.opportunity) and row.opportunity.is_open,
        "acts": [(state, enums.OFFER_ACTS[state]) for state in enums.OFFER_TRANSITIONS[row.state] if state in offered],
        "is_past": is_past,
        "vehicle_url": reverse("vehicles:sheet", args=[row.vehicle_id]) if sees_vehicle else "",
    }
    return htmx.render_part(request, "opportunities/offer.html", "offer", context)


@right(EDIT, on="row")
@writes("POST")
def move_offer(request: StaffRequest, pk: int) -> HttpResponse:
    row = get_for(request, selectors.offer_rows(), pk, right=EDIT)
    state = request.POST.get("state", "")
    if state not in (enums.OfferState.SENT, enums.OfferState.ACCEPTED, enums.OfferState.REFUSED):
        raise Refused("state", "Choisissez ce que devient l’offre.")
    offers.move_offer(offer=row, target=enums.OfferState(state), actor=request.user, now=timezone.now())
    messages.success(request, f"Offre n°\u00a0{row.number}\u00a0: {enums.OfferState(state).label.lower()}.")
    return htmx.redirect(request, "opportunities:offer", pk)


@right(EDIT, on="row")
@writes("GET", "POST")
def answer_offer(request: StaffRequest, pk: int) -> HttpResponse:
    """The same as `move_offer`, asked in a dialog."""
    row = get_for(request, selectors.offer_rows(), pk, right=EDIT)
    states: list[enums.OfferState] = [
        one for one in enums.OFFER_TRANSITIONS[row.state] if one != enums.OfferState.EXPIRED
    ]
    if request.POST.get("state") == row.state:  # the same answer, sent a moment ago
        states.append(enums.OfferState(row.state))
    form = OfferAnswerForm(request.POST if request.method == "POST" else None, states=states)
    if form.is_valid():
        target = enums.OfferState(form.cleaned_data["state"])
        try:
            offers.move_offer(offer=row, target=target, actor=request.user, now=timezone.now())
        except Refused as refusal:
            form.add_error("state", refusal.message)
        else:
            return acted(
                request, f"Offre n°\u00a0{row.number}\u00a0: {target.label.lower()}.", "opportunities:offer", pk
            )
    dialog = Dialog(
        title=f"Offre n°\u00a0{row.number}",
        subtitle=f"{row.opportunity.customer_name} · {row.vehicle}",
        url=request.get_full_path(),
        back=reverse("opportunities:offer", args=[pk]),
        verb="Enregistrer",
    )
    return render_dialog(request, dialog, form=form)
