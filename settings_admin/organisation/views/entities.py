"""The entities one manages with their points of sale; the sheet of an entity."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from openflex.core import htmx
from openflex.core.errors import Refused
from openflex.core.french import parse_siren, vat_number_of
from openflex.core.http import read_only, writes
from settings_admin import scoping
from settings_admin.guards import right
from settings_admin.organisation import forms, selectors
from settings_admin.organisation.selectors import MANAGE
from settings_admin.organisation.services import sheets
from settings_admin.organisation.views import sheet as the
from settings_admin.organisation.views.sheet import MANAGE_ENTITIES, Section, Sheet

ENTITY = Sheet(
    name="entity",
    sections=the.sections(
        Section("identite", "Identité", forms.EntityIdentityForm, ("name", "siren", "vat_number")),
        Section(
            "coordonnees",
            "Coordonnées",
            forms.EntityContactForm,
            ("street", "postcode", "city", "phone", "email"),
        ),
    ),
    rows=selectors.entity_rows,
    edit=sheets.edit_entity,
)


@right(MANAGE, on="scope")
@read_only
def entity_list(request: HttpRequest) -> HttpResponse:
    """All that one manages, whatever the top bar shows: the page is about the structure itself."""
    scope = scoping.current_scope()
    scoping.enter(scope.narrowed(scope.granted(MANAGE)))
    context = {
        "entities": selectors.entity_rows(),
        "whole": scope.granted(MANAGE).whole,
        "may_add_entity": scope.allows_somewhere(MANAGE_ENTITIES),
    }
    return render(request, "organisation/list.html", context)


@right(MANAGE, on="row")
@read_only
def entity_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    return the.show(request, ENTITY, the.fetch(request, ENTITY, pk))


@right(MANAGE, on="row")
@writes("POST")
def save_entity(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    return the.save_section(request, ENTITY, the.fetch(request, ENTITY, pk, to_edit=True), key)


@right(MANAGE, on="row")
@writes("GET", "POST")
def entity_logo(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "POST":
        return the.save_logo(request, ENTITY, the.fetch(request, ENTITY, pk, to_edit=True))
    return the.logo_image(request, the.fetch(request, ENTITY, pk))


@right(MANAGE, on="row")
@read_only
def propose_vat_number(request: HttpRequest, pk: int) -> HttpResponse:
    """The field of the VAT number, filled with what the SIREN being typed leads to; a number typed by hand stays."""
    entity = the.fetch(request, ENTITY, pk)
    data = request.GET.copy()
    try:
        proposed = vat_number_of(parse_siren(data.get("siren", "")))
    except Refused:
        proposed = ""
    if proposed and data.get("vat_number", "") in ("", data.get("proposed")):
        data["vat_number"] = proposed
    form = forms.EntityIdentityForm(data, instance=entity)
    if proposed and data["vat_number"] == proposed:
        form.fields["vat_number"].help_text = "Proposé d’après le SIREN."
    context = {"field": form["vat_number"], "row": entity, "proposed": proposed}
    return htmx.render_part(request, "organisation/vat_number.html", "field", context)
