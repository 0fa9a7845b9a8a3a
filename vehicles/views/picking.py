"""What the picker of the forms above asks (`vehicles.forms.picker`): vehicles in stock with these words."""

import re

from django.http import Http404, HttpResponse
from django.shortcuts import render

from openflex.core.http import read_only, row_number
from openflex.core.search import SHORTEST
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import RightMissing, read_widely, right
from settings_admin.scoping import current_scope
from vehicles.forms.picker import VIEW
from vehicles.models import Vehicle

SHOWN = 8
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,40}")


@right("vehicles.view", on="scope")
@read_only
def pick(request: StaffRequest) -> HttpResponse:
    """Those of the entity that asks, under the one that is chosen. Raises Http404 for a stranger's entity."""
    field, entity_id = request.GET.get("field", "vehicle"), row_number(request.GET.get("entity", ""))
    scope = current_scope()
    if entity_id is None and len(scope.reach.entities) == 1:
        (entity_id,) = scope.reach.entities
    if entity_id not in scope.widest.entities or not _FIELD.fullmatch(field):
        raise Http404
    if not scope.allows(VIEW, entity_id):
        raise RightMissing(VIEW, entity_id)
    read_widely(VIEW)
    words = request.GET.get(f"{field}_words", "").strip()[:200]
    chosen = row_number(request.GET.get(field, ""))
    rows = Vehicle.objects.in_stock().filter(entity=entity_id)
    too_short = sum(map(str.isalnum, words)) < SHORTEST
    context = {
        "field": field,
        "words": words,
        "too_short": too_short,
        "chosen": rows.filter(pk=chosen).first() if chosen else None,
        "matches": [] if too_short else list(rows.search(words).order_by("-entered_on", "-pk")[:SHOWN]),
        "is_required": False,
    }
    return render(request, "vehicles/_choices.html", context)
