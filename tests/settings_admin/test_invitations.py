"""Invitations that the queue lost: made while Redis or a worker is down, they leave later, each once."""

from datetime import timedelta

import pytest
from kombu.exceptions import OperationalError

from openflex.celery import app
from openflex.core import mail
from openflex.core.tasks import send_email
from settings_admin.access.services.invitations import LEFT_AFTER, TAKEN_FOR
from settings_admin.access.tasks import send_invitations, send_invitations_left_behind
from settings_admin.models import User
from tests.settings_admin.imports.way import confirm, line, preview_of
from tests.settings_admin.way import group_url, user_url, words
from tests.support.htmx import parse

pytestmark = pytest.mark.usefixtures("everything")
NOW = "2026-11-24T10:00:00+01:00"


@pytest.fixture
def redis_is_down(monkeypatch):
    """Of a task, or of another: what hands it to the queue fails as it does without Redis."""

    def down(task):
        def fail(*args, **options):
            raise OperationalError("Error 111 connecting to Redis. Connection refused.")

        monkeypatch.setattr(task, "delay", fail)

    yield down
    monkeypatch.undo()


@pytest.fixture
def beat(time_machine, django_capture_on_commit_callbacks):
    """What the beat does, this long after the invitations were made."""

    def run(later):
        time_machine.shift(later)
        with django_capture_on_commit_callbacks(execute=True):
            send_invitations_left_behind()

    time_machine.move_to(NOW, tick=False)
    return run


def sent_to(outbox):
    return sorted(letter.to[0] for letter in outbox)


def test_an_import_confirmed_while_redis_is_down_loses_no_invitation(
    cast, client_for, sellers, mailoutbox, redis_is_down, monkeypatch, beat, django_capture_on_commit_callbacks
):
    client = client_for(cast.alice)
    address = preview_of(client, *(line(f"new{number}@example.test") for number in range(3)))
    redis_is_down(send_invitations)
    with django_capture_on_commit_callbacks(execute=True):
        assert confirm(client, address)["Location"] == address
        invite = {"who": "invite", "email": "one@example.test", "first_name": "A", "last_name": "B", "answer": "non"}
        assert client.post(group_url(sellers, "ajouter/"), invite).status_code == 303
    assert mailoutbox == []
    assert "en cours d’envoi" in words(client.get(user_url(User.objects.get(email="new0@example.test"))))
    monkeypatch.undo()
    beat(LEFT_AFTER - timedelta(seconds=1))
    assert mailoutbox == []
    beat(timedelta(seconds=1))
    everybody = ["new0@example.test", "new1@example.test", "new2@example.test", "one@example.test"]
    assert sent_to(mailoutbox) == everybody
    assert all("Alice Nom vous a ouvert un compte OpenFlex pour Groupe Saône" in letter.body for letter in mailoutbox)
    assert "en cours d’envoi" not in words(client.get(user_url(User.objects.get(email="new0@example.test"))))
    beat(timedelta(days=1))
    assert sent_to(mailoutbox) == everybody


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_could_not_hand_one_over_leaves_it_to_the_next(
    cast, client_for, mailoutbox, redis_is_down, monkeypatch, beat
):
    """It took it on: nobody else sends it meanwhile, somebody does afterwards."""
    client = client_for(cast.alice)
    redis_is_down(send_email)
    confirm(client, preview_of(client, line("new@example.test")))
    monkeypatch.undo()
    beat(TAKEN_FOR)
    assert mailoutbox == []
    beat(LEFT_AFTER)
    beat(LEFT_AFTER)
    assert sent_to(mailoutbox) == ["new@example.test"]


def test_a_letter_that_fails_holds_up_none_of_its_batch_and_leaves_later(
    cast, client_for, mailoutbox, monkeypatch, beat, django_capture_on_commit_callbacks
):
    # As a worker does it: a task that fails is reported, and the next one runs.
    monkeypatch.setitem(app.conf, "task_eager_propagates", False)
    send = mail.send

    def fail(template, *, to, context):
        if to == ["new1@example.test"]:
            raise OSError("not this one")
        send(template, to=to, context=context)

    monkeypatch.setattr(mail, "send", fail)
    client = client_for(cast.alice)
    with django_capture_on_commit_callbacks(execute=True):
        confirm(client, preview_of(client, *(line(f"new{number}@example.test") for number in range(3))))
    assert sent_to(mailoutbox) == ["new0@example.test", "new2@example.test"]
    beat(TAKEN_FOR + LEFT_AFTER)
    assert len(mailoutbox) == 2
    monkeypatch.setattr(mail, "send", send)
    beat(TAKEN_FOR + LEFT_AFTER)
    assert sent_to(mailoutbox)[1] == "new1@example.test"
    assert len(mailoutbox) == 3


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "argon2$chosen"}])
def test_who_left_or_accepted_meanwhile_gets_none(
    cast, client_for, mailoutbox, redis_is_down, monkeypatch, beat, django_capture_on_commit_callbacks, change
):
    client = client_for(cast.alice)
    redis_is_down(send_invitations)
    with django_capture_on_commit_callbacks(execute=True):
        confirm(client, preview_of(client, line("new@example.test")))
    monkeypatch.undo()
    User.objects.filter(email="new@example.test").update(**change)
    beat(LEFT_AFTER)
    assert mailoutbox == []
    assert User.objects.get(email="new@example.test").invitation_due_at is None


def test_a_corrected_address_is_invited_anew_and_the_wrong_one_is_told_nothing(
    cast, client_for, client, sellers, mailoutbox, django_capture_on_commit_callbacks
):
    alice = client_for(cast.alice)
    invite = {"who": "invite", "email": "jule@example.test", "first_name": "A", "last_name": "B", "answer": "non"}
    with django_capture_on_commit_callbacks(execute=True):
        alice.post(group_url(sellers, "ajouter/"), invite)
    person = User.objects.get(email="jule@example.test")
    form = parse(alice.get(user_url(person, "modifier/"))).select_one("main form")
    opened = {control["name"]: control.get("value", "") for control in form.select("input[name]")}
    with django_capture_on_commit_callbacks(execute=True):
        alice.post(user_url(person, "modifier/"), {**opened, "email": " Jules@Example.test"})
    edited = alice.get(user_url(person))
    assert "Le compte d’A B est enregistré. Une nouvelle invitation part à jules@example.test." in words(edited)
    assert [letter.to for letter in mailoutbox] == [["jule@example.test"], ["jules@example.test"]]
    link = next(word for word in mailoutbox[1].body.split() if "/mot-de-passe/nouveau/" in word)
    assert "Bienvenue" in words(client.get("/" + link.split("/", 3)[3], follow=True))
    # Who has accepted is told, at the address that they knew, and not invited.
    User.objects.filter(pk=person.pk).update(password="argon2$chosen")
    with django_capture_on_commit_callbacks(execute=True):
        alice.post(user_url(person, "modifier/"), {**opened, "initial-email": "jules@example.test", "email": "j@x.fr"})
    assert (mailoutbox[2].to, mailoutbox[2].subject) == (["jules@example.test"], "Votre adresse OpenFlex a changé")
    assert len(mailoutbox) == 3
