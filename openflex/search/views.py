"""« Rechercher partout »: a page, and, over any other page, what Ctrl+K opens (`static/js/palette.js`)."""

from django.http import HttpResponse

from openflex.core import htmx
from openflex.core.http import read_only
from openflex.search import selectors
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import staff_only

LONGEST = 200
MOST_OPENED = 20


@staff_only
@read_only
def everywhere(request: StaffRequest) -> HttpResponse:
    typed = request.GET.get("q", "")[:LONGEST]
    text = " ".join("".join(character if character.isprintable() else " " for character in typed).split())
    places = {place.entity.pk: place.entity.name for place in request.belonging.places}
    opened = [] if text else request.GET.getlist("ouvert")[:MOST_OPENED]
    findings = selectors.found_everywhere(text, places=places if len(places) > 1 else {}, opened=opened)
    return htmx.render_part(request, "search/page.html", "found", {"text": text, "findings": findings})
