"""Step 2: the details of the vehicle, kept at each field, and *Afficher la cote*."""

import json
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.french import NO_VALUE
from openflex.core.http import read_only, writes
from quotation import answers, selectors
from quotation.enums import QuotationState
from quotation.forms import DetailsForm, doubts
from quotation.models import Quotation
from quotation.providers.base import Colour, Equipment
from quotation.providers.failures import ProviderFailure
from quotation.services import drafts, valuing
from quotation.views.acting import (
    DRAFT_IS_KEPT,
    USE,
    VALUE_IS_KEPT,
    asker_for,
    fetch,
    fetch_to_change,
    kept_at,
    may_change,
    page_context,
    tell,
    the_provider,
)
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.records.services import EditConflict
from vehicles.validators import FieldWarning

TEMPLATE = "quotation/details.html"
DETAILS = "quotation:details"
LIGHT = 150  # of 255: above it, the tick of a chosen colour is dark
SHOWN_EQUIPMENT = 9  # of the standard ones, before *Voir les n équipements*


@right(USE, on="row")
@read_only
def details(request: StaffRequest, pk: int) -> HttpResponse:
    draft = fetch(request, pk)
    if draft.state != QuotationState.DRAFT:
        return htmx.redirect(request, "quotation:radar", pk)
    if not may_change(draft):
        return render_reading(request, draft)
    if not draft.version_code:
        return htmx.redirect(request, "quotation:configure", pk)
    return _render(request, draft, _form(draft))


def render_reading(request: StaffRequest, draft: Quotation) -> HttpResponse:
    """Both steps of a colleague's draft, to be read: what was typed, read or not, and who goes on with it."""
    form = _form(draft)
    context = page_context(
        draft,
        facts=[(form[name].label, _in_words(draft, form, name)) for name in form.fields],
        kept=kept_at(draft, timezone.now()),
        **_equipment_context(draft),
    )
    return render(request, "quotation/reading.html", context)


@right(USE, on="row")
@writes("POST")
def save_draft(request: StaffRequest, pk: int) -> HttpResponse:
    """Called at each field that is left; answers with the hour of the draft, or with what another tab has changed.

    `keep` answers that conflict: « mine » writes over it, « theirs » leaves it; then the whole page comes again.
    """
    draft = fetch_to_change(request, pk)
    form = _form(draft, request.POST)
    form.is_valid()
    keep = request.POST.get("keep", "")
    try:
        _keep(draft, form, keep=keep)
    except EditConflict as conflict:
        context = _conflict(draft, form, conflict.fields)
        if keep:
            return _render(request, draft, form, status=422, **context)
        return render(request, "quotation/_draft_kept.html", {"quotation": draft, **context}, status=422)
    except drafts.OtherVersion as refusal:
        form.add_error(None, refusal.message)
        return htmx.in_place_of("#wizard", _render(request, draft, form, status=422))
    if not keep:
        kept = kept_at(draft, timezone.now())
        context = {"quotation": draft, "base": _base(draft), "kept": kept, "doubts": form.warnings}
        return render(request, "quotation/_draft_kept.html", context)
    return _render(request, draft, _form(draft)) if htmx.is_partial(request) else htmx.redirect(request, DETAILS, pk)


def _keep(draft: Quotation, form: DetailsForm, *, keep: str = "") -> None:
    """What is typed, into the draft; raises EditConflict and OtherVersion."""
    values, unread = form.readable()
    base, seen = form.base(), form.seen()
    if keep and base is not None:
        base |= seen
    if keep == "theirs":
        values = {name: value for name, value in values.items() if name not in seen}
        unread = {name: text for name, text in unread.items() if name not in seen}
        unread |= {name: text for name, text in draft.unread.items() if name in seen}
    version_code = form.data.get("version_code")
    drafts.save_details(draft=draft, values=values, unread=unread, base=base, version_code=version_code)


def _base(draft: Quotation) -> str:
    """For the form: what it is opened with."""
    return json.dumps(drafts.details_of(draft, DetailsForm.base_fields))


@dataclass(frozen=True)
class ConflictLine:
    label: str
    theirs: str
    mine: str


def _conflict(draft: Quotation, form: DetailsForm, names: list[str]) -> dict[str, Any]:
    """Both values of each field, and what the form goes on with: what it was opened with, until one is chosen."""
    saved = selectors.for_pages().get(pk=draft.pk)
    stands = _form(saved)
    return {
        "conflict": [
            ConflictLine(str(form[name].label), _in_words(saved, stands, name), _in_words(saved, form, name))
            for name in names
        ],
        "seen": json.dumps(drafts.details_of(saved, names)),
        "base": json.dumps(form.base()),
        "saved": saved,
    }


def _in_words(draft: Quotation, form: DetailsForm, name: str) -> str:
    """A field as it is typed and shown, its choice or its colour by name."""
    value = form[name].value()
    field: Any = form.fields[name]
    words = {str(code): str(label) for code, label in getattr(field, "choices", ())}
    if name.endswith("_colour"):
        words = selectors.colour_words(draft)
    if isinstance(field, forms.BooleanField):
        return "Oui" if value else "Non"
    return words.get(str(value), "") or (str(field.prepare_value(value)) if value not in (None, "") else NO_VALUE)


@right(USE, on="row")
@writes("POST")
def fetch_equipment(request: StaffRequest, pk: int) -> HttpResponse:
    """Colours and equipment that did not come with the version."""
    draft = fetch_to_change(request, pk)
    provider = selectors.provider_of(draft.entity)
    asker = asker_for(request, entity=draft.entity, quotation=draft, act=provider.begin_act())
    tell(request, drafts.fetch_equipment(draft=draft, provider=provider, asker=asker), kept=DRAFT_IS_KEPT)
    return htmx.redirect(request, "quotation:details", pk)


@right(USE, on="row")
@writes("POST")
def value(request: StaffRequest, pk: int) -> HttpResponse:
    """*Afficher la cote*. Whatever the provider does, what was typed is in the draft before it is asked."""
    # Without its answers: all of them joined take longer to plan than to read the one that a refusal shows.
    draft = fetch_to_change(request, pk, selectors.quotation_rows().select_related("point_of_sale"))
    if draft.state != QuotationState.DRAFT:
        return htmx.redirect(request, "quotation:radar", pk)
    form = _form(draft, request.POST)
    form.is_valid()
    try:
        _keep(draft, form)
    except EditConflict as conflict:
        return _render(request, draft, form, status=422, **_conflict(draft, form, conflict.fields))
    except drafts.OtherVersion as refusal:
        form.add_error(None, refusal.message)
    if not form.is_valid():
        return _render(request, draft, form, status=422)
    provider = selectors.provider_of(draft.entity)
    asker = asker_for(request, entity=draft.entity, quotation=draft, act=provider.begin_act())
    try:
        tell(request, valuing.value_draft(draft=draft, provider=provider, asker=asker), kept=VALUE_IS_KEPT)
    except ProviderFailure as failure:
        return _render(request, draft, form, failure=failure, status=422)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return _render(request, draft, form, status=422)
    for doubt in form.warnings:
        messages.warning(request, doubt.message)
    return htmx.redirect(request, "quotation:radar", pk)


def _form(draft: Quotation, data: Any = None) -> DetailsForm:
    return DetailsForm(data, instance=draft, today=today_paris(timezone.now()))


def _render(
    request: StaffRequest, draft: Quotation, form: DetailsForm, *, status: int = 200, **extra: Any
) -> HttpResponse:
    colours = answers.colours(draft.colours_answer) if draft.colours_answer else None
    context = page_context(
        draft,
        step=2,
        form=form,
        exterior=_swatches(colours.exterior if colours else (), form["exterior_colour"].value()),
        interior=_swatches(colours.interior if colours else (), form["interior_colour"].value()),
        kept=kept_at(draft, timezone.now()),
        suspension=the_provider().suspension(),
        doubts=form.warnings if form.is_bound else _doubts(draft),
        **_equipment_context(draft),
        **{"base": _base(draft), **extra},
    )
    return htmx.render_part(request, TEMPLATE, "wizard", context, status=status)


def _doubts(draft: Quotation) -> list[FieldWarning]:
    return doubts(vin=draft.vin, plate=draft.plate, plate_country=draft.plate_country, mileage_km=draft.mileage_km)


@dataclass(frozen=True)
class Swatch:
    code: str
    label: str
    hex: str
    is_light: bool


def _swatches(colours: tuple[Colour, ...], chosen: str | None) -> dict[str, list[Swatch]]:
    """Frequent colours first; the chosen one among them, so that it is in sight."""
    first = [colour for colour in colours if colour.frequent or colour.code == chosen]
    rest = [colour for colour in colours if colour not in first]
    return {"first": [_swatch(colour) for colour in first], "rest": [_swatch(colour) for colour in rest]}


def _swatch(colour: Colour) -> Swatch:
    red, green, blue = (int(colour.hex[at : at + 2], 16) for at in (1, 3, 5))
    return Swatch(colour.code, colour.label, colour.hex, 0.3 * red + 0.59 * green + 0.11 * blue > LIGHT)


def _equipment_context(draft: Quotation) -> dict[str, Any]:
    equipment = answers.equipment(draft.equipment_answer) if draft.equipment_answer else None
    return {"equipment": _equipment(equipment) if equipment else None, "shown_equipment": SHOWN_EQUIPMENT}


def _equipment(equipment: Equipment) -> dict[str, Any]:
    """Packs with what they contain, single options, and standard equipment by group."""
    by_group = sorted(equipment.standard, key=lambda item: (item.group or "", item.label))
    inside = {option.pack for option in equipment.options if option.pack}
    return {
        "standard": by_group,
        "groups": [(group or "Autres", list(items)) for group, items in groupby(by_group, key=lambda item: item.group)],
        "options_count": len(equipment.options),
        "packs": [
            (option, [part for part in equipment.options if part.pack == option.code])
            for option in equipment.options
            if option.code in inside
        ],
        "options": [option for option in equipment.options if option.code not in inside and not option.pack],
    }
