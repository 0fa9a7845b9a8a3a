"""Several people in front of several screens, on a server of its own that has sockets."""

import pytest
from django.conf import settings
from playwright.sync_api import Page

from openflex.embedded import redis
from tests.cast import cast_on_stage
from tests.journeys.conftest import DESK
from tests.support.live_process import redis_of_its_own, running_site
from tests.support.sockets import session_of


@pytest.fixture(autouse=True)
def _one_day():
    """The server is another process, with the clock of the machine."""


@pytest.fixture
def cast(transactional_db):
    return cast_on_stage()


@pytest.fixture
def own_redis(tmp_path, monkeypatch):
    with redis_of_its_own(tmp_path, monkeypatch) as folder:
        yield folder


@pytest.fixture
def site(cast, own_redis):
    with running_site(redis_url=redis.ensure(own_redis)) as site:
        yield site


@pytest.fixture
def screen(chromium, site):
    contexts = []

    def build(user) -> Page:
        context = chromium.new_context(viewport=DESK, locale="fr-FR")
        contexts.append(context)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": site.url}
        context.add_cookies([cookie])
        page = context.new_page()
        page.errors = []
        page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
        page.goto(f"{site.url}/vehicules/")
        return page

    yield build
    for context in contexts:
        context.close()
