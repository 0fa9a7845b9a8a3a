"""The crawl: every route, by GET and by POST, for strangers, colleagues without the right, and every built-in group.

Routes come from the site itself, rights from what each view declares: a new view is crawled without a line here,
except for the parameters of its address (`samples.py`). What the built-in groups get is in `test_rights_doc.py`.
"""

import pytest

from openflex.core.checks import every_view_declares_a_right
from settings_admin.models import User
from settings_admin.registries import BuiltInGroup, all_rights
from tests.access.crawl import ROUTES, answers, no_writes


def test_the_crawl_sees_the_whole_site():
    assert len(ROUTES) >= 25
    assert {route.name for route in ROUTES} >= {"vehicles:list", "vehicles:sheet", "account_login", "healthz"}


def test_no_route_is_left_out_for_declaring_no_right():
    """The site would not start with one; the crawl must not pass it by either."""
    assert every_view_declares_a_right(None) == []


@pytest.mark.parametrize("route", [r for r in ROUTES if r.right != "public"], ids=lambda route: route.name)
def test_the_anonymous_are_sent_to_sign_in(site, client, route):
    with no_writes():
        for method in ("get", "post"):
            response = getattr(client, method)(site.url(route))
            assert response.status_code == 302
            assert response["Location"].startswith("/connexion/")


# Rows without a point of sale are there for the whole entity: a seller of its other site is a colleague.
OF_WHOLE_ENTITY = ("customers:", "opportunities:of_customer")
STRANGERS = [
    (route, stranger)
    for route in ROUTES
    if route.on == "row"
    for stranger in ("otto", "eve", "momo")
    if stranger != "momo" or not route.name.startswith(OF_WHOLE_ENTITY)
]


@pytest.mark.parametrize(("route", "stranger"), STRANGERS, ids=lambda value: getattr(value, "name", value))
def test_a_strangers_row_is_not_there(site, client_for, route, stranger):
    """Another holding's administrator, another entity's, and a seller of another site of the same entity."""
    user: User = getattr(site.cast, stranger)
    client = client_for(user)
    with no_writes():
        statuses = answers(client, site.url(route), route.methods)
    # A seller lacks some of the rights altogether; where she has the right, a stranger’s row is simply not there.
    lacks = stranger == "momo" and BuiltInGroup.SALESPERSON not in all_rights()[route.right].groups
    assert set(statuses.values()) == ({403} if lacks else {404})


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.is_a_right or r.right == "staff"], ids=lambda route: route.name
)
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


@pytest.mark.parametrize("route", [r for r in ROUTES if r.right == "public"], ids=lambda route: route.name)
def test_public_pages_answer_the_anonymous(site, client, route):
    with no_writes():
        assert client.get(site.url(route)).status_code in {200, 302, 404, 403}
