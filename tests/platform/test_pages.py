"""The pages of the platform itself: the style page, the outbox of a development machine, the last one of all."""

import re

import pytest
from django.core.mail import send_mail

from openflex.core import views
from tests.architecture.tree import ROOT
from tests.support.htmx import parse

COMPONENTS = sorted(path for path in (ROOT / "templates/components").rglob("*.html"))
STYLE = "\n".join(path.read_text() for path in sorted((ROOT / "templates/style").glob("*.html")))


@pytest.fixture
def development(settings, tmp_path):
    settings.DEBUG = True
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def tag_of(path):
    """`components/timeline/entry.html` is <c-timeline.entry>; the icon has a tag of its own."""
    name = ".".join(path.relative_to(ROOT / "templates/components").with_suffix("").parts).removesuffix(".index")
    return r"\{% icon " if name == "icon" else rf"<c-{re.escape(name.replace('_', '-'))}[ />]"


def test_the_style_page_draws_every_component(client, db, development):
    assert len(COMPONENTS) > 20
    assert [path.name for path in COMPONENTS if not re.search(tag_of(path), STYLE)] == []
    page = parse(client.get("/style/"))
    assert [theme["data-theme"] for theme in page.select(".style-page")] == ["light", "dark"]
    # None was left undrawn.
    assert "<c-" not in str(page)


def test_the_outbox_shows_what_was_sent_the_newest_first(client, db, development, settings):
    assert "Aucun courriel" in client.get("/courriels/").text
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"

    send_mail("Bienvenue", "Ouvrez http://testserver/invitation/ <b>ici</b>", None, ["sam@example.test"])
    page = client.get("/courriels/").text
    assert "Bienvenue" in page
    assert "sam@example.test" in page
    assert '<a href="http://testserver/invitation/"' in page
    assert "&lt;b&gt;ici&lt;/b&gt;" in page


@pytest.mark.parametrize("address", ["/style/", "/courriels/"])
def test_neither_exists_in_production(client, db, address):
    assert client.get(address).status_code == 404


def test_a_page_that_fails_says_so_in_french_and_says_no_more(client, db, monkeypatch):
    def fail() -> bool:
        raise RuntimeError("what only we may read")

    monkeypatch.setattr(views, "_database_answers", fail)
    client.raise_request_exception = False
    response = client.get("/readyz")
    page = parse(response)
    assert response.status_code == 500
    assert page.html["lang"] == "fr"
    assert page.select_one("h1, h2").text.strip()
    assert page.select_one("link[rel=stylesheet]")
    assert "what only we may read" not in response.text
    assert "prévenue" not in response.text  # whether anybody is told depends on the installation
