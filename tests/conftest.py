"""What every test finds: the cast, clients, scopes; and tripwires that turn silent mistakes into red lines."""

import functools
import gc
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.db.models.query import QuerySet
from django.template import Template
from django.test import Client, TransactionTestCase
from django.test.utils import instrumented_test_render
from pytest_django.plugin import blocking_manager_key

from openflex.live import threads
from settings_admin import scoping
from settings_admin.access.middleware import SEEN_AT
from settings_admin.access.selectors.belonging import belonging_of, scope_of
from settings_admin.models import User
from tests.cast import Cast, cast_on_stage
from tests.support.database import empty_tables, make_migrated_template, use_migrated_template
from tests.support.network import refuse_network

# A busy machine makes no property false: neither how long an example takes nor how long its making.
hypothesis.settings.register_profile(
    "unclocked", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unclocked")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    refuse_network()
    with config.stash[blocking_manager_key].unblock():
        if not hasattr(config, "workerinput"):  # before the workers of a parallel run start
            make_migrated_template()
        use_migrated_template()
    TransactionTestCase._fixture_teardown = empty_tables
    # Each test has a new client of the provider, and none speaks TLS: the machine's certificates are read once.
    ssl.create_default_context = functools.cache(ssl.create_default_context)
    # Pages and their trees are many small objects that soon go: looking through all of them again and again costs a
    # tenth of the run.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _templates_unwatched(django_test_environment: None) -> Iterator[None]:
    """The client of the tests copies what each template and each of its parts was given, a hundred times a page; few
    ask for it (`templates_watched`)."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))
        yield


@pytest.fixture
def templates_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """`response.context` and the signal `template_rendered` are there."""
    monkeypatch.setattr(Template, "_render", instrumented_test_render)


@pytest.fixture
def cast(db: None) -> Cast:
    return cast_on_stage()


@pytest.fixture
def client_for() -> Callable[..., Client]:
    """`client_for(user)`: a browser that is signed in, in the user's first entity unless `scope` says otherwise.

    Its session has just been noted: only the first request of five minutes does more than its page asks for.
    """

    def build(user: User, *, scope: str = "", htmx: bool = False) -> Client:
        client = Client(headers={"HX-Request": "true"} if htmx else {})
        client.force_login(user)
        session = client.session
        session[SEEN_AT] = time.time()
        if scope:
            session["scope"] = scope
        session.save()
        return client

    return build


@pytest.fixture
def as_user() -> Iterator[Callable[..., scoping.Scope]]:
    """`as_user(user)` puts the rest of the test into this person's scope, as the middleware would."""
    tokens = []

    def start(user: User, *, choice: str = "") -> scoping.Scope:
        scope = scope_of(user, belonging_of(user), choice)
        tokens.append(scoping.enter(scope))
        return scope

    yield start
    for token in reversed(tokens):
        scoping.leave(token)


@pytest.fixture
def sockets_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets ask the database on the test's own connection, and so see what its transaction has not committed."""
    monkeypatch.setattr(threads, "in_database", lambda ask, *args: sync_to_async(ask, thread_sensitive=True)(*args))


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits and counters of one test are not another's."""
    cache.clear()


@pytest.fixture(autouse=True)
def _unordered_means_random(monkeypatch: pytest.MonkeyPatch) -> None:
    """A queryset without an order comes back reversed: code that counts on the order of insertion fails here."""
    fetch = QuerySet._fetch_all

    def fetch_all(self: Any) -> None:
        fresh = self._result_cache is None
        fetch(self)
        if fresh and not self.ordered and isinstance(self._result_cache, list):
            self._result_cache.reverse()

    monkeypatch.setattr(QuerySet, "_fetch_all", fetch_all)
