"""The customers of the demonstration, and those of the measurements."""

import pytest
from django.core.management import call_command
from django.db.models import F

from customers.models import Consent, Customer
from openflex.core.french import parse_siret
from settings_admin.models import Entity, PointOfSale
from vehicles.models import Hold, Vehicle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere")]


@pytest.mark.usefixtures("demo")
def test_a_hundred_and_fifty_customers_among_them_pr_rino_where_the_notes_have_him():
    assert Customer.objects.count() == 150
    site = PointOfSale.objects.get(name="Point de vente 1")
    (rino,) = Customer.objects.filter(birth_name="RINO")
    assert (rino.display_name, rino.entity_id) == ("Pr RINO", site.entity_id)
    assert rino.owned_vehicles.count() == 1
    assert not Customer.objects.filter(created_at__gt=F("changed_at")).exists()


@pytest.mark.usefixtures("demo")
def test_what_was_taken_in_part_exchange_came_from_a_customer_of_the_same_entity():
    taken = Vehicle.objects.filter(is_trade_in=True)
    assert taken.exclude(supplier=None).count() == taken.count() > 20
    assert not taken.exclude(supplier__entity=F("entity")).exists()
    assert Consent.objects.filter(purpose="reuse", is_given=False).exists()


@pytest.mark.usefixtures("demo")
def test_no_two_have_the_same_telephone_or_siret():
    for column in ("mobile", "siret"):
        known = Customer.objects.exclude(**{column: ""}).order_by("pk").values_list(column, flat=True)
        assert len(known) == len(set(known)) > 5
    for siret in Customer.objects.exclude(siret="").order_by("pk").values_list("siret", flat=True):
        assert parse_siret(siret) == siret


def test_the_measurements_have_two_customers_for_each_vehicle_and_are_topped_up(settings):
    settings.DEBUG = True
    few = {"vehicles": 200, "accesses": 10, "changes": 10, "opportunities": 10}
    call_command("seed_volume", **few, verbosity=0)
    assert Customer.objects.count() == 400
    call_command("seed_volume", **few, customers=600, verbosity=0)
    assert Customer.objects.count() == 600
    assert Customer.objects.filter(entity=Entity.objects.get(name="Volume Automobiles")).count() == 300
    assert Vehicle.objects.exclude(supplier=None).exists()
    assert not Vehicle.objects.exclude(supplier=None).exclude(supplier__entity=F("entity")).exists()
    assert not Hold.objects.filter(customer=None).exists()
