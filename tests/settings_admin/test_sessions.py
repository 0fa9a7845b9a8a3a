"""Where one is signed in, and signing out elsewhere."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from settings_admin.access.services import people
from settings_admin.access.services.sessions import end_sessions
from tests.make import PASSWORD
from tests.settings_admin.test_sign_in import sign_in

MINE, END_ALL = "/compte/sessions/", "/compte/sessions/fermer/"
TELEPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1"


def browser(user="marc", *, agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", ip="192.0.2.1", **more):
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=ip)
    assert sign_in(client, f"{user}@example.test", **more).status_code == 302
    return client


def is_signed_in(client):
    return client.get(MINE).status_code == 200


@pytest.fixture
def two(cast):
    """A desk and a telephone on which Marc is signed in."""
    return browser(), browser(agent=TELEPHONE, ip="198.51.100.7")


def test_each_device_is_named_with_its_place_and_this_one_is_marked(two):
    page = two[0].get(MINE).text
    assert "Firefox sur Linux" in page
    assert "192.0.2.1" in page
    assert "Safari sur iPhone" in page
    assert "198.51.100.7" in page
    assert page.count("Cet appareil</span>") == 1
    assert page.index("Firefox sur Linux") < page.index("Cet appareil</span>") < page.index("Safari sur iPhone")


def test_a_colleagues_sessions_are_not_mine(cast, two):
    other = browser("vera", ip="203.0.113.9")
    assert "203.0.113.9" not in two[0].get(MINE).text
    theirs = UserSession.objects.get(user=cast.vera)
    assert two[0].post(f"{MINE}{theirs.pk}/fermer/").status_code == 404
    assert is_signed_in(other)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
def test_one_that_is_ended_leads_to_the_sign_in_with_its_next_request(cast, two, headers):
    desk, telephone = two
    ended = UserSession.objects.get(user=cast.marc, ip="198.51.100.7")
    assert desk.post(f"{MINE}{ended.pk}/fermer/")["Location"] == MINE
    response = telephone.get("/vehicules/", headers=headers)
    assert (response.status_code, response["Location"]) == (302, "/connexion/?next=/vehicules/")
    assert is_signed_in(desk)
    assert "Safari sur iPhone" not in desk.get(MINE).text
    assert desk.post(f"{MINE}{ended.pk}/fermer/").status_code == 404


def test_signing_out_everywhere_keeps_this_device(two):
    desk, telephone = two
    assert desk.post(END_ALL)["Location"] == MINE
    assert is_signed_in(desk)
    assert not is_signed_in(telephone)


def test_signing_out_everywhere_takes_this_device_too_when_asked(cast, two):
    desk, telephone = two
    assert desk.post(END_ALL, {"this_one_too": "on"})["Location"] == "/connexion/"
    assert not is_signed_in(desk)
    assert not is_signed_in(telephone)


def test_ending_this_session_is_signing_out(cast, two):
    desk, telephone = two
    this = UserSession.objects.get(user=cast.marc, ip="192.0.2.1")
    assert desk.post(f"{MINE}{this.pk}/fermer/")["Location"] == "/connexion/"
    assert not is_signed_in(desk)
    assert is_signed_in(telephone)


def test_a_changed_password_ends_the_others_and_keeps_this_one(cast, two):
    desk, telephone = two
    new = "une phrase toute neuve"
    assert "Ce n’est pas votre mot de passe actuel." in desk.post("/mot-de-passe/", {"oldpassword": new}).text
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    after = desk.post("/mot-de-passe/", sent, follow=True)
    assert after.request["PATH_INFO"] == "/compte/"
    assert "Votre mot de passe est changé" in after.text
    assert is_signed_in(desk)
    assert not is_signed_in(telephone)
    page = desk.get(MINE).text
    assert "Safari sur iPhone" not in page
    assert "Firefox sur Linux" in page


def test_a_leaver_is_signed_out_at_once(cast, two):
    people.leave(actor=cast.alice, user=cast.marc, successor=None)
    assert not any(is_signed_in(client) for client in two)
    assert not UserSession.objects.filter(user=cast.marc).exists()


def test_ending_all_of_ones_sessions_leaves_those_of_others(cast, two):
    other = browser("vera")
    assert end_sessions(cast.marc) == 2
    assert not any(is_signed_in(client) for client in two)
    assert is_signed_in(other)


def test_the_last_use_is_noted_now_and_then(cast, time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00", tick=False)
    desk = browser()
    desk.get(MINE)
    first = UserSession.objects.get(user=cast.marc).last_seen_at
    time_machine.move_to("2026-11-24T10:04:00+01:00", tick=False)
    desk.get(MINE)
    assert UserSession.objects.get(user=cast.marc).last_seen_at == first
    time_machine.move_to("2026-11-24T10:06:00+01:00", tick=False)
    desk.get(MINE, REMOTE_ADDR="192.0.2.99")
    row = UserSession.objects.get(user=cast.marc)
    assert (row.last_seen_at > first, row.ip) == (True, "192.0.2.99")


def test_a_session_of_before_is_found_with_its_first_request(cast, client):
    client.force_login(cast.sam)
    assert "Cet appareil</span>" in client.get(MINE).text


def test_a_merchants_person_has_the_page_in_their_own_space(cast):
    page = browser("max").get(MINE)
    assert page.status_code == 200
    assert 'class="priceback"' in page.text
