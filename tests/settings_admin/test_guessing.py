"""Those who guess: stopped wherever they come from, and told nothing, neither in words nor by the work that is done."""

import re
from datetime import timedelta

import pytest
from allauth.core import context as allauth_context
from django.core import mail
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from settings_admin.access.services import people
from settings_admin.access.sign_in import SignInForm
from settings_admin.models import UserGroup
from settings_admin.scoping import unscoped
from tests.settings_admin.test_sign_in import FORGOTTEN, SIGN_IN, WRONG, is_signed_in, link_in, sign_in
from tests.support.hashers import CheapArgon2

KNOWN, UNKNOWN = "marc@example.test", "inconnu@example.test"
STOPPED = "Trop d’essais"


@pytest.fixture
def guess(django_capture_on_commit_callbacks):
    """One wrong password, from a client of its own each time; its e-mails leave."""
    clients = iter(range(1, 60_000))

    def guess(email=KNOWN, **more):
        number = next(clients)
        client = Client(REMOTE_ADDR=f"10.0.{number // 250}.{number % 250 + 1}")
        with django_capture_on_commit_callbacks(execute=True):
            return sign_in(client, email, "pas le bon", **more)

    return guess


@pytest.fixture
def hashed(monkeypatch):
    """How many passwords were hashed: it is what takes the time."""
    seen = []
    for name in ("encode", "verify"):
        work = getattr(CheapArgon2, name)
        monkeypatch.setattr(CheapArgon2, name, lambda *args, work=work, **more: seen.append(1) or work(*args, **more))
    return seen


def words_of(response):
    return re.sub(r'value="[^"]*"|content="[^"]*"', "", response.text)


def test_of_a_thousand_guesses_five_are_looked_at(cast, hashed):
    """At the form that the page validates: a thousand pages drawn would take a minute and say no more."""
    answers = []
    for number in range(1000):
        request = RequestFactory(REMOTE_ADDR=f"10.0.{number // 250}.{number % 250 + 1}").post(SIGN_IN)
        with allauth_context.request_context(request):
            form = SignInForm({"login": KNOWN, "password": f"essai {number}"}, request=request)
            assert not form.is_valid()
        answers += form.non_field_errors()
    assert sum(WRONG in answer for answer in answers) == 5
    assert sum(STOPPED in answer for answer in answers) == 995
    assert len(hashed) == 5
    assert STOPPED in sign_in(Client()).text


def test_one_client_is_stopped_whatever_the_addresses(cast):
    client = Client()
    answers = [sign_in(client, f"personne{number}@example.test", "x").text for number in range(25)]
    assert sum(WRONG in answer for answer in answers) == 20


def test_another_name_of_the_host_is_no_new_chance(cast, guess):
    for _ in range(5):
        guess()
    client = Client(headers={"Host": "testserver:8081"})
    assert STOPPED in sign_in(client).text


def test_the_account_opens_again_by_itself_but_not_for_ever(cast, time_machine):
    for minute in range(0, 24, 6):
        time_machine.move_to(f"2026-11-24T10:{minute:02}:00+01:00", tick=False)
        for number in range(5):
            sign_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), password="pas le bon")
        assert STOPPED in sign_in(Client()).text
    time_machine.move_to("2026-11-24T10:30:00+01:00", tick=False)
    assert STOPPED in sign_in(Client()).text
    time_machine.move_to("2026-11-24T11:05:00+01:00", tick=False)
    assert sign_in(Client()).status_code == 302


def test_the_owner_is_told_once(cast, guess):
    for _ in range(4):
        guess()
    assert mail.outbox == []
    for _ in range(4):
        guess()
    (message,) = mail.outbox
    assert message.to == [KNOWN]
    assert "fermé pendant quelques minutes" in message.body
    assert "http://testserver/mot-de-passe/oublie/" in message.body


def test_nobody_is_told_of_an_address_without_account(cast, guess):
    for _ in range(8):
        guess(UNKNOWN)
    assert mail.outbox == []


def test_a_known_and_an_unknown_address_cost_the_same_and_answer_the_same(cast, guess, hashed):
    work = {}
    for email in (KNOWN, UNKNOWN):
        for number in range(6):  # the fifth closes the account, the sixth finds it closed
            del hashed[:]
            with CaptureQueriesContext(connection) as seen:
                response = guess(email)
            # The e-mail is the worker's: here it runs at once, and looks for the account.
            work[email, number] = (response.status_code, words_of(response), len(hashed), len(seen.captured_queries))
    for number in range(6):
        assert work[KNOWN, number] == work[UNKNOWN, number]


def test_asking_for_a_link_costs_and_answers_the_same(cast):
    work = {}
    for email in (KNOWN, UNKNOWN):
        client = Client()
        with CaptureQueriesContext(connection) as seen:
            response = client.post(FORGOTTEN, {"email": email})
        work[email] = (response.status_code, response["Location"], len(seen.captured_queries))
    assert work[KNOWN] == work[UNKNOWN]
    for email in (KNOWN, UNKNOWN):
        answers = [Client().post(FORGOTTEN, {"email": email}).status_code for _ in range(6)]
        assert answers == [302] * 4 + [429] * 2


def test_a_new_password_opens_the_account_again(cast, guess, django_capture_on_commit_callbacks):
    for _ in range(5):
        guess()
    mail.outbox.clear()
    client, new = Client(), "une phrase toute neuve"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(FORGOTTEN, {"email": KNOWN})
    form = client.get(link_in(mail.outbox[0]), follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": new, "password2": new})
    assert sign_in(Client(), password=new).status_code == 302


def test_a_session_changes_its_key_with_the_sign_in(cast):
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["openflex_session"] = session.session_key
    client.get(SIGN_IN)
    sign_in(client)
    assert client.cookies["openflex_session"].value != session.session_key
    stolen = Client()
    stolen.cookies["openflex_session"] = session.session_key
    assert is_signed_in(client)
    assert not is_signed_in(stolen)


# --- Invitations -------------------------------------------------------------------------------------------


@pytest.fixture
def invited(cast, django_capture_on_commit_callbacks):
    with unscoped("the test looks for a group"):
        group = UserGroup.objects.get(holding=cast.holding, built_in="salesperson")
    with django_capture_on_commit_callbacks(execute=True):
        return people.invite(
            actor=cast.alice, group=group, entity=cast.north, email="neuve@example.test", first_name="Neuve",
            last_name="Personne",
        )  # fmt: skip


def test_who_is_invited_is_welcomed_and_chooses_a_password(cast, client, invited):
    page = client.get(link_in(mail.outbox[0]), follow=True)
    assert "Bienvenue, choisissez votre mot de passe" in page.text
    assert "neuve@example.test" in page.text
    new = "une phrase toute neuve"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert sign_in(Client(), "neuve@example.test", new).status_code == 302
    assert "Ce lien ne sert plus" in Client().get(link_in(mail.outbox[0]), follow=True).text


def test_a_late_invitation_says_what_to_do_and_the_way_it_says_works(
    cast, client, invited, time_machine, django_capture_on_commit_callbacks
):
    time_machine.move_to(invited.invited_at + timedelta(days=4))
    late = client.get(link_in(mail.outbox[0]), follow=True)
    assert "demandez un nouveau lien" in late.text
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(FORGOTTEN, {"email": "neuve@example.test"})
    assert "Bienvenue" in Client().get(link_in(mail.outbox[0]), follow=True).text


def test_a_link_says_nothing_of_who_has_an_account(cast, client, invited):
    pages = [
        client.get(f"/mot-de-passe/nouveau/{uid}-abc-def/", follow=True).text
        for uid in (invited.pk, cast.marc.pk, 99999)
    ]
    assert len({re.sub(r'value="[^"]*"|content="[^"]*"', "", page) for page in pages}) == 1
