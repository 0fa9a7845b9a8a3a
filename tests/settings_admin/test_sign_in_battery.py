"""The battery of the sign-in, over all its doors at once: guesses, enumeration, theft, second factor, ways around.

What one door does is beside it (`test_sign_in`, `test_guessing`, `test_second_factor`, `test_sessions`); here stands
what somebody tries who knows all of them.
"""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from settings_admin.access.middleware import SecondFactorMiddleware
from settings_admin.access.services import people
from settings_admin.access.services.second_factor import require_second_factor
from settings_admin.models import User
from tests.access import samples
from tests.access.crawl import ROUTES, Site
from tests.make import PASSWORD
from tests.settings_admin.test_guessing import STOPPED, words_of
from tests.settings_admin.test_second_factor import CODE, SECRET, WRONG_CODE, activate, code_of, codes_of
from tests.settings_admin.test_sign_in import FORGOTTEN, SIGN_IN, WRONG, is_signed_in, link_in, sign_in
from tests.support.hashers import CheapArgon2
from tests.support.htmx import parse

NEW = "une phrase toute neuve"
MARC = "marc@example.test"
COOKIE = "openflex_session"
CONFIRM, CONFIRM_CODE, CHANGE = "/compte/confirmer/", "/compte/confirmer/code/", "/mot-de-passe/"


@pytest.fixture
def ask(django_capture_on_commit_callbacks):
    """Asks for a link to a new password and returns it; its e-mail leaves."""

    def ask(email, **headers):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            response = Client(headers=headers).post(FORGOTTEN, {"email": email})
        assert response.status_code == 302
        return mail.outbox[0]

    return ask


def opens(link):
    """Follows a link to a new password and returns the form's address, or nothing when it serves no more."""
    page = Client().get(link, follow=True)
    assert page.status_code == 200
    return "" if "Ce lien ne sert plus" in page.text else page.redirect_chain[-1][0]


def choose_password(link, password=NEW):
    client = Client()
    form = client.get(link, follow=True).redirect_chain[-1][0]
    assert (
        client.post(form, {"password1": password, "password2": password})["Location"] == "/mot-de-passe/nouveau/fait/"
    )


def copy_of(client):
    """Somebody who got hold of the cookie."""
    thief = Client()
    thief.cookies[COOKIE] = client.cookies[COOKIE].value
    return thief


# --- Guesses ----------------------------------------------------------------------------------------------


def test_a_right_password_in_between_gives_no_more_guesses(cast):
    """Whoever guesses has an account too: signing in to it must not start the count of the others anew."""
    client, answers = Client(), []
    for number in range(24):
        if number % 4 == 3:
            sign_in(client, "vera@example.test")
            client.logout()
        answers.append(sign_in(client, f"personne{number}@example.test", "x").text)
    assert sum(WRONG in answer for answer in answers) == 20
    assert all(STOPPED in answer for answer in answers[20:])


def test_a_colleague_who_signs_in_does_not_open_a_closed_account(cast):
    for _ in range(5):
        sign_in(Client(), password="pas le bon")
    assert sign_in(Client(), "vera@example.test").status_code == 302
    assert STOPPED in sign_in(Client()).text


def test_the_sentence_says_what_to_do_and_in_french(cast):
    for _ in range(6):
        response = sign_in(Client(), password="pas le bon")
    assert "Trop d’essais. Attendez quelques minutes avant de recommencer, ou choisissez un nouveau" in response.text
    assert 'role="alert"' in response.text
    cache.clear()
    for _ in range(61):
        response = Client().post(SIGN_IN)
    assert response.status_code == 429
    assert '<html lang="fr"' in response.text
    assert "minute" in response.text


@pytest.mark.parametrize(
    ("address", "data", "most"),
    [(CONFIRM, {"password": "x"}, 10), (CHANGE, {"oldpassword": "x", "password1": NEW, "password2": NEW}, 5)],
)
def test_a_session_left_open_is_no_place_to_guess_the_password(cast, client_for, monkeypatch, address, data, most):
    tried = []
    verify = CheapArgon2.verify
    monkeypatch.setattr(CheapArgon2, "verify", lambda *args, **more: tried.append(1) or verify(*args, **more))
    client = client_for(cast.marc)
    statuses = [client.post(address, data).status_code for _ in range(most + 5)]
    assert len(tried) <= most
    assert statuses[-1] == 429 or STOPPED in client.post(address, data).text


# --- Who has an account -----------------------------------------------------------------------------------


@pytest.fixture
def everybody(cast) -> dict[str, str]:
    """An address of each kind that somebody could want to tell apart."""
    User.objects.filter(pk=cast.sam.pk).update(is_active=False)
    cast.vera.set_unusable_password()
    cast.vera.save()
    activate(cast.adele)
    for number in range(5):
        sign_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), "momo@example.test", "x")
    return {
        "unknown": "inconnu@example.test",
        "known": MARC,
        "without an open account": "sam@example.test",
        "invited": "vera@example.test",
        "with a second factor": "adele@example.test",
        "merchant": "max@example.test",
        "of another holding": "otto@example.test",
    }


def test_a_wrong_password_gets_the_same_answer_and_work_for_everybody(everybody, monkeypatch):
    hashed = []
    for name in ("encode", "verify"):
        work = getattr(CheapArgon2, name)
        monkeypatch.setattr(CheapArgon2, name, lambda *args, work=work, **more: hashed.append(1) or work(*args, **more))
    seen = {}
    for number, (kind, email) in enumerate(everybody.items()):
        del hashed[:]
        with CaptureQueriesContext(connection) as statements:
            response = sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), email, "pas le bon")
        seen[kind] = (response.status_code, words_of(response), len(hashed), len(statements.captured_queries))
    for kind, answer in seen.items():
        assert answer == seen["unknown"], kind


def test_a_closed_door_looks_the_same_for_everybody(everybody):
    """Five guesses close an address, whether somebody lives there or not."""
    answers = {}
    for kind, email in everybody.items():
        for number in range(5):
            sign_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), email, "x")
        cache.delete_many([key for key in getattr(cache, "_cache", {}) if ":ip:" in key])
        response = sign_in(Client(REMOTE_ADDR="198.51.100.250"), email, PASSWORD)
        answers[kind] = (response.status_code, words_of(response))
    assert STOPPED in answers["unknown"][1]
    for kind, answer in answers.items():
        assert answer == answers["unknown"], kind


def test_asking_for_a_link_is_answered_the_same_for_everybody(everybody):
    seen = {}
    for kind, email in everybody.items():
        with CaptureQueriesContext(connection) as statements:
            response = Client().post(FORGOTTEN, {"email": email})
        seen[kind] = (response.status_code, response["Location"], len(statements.captured_queries))
    assert set(seen.values()) == {seen["unknown"]}


def test_a_made_up_link_says_nothing_of_whose_number_it_bears(cast, everybody):
    numbers = [user.pk for user in (cast.marc, cast.sam, cast.vera, cast.adele, cast.max, cast.otto)]
    pages = {
        words_of(Client().get(f"/mot-de-passe/nouveau/{number}-abc-def/", follow=True)) for number in [*numbers, 99999]
    }
    assert len(pages) == 1


# --- Theft ------------------------------------------------------------------------------------------------


def test_a_new_password_by_email_ends_what_a_thief_had(cast, ask):
    owner = Client()
    sign_in(owner)
    thief = copy_of(owner)
    assert is_signed_in(thief)
    choose_password(link_in(ask(MARC)))
    assert not is_signed_in(thief)
    assert not is_signed_in(owner)


def test_changing_the_password_changes_the_cookie_too(cast):
    """The session in which it is changed goes on; the copy of its old cookie does not."""
    owner = Client()
    sign_in(owner)
    thief = copy_of(owner)
    owner.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert is_signed_in(owner)
    assert owner.cookies[COOKIE].value != thief.cookies[COOKIE].value
    assert not is_signed_in(thief)


def test_a_leaver_who_comes_back_does_not_find_the_old_session_open(cast):
    client = Client()
    sign_in(client)
    people.leave(actor=cast.alice, user=cast.marc, successor=None)
    people.come_back(actor=cast.alice, user=cast.marc)
    assert not is_signed_in(client)


def test_a_link_serves_once_and_takes_the_others_with_it(cast, ask):
    first, second = link_in(ask(MARC)), link_in(ask(MARC))
    choose_password(second)
    assert not opens(first)
    assert not opens(second)


def test_a_link_to_an_address_that_was_replaced_opens_nothing(cast, ask):
    link = link_in(ask(MARC))
    assert opens(link)
    people.edit_person(actor=cast.alice, user=cast.marc, base={"email": MARC}, mine={"email": "neuf@example.test"})
    assert not opens(link)


def test_the_link_of_an_account_that_was_closed_opens_nothing(cast, ask):
    link = link_in(ask(MARC))
    people.leave(actor=cast.alice, user=cast.marc, successor=None)
    assert not opens(link)


def test_a_link_leads_to_us_whatever_host_the_request_named(cast, ask):
    message = ask(MARC, Host="localhost:6666")
    assert re.findall(r"https?://[^/\s]+", message.body) == ["http://testserver"]


# --- The second factor -----------------------------------------------------------------------------------


def test_no_page_at_all_is_reached_before_it_is_set_up(cast, client_for):
    """Every route that is not open to everybody, by GET, POST and htmx: all lead to the page that activates it."""
    activate(cast.alice)
    require_second_factor(actor=cast.alice, holding_id=cast.holding.pk, required=True)
    site, client = Site(cast, samples.build(cast)), client_for(cast.vera)
    reached = []
    for route in ROUTES:
        if route.right == "public" or route.name in SecondFactorMiddleware.REACHABLE:
            continue
        url = site.url(route)
        answers = [
            client.get(url).headers.get("Location"),
            client.post(url).headers.get("Location"),
            client.get(url, headers={"HX-Request": "true"}).headers.get("HX-Redirect"),
        ]
        if set(answers) != {reverse("mfa_activate_totp")}:
            reached.append((route.name, answers))
    assert reached == []


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
@pytest.mark.parametrize("path", ["/", "/vehicules/", "/parametres/", "/compte/sessions/", "/compte/second-facteur/"])
def test_between_password_and_code_one_is_nobody(cast, path, headers):
    activate(cast.marc)
    client = Client(headers=headers)
    assert sign_in(client)["Location"] == CODE
    for response in (client.get(path), client.post(path)):
        assert response.status_code == 302
        assert response["Location"].startswith(SIGN_IN)


def test_a_new_password_does_not_get_around_it(cast, ask):
    activate(cast.marc)
    choose_password(link_in(ask(MARC)))
    client = Client()
    assert sign_in(client, password=NEW)["Location"] == CODE
    assert not is_signed_in(client)


def test_between_password_and_code_one_may_go_back(cast):
    """The code page leads back to the sign-in, where somebody else may start: no password is taken along."""
    activate(cast.marc)
    client = Client()
    sign_in(client)
    back = parse(client.get(CODE)).select_one("form[action='/deconnexion/'] button")
    assert back.text.strip() == "Retour à la connexion"
    assert client.get(SIGN_IN)["Location"] == CODE
    assert client.post("/deconnexion/")["Location"] == SIGN_IN
    assert client.get(SIGN_IN).status_code == 200
    assert client.post(CODE, {"code": code_of(SECRET)})["Location"] == SIGN_IN
    assert sign_in(client, "vera@example.test")["Location"] == "/"
    assert client.session["_auth_user_id"] == str(cast.vera.pk)


def test_guesses_at_recovery_codes_are_counted_with_those_at_codes(cast):
    activate(cast.marc)
    right = codes_of(cast.marc)[0]
    for number in range(5):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        sign_in(client)
        assert WRONG_CODE in client.post(CODE, {"code": f"1234567{number}"}).text
    client = Client(REMOTE_ADDR="198.51.100.1")
    sign_in(client)
    assert STOPPED in client.post(CODE, {"code": right}).text
    assert not is_signed_in(client)


def test_a_stolen_session_cannot_guess_the_code_where_it_is_confirmed(cast, client_for):
    activate(cast.marc)
    client = client_for(cast.marc)
    for number in range(5):
        assert WRONG_CODE in client.post(CONFIRM_CODE, {"code": f"00000{number}"}).text
    assert STOPPED in client.post(CONFIRM_CODE, {"code": code_of(SECRET)}).text
    assert client.get("/compte/second-facteur/desactiver/")["Location"].startswith(CONFIRM)
    assert Authenticator.objects.filter(user=cast.marc, type="totp").exists()


# --- Where one is sent afterwards ------------------------------------------------------------------------

ELSEWHERE = [
    "https://evil.test/", "//evil.test/", "///evil.test", "/\\evil.test", "\\\\evil.test", "/\t/evil.test",
    "http:evil.test", "javascript:alert(1)", " https://evil.test", "https:/evil.test", "//evil.test\\@testserver/",
]  # fmt: skip


def stays_here(response):
    """A browser reads \\ as / and drops tabs: what is left must be a path of ours."""
    location = re.sub(r"[\t\r\n]", "", response["Location"]).replace("\\", "/")
    return location.startswith("/") and not location.startswith("//")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_door_sends_anybody_elsewhere(cast, client_for, target):
    assert stays_here(sign_in(Client(), next=target))
    client = Client()
    assert stays_here(client.post(SIGN_IN + "?next=" + target, {"login": MARC, "password": PASSWORD}))
    assert stays_here(client.post("/deconnexion/", {"next": target}))
    signed_in = client_for(cast.vera)
    assert stays_here(signed_in.post(CONFIRM, {"password": PASSWORD, "next": target}))
    assert stays_here(signed_in.post("/perimetre/", {"scope": "all", "next": target}))
    activate(cast.marc)
    client = Client()
    sign_in(client, next=target)
    assert stays_here(client.post(CODE, {"code": code_of(SECRET), "next": target}))
    reset = f"/parametres/utilisateurs/{cast.marc.pk}/second-facteur/"
    assert stays_here(client_for(cast.alice).post(reset, {"next": target}))


# --- Forms from elsewhere --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "data"),
    [
        (SIGN_IN, {"login": MARC, "password": PASSWORD}),
        (FORGOTTEN, {"email": MARC}),
        (CODE, {"code": "000000"}),
        ("/deconnexion/", {}),
        (CHANGE, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}),
        ("/compte/sessions/fermer/", {}),
    ],
)
def test_a_form_of_another_site_does_nothing_at_any_door(cast, address, data):
    before = User.objects.get(pk=cast.marc.pk).password
    client = Client(enforce_csrf_checks=True)
    inside = address not in (SIGN_IN, FORGOTTEN, CODE)
    if inside:
        client.force_login(cast.marc)
    response = client.post(address, data)
    assert response.status_code == 403
    assert '<html lang="fr"' in response.text
    assert ("_auth_user_id" in client.session) is inside
    assert mail.outbox == []
    assert User.objects.get(pk=cast.marc.pk).password == before


def test_the_token_of_the_page_is_taken_and_another_origin_is_not(cast):
    client = Client(enforce_csrf_checks=True)
    page = client.get(SIGN_IN)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    sent = {"login": MARC, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert client.post(SIGN_IN, sent, headers={"Origin": "https://evil.test"}).status_code == 403
    assert client.post(SIGN_IN, sent, headers={"Origin": "null"}).status_code == 403
    assert client.post(SIGN_IN, sent, headers={"Origin": "http://testserver"})["Location"] == "/"
