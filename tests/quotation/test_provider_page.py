"""*Fournisseur de cotes*: credentials come in and never go out, count at once, and are nobody else's business."""

import json
import logging
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from structlog.testing import capture_logs

from quotation.models import ProviderCall, ProviderCredentials, QuotationSettings
from quotation.providers import failures
from quotation.providers.shared import BreakerStorage, SharedCache
from quotation.providers.wire import Credentials, ProviderSettings
from quotation.selectors import provider_of
from quotation.services import access
from settings_admin.models import Entity, TimelineEntry
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_user
from tests.quotation.providers.test_faults import FAILURES, SLOW, WITHOUT_EFFECT, expected
from tests.quotation.way import soup, text
from tests.support.htmx import content, parse, swap
from tests.support.xlsx import rows_of

CLIENT_ID, SECRET = "nord-client-7431", "s3cret-de-nord-9f2e"
RIGHT = {"client_id": "openflex", "client_secret": "sandbox"}  # those that the sandbox lets in
NBSP = "\u00a0"


def url(name, entity):
    return reverse(f"quotation:{name}", args=[entity.pk])


def send(client, entity, **typed):
    return client.post(url("save_credentials", entity), {"client_id": CLIENT_ID, "client_secret": SECRET, **typed})


def stored(entity):
    with unscoped("the test looks at what was written"):
        return ProviderCredentials.objects.filter(entity=entity).first()


def history(entity):
    with unscoped("the test looks at what was written"):
        own = QuotationSettings.objects.get(entity=entity)
        entries = TimelineEntry.objects.filter(target_type="quotation.quotationsettings", target_id=own.pk)
        return [(entry.kind, entry.actor, entry.entity_id, entry.changes) for entry in entries.order_by("pk")]


@pytest.fixture
def alice(cast, client_for, provider):
    return client_for(cast.alice)


class TestSaving:
    def test_they_are_sealed_told_in_the_history_and_never_shown(self, cast, alice):
        response = send(alice, cast.north)
        assert (response.status_code, response["Location"]) == (303, url("provider", cast.north))
        own = stored(cast.north)
        assert CLIENT_ID not in own.client_id
        assert SECRET not in own.client_secret
        assert own.saved_by == cast.alice
        assert history(cast.north) == [("credentials_saved", cast.alice, cast.north.pk, {})]
        page = text(alice.get(url("provider", cast.north)))
        assert "•••• 7431" in page
        assert "par Alice Nom" in page
        assert "Alice Nom a enregistré des identifiants" in page
        assert stored(cast.south) is None

    def test_a_short_client_id_shows_nothing_of_itself(self, cast, alice):
        send(alice, cast.north, client_id="nord")
        assert "••••" not in text(alice.get(url("provider", cast.north)))

    def test_the_same_again_changes_nothing_and_others_replace(self, cast, alice):
        send(alice, cast.north)
        first = stored(cast.north)
        send(alice, cast.north)
        assert stored(cast.north).saved_at == first.saved_at
        send(alice, cast.north, client_secret="another")
        assert [kind for kind, *_ in history(cast.north)] == ["credentials_saved", "credentials_replaced"]

    def test_removed_they_are_gone_and_twice_is_as_once(self, cast, alice):
        send(alice, cast.north)
        for _ in range(2):
            response = alice.post(url("remove_credentials", cast.north))
            assert (response.status_code, response["Location"]) == (303, url("provider", cast.north))
        assert stored(cast.north) is None
        assert [kind for kind, *_ in history(cast.north)] == ["credentials_saved", "credentials_removed"]
        assert "avec les identifiants de l’installation" in text(alice.get(url("provider", cast.north)))

    @pytest.mark.parametrize(
        ("field", "typed", "sentence"),
        [
            ("client_id", "", "Ce champ est obligatoire."),
            ("client_id", "nord client", f"Sans espace ni retour à la ligne{NBSP}: copiez-le de nouveau."),
            ("client_secret", "", "Ce champ est obligatoire."),
            ("client_secret", "s3cret\r\nde-nord", f"Sans espace ni retour à la ligne{NBSP}: copiez-le de nouveau."),
            ("client_secret", "x" * 501, "Assurez-vous que cette valeur comporte au plus 500 caractères"),
        ],
    )
    def test_bad_input_is_refused_beside_its_field(self, cast, alice, field, typed, sentence):
        response = send(alice, cast.north, **{field: typed})
        assert response.status_code == 422
        page = soup(response)
        assert sentence in page.select_one(f"#id_{field}_error").text
        if field == "client_secret":
            assert page.select_one("#id_client_id")["value"] == CLIENT_ID
        # What is secret is typed anew.
        assert not page.select_one("#id_client_secret").has_attr("value")
        assert stored(cast.north) is None

    def test_spaces_around_what_was_copied_do_not_count(self, cast, alice):
        send(alice, cast.north, client_id=f" {CLIENT_ID}\n", client_secret=f"\t{SECRET} ")
        send(alice, cast.north)
        assert [kind for kind, *_ in history(cast.north)] == ["credentials_saved"]


class TestAsking:
    """The installation's credentials are wrong: who has right ones of its own gets in."""

    @pytest.fixture
    def wrong(self, provider, asks_at):
        asks_at(provider.url, client_secret="wrong")

    def test_an_entity_signs_in_with_its_own_at_once(self, cast, alice, way, wrong):
        assert "refuse les identifiants" in text(way.post("identify", plate="GD-642-JM"))
        send(alice, cast.north, **RIGHT)
        assert way.valued().adjusted_value == Decimal("9210.00")
        send(alice, cast.north, client_secret="not-that-one")
        assert "refuse les identifiants" in text(way.post("identify", plate="AA-123-AA"))
        send(alice, cast.north, **RIGHT)
        assert text(way.get("catalogue", kind="car")).count("VOLKSWAGEN") == 1
        alice.post(url("remove_credentials", cast.north))
        assert "refuse les identifiants" in text(way.get("catalogue", kind="motorcycle"))

    def test_another_entity_does_not_get_in_with_them(self, cast, alice, way_of, client_for, wrong):
        send(alice, cast.north, **RIGHT)
        sue = make_user("sue@example.test", holding=cast.holding, group=BuiltInGroup.SALESPERSON, entity=cast.south)
        assert "refuse les identifiants" in text(way_of(sue).post("identify", plate="GD-642-JM"))

    def test_what_no_key_opens_any_more_is_not_sent(self, cast, alice, way, settings):
        send(alice, cast.north, **RIGHT)
        with unscoped("test data"):
            ProviderCredentials.objects.update(client_secret="gAAAAABnot-ours")
        response = way.post("identify", plate="GD-642-JM")
        assert response.status_code == 422
        assert "Identifiants manquants" in text(response)
        with unscoped("the test looks at what was written"):
            assert list(ProviderCall.objects.values_list("outcome", "status")) == [("no_credentials", None)]
        page = text(alice.get(url("provider", cast.north)))
        assert "ne peuvent plus être lus" in page
        assert "Illisibles" in page

    def test_one_that_is_down_is_down_for_all_who_ask_there(self, cast, alice, as_user, asks_at, provider):
        """Whatever they sign in with: five failures of one are enough."""
        asks_at(provider.url, breaker_failures=5, breaker_pause=60.0)
        send(alice, cast.north, **RIGHT)
        provider.misbehave("server_error", "makes")
        as_user(cast.alice, choice="all")
        for _ in range(5):
            asked = provider_of(cast.north)
            with pytest.raises(failures.ProviderFailure):
                asked.makes(kind=None, act=asked.begin_act())
        other = provider_of(cast.south)
        with pytest.raises(failures.CallsSuspended):
            other.makes(kind=None, act=other.begin_act())


class TestTrying:
    def test_it_asks_for_something_free_and_says_what_came(self, cast, alice):
        send(alice, cast.north, **RIGHT)
        page = text(alice.post(url("try_access", cast.north)))
        assert "Autovista accepte ces identifiants." in page
        assert re.search(r"catalogue montre [2-9][0-9] marques", page)
        assert "C’est un bac à sable" in page
        with unscoped("the test looks at what was written"):
            assert set(ProviderCall.objects.values_list("name", "is_paid", "outcome", "status", "entity", "user")) == {
                ("access", False, "ok", 200, cast.north.pk, cast.alice.pk)
            }

    def test_wrong_ones_are_refused_even_while_the_token_of_right_ones_is_held(self, cast, alice):
        alice.post(url("try_access", cast.north))
        send(alice, cast.north)
        page = text(alice.post(url("try_access", cast.north)))
        assert "Autovista refuse l’accès." in page
        assert "réponse 401" in page
        assert SECRET not in page

    def test_a_token_that_is_held_is_not_taken_for_an_answer(self, cast, alice, as_user, provider):
        """The sandbox refuses every new token from now on: the one of a minute ago would still do."""
        alice.post(url("try_access", cast.north))
        provider.misbehave("server_error", "token")
        assert "accepte ces identifiants" not in text(alice.post(url("try_access", cast.north)))

    @pytest.mark.parametrize("route", ["token", "makes"])
    @pytest.mark.parametrize("kind", [kind for kind in FAILURES if kind not in SLOW])
    def test_each_fault_has_its_sentence(self, cast, alice, provider, kind, route):
        provider.misbehave(kind, route)
        page = text(alice.post(url("try_access", cast.north)))
        if (kind, route) in WITHOUT_EFFECT:
            assert "accepte ces identifiants" in page
            return
        message = " ".join(expected(kind, "token" if route == "token" else "access").message.split())
        assert message.partition(" demain")[0] in page
        assert "accepte ces identifiants" not in page

    def test_it_is_asked_while_calls_are_suspended(self, cast, alice, settings):
        given = settings.VALUATION_PROVIDER
        keys = ProviderSettings(given["name"], given["base_url"], given["client_id"], given["client_secret"])
        storage = BreakerStorage(SharedCache(cache), namespace=keys.outage_key)
        storage.opened_at, storage.state = datetime.now(UTC), "open"
        page = text(alice.post(url("try_access", cast.north)))
        assert "Les appels sont suspendus" in page
        assert "accepte ces identifiants" in page

    def test_without_any_nothing_is_sent(self, cast, alice, asks_at, provider):
        asks_at(provider.url, client_secret="")
        assert "Manquants" in text(alice.get(url("provider", cast.north)))
        assert "Identifiants manquants." in text(alice.post(url("try_access", cast.north)))


class TestSecrecy:
    def test_the_secret_is_nowhere(self, cast, alice, client_for, caplog):
        """Whatever is done with it: in no page, message, export, log line, cache key or row of the database."""
        caplog.set_level(logging.DEBUG)
        htmx = client_for(cast.alice, htmx=True)
        with capture_logs() as events:
            answers = [
                send(alice, cast.north, client_id=""),
                send(htmx, cast.north, client_id=""),
                send(htmx, cast.north),
                send(alice, cast.north),
                alice.post(url("try_access", cast.north)),
                htmx.post(url("try_access", cast.north)),
                alice.get(url("provider", cast.north)),
                alice.get(f"{url('provider', cast.north)}?modifier=identifiants"),
                alice.get(reverse("quotation:providers")),
                alice.get(reverse("quotation:consumption")),
                alice.get(reverse("organisation:entity", args=[cast.north.pk])),
            ]
            calls = rows_of(alice.post(reverse("quotation:export_calls")))
        said = "".join(f"{answer.text} {answer.headers}" for answer in answers)
        written = json.dumps(list(all_rows()), default=str)
        for secret in (SECRET, CLIENT_ID):
            assert secret not in (said.replace(f'value="{CLIENT_ID}"', "") if secret == CLIENT_ID else said)
            assert secret not in written
            assert secret not in str(calls)
            assert secret not in caplog.text
            assert secret not in str(events)

    def test_an_error_page_and_its_log_do_not_hold_it(self, cast, alice, monkeypatch, caplog):
        caplog.set_level(logging.DEBUG)

        def broken(**given):
            raise RuntimeError("the disk is full")

        monkeypatch.setattr(access, "save_credentials", broken)
        alice.raise_request_exception = False
        response = send(alice, cast.north)
        assert response.status_code == 500
        assert "the disk is full" in caplog.text
        assert SECRET not in response.text + caplog.text

    def test_it_is_not_in_what_is_printed(self):
        assert SECRET not in repr(Credentials(CLIENT_ID, SECRET))
        assert CLIENT_ID not in repr(ProviderSettings("x", "y", CLIENT_ID, SECRET))


def all_rows():
    """Every row of every table of ours, as text."""
    with unscoped("the test looks at what was written"):
        for model in apps.get_models():
            yield from model._base_manager.order_by("pk").values()


class TestStrangers:
    @pytest.mark.parametrize("stranger", ["eve", "otto"])
    def test_for_another_administrator_the_page_is_not_there(self, cast, alice, client_for, stranger):
        send(alice, cast.north, **RIGHT)
        client = client_for(getattr(cast, stranger))
        assert client.get(url("provider", cast.north)).status_code == 404
        assert send(client, cast.north).status_code == 404
        for name in ("remove_credentials", "try_access", "save_settings"):
            assert client.post(url(name, cast.north)).status_code == 404
        assert [kind for kind, *_ in history(cast.north)] == ["credentials_saved"]

    def test_who_administers_a_single_site_is_a_colleague_without_the_right(self, cast, provider, client_for):
        tom = make_user(
            "tom@example.test", holding=cast.holding, group=BuiltInGroup.ENTITY_ADMIN, entity=cast.north,
            sites=(cast.north_1,),
        )  # fmt: skip
        client = client_for(tom)
        assert client.get(url("provider", cast.north)).status_code == 403
        assert send(client, cast.north).status_code == 403
        assert client.get(reverse("quotation:providers")).status_code == 403
        assert stored(cast.north) is None


class TestList:
    def test_it_names_each_entity_with_what_it_signs_in_with(self, cast, alice):
        send(alice, cast.south)
        page = soup(alice.get(reverse("quotation:providers")))
        rows = [" ".join(row.text.split()) for row in page.select("tbody tr")]
        assert rows[0].startswith("Nord De l’installation –")
        assert rows[1].startswith("Sud Propres à l’entité")
        assert "par Alice Nom" in rows[1]

    def test_who_manages_one_entity_is_led_to_it(self, cast, provider, client_for):
        response = client_for(cast.eve).get(reverse("quotation:providers"))
        assert (response.status_code, response["Location"]) == (303, url("provider", cast.south))

    def test_more_entities_need_no_more_statements(self, cast, alice):
        address = reverse("quotation:providers")
        with CaptureQueriesContext(connection) as two:
            alice.get(address)
        with unscoped("test data"):
            for name in ("Est", "Ouest"):
                Entity.objects.create(holding=cast.holding, name=name)
        send(alice, cast.south)
        with CaptureQueriesContext(connection) as four:
            assert len(soup(alice.get(address)).select("tbody tr")) == 4
        assert len(four) == len(two)


@pytest.mark.parametrize("query", ["", "?modifier=identifiants", "?modifier=reglages"])
def test_a_swapped_page_equals_a_reloaded_one(cast, alice, client_for, query):
    htmx = client_for(cast.alice, htmx=True)
    send(alice, cast.north)
    before = parse(alice.get(url("provider", cast.north)))
    address = f"{url('provider', cast.north)}{query}"
    assert content(swap(before, htmx.get(address), target="#sheet")) == content(parse(alice.get(address)))


def test_after_htmx_the_page_comes_back_in_the_place_of_the_form(cast, alice, client_for):
    htmx = client_for(cast.alice, htmx=True)
    response = send(htmx, cast.north)
    assert (response.status_code, response["HX-Replace-Url"]) == (200, url("provider", cast.north))
    assert "toast" in response["HX-Trigger"]
    before = parse(alice.get(f"{url('provider', cast.north)}?modifier=identifiants"))
    assert content(swap(before, response, target="#sheet")) == content(parse(alice.get(url("provider", cast.north))))


def test_a_new_key_of_the_installation_reseals_them(cast, alice, settings, as_user):
    send(alice, cast.north, **RIGHT)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "n" * 60
    call_command("reseal")
    settings.SECRET_KEY_FALLBACKS = []
    as_user(cast.alice, choice="all")
    asked = provider_of(cast.north)
    assert asked.makes(kind=None, act=asked.begin_act()).value
