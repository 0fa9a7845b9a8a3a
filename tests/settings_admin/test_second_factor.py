"""The second factor: how it is kept, asked for, required and taken back."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.management import call_command
from django.test import Client

from openflex.core.errors import Refused
from settings_admin.access.services.second_factor import require_second_factor, reset_second_factor
from settings_admin.models import AccessLog, TimelineEntry
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import PASSWORD, make_user
from tests.settings_admin.test_sign_in import is_signed_in, sign_in

pytestmark = pytest.mark.usefixtures("templates_watched")

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret, *, later=0):
    """What the person's telephone shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1] + later))


def codes_of(user):
    """The recovery codes that this person wrote down."""
    return Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()


def activate(user):
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)


# --- How it is kept ----------------------------------------------------------------------------------------


def test_its_secrets_are_sealed_in_the_database(cast):
    activate(cast.marc)
    kept = str(list(Authenticator.objects.order_by("pk").values_list("data", flat=True)))
    assert SECRET not in kept
    assert all(code not in kept for code in codes_of(cast.marc))


def test_it_survives_a_change_of_the_secret_key(cast, settings):
    activate(cast.marc)
    codes = codes_of(cast.marc)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "the-next-key-" + "k" * 50
    settings.SECRET_KEY_FALLBACKS = [old]
    call_command("reseal")
    settings.SECRET_KEY_FALLBACKS = []
    assert codes_of(cast.marc) == codes
    totp = Authenticator.objects.get(user=cast.marc, type="totp").wrap()
    assert totp.validate_code(code_of(SECRET))


# --- How it is activated -----------------------------------------------------------------------------------

INDEX, ACTIVATE, DEACTIVATE = (f"/compte/second-facteur/{part}" for part in ("", "activer/", "desactiver/"))
CODES, NEW_CODES, CODE = "/compte/codes-de-secours/", "/compte/codes-de-secours/nouveaux/", "/connexion/code/"
WRONG_CODE = "Ce code n’est pas le bon"


@pytest.fixture
def posted(django_capture_on_commit_callbacks):
    """Sends a form and lets its e-mails leave."""

    def post(client, url, data=None):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(url, data or {})

    return post


def signed_in(email="marc@example.test"):
    client = Client()
    sign_in(client, email)
    return client


def codes_on(page):
    return re.findall(r"<li>(\d{8})</li>", page.text)


def test_it_is_activated_with_a_code_and_gives_recovery_codes_once(cast, posted):
    client = signed_in()
    page = client.get(ACTIVATE)
    secret = page.context["form"].secret
    assert page.context["form"].secret_in_groups in page.text
    assert 'src="data:image/svg+xml;base64,' in page.text
    refused = posted(client, ACTIVATE, {"code": "000000"})
    assert WRONG_CODE in refused.text
    assert refused.context["form"].secret == secret
    assert posted(client, ACTIVATE, {"code": code_of(secret)})["Location"] == CODES
    (message,) = mail.outbox
    assert message.to == ["marc@example.test"]
    assert "vient d’être activé" in message.body
    shown = client.get(CODES)
    assert len(codes_on(shown)) == 10
    assert shown.text.count(f"{codes_on(shown)[0]}%0A") == 1
    again = client.get(CODES)
    assert codes_on(again) == []
    assert "déjà été montrés" in again.text
    assert "Actif" in client.get(INDEX).text


@pytest.mark.parametrize("url", [ACTIVATE, DEACTIVATE, CODES, NEW_CODES])
def test_a_session_left_open_changes_nothing_without_the_password(cast, client_for, posted, url):
    if url != ACTIVATE:
        activate(cast.marc)
    before = list(Authenticator.objects.order_by("pk").values())
    assert client_for(cast.marc).get(url)["Location"].startswith("/compte/confirmer/")
    if url != CODES:  # it is only read
        assert posted(client_for(cast.marc), url, {"code": "1"})["Location"].startswith("/compte/confirmer/")
    assert list(Authenticator.objects.order_by("pk").values()) == before


def test_the_password_is_asked_for_and_leads_on(cast, client_for):
    client = client_for(cast.marc)
    confirm = client.get(ACTIVATE)["Location"]
    assert 'aria-invalid="true"' in client.post(confirm, {"password": "pas le bon"}).text
    assert client.get(ACTIVATE).status_code == 302
    assert client.post(confirm, {"password": PASSWORD})["Location"] == ACTIVATE
    assert client.get(ACTIVATE).status_code == 200


def test_a_code_confirms_as_well_as_the_password(cast, client_for):
    activate(cast.marc)
    client = client_for(cast.marc)
    assert WRONG_CODE in client.post(f"/compte/confirmer/code/?next={NEW_CODES}", {"code": "000000"}).text
    client.post(f"/compte/confirmer/code/?next={NEW_CODES}", {"code": code_of(SECRET)})
    assert client.get(NEW_CODES).status_code == 200


def test_new_recovery_codes_take_the_place_of_the_old(cast, posted):
    activate(cast.marc)
    old = codes_of(cast.marc)
    client = signed_in_with_code(code_of(SECRET))
    assert posted(client, NEW_CODES)["Location"] == CODES
    assert "nouveaux codes" in mail.outbox[0].body
    new = codes_on(client.get(CODES))
    assert not set(new) & set(old)
    assert not enters(old[0])
    assert enters(new[0])


def test_it_is_deactivated_by_its_owner(cast, posted):
    activate(cast.marc)
    client = signed_in_with_code(code_of(SECRET))
    assert client.get(DEACTIVATE).status_code == 200
    assert posted(client, DEACTIVATE)["Location"] == INDEX
    assert "vient d’être désactivé" in mail.outbox[0].body
    assert not Authenticator.objects.filter(user=cast.marc).exists()
    assert sign_in(Client())["Location"] == "/"


# --- Signing in with it ------------------------------------------------------------------------------------


def signed_in_with_code(code):
    client = Client()
    assert sign_in(client)["Location"] == CODE
    response = client.post(CODE, {"code": code})
    assert response.status_code == 302, response.text
    return client


def enters(code):
    client = Client()
    sign_in(client)
    client.post(CODE, {"code": code})
    return is_signed_in(client)


def test_the_password_alone_does_not_open_the_account(cast, client):
    activate(cast.marc)
    response = sign_in(client, next="/vehicules/?q=a")
    assert response["Location"] == CODE
    assert not is_signed_in(client)
    assert client.get(CODE).status_code == 200
    assert WRONG_CODE in client.post(CODE, {"code": "000000"}).text
    assert not is_signed_in(client)
    assert client.post(CODE, {"code": code_of(SECRET)})["Location"] == "/vehicules/?q=a"
    assert is_signed_in(client)


def test_the_page_of_the_code_is_nothing_without_the_password(cast, client):
    activate(cast.marc)
    assert client.get(CODE)["Location"] == "/connexion/"
    assert client.post(CODE, {"code": code_of(SECRET)})["Location"] == "/connexion/"
    assert not is_signed_in(client)


def test_a_code_with_spaces_is_taken_and_a_clock_may_be_half_a_minute_off(cast):
    activate(cast.marc)
    code = code_of(SECRET, later=1)
    assert enters(f"{code[:3]} {code[3:]}")
    assert not enters(code_of(SECRET, later=5))


def test_a_code_opens_once(cast, time_machine):
    time_machine.move_to("2026-11-24T10:00:01+01:00", tick=False)
    activate(cast.marc)
    code = code_of(SECRET)
    assert enters(code)
    assert not enters(code)
    # Still within the tolerance, when allauth has forgotten it.
    time_machine.move_to("2026-11-24T10:00:45+01:00", tick=False)
    assert not enters(code)
    assert enters(code_of(SECRET))


def test_a_recovery_code_works_once(cast, time_machine):
    activate(cast.marc)
    first, second, *_ = codes_of(cast.marc)
    time_machine.move_to("2026-11-24T10:00:00+01:00", tick=False)
    assert enters(first)
    time_machine.move_to("2026-11-24T12:00:00+01:00", tick=False)
    assert not enters(first)
    assert enters(second)


def test_guessing_the_code_is_stopped_even_with_the_right_one(cast):
    activate(cast.marc)
    for number in range(5):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        sign_in(client)
        assert WRONG_CODE in client.post(CODE, {"code": f"00000{number}"}).text
    client = Client(REMOTE_ADDR="198.51.100.1")
    sign_in(client)
    assert "Trop d’essais" in client.post(CODE, {"code": code_of(SECRET)}).text
    assert not is_signed_in(client)


def test_wrong_codes_are_written_down(cast, client):
    activate(cast.marc)
    sign_in(client)
    client.post(CODE, {"code": "000000"})
    with unscoped("the test looks at what was written"):
        assert list(AccessLog.objects.order_by("id").values_list("kind", "user__email")) == [
            ("second_factor_failed", "marc@example.test")
        ]


def test_the_box_is_remembered_across_the_code(cast):
    activate(cast.marc)
    client = Client()
    sign_in(client, remember="on")
    client.post(CODE, {"code": code_of(SECRET)})
    assert not client.session.get_expire_at_browser_close()


# --- Where everybody needs one -----------------------------------------------------------------------------

SECURITY, REQUIRE = "/parametres/securite/", "/parametres/securite/second-facteur/"


@pytest.fixture
def required(cast):
    """Groupe Saône requires a second factor; Alice, who decided so, has one."""
    activate(cast.alice)
    require_second_factor(actor=cast.alice, holding_id=cast.holding.pk, required=True)


def test_the_holding_requires_it_and_takes_that_back(cast, client_for):
    activate(cast.alice)
    client = client_for(cast.alice)
    assert client.post(REQUIRE, {"required": "yes"})["Location"] == SECURITY
    assert "Second facteur obligatoire" in client.get(SECURITY).text
    assert client.post(REQUIRE)["Location"] == SECURITY
    with unscoped("the test looks at what was written"):
        kinds = TimelineEntry.objects.filter(target_type="settings_admin.holding").order_by("id")
        assert list(kinds.values_list("kind", "holding_id", "actor__email")) == [
            ("second_factor_required", cast.holding.pk, "alice@example.test"),
            ("second_factor_optional", cast.holding.pk, "alice@example.test"),
        ]


def test_who_administers_an_entity_only_cannot_require_it(cast, client_for):
    assert client_for(cast.eve).post(REQUIRE, {"required": "yes"}).status_code == 403
    with pytest.raises(Refused, match="droit"):
        require_second_factor(actor=cast.eve, holding_id=cast.holding.pk, required=True)


@pytest.mark.parametrize("path", ["/", "/vehicules/", "/compte/sessions/", INDEX, CODES, "/parametres/"])
def test_who_has_none_reaches_the_activation_and_nothing_else(cast, client_for, required, path):
    client = client_for(cast.eve)
    assert client.get(path)["Location"] == ACTIVATE
    assert client.post(path)["Location"] == ACTIVATE
    assert client.get(path, headers={"HX-Request": "true"})["HX-Redirect"] == ACTIVATE
    assert client_for(cast.alice).get("/vehicules/").status_code == 200
    assert client_for(cast.otto).get("/vehicules/").status_code == 200


def test_one_who_was_signed_in_is_led_there_at_once_and_out_when_it_is_active(cast, posted):
    client = signed_in()
    assert client.get("/vehicules/").status_code == 200
    activate(cast.alice)
    require_second_factor(actor=cast.alice, holding_id=cast.holding.pk, required=True)
    assert client.get("/vehicules/")["Location"] == ACTIVATE
    page = client.get(ACTIVATE)
    assert "Votre holding le demande" in page.text
    posted(client, ACTIVATE, {"code": code_of(page.context["form"].secret)})
    assert client.get("/vehicules/").status_code == 200


def test_one_may_sign_out_instead(cast, client_for, required):
    client = client_for(cast.eve)
    assert client.post("/deconnexion/")["Location"] == "/connexion/"


def test_it_cannot_be_deactivated_where_it_is_required(cast, required):
    client = Client()
    sign_in(client, "alice@example.test")
    client.post(CODE, {"code": code_of(SECRET)})
    assert "ne peut pas être désactivé" in client.get(DEACTIVATE).text
    client.post(DEACTIVATE)
    assert Authenticator.objects.filter(user=cast.alice, type="totp").exists()


# --- A lost telephone --------------------------------------------------------------------------------------


def reset_url(user):
    return f"/parametres/utilisateurs/{user.pk}/second-facteur/"


def test_who_oversees_a_person_resets_theirs(cast, client_for, posted):
    activate(cast.marc)
    theirs = signed_in_with_code(code_of(SECRET))
    assert (
        posted(client_for(cast.alice), reset_url(cast.marc))["Location"] == f"/parametres/utilisateurs/{cast.marc.pk}/"
    )
    assert not Authenticator.objects.filter(user=cast.marc).exists()
    assert not is_signed_in(theirs)
    assert [message.to for message in mail.outbox] == [["marc@example.test"]]
    assert "Alice Nom a réinitialisé" in mail.outbox[0].body
    with unscoped("the test looks at what was written"):
        entry = TimelineEntry.objects.get(kind="second_factor_reset")
    assert (entry.actor, entry.target_id) == (cast.alice, cast.marc.pk)


def test_who_does_not_oversee_a_person_cannot(cast, client_for, posted):
    local = make_user(
        "local@example.test", holding=cast.holding, group=BuiltInGroup.ENTITY_ADMIN, entity=cast.north
    )  # fmt: skip
    activate(cast.alice)
    for stranger in (cast.eve, cast.otto):
        assert client_for(stranger).post(reset_url(cast.marc)).status_code == 404
    with pytest.raises(Refused, match="droits"):
        reset_second_factor(actor=local, user=cast.alice)
    posted(client_for(local), reset_url(cast.alice))
    assert Authenticator.objects.filter(user=cast.alice).count() == 2
    assert mail.outbox == []


def test_one_does_not_reset_ones_own_nor_what_is_not_there(cast):
    activate(cast.alice)
    with pytest.raises(Refused, match="propre second facteur"):
        reset_second_factor(actor=cast.alice, user=cast.alice)
    with pytest.raises(Refused, match="pas de second facteur"):
        reset_second_factor(actor=cast.alice, user=cast.marc)
