"""The crawl: every route, by GET and by POST, for strangers, colleagues without the right, and every built-in group.

Routes come from the site itself, rights from what each view declares: a new view is crawled without a line here,
except for the parameters of its address (`samples.py`). What the built-in groups get is in `test_rights_doc.py`.

One test asks all routes of one room of the site and names those that answer wrongly: the site takes longer to build
than to ask, and nothing that is asked here may write.
"""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import Client

from openflex.core.checks import every_view_declares_a_right
from settings_admin.models import User
from settings_admin.registries import BuiltInGroup, all_rights
from tests.access.crawl import ROUTES, Route, Site, answers, each_refusal_drawn_once, no_writes

ROOMS = sorted({route.room for route in ROUTES})


def test_the_crawl_sees_the_whole_site():
    assert len(ROUTES) >= 25
    assert {route.name for route in ROUTES} >= {"vehicles:list", "vehicles:sheet", "account_login", "healthz"}


def test_no_route_is_left_out_for_declaring_no_right():
    """The site would not start with one; the crawl must not pass it by either."""
    assert every_view_declares_a_right(None) == []


def wrong_answers(
    site: Site, client: Client, routes: Iterable[Route], *, expected: Callable[[Route], int]
) -> dict[str, Any]:
    """Of each route that does not give the expected status by every method it knows: what it gave instead."""
    wrong = {}
    with no_writes(), each_refusal_drawn_once():
        for route in routes:
            statuses = answers(client, site.url(route), route.methods)
            if set(statuses.values()) != {expected(route)}:
                wrong[route.name] = statuses
    return wrong


@pytest.mark.parametrize("room", ROOMS)
def test_the_anonymous_are_sent_to_sign_in(site, client, room):
    wrong = {}
    with no_writes():
        for route in ROUTES:
            if route.room != room or route.right == "public":
                continue
            for method in ("get", "post"):
                response = getattr(client, method)(site.url(route))
                if response.status_code != 302 or not response["Location"].startswith("/connexion/"):
                    wrong[f"{method} {route.name}"] = response.status_code
    assert wrong == {}


# Rows without a point of sale are there for the whole entity: a seller of its other site is a colleague.
OF_WHOLE_ENTITY = ("customers:", "opportunities:of_customer", "opportunities:create_for")


@pytest.mark.parametrize("stranger", ["otto", "eve", "momo"])
@pytest.mark.parametrize("room", sorted({route.room for route in ROUTES if route.on == "row"}))
def test_a_strangers_row_is_not_there(site, client_for, room, stranger):
    """Another holding's administrator, another entity's, and a seller of another site of the same entity."""
    user: User = getattr(site.cast, stranger)

    def expected(route: Route) -> int:
        # A seller lacks some of the rights altogether; where she has the right, a stranger’s row is simply not there.
        lacks = stranger == "momo" and BuiltInGroup.SALESPERSON not in all_rights()[route.right].groups
        return 403 if lacks else 404

    rows = [
        route
        for route in ROUTES
        if route.on == "row" and route.room == room
        if stranger != "momo" or not route.name.startswith(OF_WHOLE_ENTITY)
    ]
    assert wrong_answers(site, client_for(user), rows, expected=expected) == {}


@pytest.mark.parametrize("room", ROOMS)
def test_for_a_merchant_the_staffs_pages_do_not_exist(site, client_for, room):
    routes = [r for r in ROUTES if r.room == room and (r.is_a_right or r.right == "staff")]
    assert wrong_answers(site, client_for(site.cast.max), routes, expected=lambda route: 404) == {}


def test_for_the_staff_the_merchants_pages_do_not_exist(site, client_for):
    routes = [r for r in ROUTES if r.right == "merchant"]
    assert routes
    assert wrong_answers(site, client_for(site.cast.alice), routes, expected=lambda route: 404) == {}


@pytest.mark.parametrize("room", ROOMS)
def test_a_colleague_without_any_right_is_refused(site, client_for, room):
    routes = [r for r in ROUTES if r.room == room and r.is_a_right]
    assert wrong_answers(site, client_for(site.cast.nobody), routes, expected=lambda route: 403) == {}


def test_public_pages_answer_the_anonymous(site, client):
    wrong = {}
    with no_writes():
        for route in ROUTES:
            status = client.get(site.url(route)).status_code if route.right == "public" else 200
            if status not in {200, 302, 404, 403}:
                wrong[route.name] = status
    assert wrong == {}


@pytest.mark.parametrize("room", sorted({route.room for route in ROUTES if route.methods == ("POST",)}))
def test_who_comes_to_read_where_one_only_writes_finds_a_page(site, client_for, room):
    client = client_for(site.cast.max if room == "priceback" else site.cast.alice)
    wrong = {}
    for route in ROUTES:
        if route.room != room or route.methods != ("POST",):
            continue
        chain, answer = [], client.get(site.url(route), headers={"Accept": "text/html"})
        while answer.status_code in (302, 303):
            chain.append(answer["Location"])
            answer = client.get(chain[-1])
        is_somebody_elses = answer.status_code == 404 == client.post(site.url(route)).status_code
        if not chain or (answer.status_code != 200 and not is_somebody_elses):
            wrong[route.name] = (answer.status_code, chain)
    assert wrong == {}
