"""What an entity decides about its quotations: paid calls a day, the price that is proposed."""

from decimal import Decimal

import pytest

from quotation.models import QuotationSettings
from quotation.selectors import quota_of
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_user
from tests.quotation.test_provider_page import history, url
from tests.quotation.way import soup, text


@pytest.fixture
def alice(cast, client_for, provider):
    return client_for(cast.alice)


def opened(client, entity):
    page = soup(client.get(f"{url('provider', entity)}?modifier=reglages"))
    return {one["name"]: one.get("value", "") for one in page.select("#reglages input[name]")}


def save(client, entity, data=None, **typed):
    return client.post(url("save_settings", entity), {**(data or opened(client, entity)), **typed})


def test_they_are_saved_and_told(cast, alice, as_user):
    response = save(alice, cast.north, daily_quota="1 200", proposed_price_percent="98,5")
    assert response.status_code == 303
    with unscoped("the test looks at what was written"):
        own = QuotationSettings.objects.get(entity=cast.north)
    assert (own.daily_quota, own.proposed_price_percent) == (1200, Decimal("98.50"))
    page = text(alice.get(url("provider", cast.north)))
    assert "Appels payants par jour : – → 1 200" in page
    assert "Prix proposé (% de la valeur ajustée) : 102,00 % → 98,50 %" in page


def test_an_emptied_number_is_that_of_the_installation(cast, alice, as_user, settings):
    save(alice, cast.north, daily_quota="3")
    save(alice, cast.north, daily_quota="")
    as_user(cast.alice, choice="all")
    settings.VALUATION_PROVIDER = {**settings.VALUATION_PROVIDER, "daily_quota": 77}
    assert quota_of(cast.north) == 77
    assert "77 (installation)" in text(alice.get(url("provider", cast.north)))


def test_untouched_it_changes_nothing(cast, alice):
    assert save(alice, cast.north).status_code == 303
    assert history(cast.north) == []


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("daily_quota", "beaucoup", "Saisissez un nombre entier."),
        ("daily_quota", "-1", "supérieure ou égale à 0"),
        ("proposed_price_percent", "", "Ce champ est obligatoire."),
        ("proposed_price_percent", "0,5", "supérieure ou égale à 1"),
        ("proposed_price_percent", "201", "inférieure ou égale à 200"),
    ],
)
def test_bad_input_is_refused_beside_its_field_and_stays(cast, alice, field, typed, sentence):
    response = save(alice, cast.north, **{field: typed})
    assert response.status_code == 422
    assert sentence in soup(response).select_one(f"#id_{field}_error").text
    assert soup(response).select_one(f"#id_{field}").get("value", "") == typed


def test_two_editors_choose_between_their_values(cast, alice, client_for):
    first = opened(alice, cast.north)
    adam = make_user("adam@example.test", holding=cast.holding, group=BuiltInGroup.ENTITY_ADMIN, entity=cast.north)
    other = client_for(adam)
    save(other, cast.north, daily_quota="300", proposed_price_percent="100")
    response = save(alice, cast.north, first, daily_quota="200")
    assert response.status_code == 422
    assert "Prénom Nom a modifié ces réglages" in text(response)
    again = {one["name"]: one.get("value", "") for one in soup(response).select("#reglages input[name]")}
    assert again["daily_quota"] == "200"
    assert save(alice, cast.north, again).status_code == 303
    with unscoped("the test looks at what was written"):
        own = QuotationSettings.objects.get(entity=cast.north)
    # What the first one did not touch follows the second.
    assert (own.daily_quota, own.proposed_price_percent) == (200, Decimal(100))
