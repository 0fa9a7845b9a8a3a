"""*Paramètres*: how each entity signs in at the provider of values, and what it decides about its quotations.

What is secret comes in by one form and never goes out: neither pages nor messages hold it.
"""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from openflex.core import htmx
from openflex.core.http import read_only, writes
from openflex.core.sections import reopened
from quotation import selectors
from quotation.forms import CredentialsForm, QuotationSettingsForm
from quotation.providers.wire import Credentials
from quotation.services import access
from quotation.views.acting import asker_for, the_provider
from settings_admin import scoping
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.models import Entity, TimelineEntry
from settings_admin.organisation.selectors import MANAGE
from settings_admin.organisation.views.managing import fetch_managed, managed_entities, manages_several
from settings_admin.records.selectors import HistoryLine, last_change_of
from settings_admin.records.services import EditConflict
from settings_admin.records.views import is_reading_on, older, read_history

CONSUMPTION = "settings.consumption"
TEMPLATE = "quotation/provider.html"


@right(MANAGE, on="scope")
@read_only
def provider_list(request: StaffRequest) -> HttpResponse:
    """All entities that one manages, whatever the top bar shows; who manages a single one is led to it."""
    entities = selectors.accesses_of(managed_entities())
    if len(entities) == 1:
        return htmx.redirect(request, "quotation:provider", entities[0].entity.pk)
    context = {"entities": entities, "provider": the_provider(), "can_see_consumption": _can_see_consumption()}
    return htmx.render_part(request, "quotation/providers.html", "page", context)


@right(MANAGE, on="row")
@read_only
def provider_page(request: StaffRequest, pk: int) -> HttpResponse:
    """`?modifier=identifiants` or `reglages` opens that card for editing."""
    entity = fetch_managed(request, pk)
    opened = request.GET.get("modifier", "")
    if opened == "identifiants":
        form = CredentialsForm()
        form.fields["client_id"].widget.attrs["autofocus"] = True
        return _render(request, entity, credentials_form=form)
    if opened == "reglages":
        return _render(request, entity, settings_form=_settings_form(entity))
    return _render(request, entity)


@sensitive_variables()
@sensitive_post_parameters("client_id", "client_secret")
@right(MANAGE, on="row")
@writes("POST")
def save_credentials(request: StaffRequest, pk: int) -> HttpResponse:
    entity = fetch_managed(request, pk)
    form = CredentialsForm(request.POST)
    if not form.is_valid():
        return _render(request, entity, credentials_form=form, status=422)
    credentials = Credentials(**form.cleaned_data)
    access.save_credentials(entity=entity, credentials=credentials, actor=request.user, now=timezone.now())
    return _saved(request, entity, "Identifiants enregistrés\u00a0: testez la connexion.")


@right(MANAGE, on="row")
@writes("POST")
def remove_credentials(request: StaffRequest, pk: int) -> HttpResponse:
    entity = fetch_managed(request, pk)
    access.remove_credentials(entity=entity, actor=request.user)
    return _saved(request, entity, "Identifiants retirés.")


@right(MANAGE, on="row")
@writes("POST")
def try_access(request: StaffRequest, pk: int) -> HttpResponse:
    """*Tester la connexion*: something free is asked at once; the answer stands in the page, and nowhere else."""
    entity = fetch_managed(request, pk)
    provider = selectors.provider_of(entity)
    asker = asker_for(request, entity=entity, quotation=None, act=provider.begin_act())
    return _render(request, entity, tried=access.try_access(provider=provider, asker=asker))


@right(MANAGE, on="row")
@writes("POST")
def save_settings(request: StaffRequest, pk: int) -> HttpResponse:
    """Saves what this editor changed. `keep_theirs` names the fields whose saved value stays, after a conflict."""
    entity = fetch_managed(request, pk)
    form = _settings_form(entity, request.POST)
    if not form.is_valid():
        return _render(request, entity, settings_form=form, status=422)
    base, mine = form.changes(keep=request.POST.get("keep_theirs", "").split(","))
    try:
        access.edit_settings(entity=entity, base=base, mine=mine, actor=request.user)
    except EditConflict as conflict:
        again = _settings_form(entity, reopened(form, on=_settings_form(entity)))
        again.is_valid()
        return _render(request, entity, settings_form=again, conflict=_conflict(entity, again, conflict), status=422)
    return _saved(request, entity, "Réglages enregistrés.")


def _settings_form(entity: Entity, data: Any = None) -> QuotationSettingsForm:
    own = selectors.settings_of(entity)
    return QuotationSettingsForm(data, instance=own, usual_quota=selectors.usual_quota())


def _conflict(entity: Entity, form: QuotationSettingsForm, conflict: EditConflict) -> dict[str, Any]:
    own = selectors.settings_of(entity)
    return {
        "entry": last_change_of(own, conflict.fields[0]),
        "fields": ",".join(conflict.fields),
        "lines": [
            {
                "label": form.fields[name].label,
                "theirs": selectors.setting_text(name, getattr(own, name)),
                "mine": selectors.setting_text(name, form.cleaned_data[name]),
            }
            for name in conflict.fields
        ],
    }


def _saved(request: StaffRequest, entity: Entity, message: str) -> HttpResponse:
    """The page again, in the place of the form."""
    url = reverse("quotation:provider", args=[entity.pk])
    if not htmx.is_partial(request):
        return htmx.redirect(request, url)
    response = _render(request, entity)
    response.headers["HX-Replace-Url"] = url
    return htmx.trigger(response, htmx.TOAST, {"level": "ok", "message": message})


def _render(request: StaffRequest, entity: Entity, *, status: int = 200, **more: Any) -> HttpResponse:
    url = reverse("quotation:provider", args=[entity.pk])
    history = read_history(request, selectors.history_of_settings(entity), told=_in_words, url=url)
    if is_reading_on(request):
        return older(request, history, of="Fournisseur de cotes", url=url)
    provider = the_provider()
    context = {
        "entity": entity,
        "access": selectors.access_of(entity),
        "own": selectors.settings_of(entity),
        "usual_quota": selectors.usual_quota(),
        "provider": provider,
        "suspension": provider.suspension(),
        "history": history.lines,
        "more_url": history.more_url,
        "has_several": manages_several(),
        "can_see_consumption": _can_see_consumption(),
        **more,
    }
    return htmx.render_part(request, TEMPLATE, "sheet", context, status=status)


def _in_words(entries: Iterable[TimelineEntry]) -> list[HistoryLine]:
    return [selectors.told_of_settings(entry) for entry in entries]


def _can_see_consumption() -> bool:
    return scoping.current_scope().allows_somewhere(CONSUMPTION)
