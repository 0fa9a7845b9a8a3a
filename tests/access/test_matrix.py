"""The crawl: every route, by GET and by POST, for strangers, colleagues without the right, and every built-in group.

Routes come from the site itself, rights from what each view declares: a new view is crawled without a line here,
except for the parameters of its address (`samples.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from openflex.core.checks import every_view_declares_a_right, routes
from settings_admin.models import User
from settings_admin.registries import BuiltInGroup, all_rights
from tests.access import samples
from tests.cast import Cast
from tests.make import make_user

ANSWERS_TO_A_READER = {200, 302, 303, 204}
# Written while a person is only turned away: the session, and who tried to sign in.
HARMLESS = ('"django_session"', '"settings_admin_accesslog"')


@dataclass(frozen=True)
class Route:
    name: str
    right: str
    on: str
    methods: tuple[str, ...]

    @property
    def is_a_right(self) -> bool:
        return self.right in all_rights()


def all_routes() -> list[Route]:
    found = []
    for route in routes():
        view = route.view
        if not hasattr(view, "declared_right"):
            continue
        methods = getattr(view, "http_methods", ("GET", "POST"))
        found.append(Route(route.name, view.declared_right, getattr(view, "right_is_on", ""), tuple(methods)))
    return found


ROUTES = all_routes()


def test_the_crawl_sees_the_whole_site():
    assert len(ROUTES) >= 25
    assert {route.name for route in ROUTES} >= {"vehicles:list", "vehicles:sheet", "account_login", "healthz"}


def test_no_route_is_left_out_for_declaring_no_right():
    """The site would not start with one; the crawl must not pass it by either."""
    assert every_view_declares_a_right(None) == []


@dataclass
class Site:
    cast: Cast
    parameters: dict[str, Any]

    def url(self, route: Route) -> str:
        build = self.parameters.get(route.name)
        try:
            return reverse(route.name, kwargs=build() if build else {})
        except NoReverseMatch:
            pytest.fail(f"tests/access/samples.py has no parameters for {route.name}")


@pytest.fixture
def site(cast: Cast) -> Site:
    return Site(cast, samples.build(cast))


@contextmanager
def no_writes() -> Iterator[None]:
    written: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and not any(table in sql for table in HARMLESS):
            written.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    assert written == []


def answers(client: Client, url: str, methods: tuple[str, ...]) -> dict[str, int]:
    """The status of a GET and of a POST of nothing; a method the view does not know is left out."""
    statuses = {
        "GET": client.get(url).status_code,
        "POST": client.post(url, {"status": "out", "value": "true", "exit_reason": "scrap"}).status_code,
    }
    return {method: status for method, status in statuses.items() if method in methods}


@pytest.mark.parametrize("route", [r for r in ROUTES if r.right != "public"], ids=lambda route: route.name)
def test_the_anonymous_are_sent_to_sign_in(site, client, route):
    with no_writes():
        for method in ("get", "post"):
            response = getattr(client, method)(site.url(route))
            assert response.status_code == 302
            assert response["Location"].startswith("/connexion/")


@pytest.mark.parametrize("route", [r for r in ROUTES if r.on == "row"], ids=lambda route: route.name)
@pytest.mark.parametrize("stranger", ["otto", "eve", "momo"])
def test_a_strangers_row_is_not_there(site, client_for, route, stranger):
    """Another holding's administrator, another entity's, and a seller of another site of the same entity."""
    user: User = getattr(site.cast, stranger)
    client = client_for(user)
    with no_writes():
        statuses = answers(client, site.url(route), route.methods)
    # A seller lacks some of the rights altogether; where she has the right, a stranger’s row is simply not there.
    lacks = stranger == "momo" and BuiltInGroup.SALESPERSON not in all_rights()[route.right].groups
    assert set(statuses.values()) == ({403} if lacks else {404})


@pytest.mark.parametrize("route", [r for r in ROUTES if r.is_a_right], ids=lambda route: route.name)
def test_for_a_merchant_the_staffs_pages_do_not_exist(site, client_for, route):
    client = client_for(site.cast.max)
    with no_writes():
        assert set(answers(client, site.url(route), route.methods).values()) == {404}


@pytest.mark.parametrize("route", [r for r in ROUTES if r.right == "merchant"], ids=lambda route: route.name)
def test_for_the_staff_the_merchants_pages_do_not_exist(site, client_for, route):
    client = client_for(site.cast.alice)
    with no_writes():
        assert set(answers(client, site.url(route), route.methods).values()) == {404}


@pytest.mark.parametrize("route", [r for r in ROUTES if r.is_a_right], ids=lambda route: route.name)
def test_a_colleague_without_any_right_is_refused(site, client_for, route):
    client = client_for(site.cast.nobody)
    with no_writes():
        assert set(answers(client, site.url(route), route.methods).values()) == {403}


@pytest.mark.parametrize("group", BuiltInGroup)
def test_every_built_in_group_may_read_what_its_rights_say(site, client_for, group):
    entity = None if group == BuiltInGroup.HOLDING_ADMIN else site.cast.north
    user = make_user(f"{group}@crawl.test", holding=site.cast.holding, group=group, entity=entity)
    client = client_for(user)
    rights = all_rights()
    wrong = []
    for route in ROUTES:
        if not route.is_a_right:
            continue
        status = client.get(site.url(route)).status_code
        may = group in rights[route.right].groups
        if "GET" not in route.methods:
            expected = {405} if may else {403, 405}
        else:
            expected = ANSWERS_TO_A_READER if may else {403}
        if status not in expected:
            wrong.append((route.name, status, expected))
    assert wrong == []


@pytest.mark.parametrize("route", [r for r in ROUTES if r.right == "public"], ids=lambda route: route.name)
def test_public_pages_answer_the_anonymous(site, client, route):
    with no_writes():
        assert client.get(site.url(route)).status_code in {200, 302, 404, 403}
