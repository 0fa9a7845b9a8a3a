"""The quotation of the release notes, to the cent, as the salesperson finds it."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from quotation import answers
from quotation.models import Quotation
from quotation.study import mean_price
from settings_admin.models import User
from settings_admin.scoping import unscoped
from tests.quotation.way import text


@pytest.fixture
def _demonstration(db, settings):
    settings.DEBUG = True
    call_command("seed_demo", at=date(2024, 12, 2), verbosity=0)


@pytest.mark.usefixtures("_demonstration")
def test_the_quotation_of_the_release_notes_is_there_to_the_cent(client):
    with unscoped("test"):
        quotation = Quotation.objects.get(plate="GD642JM")
        listings = answers.radar(quotation.on_sale_answer).listings
    assert quotation.vin == "WWWZZZ1KZAW599957"
    assert quotation.value_date == date(2024, 12, 2)
    lines = ("market_value", "mileage_adjustment", "age_adjustment", "options_adjustment", "location_adjustment")
    expected = ["7880.00", "1450.00", "-100.00", "0.00", "-20.00"]
    assert [getattr(quotation, line) for line in lines] == [Decimal(value) for value in expected]
    assert quotation.adjusted_value == Decimal("9210.00")
    assert mean_price(listings) == Decimal("8740.00")
    assert quotation.sale_price == Decimal("7966.08")
    client.force_login(User.objects.get(email="vendeur@demo.test"))
    page = text(client.get(f"/cotations/{quotation.pk}/etude/"))
    assert "Écart valeur de marché ajustée −13,51 %" in page
    assert "+17,93 % Écart prix de vente actuel" in page
    assert "9 394,20 €" in page
