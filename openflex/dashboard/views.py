"""*Accueil*: the day of whoever signs in, on which it begins."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.http import read_only
from openflex.core.todos import Asked
from openflex.dashboard import selectors
from opportunities.rights import VIEW
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import staff_only
from settings_admin.scoping import current_scope

TEAM = "equipe"


@staff_only
@read_only
def home(request: StaffRequest) -> HttpResponse:
    """`?type=overdue` shows one kind, `?qui=equipe` the team's, for those who manage one."""
    scope, now = current_scope(), timezone.now()
    if not selectors.is_of_use(scope):
        return HttpResponseRedirect(reverse("landing"))
    may_see_team = selectors.may_see_team(scope)
    asked = Asked(
        user_id=request.user.pk,
        now=now,
        today=today_paris(now),
        limit=selectors.FEW,
        is_team=may_see_team and request.GET.get("qui") == TEAM,
    )
    only = request.GET.get("type", "")
    only = only if only in selectors.kinds() else ""
    places = {place.entity.pk: place.entity.name for place in request.belonging.places}
    context = {
        "day": selectors.day_of(asked, only=only, places=places),
        "chosen": only,
        "asked": asked,
        "team": TEAM,
        "may_see_team": may_see_team,
        "has_agenda": scope.allows_somewhere(VIEW),
        "todo_keys": True,
    }
    return htmx.render_part(request, "dashboard/home.html", "home", context)
