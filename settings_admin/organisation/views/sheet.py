"""What the sheets of an entity and of a point of sale share: sections read or open, saved, merged; the logo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from openflex.core import htmx
from openflex.core.errors import Refused
from openflex.core.http import image_response
from openflex.core.sections import reopened
from settings_admin import scoping
from settings_admin.guards import RightMissing, get_for, place_of
from settings_admin.organisation import forms, selectors
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.organisation.selectors import MANAGE
from settings_admin.organisation.services import logos
from settings_admin.records.selectors import last_change_of, timeline_of
from settings_admin.records.services import EditConflict
from settings_admin.records.views import is_reading_on, older, read_history

MANAGE_ENTITIES = "holding.manage_entities"
Row = Entity | PointOfSale


@dataclass(frozen=True)
class Section:
    """A card of the sheet: its form, and the fields it shows when read."""

    key: str
    title: str
    form: type[forms.OrganisationForm]
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """What differs between the two; `name` is that of the URL of the sheet."""

    name: str
    sections: dict[str, Section]
    rows: Callable[[], QuerySet[Any]]
    edit: Callable[..., Any]

    def url(self, row: Row) -> str:
        return reverse(f"organisation:{self.name}", args=[row.pk])


def sections(*all_of_them: Section) -> dict[str, Section]:
    return {section.key: section for section in all_of_them}


def may_edit(row: Row) -> bool:
    """An entity is edited by those who hold the right all over it, not on one of its sites only."""
    if isinstance(row, Entity):
        return may_restructure(row.pk)
    return scoping.current_scope().allows(MANAGE, row.entity_id, row.pk)


def may_restructure(entity_pk: int) -> bool:
    """Points of sale come and go by those who hold the right all over the entity."""
    return entity_pk in scoping.current_scope().granted(MANAGE).whole


def fetch(request: HttpRequest, sheet: Sheet, pk: int, *, to_edit: bool = False) -> Any:
    row = get_for(request, sheet.rows(), pk, right=MANAGE)
    if to_edit and not may_edit(row):
        raise RightMissing(MANAGE, place_of(row)[0])
    return row


def show(request: HttpRequest, sheet: Sheet, row: Row) -> HttpResponse:
    """`?modifier=horaires` opens that section for editing, for those who may."""
    section = sheet.sections.get(request.GET.get("modifier", ""))
    if section is None or not may_edit(row):
        return render_sheet(request, sheet, row)
    form = section.form(instance=row)
    next(iter(form.fields.values())).widget.attrs["autofocus"] = True
    return render_sheet(request, sheet, row, section=section, form=form)


def render_sheet(
    request: HttpRequest,
    sheet: Sheet,
    row: Row,
    *,
    section: Section | None = None,
    form: Any = None,
    logo_form: forms.LogoForm | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    history = read_history(request, timeline_of(row), told=selectors.in_words, url=sheet.url(row))
    if is_reading_on(request):
        return older(request, history, of=row.name, url=sheet.url(row))
    logo = selectors.logo_of(row)
    is_own_logo = logo is not None and (logo.point_of_sale_id is not None or isinstance(row, Entity))
    context = {
        "sheet": sheet,
        "row": row,
        "sheet_url": sheet.url(row),
        "save_url": reverse(f"organisation:save_{sheet.name}", args=[row.pk, section.key]) if section else "",
        "logo_url": f"organisation:{sheet.name}_logo",
        "sections": [
            {"key": one.key, "title": one.title, "facts": selectors.facts_of(row, one.fields)}
            for one in sheet.sections.values()
        ],
        "section": section,
        "form": form,
        "may_edit": may_edit(row),
        "may_restructure": may_restructure(row.pk if isinstance(row, Entity) else row.entity_id),
        "logo": logo,
        "is_own_logo": is_own_logo,
        "logo_form": logo_form or forms.LogoForm(),
        "history": history.lines,
        "more_url": history.more_url,
        "weekdays": selectors.week_of(row) if isinstance(row, PointOfSale) else [],
        **extra,
    }
    return htmx.render_part(request, f"organisation/{sheet.name}.html", "sheet", context, status=status)


def save_section(request: HttpRequest, sheet: Sheet, row: Row, key: str) -> HttpResponse:
    """Saves what this editor changed. `keep_theirs` names the fields whose saved value stays, after a conflict."""
    section = sheet.sections.get(key)
    if section is None:
        raise Http404
    if "copy_monday" in request.POST:
        return _monday_copied(request, sheet, row, section)
    form = section.form(request.POST, instance=row)
    if not form.is_valid():
        return render_sheet(request, sheet, row, section=section, form=form, status=422)
    base, mine = form.changes(keep=request.POST.get("keep_theirs", "").split(","))
    try:
        sheet.edit(row=row, base=base, mine=mine, actor=request.user)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return render_sheet(request, sheet, row, section=section, form=form, status=422)
    except EditConflict as conflict:
        return _conflict(request, sheet, row, section, form, conflict.fields)
    return saved(request, sheet, row, section=section, what=section.title, warnings=form.warnings)


def saved(
    request: HttpRequest,
    sheet: Sheet,
    row: Row,
    *,
    what: str,
    section: Section | None = None,
    warnings: Sequence[str] = (),
) -> HttpResponse:
    """The sheet again, in the place of the form: neither the scrolling nor the focus is lost."""
    url = sheet.url(row)
    if not htmx.is_partial(request):
        for message in warnings:
            messages.warning(request, message)
        return htmx.redirect(request, url)
    response = render_sheet(request, sheet, sheet.rows().get(pk=row.pk), saved_section=section)
    response.headers["HX-Replace-Url"] = url
    if warnings:
        detail = {"level": "warn", "title": "Enregistré, à vérifier", "message": " ".join(warnings), "stay": True}
    else:
        detail = {"level": "ok", "message": f"{what}\u00a0: enregistré."}
    return htmx.trigger(response, htmx.TOAST, detail)


def _monday_copied(request: HttpRequest, sheet: Sheet, row: Row, section: Section) -> HttpResponse:
    """The form again with Monday's hours on each day to Saturday; nothing is saved yet."""
    form = section.form(forms.with_monday_copied(request.POST), instance=row)
    form.is_valid()
    return render_sheet(request, sheet, row, section=section, form=form)


def _conflict(
    request: HttpRequest, sheet: Sheet, row: Row, section: Section, form: Any, fields: list[str]
) -> HttpResponse:
    """The form again, opened on what the other one saved, with what this person typed still in its fields."""
    now = sheet.rows().get(pk=row.pk)
    again = section.form(reopened(form, on=section.form(instance=now)), instance=now)
    again.is_valid()
    conflict = {
        "lines": [selectors.conflict_line(now, name, mine=form.cleaned_data[name]) for name in fields],
        "fields": ",".join(fields),
        "entry": last_change_of(now, fields[0]),
    }
    return render_sheet(request, sheet, now, section=section, form=again, status=422, conflict=conflict)


def save_logo(request: HttpRequest, sheet: Sheet, row: Row) -> HttpResponse:
    """A file sets the logo, the button `remove` takes it away."""
    if "remove" in request.POST:
        logos.remove_logo(row=row, actor=request.user)
        return saved(request, sheet, row, what="Logo")
    form = forms.LogoForm(request.POST, request.FILES)
    if not form.is_valid():
        return render_sheet(request, sheet, row, logo_form=form, status=422)
    file = form.cleaned_data["logo"]
    try:
        logos.set_logo(row=row, file=file, size=file.size, actor=request.user)
    except Refused as refusal:
        form.add_error(refusal.field, refusal.message)
        return render_sheet(request, sheet, row, logo_form=form, status=422)
    return saved(request, sheet, row, what="Logo")


def logo_image(request: HttpRequest, row: Row) -> HttpResponse:
    logo = selectors.logo_of(row)
    if logo is None:
        raise Http404
    version = f"{logo.pk}-{logo.updated_at:%Y%m%d%H%M%S%f}"
    return image_response(request, bytes(logo.content), kind="png", version=version, is_named=False)
