"""*Paramètres*: the messages that an entity keeps ready for its customers."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from openflex.core import htmx
from openflex.core.errors import Refused
from openflex.core.http import read_only, writes
from openflex.core.sections import told_of_conflict
from opportunities import entity_settings
from opportunities.enums import ExchangeMeans
from opportunities.forms import MessageForm
from opportunities.messages import PLACES, SAMPLES, fill
from opportunities.models import MessageTemplate
from opportunities.services import messages as services
from opportunities.views.settings import answer_older, context_of
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import get_for, right
from settings_admin.models import Entity
from settings_admin.organisation.selectors import MANAGE
from settings_admin.organisation.views.managing import check_managed, fetch_managed
from settings_admin.records.services import EditConflict
from settings_admin.records.views import is_reading_on

PAGE = "opportunities:settings_messages_of"
TEMPLATE = "opportunities/settings/message.html"


@right(MANAGE, on="row")
@read_only
def message_list(request: StaffRequest, pk: int) -> HttpResponse:
    entity = fetch_managed(request, pk)
    if is_reading_on(request):
        return answer_older(request, entity, "messages")
    context = {**context_of(request, entity, "messages"), "templates": entity_settings.all_templates(entity.pk)}
    return htmx.render_part(request, "opportunities/settings/messages.html", "sheet", context)


@right(MANAGE, on="row")
@writes("GET", "POST")
def add_message(request: StaffRequest, pk: int) -> HttpResponse:
    entity = fetch_managed(request, pk)
    form = MessageForm(_sent(request), instance=MessageTemplate(entity=entity, means=ExchangeMeans.EMAIL))
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("label", "means", "subject", "body")}
        try:
            services.add_message(entity=entity, values=values, actor=request.user, key=form.cleaned_data["key"])
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            return _done(request, entity.pk, "Modèle ajouté.")
    return _render(request, entity, form)


@right(MANAGE, on="row")
@writes("GET", "POST")
def edit_message(request: StaffRequest, pk: int) -> HttpResponse:
    template = _fetch(request, pk)
    form: Any = MessageForm(_sent(request), instance=template)
    if form.is_valid():
        base, mine = form.changes()
        try:
            services.edit_message(template=template, base=base, mine=mine, actor=request.user)
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        except EditConflict as conflict:
            form = told_of_conflict(form, conflict.fields, now=_fetch(request, pk))
        else:
            return _done(request, template.entity_id, "Modèle enregistré.")
    return _render(request, template.entity, form, template=_fetch(request, pk))


@right(MANAGE, on="row")
@writes("POST")
def offer_message(request: StaffRequest, pk: int) -> HttpResponse:
    template = _fetch(request, pk)
    is_active = request.POST.get("offer") == "yes"
    services.offer_message(template=template, is_active=is_active, actor=request.user)
    said = "est de nouveau proposé" if is_active else "n’est plus proposé"
    return _done(request, template.entity_id, f"«\u00a0{template.label}\u00a0» {said}.")


@right(MANAGE, on="row")
@read_only
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """What is being typed, as a customer of no real name would read it."""
    entity = fetch_managed(request, pk)
    form = MessageForm(request.GET, instance=MessageTemplate(entity=entity))
    form.is_valid()
    context = {"entity": entity, "form": form, **_preview(form)}
    return htmx.render_part(request, "opportunities/settings/preview.html", "preview", context)


def _preview(form: MessageForm) -> dict[str, Any]:
    typed = {name: str(form[name].value() or "") for name in ("subject", "body")}
    refusals = [error for name in typed if form.is_bound for error in form.errors.get(name, []) if typed[name]]
    return {
        "subject": fill(typed["subject"], SAMPLES) if form["means"].value() != ExchangeMeans.SMS else "",
        "body": fill(typed["body"], SAMPLES),
        "refusals": refusals,
    }


def _fetch(request: StaffRequest, pk: int) -> MessageTemplate:
    template = get_for(request, MessageTemplate.objects.select_related("entity__holding"), pk, right=MANAGE)
    check_managed(template.entity)
    return template


def _sent(request: StaffRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _done(request: StaffRequest, entity_pk: int, message: str) -> HttpResponse:
    messages.success(request, message)
    return htmx.redirect(request, PAGE, entity_pk)


def _render(
    request: StaffRequest, entity: Entity, form: Any, *, template: MessageTemplate | None = None
) -> HttpResponse:
    context = {
        **context_of(request, entity, "messages"),
        "form": form,
        "template": template,
        "places": PLACES,
        **_preview(form),
    }
    return htmx.render_part(request, TEMPLATE, "sheet", context, status=422 if form.errors else 200)
