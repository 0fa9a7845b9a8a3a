"""Users: the list, and one person's page."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.http import read_only
from openflex.core.lists import build_list
from settings_admin.access import authority, lists
from settings_admin.access.authority import MANAGE_USERS
from settings_admin.access.fetching import colleague_for
from settings_admin.access.history import is_of_group, told
from settings_admin.access.models import User
from settings_admin.access.requests import StaffRequest
from settings_admin.access.selectors import people as selectors
from settings_admin.access.selectors.absences import absences_around
from settings_admin.access.selectors.history import Stay, history_of, stays_of
from settings_admin.access.selectors.sessions import open_sessions
from settings_admin.guards import right
from settings_admin.records.models import TimelineEntry
from settings_admin.records.selectors import HistoryLine
from settings_admin.records.views import History, is_reading_on, older, read_history
from settings_admin.scoping import current_scope

ASSIGNMENTS, RIGHTS, SESSIONS, HISTORY = "affectations", "droits", "sessions", "historique"
TABS = ((ASSIGNMENTS, "Affectations"), (RIGHTS, "Droits"), (SESSIONS, "Sessions"), (HISTORY, "Historique"))
LATEST_SHOWN = 4


@right(MANAGE_USERS, on="scope")
@read_only
def user_list(request: StaffRequest) -> HttpResponse:
    page = build_list(
        request,
        rows=selectors.colleagues(current_scope()),
        table_class=lists.UserTable,
        filter_class=lists.UserFilter,
        sorts=lists.SORTS,
        default_sort=lists.DEFAULT_SORT,
        tabs=lists.tabs(),
        prepare=selectors.with_reach,
    )
    is_partial = htmx.is_partial(request)
    response = htmx.render_part(request, "access/users.html", "list", {"list": page, "is_partial": is_partial})
    if is_partial:
        response.headers["HX-Push-Url"] = f"{request.path}{page.address}"
    return response


@right(MANAGE_USERS, on="row")
@read_only
def user_page(request: StaffRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    person = colleague_for(request, pk, right=MANAGE_USERS, facts=selectors.account_facts(now=now))
    memberships = selectors.memberships_of(person)
    if is_reading_on(request):
        history = _history_page(request, person, stays_of(person, memberships))
        return older(request, history, of=person.full_name, url=_tab_url(person, HISTORY))
    account = _account(request, person, now=now)
    tabs = [one for one in TABS if one[0] != SESSIONS or account["oversees"]]
    tab = request.GET.get("onglet", "")
    tab = tab if tab in dict(tabs) else ASSIGNMENTS
    held = [
        replace(one, may_change=authority.may_change(request.belonging, one.membership))
        for one in selectors.assignments(memberships, places=request.belonging.places_where(MANAGE_USERS))
    ]
    modules = selectors.rights_of(held, names_others=tab == RIGHTS)
    context = {
        "person": person,
        "state": lists.state_of(person),
        "tab": tab,
        "tabs": tabs,
        "assignments": held,
        "modules": modules,
        "by_module": selectors.by_module(modules),
        "giving_groups": len({one.membership.group_id for one in held if one.membership.group.rights}),
        # Who has no open account may do nothing, whatever the groups give.
        "held": sum(bool(one.given_by) for _, rights in modules for one in rights) if person.is_active else 0,
        "sees_everything": MANAGE_USERS in current_scope().holding_rights,
        **account,
    }
    if tab == SESSIONS:
        context["sessions"] = open_sessions(person, this_key=None, now=now)
    elif tab in (ASSIGNMENTS, HISTORY):
        context |= _history(request, person, stays_of(person, memberships), is_open=tab == HISTORY)
    return htmx.render_part(request, "access/user.html", "user", context)


def _tab_url(person: User, tab: str) -> str:
    return f"{reverse('access:user', args=[person.pk])}?onglet={tab}"


def _history(request: StaffRequest, person: User, stays: Mapping[int, Stay], *, is_open: bool) -> dict[str, Any]:
    if not is_open:
        return {"latest": _in_words(history_of(person, stays, only_rights=False)[:LATEST_SHOWN], stays)}
    history = _history_page(request, person, stays)
    return {"lines": history.lines, "more_url": history.more_url, "only_rights": "droits" in request.GET}


def _history_page(request: StaffRequest, person: User, stays: Mapping[int, Stay]) -> History:
    only_rights = "droits" in request.GET
    return read_history(
        request,
        history_of(person, stays, only_rights=only_rights),
        told=lambda entries: _in_words(entries, stays),
        url=f"{_tab_url(person, HISTORY)}{'&droits=1' if only_rights else ''}",
    )


def _in_words(entries: Iterable[TimelineEntry], stays: Mapping[int, Stay]) -> list[HistoryLine]:
    return [
        told(entry, group_name=stays[entry.target_id].group_name if is_of_group(entry) else "") for entry in entries
    ]


def _account(request: StaffRequest, person: User, *, now: datetime) -> dict[str, Any]:
    """Absences, and what the reader may do; `oversees`: somebody else's account, whose devices they are told."""
    may_manage = authority.may_manage(request.belonging, person)
    absences, stood_in_for = absences_around(person, today=today_paris(now))
    return {
        "may_manage": may_manage,
        "oversees": may_manage and person.pk != request.user.pk,
        "is_oneself": person.pk == request.user.pk,
        "absences": absences,
        "stood_in_for": stood_in_for,
    }
