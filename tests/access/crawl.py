"""What the crawl is made of: every route, one site with a row for each, and a watch over what is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.template import Template
from django.test import Client
from django.urls import NoReverseMatch, reverse

from openflex.core.checks import routes
from settings_admin.registries import all_rights
from tests.cast import Cast

# Written while a person is only turned away: the session, and who tried to sign in.
HARMLESS = ('"django_session"', '"settings_admin_accesslog"')


@dataclass(frozen=True)
class Route:
    name: str
    right: str
    on: str
    methods: tuple[str, ...]

    @property
    def room(self) -> str:
        """The part of the site that it belongs to: its namespace."""
        return self.name.partition(":")[0] if ":" in self.name else "site"

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


# Of whoever may not, and of what is not there.
_REFUSALS = frozenset({"errors/403.html", "404.html"})


@contextmanager
def each_refusal_drawn_once() -> Iterator[None]:
    """Where a thousand refusals are asked for and only their status counts: the page of each kind is drawn for each
    person once, and is empty from then on."""
    drawn: set[tuple[Any, ...]] = set()
    draw = Template._render

    def draw_once(self: Template, context: Any) -> str:
        if self.name in _REFUSALS:
            page = (self.name, context["request"].user.pk)
            if page in drawn:
                return ""
            drawn.add(page)
        return str(draw(self, context))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Template, "_render", draw_once)
        yield


def answers(client: Client, url: str, methods: tuple[str, ...]) -> dict[str, int]:
    """The status of a GET and of a POST of nothing, by each method that the view knows."""
    data = {"POST": {"status": "out", "value": "true", "exit_reason": "scrap"}}
    return {
        method: getattr(client, method.lower())(url, data.get(method)).status_code
        for method in ("GET", "POST")
        if method in methods
    }
