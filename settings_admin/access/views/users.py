"""Users: the list, and one person's page."""

from collections.abc import Iterable
from dataclasses import replace
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
from settings_admin.access.history import told
from settings_admin.access.models import User
from settings_admin.access.requests import StaffRequest
from settings_admin.access.selectors import people as selectors
from settings_admin.access.selectors.absences import absences_of, stood_in_for_by
from settings_admin.access.selectors.history import history_of, names_of_groups
from settings_admin.access.selectors.second_factor import has_second_factor
from settings_admin.access.selectors.sessions import open_sessions
from settings_admin.guards import right
from settings_admin.records.models import TimelineEntry
from settings_admin.records.selectors import HistoryLine
from settings_admin.records.views import History, is_reading_on, older, read_history
from settings_admin.scoping import current_scope

TABS = (("affectations", "Affectations"), ("droits", "Droits"), ("historique", "Historique"))
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
    person = colleague_for(request, pk, right=MANAGE_USERS)
    if is_reading_on(request):
        url = f"{reverse('access:user', args=[pk])}?onglet=historique"
        return older(request, _history_page(request, person), of=person.full_name, url=url)
    tab = request.GET.get("onglet", "")
    tab = tab if tab in dict(TABS) else TABS[0][0]
    assignments = [
        replace(
            one,
            may_change=authority.may_place(request.belonging, authority.place_of(one.membership, sites=one.sites)),
        )
        for one in selectors.assignments_of(person)
    ]
    modules = selectors.rights_of(assignments, names_others=tab == "droits")
    context = {
        "person": person,
        "state": lists.state_of(person),
        "tab": tab,
        "tabs": TABS,
        "assignments": assignments,
        "modules": modules,
        # Who has no open account may do nothing, whatever the groups give.
        "held": sum(bool(held.given_by) for _, rights in modules for held in rights) if person.is_active else 0,
        "sees_everything": MANAGE_USERS in current_scope().holding_rights,
        **_history(request, person, is_open=tab == "historique"),
        **_account(request, person),
    }
    return htmx.render_part(request, "access/user.html", "user", context)


def _history(request: StaffRequest, person: User, *, is_open: bool) -> dict[str, Any]:
    if not is_open:
        return {"latest": _in_words(history_of(person, only_rights=False)[:LATEST_SHOWN])}
    history = _history_page(request, person)
    return {"lines": history.lines, "more_url": history.more_url, "only_rights": "droits" in request.GET}


def _history_page(request: StaffRequest, person: User) -> History:
    only_rights = "droits" in request.GET
    url = f"{reverse('access:user', args=[person.pk])}?onglet=historique{'&droits=1' if only_rights else ''}"
    return read_history(request, history_of(person, only_rights=only_rights), told=_in_words, url=url)


def _in_words(entries: Iterable[TimelineEntry]) -> list[HistoryLine]:
    entries = list(entries)
    names = names_of_groups(entries)
    return [told(entry, group_name=names.get(entry.target_id, "")) for entry in entries]


def _account(request: StaffRequest, person: User) -> dict[str, Any]:
    """Absences; and for those who oversee the person how, and where, they are signed in."""
    now, is_oneself = timezone.now(), person.pk == request.user.pk
    may_manage = authority.may_manage(request.belonging, person)
    context: dict[str, Any] = {
        "may_manage": may_manage,
        "is_oneself": is_oneself,
        "absences": absences_of(person, today=today_paris(now)),
        "stood_in_for": stood_in_for_by(person, today=today_paris(now)),
    }
    if may_manage and not is_oneself:
        context["sessions"] = open_sessions(person, this_key=None, now=now)
        context["has_second_factor"] = has_second_factor(person)
    return context
