"""What is done to an opportunity in a dialog: the customer called, the opportunity handed on, closed, merged; and the
small acts of one press."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.dialogs import render_dialog
from openflex.core.errors import Refused
from openflex.core.french import counted, ended, format_day, long_instant
from openflex.core.http import row_number, writes
from opportunities import entity_settings, enums, forms, selectors
from opportunities.messages import email_url, fill, sms_url
from opportunities.models import Appointment, MessageTemplate, Opportunity
from opportunities.rights import EDIT, REASSIGN, VIEW
from opportunities.services import follow_up, merging
from opportunities.views.acting import dialog_of, done, refuse, sent
from opportunities.views.page import fetch, render_page
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.models import User

CLOSINGS = {"gagnee": enums.Status.WON, "perdue": enums.Status.LOST, "abandonnee": enums.Status.DROPPED}


@right(EDIT, on="row")
@writes("GET", "POST")
def exchange(request: StaffRequest, pk: int) -> HttpResponse:
    """*Relancer le client*: how to reach them, what was said, what comes next. `?modele=3` begins with that message."""
    opportunity = fetch(request, pk, right=EDIT)
    templates = entity_settings.message_templates(opportunity) if opportunity.is_customer_seen else []
    wanted = row_number(request.GET.get("modele", ""))
    chosen = next((one for one in templates if one.pk == wanted), None)
    form = forms.ExchangeForm(sent(request), initial=_exchange_initial(opportunity, chosen))
    if form.is_valid():
        try:
            follow_up.record_exchange(
                opportunity=opportunity, actor=request.user, now=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return done(request, opportunity, "Échange noté.")
    dialog = dialog_of(opportunity, request, "Relancer le client", "Enregistrer", "opportunities/_exchange_fields.html")
    context: dict[str, Any] = {
        "opportunity": opportunity,
        "templates": templates,
        "chosen": chosen,
        "refused_ways": entity_settings.refused_ways(opportunity) if opportunity.is_customer_seen else [],
        **_message_urls(opportunity, form),
    }
    return render_dialog(request, dialog, form=form, **context)


def _exchange_initial(opportunity: Opportunity, chosen: MessageTemplate | None) -> dict[str, Any]:
    day = selectors.next_working_day(today_paris(timezone.now()))
    initial: dict[str, Any] = {"next_action": enums.NextAction.CALL, "next_action_on": day}
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
    if not opportunity.is_customer_seen:
        return {}
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
    form = forms.PostponeForm(sent(request), initial={"to": selectors.next_working_day(today)})
    if form.is_valid():
        try:
            follow_up.postpone(opportunity=opportunity, actor=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return done(request, opportunity, f"Reporté au {format_day(form.cleaned_data['to'])}.")
    action = opportunity.get_next_action_display()
    title = f"Reporter «\u00a0{action}\u00a0»" if action else "Reporter"
    return render_dialog(request, dialog_of(opportunity, request, title, "Reporter"), form=form)


@right(EDIT, on="row")
@writes("GET", "POST")
def close(request: StaffRequest, pk: int, status: str) -> HttpResponse:
    """Gagnée, perdue, abandonnée: asks why."""
    if status not in CLOSINGS:
        raise Http404
    opportunity = fetch(request, pk, right=EDIT)
    target = CLOSINGS[status]
    reasons = selectors.close_reasons(opportunity.entity_id, target)
    form = forms.CloseForm(sent(request), reasons=reasons, status=target)
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
            refuse(form, refusal)
        else:
            return done(request, opportunity, f"Opportunité {target.label.lower()}.")
    title = f"Clôturer\u00a0: {target.label.lower()}"
    dialog = dialog_of(opportunity, request, title, "Clôturer", consequence=_cancelled_with(opportunity))
    return render_dialog(request, dialog, form=form)


def _cancelled_with(opportunity: Opportunity) -> str:
    """« 2 rdv à venir seront annulés. »"""
    coming = selectors.planned_to_come(opportunity, now=timezone.now()).count()
    words = counted(coming, "rdv à venir sera annulé", "rdv à venir seront annulés")
    return f"{words}." if coming else ""


@right(REASSIGN, on="row")
@writes("GET", "POST")
def reassign(request: StaffRequest, pk: int) -> HttpResponse:
    opportunity = fetch(request, pk, right=REASSIGN)
    people = selectors.people_with(EDIT, entity_id=opportunity.entity_id, point_of_sale_id=opportunity.point_of_sale_id)
    form = forms.ReassignForm(sent(request), people=people, initial={"salesperson": opportunity.salesperson_id})
    if form.is_valid():
        try:
            left = follow_up.reassign(
                opportunity=opportunity, to=form.cleaned_data["salesperson"], actor=request.user, now=timezone.now()
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            for one in left:
                messages.warning(request, _stays(one, form.cleaned_data["salesperson"]))
            return done(request, opportunity, ended(f"Suivie par {form.cleaned_data['salesperson'].full_name}"))
    return render_dialog(request, dialog_of(opportunity, request, "Réaffecter", "Réaffecter"), form=form)


def _stays(appointment: Appointment, busy: User) -> str:
    what = f"{appointment.get_kind_display()} du {long_instant(appointment.starts_at)}"
    return (
        f"{what}\u00a0: il reste à {appointment.salesperson.full_name}, {busy.full_name} est déjà en rendez-vous. "
        "Déplacez-le."
    )


@right(EDIT, on="row")
@writes("GET", "POST")
def merge(request: StaffRequest, pk: int) -> HttpResponse:
    """Puts this opportunity into another one of the same customer."""
    opportunity = fetch(request, pk, right=EDIT)
    others = selectors.others_of_customer(opportunity)
    form = forms.MergeForm(sent(request), others=others)
    if form.is_valid():
        into = form.cleaned_data["into"]
        try:
            merging.merge(duplicate=opportunity, into=into, actor=request.user, now=timezone.now())
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return done(request, into, f"Fusionnée avec la n°\u00a0{into.number}.")
    consequence = (
        "Commentaires, offres, reprises et rendez-vous passent à l’opportunité choisie, et celle-ci ne s’ouvre plus. "
        "Cela ne se défait pas."
    )
    if cancelled := _cancelled_with(opportunity):
        consequence += f" Si celle que vous gardez est clôturée, {cancelled}"
    dialog = dialog_of(opportunity, request, "Fusionner un doublon", "Fusionner", consequence=consequence)
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


def _shown_again(request: StaffRequest, pk: int) -> HttpResponse:
    if not htmx.is_partial(request):
        return htmx.redirect(request, "opportunities:page", pk)
    return render_page(request, fetch(request, pk))
