"""The appointments of the team, a week at a time."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import parse_day, today_paris
from openflex.core.errors import Refused
from openflex.core.http import read_only
from opportunities import selectors
from opportunities.rights import EDIT, VIEW
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.scoping import current_scope

DAYS = 7


@right(VIEW, on="scope")
@read_only
def calendar(request: StaffRequest) -> HttpResponse:
    """`?semaine=2026-11-23` is the week of that day, `?qui=moi` shows one's own alone."""
    today = today_paris(timezone.now())
    monday = _monday(request.GET.get("semaine", ""), today)
    is_mine = request.GET.get("qui") == "moi"
    days = selectors.week_of(monday, user_id=request.user.pk if is_mine else None)
    for appointment in (one for day in days for one in day.appointments):
        place = (appointment.entity_id, appointment.point_of_sale_id)
        appointment.may_move = (
            appointment.is_planned and appointment.opportunity.is_open and current_scope().allows(EDIT, *place)
        )
    context = {
        "today": today,
        "days": days,
        "monday": monday,
        "last_day": monday + timedelta(days=DAYS - 1),
        "previous": monday - timedelta(days=DAYS),
        "next": monday + timedelta(days=DAYS),
        "is_mine": is_mine,
        "is_this_week": monday <= today < monday + timedelta(days=DAYS),
    }
    return htmx.render_part(request, "opportunities/calendar.html", "calendar", context)


def _monday(asked: str, today: date) -> date:
    """Of the week of a day; of today's for what is none, and where the calendar itself ends."""
    try:
        day = parse_day(asked)
    except Refused:
        day = today
    return day - timedelta(days=day.weekday())
