"""Fifty people take numbers at one instant while administrators change how these are written."""

from uuid import uuid4

import pytest
from django.utils import timezone

from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from settings_admin.models import DocumentCounter
from settings_admin.numbering.services import edit_numbering, next_document_number
from settings_admin.records.services import EditConflict
from settings_admin.registries import numbering_series
from settings_admin.scoping import unscoped
from tests.concurrency.test_vehicles import together
from tests.make import make_vehicle
from vehicles.enums import StockStatus
from vehicles.models import Vehicle
from vehicles.services import stock

pytestmark = pytest.mark.django_db(transaction=True)


def test_fifty_takers_leave_no_gap_and_no_number_twice_while_the_format_changes(cast):
    today = today_paris(timezone.now())

    def take():
        values = {"make": "RENAULT", "model": "CLIO", "kind": "car", "status": StockStatus.ARRIVED}
        return stock.add_vehicle(entity=cast.north, point_of_sale=None, actor=cast.alice, values=values, key=uuid4())

    def change(prefix):
        def verb():
            base, mine = {"prefix": ""}, {"prefix": prefix}
            series = numbering_series()["stock"]
            edit_numbering(entity=cast.north, series=series, base=base, mine=mine, actor=cast.alice, on=today)
            return prefix

        return verb

    # What came from elsewhere, in the way of each format.
    for prefix in ("", "VO-", "VN-"):
        make_vehicle(entity=cast.north, stock_number=f"{prefix}{today.year % 100}-0020")
    verbs = [take] * 50
    verbs[25:25] = [change("VO"), change("VN")]
    answers = together(cast.alice, *verbs)
    vehicles = [answer for answer in answers if isinstance(answer, Vehicle)]
    assert len(vehicles) == 50
    assert not [answer for answer in answers if isinstance(answer, Refused)]
    # One of the two administrators came first; the other is told.
    assert {type(answer) for answer in answers if not isinstance(answer, Vehicle)} == {EditConflict, str}
    numbers = sorted(int(vehicle.stock_number.rpartition("-")[2]) for vehicle in vehicles)
    assert numbers == [number for number in range(1, 52) if number != 20]
    with unscoped("the test looks at what was written"):
        assert DocumentCounter.objects.get().given == 51


def test_a_number_outside_a_transaction_is_refused(cast):
    today = today_paris(timezone.now())
    with unscoped("the test takes one"), pytest.raises(RuntimeError, match="outside a transaction"):
        next_document_number(entity=cast.north, series="stock", on=today)
