"""Saving a section of the sheet, also when somebody else saved it meanwhile; the proposed inspection date."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.http import read_only, writes
from openflex.core.sections import reopened
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import get_for, right
from settings_admin.records.selectors import last_change_of
from settings_admin.records.services import EditConflict
from vehicles import forms, selectors
from vehicles.models import Vehicle
from vehicles.services import stock
from vehicles.views.proposal import answer_proposal
from vehicles.views.sheet import SECTIONS, Section, render_sheet, section_form


@right("vehicles.view", on="row")
@writes("POST")
def save_section(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    """Saves what this editor changed. `keep_theirs` names the fields whose saved value stays, after a conflict."""
    section = SECTIONS.get(key)
    if section is None:
        raise Http404
    vehicle = get_for(request, selectors.vehicle_rows(now=timezone.now()), pk, right=section.right)
    form = section_form(section, vehicle, today=today_paris(timezone.now()), data=request.POST)
    if not form.is_valid():
        return render_sheet(request, vehicle, section=section, form=form, status=422)
    base, mine = form.changes(keep=request.POST.get("keep_theirs", "").split(","))
    try:
        stock.edit_vehicle(
            vehicle=vehicle,
            base=base,
            mine=mine,
            actor=request.user,
            has_no_plate=bool(form.cleaned_data.get("has_no_plate")),
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return render_sheet(request, vehicle, section=section, form=form, status=422)
    except EditConflict as conflict:
        return _conflict(request, vehicle, section, form, conflict.fields)
    return _saved(request, vehicle, section, warnings=[warning.message for warning in form.warnings])


def _saved(request: StaffRequest, vehicle: Vehicle, section: Section, *, warnings: list[str]) -> HttpResponse:
    """The sheet again, in the place of the form: neither the scrolling nor the focus is lost."""
    url = reverse("vehicles:sheet", args=[vehicle.pk])
    if not htmx.is_partial(request):
        for message in warnings:
            messages.warning(request, message)
        return htmx.redirect(request, url)
    saved = selectors.vehicle_rows(now=timezone.now()).get(pk=vehicle.pk)
    response = render_sheet(request, saved, saved_section=section)
    response.headers["HX-Replace-Url"] = url
    if warnings:
        detail = {"level": "warn", "title": "Enregistré, à vérifier", "message": " ".join(warnings), "stay": True}
    else:
        detail = {"level": "ok", "message": f"{section.title}\u00a0: enregistré."}
    return htmx.trigger(response, htmx.TOAST, detail)


def _conflict(
    request: StaffRequest, vehicle: Vehicle, section: Section, form: forms.SectionForm, fields: list[str]
) -> HttpResponse:
    """The form again, opened on what the other one saved, with what this person typed still in its fields."""
    saved = selectors.vehicle_rows(now=timezone.now()).get(pk=vehicle.pk)
    fresh = section_form(section, saved, today=form.today)
    again = section_form(section, saved, today=form.today, data=reopened(form, on=fresh))
    again.is_valid()
    conflict = {
        "lines": [
            selectors.conflict_line(saved, name, typed=form.cleaned_data) for name in fields if name in form.fields
        ],
        "fields": ",".join(fields),
        "entry": last_change_of(saved, fields[0]),
    }
    return render_sheet(request, saved, section=section, form=again, status=422, conflict=conflict)


@right("vehicles.edit", on="row")
@read_only
def propose_inspection(request: StaffRequest, pk: int) -> HttpResponse:
    """The field of the next inspection, filled with what the date being typed leads to, and the reason."""
    vehicle = get_for(request, selectors.vehicle_rows(now=timezone.now()), pk, right="vehicles.edit")
    today = today_paris(timezone.now())
    return answer_proposal(request, lambda data: forms.MaintenanceForm(data, instance=vehicle, today=today))
