"""Signing in and out, the forgotten password, and nothing said to those who guess."""

import re

import pytest
from django.core import mail
from django.test import Client

from settings_admin.access.services import people
from settings_admin.models import AccessLog, User
from settings_admin.scoping import unscoped
from tests.make import PASSWORD

SIGN_IN, FORGOTTEN = "/connexion/", "/mot-de-passe/oublie/"
WRONG = "Adresse e-mail ou mot de passe incorrect."


def sign_in(client, email="marc@example.test", password=PASSWORD, **more):
    return client.post(SIGN_IN, {"login": email, "password": password, **more})


def is_signed_in(client):
    return client.get("/vehicules/").status_code == 200


@pytest.mark.parametrize("email", ["marc@example.test", "MARC@Example.Test", " marc@example.test "])
def test_one_signs_in_by_ones_address_however_it_is_written(cast, client, email):
    response = sign_in(client, email)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/")["Location"] == "/accueil/"
    assert is_signed_in(client)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(cast, client):
    answers = []
    for email in ("marc@example.test", "inconnu@example.test"):
        response = sign_in(client, email, "pas le bon")
        assert response.status_code == 200
        answers.append(re.sub(r'value="[^"]*"|content="[^"]*"', "", response.text))
    assert WRONG in answers[0]
    assert answers[0] == answers[1]
    assert not is_signed_in(client)


def test_the_sixth_guess_waits_even_with_the_right_password(cast, client):
    for _ in range(5):
        assert WRONG in sign_in(client, password="pas le bon").text
    response = sign_in(client)
    assert "Trop d’essais" in response.text
    assert not is_signed_in(client)
    assert sign_in(Client(), "vera@example.test").status_code == 302


def test_guesses_at_an_unknown_address_wait_too(cast, client):
    for _ in range(5):
        sign_in(client, "inconnu@example.test", "x")
    assert "Trop d’essais" in sign_in(client, "inconnu@example.test", "x").text


def test_sign_ins_and_failures_are_written_down_without_the_password(cast, client):
    sign_in(client, password="pas le bon")
    sign_in(client)
    with unscoped("the test looks at what was written"):
        rows = list(AccessLog.objects.order_by("id").values_list("kind", "user__email", "details"))
    assert rows == [
        ("sign_in_failed", "marc@example.test", {"email": "marc@example.test"}),
        ("signed_in", "marc@example.test", {}),
    ]


def test_an_inactive_account_does_not_enter(cast, client):
    User.objects.filter(pk=cast.marc.pk).update(is_active=False)
    response = sign_in(client)
    assert not is_signed_in(client)
    assert response.status_code == 302 or WRONG in response.text


def test_a_session_ends_when_its_account_is_closed(cast, client):
    sign_in(client)
    User.objects.filter(pk=cast.marc.pk).update(is_active=False)
    assert not is_signed_in(client)


def test_a_session_ends_on_sign_out(cast, client):
    sign_in(client)
    stolen = Client()
    stolen.cookies = client.cookies.copy()
    assert is_signed_in(stolen)
    response = client.post("/deconnexion/")
    assert (response.status_code, response["Location"]) == (302, SIGN_IN)
    assert not is_signed_in(client)
    assert not is_signed_in(stolen)


def test_a_merchant_lands_in_their_own_space(cast, client):
    sign_in(client, "max@example.test")
    assert client.get("/")["Location"] == "/priceback/"
    assert client.get("/priceback/").status_code == 200
    assert client.get("/vehicules/").status_code == 404


def test_a_person_without_rights_is_told_so(cast, client):
    sign_in(client, "nobody@example.test")
    response = client.get("/")
    assert response.status_code == 200
    assert client.get("/vehicules/").status_code == 403


@pytest.mark.parametrize(
    ("target", "lands"),
    [("/vehicules/?q=a", "/vehicules/?q=a"), ("https://evil.test/", "/"), ("//evil.test", "/"), ("javascript:x", "/")],
)
def test_one_comes_back_to_the_page_one_asked_for_if_it_is_ours(cast, client, target, lands):
    assert sign_in(client, next=target)["Location"] == lands


def test_staying_signed_in_is_the_persons_choice(cast):
    short, long = Client(), Client()
    sign_in(short)
    sign_in(long, remember="on")
    assert short.session.get_expire_at_browser_close()
    assert not long.session.get_expire_at_browser_close()


# --- Forgotten password ------------------------------------------------------------------------------------

NEW = "une phrase toute neuve"


@pytest.fixture
def ask(client, django_capture_on_commit_callbacks):
    """Sends the form of the forgotten password and lets its e-mail leave."""

    def ask(email):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(FORGOTTEN, {"email": email})

    return ask


def link_in(message):
    return re.search(r"http://testserver(/mot-de-passe/nouveau/\S+)", message.body)[1]


def test_a_password_is_renewed_the_whole_way_through_the_email(cast, client, ask, django_capture_on_commit_callbacks):
    old_session = Client()
    sign_in(old_session)
    response = ask("Marc@example.test")
    assert (response.status_code, response["Location"]) == (302, "/mot-de-passe/oublie/envoye/")
    (message,) = mail.outbox
    assert message.to == ["marc@example.test"]
    response = client.get(link_in(message), follow=True)
    assert response["Cache-Control"] == "private, no-store"  # of no browser that others use after
    form = response.redirect_chain[-1][0]
    wrong = client.post(form, {"password1": NEW, "password2": "autre"})
    assert wrong.status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(form, {"password1": NEW, "password2": NEW})
    assert response["Location"] == "/mot-de-passe/nouveau/fait/"
    assert "vient d’être changé" in mail.outbox[1].body
    assert WRONG in sign_in(Client()).text
    assert sign_in(Client(), password=NEW).status_code == 302
    # Whoever was signed in with the old password is no more.
    assert not is_signed_in(old_session)
    assert "Ce lien ne sert plus" in client.get(link_in(message), follow=True).text


def test_an_unknown_address_gets_the_same_answer_and_another_email(cast, ask):
    known = ask("marc@example.test")
    unknown = ask("inconnu@example.test")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in mail.outbox] == [["marc@example.test"], ["inconnu@example.test"]]
    assert "/mot-de-passe/nouveau/" not in mail.outbox[1].body


def test_an_address_that_was_replaced_opens_nothing(cast, ask):
    ask("marc@example.test")
    people.edit_person(
        actor=cast.alice, user=cast.marc, base={"email": cast.marc.email}, mine={"email": "nouveau@example.test"}
    )
    assert WRONG in sign_in(Client()).text
    assert sign_in(Client(), "nouveau@example.test").status_code == 302
    mail.outbox.clear()
    ask("marc@example.test")
    assert "/mot-de-passe/nouveau/" not in mail.outbox[0].body


@pytest.mark.parametrize("key", ["1-set-password", "1-abc-def", "zz-x", "9999999999-a-b"])
def test_a_forged_link_opens_nothing(cast, client, key):
    response = client.get(f"/mot-de-passe/nouveau/{key}/", follow=True)
    assert response.status_code == 200
    assert "Ce lien ne sert plus" in response.text


@pytest.mark.parametrize("password", ["court", "motdepasse", "1234567890", "marc@example.test"])
def test_a_weak_password_is_refused_in_words(cast, client, ask, password):
    ask("marc@example.test")
    form = client.get(link_in(mail.outbox[0]), follow=True).redirect_chain[-1][0]
    response = client.post(form, {"password1": password, "password2": password})
    assert response.status_code == 200
    assert 'aria-invalid="true"' in response.text
    assert sign_in(Client()).status_code == 302
