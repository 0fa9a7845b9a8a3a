"""*Entrée* on the sheet, put right: after the former stay's exit, before every move of this one."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from openflex.core.errors import Refused
from tests.make import make_vehicle
from tests.support.htmx import parse
from tests.vehicles.way import errors_of, fresh, opened, path, send
from vehicles.enums import ExitReason, StockStatus
from vehicles.services import stock

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture(autouse=True)
def _one_day(time_machine):
    time_machine.move_to(NOW, tick=False)


def move(vehicle, cast, target, on, **options):
    return stock.change_status(vehicle=vehicle, target=target, actor=cast.vera, now=NOW, on=on, **options)


def enter_on(client, vehicle, text):
    return send(client, vehicle, "statut", opened(client, vehicle, "statut"), entered_on=text)


@pytest.fixture
def moved(cast, as_user):
    """Came on the 10th, on sale since the 15th, off sale again on the 18th."""
    as_user(cast.vera)
    vehicle = make_vehicle(entity=cast.north, status=StockStatus.PRE_ENTRY, entered_on=date(2026, 11, 12))
    move(vehicle, cast, StockStatus.ARRIVED, date(2026, 11, 10))
    move(vehicle, cast, StockStatus.FOR_SALE, date(2026, 11, 15))
    return move(vehicle, cast, StockStatus.ARRIVED, date(2026, 11, 18))


def test_an_entry_is_not_set_after_a_dated_move(cast, client_for, moved):
    client = client_for(cast.vera)
    refused = enter_on(client, moved, "16/11/2026")
    told = "Cette date suit le passage au statut «\u00a0Stock de vente\u00a0» (15/11/2026)."
    assert (refused.status_code, errors_of(refused)) == (422, {"entered_on": told})
    assert fresh(moved).entered_on == date(2026, 11, 10)


@pytest.mark.parametrize("day", ["15/11/2026", "12/11/2026", "01/11/2026"])
def test_an_entry_is_put_right_up_to_the_first_move(cast, client_for, moved, day):
    """Its own day is not a move it could follow: the history of the status tells it as it was put right."""
    client = client_for(cast.vera)
    assert enter_on(client, moved, day).status_code == 303
    moves = [item.text.strip() for item in parse(client.get(path(moved))).select(".status-moves li")]
    assert ["15/11/2026" in moves[1], day in moves[2], "Pré-rentrée → Entrée physique" in moves[2]] == [True] * 3


def test_a_move_may_follow_an_entry_that_was_put_right_and_not_precede_it(cast, as_user):
    as_user(cast.vera)
    vehicle = make_vehicle(entity=cast.north, status=StockStatus.PRE_ENTRY, entered_on=date(2026, 11, 20))
    move(vehicle, cast, StockStatus.ARRIVED, date(2026, 11, 20))
    stock.edit_vehicle(
        vehicle=vehicle,
        base={"entered_on": date(2026, 11, 20)},
        mine={"entered_on": date(2026, 11, 10)},
        actor=cast.vera,
    )
    with pytest.raises(Refused) as refusal:
        move(vehicle, cast, StockStatus.FOR_SALE, date(2026, 11, 9))
    assert refusal.value.code == "day_before_entry"
    assert move(vehicle, cast, StockStatus.FOR_SALE, date(2026, 11, 12)).status == StockStatus.FOR_SALE


def test_an_entry_does_not_follow_the_exit(cast, client_for, as_user):
    as_user(cast.vera)
    vehicle = make_vehicle(entity=cast.north, status=StockStatus.ARRIVED, entered_on=date(2026, 11, 1))
    move(vehicle, cast, StockStatus.OUT, date(2026, 11, 10), exit_reason=ExitReason.SCRAP)
    refused = enter_on(client_for(cast.vera), vehicle, "11/11/2026")
    assert errors_of(refused) == {"entered_on": "L’entrée ne peut pas suivre la sortie (10/11/2026)."}
    assert enter_on(client_for(cast.vera), vehicle, "10/11/2026").status_code == 303


@pytest.fixture
def former(cast):
    """In the sister entity, where Vera has no business."""
    return make_vehicle(entity=cast.south, status=StockStatus.OUT, left_on=date(2026, 10, 20), exit_reason="transfer")


def test_an_entry_does_not_precede_the_exit_of_the_former_stay(cast, client_for, former):
    vehicle = make_vehicle(entity=cast.north, entered_on=date(2026, 10, 25), previous_stay=former)
    client = client_for(cast.vera)
    told = "Cette date précède la sortie du séjour précédent (20/10/2026)."
    assert errors_of(enter_on(client, vehicle, "19/10/2026")) == {"entered_on": told}
    assert enter_on(client, vehicle, "20/10/2026").status_code == 303


def test_nor_does_a_physical_entry_by_its_move(cast, client_for, former):
    vehicle = make_vehicle(
        entity=cast.north, status=StockStatus.PRE_ENTRY, entered_on=date(2026, 11, 25), previous_stay=former
    )
    client = client_for(cast.vera)
    refused = client.post(f"{path(vehicle)}statut/", {"status": "arrived", "on": "19/10/2026"})
    assert "Cette date précède la sortie du séjour précédent (20/10/2026)." in refused.text
    # What never came is withdrawn on whatever day.
    out = {"status": "out", "on": "19/10/2026", "exit_reason": "withdrawn"}
    assert client.post(f"{path(vehicle)}statut/", out).status_code == 303


def test_nor_what_is_added(cast, client_for):
    make_vehicle(
        entity=cast.north, plate="EC318PT", plate_format="siv", status=StockStatus.OUT, left_on=date(2026, 10, 20)
    )
    typed = {
        "key": "5f0e7d5a-8a52-4b71-bb0a-1b3f5c0f9a11", "entity": cast.north.pk, "kind": "scooter", "plate": "EC318PT",
        "make": "YAMAHA", "model": "TMAX", "first_registration": "12052016", "mileage_km": "24860",
        "status": "arrived", "entered_on": "19/10/2026", "stage": "used", "destination": "private",
        "vat_regime": "margin",
    }  # fmt: skip
    client = client_for(cast.vera)
    refused = client.post("/vehicules/ajouter/", typed)
    assert errors_of(refused) == {"entered_on": "Cette date précède la sortie du séjour précédent (20/10/2026)."}
    assert client.post("/vehicules/ajouter/", {**typed, "entered_on": "20/10/2026"}).status_code == 303
