"""*Numérotation*: how each entity writes the numbers of its documents."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.http import read_only, writes
from openflex.core.sections import told_of_conflict
from settings_admin.guards import right
from settings_admin.numbering import selectors, services
from settings_admin.numbering.forms import NumberingForm
from settings_admin.numbering.validators import check_format, check_next
from settings_admin.organisation.models import Entity
from settings_admin.organisation.selectors import MANAGE
from settings_admin.organisation.views.managing import fetch_managed, managed_entities, manages_several
from settings_admin.records.services import EditConflict
from settings_admin.records.views import is_reading_on, older, read_history
from settings_admin.registries import NumberingSeries, numbering_series


@right(MANAGE, on="scope")
@read_only
def entity_list(request: HttpRequest) -> HttpResponse:
    """All entities that one manages, whatever the top bar shows; who manages a single one is led to it."""
    entities = list(Entity.objects.filter(pk__in=managed_entities()).order_by("name"))
    if len(entities) == 1:
        return htmx.redirect(request, "numbering:entity", entities[0].pk)
    context = {"rows": selectors.examples_of(entities, year=_today().year), "series": numbering_series().values()}
    return htmx.render_part(request, "numbering/list.html", "page", context)


@right(MANAGE, on="row")
@read_only
def entity_page(request: HttpRequest, pk: int) -> HttpResponse:
    """`?modifier=stock` opens that series for editing."""
    entity = fetch_managed(request, pk)
    series = numbering_series().get(request.GET.get("modifier", ""))
    if series is None:
        return _render(request, entity)
    form = NumberingForm(instance=selectors.numbering_of(entity, series, on=_today()))
    form.fields["prefix"].widget.attrs["autofocus"] = True
    return _render(request, entity, series=series, form=form)


@right(MANAGE, on="row")
@writes("POST")
def save(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    entity = fetch_managed(request, pk)
    series, today = _series(key), _today()
    form = NumberingForm(request.POST, instance=selectors.numbering_of(entity, series, on=today))
    if not form.is_valid():
        return _render(request, entity, series=series, form=form, status=422)
    base, mine = form.changes()
    try:
        services.edit_numbering(entity=entity, series=series, base=base, mine=mine, actor=request.user, on=today)
    except Refused as refusal:
        form.add_error(refusal.field, refusal.message)
    except EditConflict as conflict:
        now = selectors.numbering_of(entity, series, on=today)
        form = told_of_conflict(form, conflict.fields, now=now)  # type: ignore[assignment]
    else:
        return _saved(request, entity, series)
    return _render(request, entity, series=series, form=form, status=422)


@right(MANAGE, on="row")
@read_only
def preview(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """What the next number would be with what is being typed, or why it cannot be."""
    entity = fetch_managed(request, pk)
    series = _series(key)
    form = NumberingForm(request.GET, instance=selectors.numbering_of(entity, series, on=_today()))
    context = {"entity": entity, "series": series, "form": form, **_preview(entity, series, form)}
    return htmx.render_part(request, "numbering/preview.html", "preview", context)


def _preview(entity: Entity, series: NumberingSeries, form: NumberingForm) -> dict[str, Any]:
    if form.is_bound and not form.is_valid():
        return {}
    row, year = form.instance, _today().year
    written = form.parts().format if form.is_bound else row.format
    first = form.cleaned_data["next_number"] if form.is_bound else row.next_number
    try:
        check_format(written, series, given=row.given, others=selectors.series_formats(entity))
        if first != row.next_number:
            check_next(first, series, given=row.given, has_begun=selectors.has_begun(entity, series))
    except Refused as refusal:
        return {"refusal": refusal.message}
    number, text = selectors.next_free(entity, series, written, first=first, year=year)
    _, following = selectors.next_free(entity, series, written, first=number + 1, year=year)
    return {"next_text": text, "following": following}


def _series(key: str) -> NumberingSeries:
    if (series := numbering_series().get(key)) is None:
        raise Http404
    return series


def _saved(request: HttpRequest, entity: Entity, series: NumberingSeries) -> HttpResponse:
    """The page again, in the place of the form."""
    url = reverse("numbering:entity", args=[entity.pk])
    if not htmx.is_partial(request):
        return htmx.redirect(request, url)
    response = _render(request, entity)
    response.headers["HX-Replace-Url"] = url
    return htmx.trigger(response, htmx.TOAST, {"level": "ok", "message": f"{series.label}\u00a0: enregistré."})


def _render(
    request: HttpRequest,
    entity: Entity,
    *,
    series: NumberingSeries | None = None,
    form: Any = None,
    status: int = 200,
) -> HttpResponse:
    url = reverse("numbering:entity", args=[entity.pk])
    history = read_history(request, selectors.history_of(entity), told=selectors.in_words, url=url)
    if is_reading_on(request):
        return older(request, history, of="Numérotation", url=url)
    context = {
        "entity": entity,
        "all_series": selectors.series_of(entity, on=_today(), opened=form.instance if series else None),
        "opened": series,
        "form": form,
        "history": history.lines,
        "more_url": history.more_url,
        "has_several": manages_several(),
        **(_preview(entity, series, form) if series else {}),
    }
    return htmx.render_part(request, "numbering/entity.html", "sheet", context, status=status)


def _today() -> Any:
    return today_paris(timezone.now())
