"""For a page whose socket does not pass (a proxy in between, sockets that restart): the same snapshots, asked for."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from openflex.core.http import read_only
from openflex.live.sights import MOST_TOPICS, sights
from settings_admin.access.requests import SignedInRequest
from settings_admin.guards import signed_in


@signed_in
@never_cache
@read_only
def snapshots(request: SignedInRequest) -> HttpResponse:
    names = list(dict.fromkeys(request.GET.get("topics", "").split()))[:MOST_TOPICS]
    seen = sights(request.user, names)
    return JsonResponse({"snapshots": {name: sight.snapshot for name, sight in seen.items()}})
