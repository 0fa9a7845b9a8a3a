"""The database refuses a row that points at another entity's, whoever writes and however."""

import pytest
from django.db import IntegrityError, transaction

from openflex.core.kept_json import packed
from quotation.models import ProviderAnswer, ProviderCall, Quotation
from settings_admin.scoping import unscoped
from tests.make import make_quotation, make_vehicle
from vehicles.enums import HoldKind
from vehicles.models import Hold, Vehicle

AT = "2026-11-24T10:00:00+01:00"


def answer(entity):
    return ProviderAnswer.objects.create(
        entity=entity, kind="plate", question="0" * 64, packed=packed("[]"), answered_at=AT
    )


def hold(entity, vehicle, point_of_sale=None):
    return Hold.objects.create(
        entity=entity, vehicle=vehicle, point_of_sale=point_of_sale, kind=HoldKind.RESERVATION, label="x"
    )


def call(cast, quotation):
    return ProviderCall.objects.create(
        entity=cast.north, user=cast.sam, quotation=quotation, name="plate", charges=1, outcome="ok", duration_ms=1,
        at=AT,
    )  # fmt: skip


WRITES = {
    "a vehicle at a site abroad": lambda cast: make_vehicle(entity=cast.north, point_of_sale=cast.south_1),
    "a vehicle moved to a site abroad": lambda cast: Vehicle.objects.filter(
        pk=make_vehicle(entity=cast.north, point_of_sale=cast.north_1).pk
    ).update(point_of_sale=cast.south_1),
    "a vehicle given to another entity with its site": lambda cast: Vehicle.objects.filter(
        pk=make_vehicle(entity=cast.north, point_of_sale=cast.north_1).pk
    ).update(entity=cast.south),
    "a hold of a vehicle abroad": lambda cast: hold(cast.north, make_vehicle(entity=cast.south)),
    "a hold at a site abroad": lambda cast: hold(cast.north, make_vehicle(entity=cast.north), cast.elsewhere_1),
    "a quotation at a site abroad": lambda cast: make_quotation(
        entity=cast.north, point_of_sale=cast.south_1, created_by=cast.sam
    ),
    "a quotation of a vehicle abroad": lambda cast: make_quotation(
        entity=cast.north, created_by=cast.sam, vehicle=make_vehicle(entity=cast.elsewhere)
    ),
    "a quotation redone from one abroad": lambda cast: make_quotation(
        entity=cast.north, created_by=cast.sam, redone_from=make_quotation(entity=cast.south, created_by=cast.eve)
    ),
    "a quotation with an answer abroad": lambda cast: Quotation.objects.filter(
        pk=make_quotation(entity=cast.north, created_by=cast.sam).pk
    ).update(plate_answer=answer(cast.south)),
    "a call for a quotation abroad": lambda cast: call(cast, make_quotation(entity=cast.south, created_by=cast.eve)),
}


@pytest.mark.parametrize("what", WRITES)
def test_it_is_refused(cast, what):
    refused = pytest.raises(IntegrityError, match="is of another entity")
    with unscoped("even the application itself"), refused, transaction.atomic():
        WRITES[what](cast)


def test_at_home_it_is_written(cast):
    with unscoped("test data"):
        vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
        Vehicle.objects.filter(pk=vehicle.pk).update(point_of_sale=cast.north_2)
        hold(cast.north, vehicle, cast.north_2)
        first = make_quotation(entity=cast.north, point_of_sale=cast.north_1, created_by=cast.sam, vehicle=vehicle)
        again = make_quotation(
            entity=cast.north, created_by=cast.sam, redone_from=first, plate_answer=answer(cast.north)
        )
        call(cast, again)
        # A site that nobody named, and a stay that was with a sister entity.
        make_vehicle(entity=cast.south, previous_stay=vehicle)
