"""Hostile text in every field of every form of *Paramètres*, and in every address: shown as text, or refused in
words."""

import io
from collections.abc import Collection
from functools import partial
from typing import Any

import openpyxl
import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from settings_admin.models import Entity, User, UserGroup
from settings_admin.scoping import unscoped
from tests.access import samples
from tests.access.crawl import ROUTES, Site
from tests.access.hostile import HOSTILE, TYPED, held_as_text, in_all_of, together
from tests.access.settings_forms import PLACES, Sent, World, all_forms, build_world, invitation, key, person
from tests.access.test_forged_forms import send
from tests.support.forms import controls_of, kind_of
from tests.support.html import parsed

# The fields that each form draws, and their kinds: a page is asked for once, whatever is typed in it then.
DRAWN: dict[tuple[str, str | None], dict[str, str]] = {}


@pytest.fixture
def world(cast) -> World:
    with unscoped("test data"):
        return build_world(cast)


def fields_of(client: Any, sent: Sent) -> dict[str, str]:
    """The fields of a form and their kinds: those that its page draws, and those that are sent."""
    form = (sent.url_name, sent.parameters.get("key"))
    if form not in DRAWN:
        DRAWN[form] = fields_drawn(client.get(sent.url))
    return dict.fromkeys((name for name, value in sent.data.items() if not hasattr(value, "read")), "") | DRAWN[form]


def fields_drawn(page: Any) -> dict[str, str]:
    if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
        return {}
    form = parsed(page.content).select_one("main form[method=post]")
    return {str(control["name"]): kind_of(control) for control in controls_of(form)} if form else {}


@pytest.mark.parametrize("kind", HOSTILE)
def test_every_field_of_every_form_takes_it_as_text(world, client_for, kind, django_capture_on_commit_callbacks):
    text = HOSTILE[kind]
    client = client_for(world.cast.alice, scope=f"e{world.cast.north.pk}")

    def send_with(sent: Sent, kinds: dict[str, str], fields: Collection[str]) -> Any:
        point = transaction.savepoint()
        # Markup stands in whole pages, where one goes on to as well; the rest is answered as a script asks.
        headers = {} if kind == "text" else {"HX-Request": "true"}
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post(sent.url, {**sent.data, **dict.fromkeys(fields, text)}, headers=headers)
        assert response.status_code in (200, 204, 303, 403, 404, 409, 422), (sent, fields)
        held_as_text(response, text, fields=[name for name in fields if kinds[name] in TYPED])
        if response.status_code == 303 and kind == "text":
            held_as_text(client.get(response["Location"], {"onglet": "historique"}), text)
        transaction.savepoint_rollback(point)
        return response

    tried: set[tuple[str, str | None, str]] = set()
    for sent in all_forms(world):
        kinds = fields_of(client, sent)
        places = {name: (sent.url_name, sent.parameters.get("key"), name) for name in kinds}
        new = {name: its_kind for name, its_kind in kinds.items() if places[name] not in tried}
        tried.update(places.values())
        for fields in together(new):
            in_all_of(fields, partial(send_with, sent, kinds))
    assert len(tried) > 80
    assert all("\n" not in message.subject and message.bcc == [] for message in mail.outbox)


@pytest.mark.parametrize("kind", HOSTILE)
def test_every_page_takes_it_in_its_address(cast, client_for, kind):
    text = HOSTILE[kind]
    site, client = Site(cast, samples.build(cast)), client_for(cast.alice, scope="all")
    names = ("q", "tab", "sort", "onglet", "modifier", "a", "b", "copie", "group", "user", "part", "after", "page",
             "entity", "from", "to", "who", "kind", "siren", "vat_number", "prefix", "year_digits", "separator",
             "min_digits", "next_number")  # fmt: skip
    for route in ROUTES:
        url = site.url(route)
        if not url.removeprefix("/").startswith(PLACES) or "GET" not in route.methods:
            continue
        # What a page draws of markup is looked at in the whole of it too.
        for headers in ({}, {"HX-Request": "true"})[kind != "text" :]:
            # No server reads a longer line than this.
            response = client.get(url, dict.fromkeys(names, text[:400]), headers=headers)
            assert response.status_code in (200, 204, 302, 303, 304, 404, 422), url
            if response.get("Content-Type", "").startswith("text/html"):
                held_as_text(response, text)


@pytest.mark.parametrize("kind", ["text", "nul", "long"])
def test_the_name_of_a_file_is_nothing_but_a_name(world, client_for, kind):
    client = client_for(world.cast.alice)
    for sent in all_forms(world):
        for field, value in sent.data.items():
            if hasattr(value, "read"):
                file = SimpleUploadedFile("x", value.read(), "image/png")
                file._name = HOSTILE[kind]  # as a request may say it; the class would clean it
                response = client.post(sent.url, {**sent.data, field: file})
                # A head of a part that is longer than any name is no request at all.
                assert response.status_code == (400 if kind == "long" else 303)
                held_as_text(response, "")


# --- What leaves the application ---------------------------------------------------------------------------


def test_names_stand_in_an_invitation_as_they_were_typed(world, client_for, django_capture_on_commit_callbacks):
    """The one who invites stands in it, in plain text: nothing of it is escaped, nothing is read as a template."""
    User.objects.filter(pk=world.cast.alice.pk).update(first_name="D’Arc & {{ x }}", last_name="<b>O'Brien</b>")
    with django_capture_on_commit_callbacks(execute=True):
        sent = Sent("access:group_add", {"pk": world.local.pk}, invitation())
        assert send(client_for(world.cast.alice), sent).status_code == 303
    (message,) = mail.outbox
    assert "D’Arc & {{ x }} <b>O'Brien</b> vous a ouvert un compte" in message.body
    assert message.to == ["neuve@example.test"]


def test_a_name_in_lines_adds_no_head_to_an_email(world, client_for, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        send(client_for(world.cast.alice), person(world.cast.alice, first_name=HOSTILE["lines"]))
        sent = Sent("access:group_add", {"pk": world.local.pk}, invitation(first_name=HOSTILE["lines"]))
        send(client_for(world.cast.alice), sent)
    for message in mail.outbox:
        assert "\n" not in message.subject
        assert message.recipients() in (["neuve@example.test"], ["alice@example.test"])
        assert "Bcc" not in message.message()


def test_a_formula_in_a_file_is_text(world, client_for):
    formulas = ['=HYPERLINK("http://evil.test";"x")', "+1+1", "-2", "@SUM(A1)"]
    with unscoped("test data"):
        for formula in formulas:
            UserGroup.objects.create(holding=world.cast.holding, name=formula, rights=[])
        Entity.objects.create(holding=world.cast.holding, name="=1+1")
    response = client_for(world.cast.alice, scope="all").get(reverse("access:import_model"))
    pages = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets
    cells = {cell.value: cell.data_type for page in pages for row in page.iter_rows() for cell in row if cell.value}
    assert {cells[formula] for formula in [*formulas, "=1+1"]} == {"s"}


def test_a_key_that_is_no_key_makes_no_group(world, client_for):
    data = {"key": HOSTILE["text"], "name": "Neuf", "entity": world.cast.north.pk}
    client = client_for(world.cast.alice)
    assert send(client, Sent("access:group_create", data=data)).status_code == 422
    assert send(client, Sent("access:group_create", data={**data, "key": key()})).status_code == 303
