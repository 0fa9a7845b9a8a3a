"""What is done to an opportunity in a dialog: the customer called, the appointment planned, the opportunity handed on,
closed, merged; and the small acts of one press."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import in_paris, today_paris
from openflex.core.dialogs import Dialog, acted, render_dialog
from openflex.core.errors import Refused
from openflex.core.french import format_day
from openflex.core.http import row_number, writes
from opportunities import entity_settings, enums, forms, selectors
from opportunities.messages import email_url, fill, sms_url
from opportunities.models import Appointment, MessageTemplate, Opportunity
from opportunities.rights import EDIT, REASSIGN, VIEW
from opportunities.services import appointments, follow_up
from opportunities.views.page import fetch, render_page
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import get_for, right

KINDS = {"rdv": enums.AppointmentKind.MEETING, "essai": enums.AppointmentKind.TEST_DRIVE}
CLOSINGS = {"gagnee": enums.Status.WON, "perdue": enums.Status.LOST, "abandonnee": enums.Status.DROPPED}


@right(EDIT, on="row")
@writes("GET", "POST")
def exchange(request: StaffRequest, pk: int) -> HttpResponse:
    """*Relancer le client*: how to reach them, what was said, what comes next. `?modele=3` begins with that message."""
    opportunity = fetch(request, pk, right=EDIT)
    templates = entity_settings.message_templates(opportunity)
    wanted = row_number(request.GET.get("modele", ""))
    chosen = next((one for one in templates if one.pk == wanted), None)
    form = forms.ExchangeForm(_sent(request), initial=_exchange_initial(opportunity, chosen))
    if form.is_valid():
        try:
            follow_up.record_exchange(
                opportunity=opportunity, actor=request.user, now=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            return _done(request, opportunity, "Échange noté.")
    dialog = _dialog(opportunity, request, "Relancer le client", "Enregistrer", "opportunities/_exchange_fields.html")
    context: dict[str, Any] = {
        "opportunity": opportunity,
        "templates": templates,
        "chosen": chosen,
        "refused_ways": entity_settings.refused_ways(opportunity),
        **_message_urls(opportunity, form),
    }
    return render_dialog(request, dialog, form=form, **context)


def _exchange_initial(opportunity: Opportunity, chosen: MessageTemplate | None) -> dict[str, Any]:
    tomorrow = today_paris(timezone.now()) + timedelta(days=1)
    initial: dict[str, Any] = {"next_action": enums.NextAction.CALL, "next_action_on": tomorrow}
    if chosen:
        values = entity_settings.message_values(opportunity)
        initial |= {
            "means": chosen.means,
            "outcome": enums.ExchangeOutcome.MESSAGE_LEFT,
            "subject": fill(chosen.subject, values),
            "text": fill(chosen.body, values),
        }
    return initial


def _message_urls(opportunity: Opportunity, form: forms.ExchangeForm) -> dict[str, str]:
    """What opens the person's own mail or messages with what stands in the form."""
    customer = opportunity.customer
    subject, text = (str(form[name].value() or "") for name in ("subject", "text"))
    return {
        "email_url": email_url(customer.email, subject=subject, body=text) if customer.email else "",
        "sms_url": sms_url(customer.mobile, body=text) if customer.mobile else "",
    }


@right(EDIT, on="row")
@writes("GET", "POST")
def postpone(request: StaffRequest, pk: int) -> HttpResponse:
    """*Reporter*: the next action on another day, and why."""
    opportunity = fetch(request, pk, right=EDIT)
    today = today_paris(timezone.now())
    form = forms.PostponeForm(_sent(request), initial={"to": selectors.next_working_day(today)})
    if form.is_valid():
        try:
            follow_up.postpone(opportunity=opportunity, actor=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            return _done(request, opportunity, f"Reporté au {format_day(form.cleaned_data['to'])}.")
    action = opportunity.get_next_action_display()
    title = f"Reporter «\u00a0{action}\u00a0»" if action else "Reporter"
    return render_dialog(request, _dialog(opportunity, request, title, "Reporter"), form=form)


@right(EDIT, on="row")
@writes("GET", "POST")
def plan(request: StaffRequest, pk: int, kind: str) -> HttpResponse:
    """*Planifier un rdv*, *Planifier un rdv essai*."""
    if kind not in KINDS:
        raise Http404
    opportunity = fetch(request, pk, right=EDIT)
    form = _appointment_form(request, opportunity, KINDS[kind])
    if form.is_valid():
        try:
            appointments.plan_appointment(
                opportunity=opportunity,
                values=form.values(),
                actor=request.user,
                key=form.cleaned_data["key"],
                now=timezone.now(),
            )
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            return _done(request, opportunity, f"{KINDS[kind].label} planifié.")
    title = f"Planifier un {KINDS[kind].label.lower()}"
    return render_dialog(request, _dialog(opportunity, request, title, "Planifier"), form=form)


def _appointment_form(
    request: StaffRequest, opportunity: Opportunity, kind: enums.AppointmentKind
) -> forms.AppointmentForm:
    now = in_paris(timezone.now())
    people = selectors.people_with(EDIT, entity_id=opportunity.entity_id, point_of_sale_id=opportunity.point_of_sale_id)
    return forms.AppointmentForm(
        _sent(request),
        kind=kind,
        people=people,
        entity_id=opportunity.entity_id,
        initial={
            "salesperson": opportunity.salesperson_id,
            "day": (now + timedelta(days=1)).date(),
            "vehicle": opportunity.vehicle_id,
        },
    )


@right(EDIT, on="row")
@writes("GET", "POST")
def end_appointment(request: StaffRequest, pk: int) -> HttpResponse:
    """Done, missed or cancelled, with what came of it."""
    appointment = get_for(request, Appointment.objects.select_related("opportunity__customer"), pk, right=EDIT)
    is_test_drive = appointment.kind == enums.AppointmentKind.TEST_DRIVE
    form = forms.EndAppointmentForm(_sent(request), is_test_drive=is_test_drive)
    if form.is_valid():
        data = form.cleaned_data
        try:
            appointments.end_appointment(
                appointment=appointment,
                state=enums.AppointmentState(data["state"]),
                outcome=data["outcome"],
                mileage_back_km=data.get("mileage_back_km"),
                actor=request.user,
                now=timezone.now(),
            )
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            return _done(request, appointment.opportunity, "Rendez-vous terminé.")
    dialog = _dialog(appointment.opportunity, request, "Terminer le rendez-vous", "Terminer")
    return render_dialog(request, dialog, form=form)


@right(EDIT, on="row")
@writes("GET", "POST")
def close(request: StaffRequest, pk: int, status: str) -> HttpResponse:
    """Gagnée, perdue, abandonnée: asks why."""
    if status not in CLOSINGS:
        raise Http404
    opportunity = fetch(request, pk, right=EDIT)
    target = CLOSINGS[status]
    reasons = selectors.close_reasons(opportunity.entity_id, target)
    form = forms.CloseForm(_sent(request), reasons=reasons, status=target)
    if form.is_valid():
        data = form.cleaned_data
        try:
            follow_up.close_opportunity(
                opportunity=opportunity,
                status=target,
                reason=data["reason"],
                competitor=data.get("competitor", ""),
                note=data["note"],
                actor=request.user,
                now=timezone.now(),
            )
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            return _done(request, opportunity, f"Opportunité {target.label.lower()}.")
    dialog = _dialog(opportunity, request, f"Clôturer\u00a0: {target.label.lower()}", "Clôturer")
    return render_dialog(request, dialog, form=form)


@right(REASSIGN, on="row")
@writes("GET", "POST")
def reassign(request: StaffRequest, pk: int) -> HttpResponse:
    opportunity = fetch(request, pk, right=REASSIGN)
    people = selectors.people_with(EDIT, entity_id=opportunity.entity_id, point_of_sale_id=opportunity.point_of_sale_id)
    form = forms.ReassignForm(_sent(request), people=people, initial={"salesperson": opportunity.salesperson_id})
    if form.is_valid():
        try:
            follow_up.reassign(
                opportunity=opportunity, to=form.cleaned_data["salesperson"], actor=request.user, now=timezone.now()
            )
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            return _done(request, opportunity, f"Suivie par {form.cleaned_data['salesperson'].full_name}.")
    return render_dialog(request, _dialog(opportunity, request, "Réaffecter", "Réaffecter"), form=form)


@right(EDIT, on="row")
@writes("GET", "POST")
def merge(request: StaffRequest, pk: int) -> HttpResponse:
    """Puts this opportunity into another one of the same customer."""
    opportunity = fetch(request, pk, right=EDIT)
    others = selectors.others_of_customer(opportunity)
    form = forms.MergeForm(_sent(request), others=others)
    if form.is_valid():
        into = form.cleaned_data["into"]
        try:
            follow_up.merge(duplicate=opportunity, into=into, actor=request.user, now=timezone.now())
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            return _done(request, into, f"Fusionnée avec la n°\u00a0{into.number}.")
    dialog = _dialog(
        opportunity, request, "Fusionner un doublon", "Fusionner",
        consequence="Commentaires, offres, reprises et rendez-vous passent à l’opportunité choisie, "
        "et celle-ci ne s’ouvre plus. Cela ne se défait pas.",
    )  # fmt: skip
    return render_dialog(request, dialog, form=form)


@right(EDIT, on="row")
@writes("POST")
def set_stars(request: StaffRequest, pk: int) -> HttpResponse:
    opportunity = fetch(request, pk, right=EDIT)
    stars = request.POST.get("stars", "")
    follow_up.set_stars(
        opportunity=opportunity, stars=int(stars) if stars in ("1", "2", "3") else 0, actor=request.user,
        now=timezone.now(),
    )  # fmt: skip
    return _shown_again(request, pk)


@right(EDIT, on="row")
@writes("POST")
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    opportunity = fetch(request, pk, right=EDIT)
    follow_up.reopen(opportunity=opportunity, actor=request.user, now=timezone.now())
    messages.success(request, "L’opportunité est rouverte.")
    return htmx.redirect(request, "opportunities:page", pk)


@right(VIEW, on="row")
@writes("POST")
def follow(request: StaffRequest, pk: int) -> HttpResponse:
    """*Suivre*, *Ne plus suivre*: for oneself."""
    opportunity = fetch(request, pk)
    verb = follow_up.follow if request.POST.get("follow") == "yes" else follow_up.unfollow
    verb(opportunity=opportunity, user=request.user, actor=request.user)
    return htmx.redirect(request, "opportunities:page", pk)


def _sent(request: StaffRequest) -> QueryDict | None:
    """What a form was sent with; an empty one was sent too."""
    return request.POST if request.method == "POST" else None


def _refuse(form: Any, refusal: Refused) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


def _done(request: StaffRequest, opportunity: Opportunity, message: str) -> HttpResponse:
    return acted(request, message, "opportunities:page", opportunity.pk)


def _shown_again(request: StaffRequest, pk: int) -> HttpResponse:
    if not htmx.is_partial(request):
        return htmx.redirect(request, "opportunities:page", pk)
    return render_page(request, fetch(request, pk))


def _dialog(
    opportunity: Opportunity,
    request: StaffRequest,
    title: str,
    verb: str,
    body: str = "forms/_dialog_fields.html",
    *,
    consequence: str = "",
) -> Dialog:
    return Dialog(
        title=title,
        subtitle=f"{opportunity.customer.display_name} · n°\u00a0{opportunity.number}",
        url=request.get_full_path(),
        back=reverse("opportunities:page", args=[opportunity.pk]),
        verb=verb,
        body=body,
        consequence=consequence,
    )
