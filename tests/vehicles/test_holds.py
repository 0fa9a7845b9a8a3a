"""What holds a vehicle: one holder at a time, refusals that name it, times that run out."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from openflex.core.errors import Refused
from settings_admin.models import TimelineEntry
from tests.make import make_customer, make_vehicle
from tests.support.htmx import parse
from vehicles.enums import HoldKind, StockStatus
from vehicles.models import Hold
from vehicles.services import holds
from vehicles.tasks import release_expired_holds

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def vehicle(cast, as_user):
    as_user(cast.vera)
    return make_vehicle(entity=cast.north, point_of_sale=cast.north_1)


def hold(vehicle, cast, **options):
    values = {"kind": HoldKind.ORDER, "label": "Bon de commande 1042", "actor": cast.vera, "now": NOW, **options}
    return holds.take_hold(vehicle=vehicle, **values)


def kinds_of_history(vehicle):
    return list(
        TimelineEntry.objects.filter(target_type="vehicles.vehicle", target_id=vehicle.pk)
        .order_by("id")
        .values_list("kind", flat=True)
    )


def test_a_reservation_lasts_48_hours_and_is_written_down(vehicle, cast):
    taken = holds.reserve(vehicle=vehicle, label="Mme Martin", actor=cast.vera, now=NOW)
    assert taken.until_at == NOW + timedelta(hours=48)
    assert (taken.kind, taken.label, taken.created_by) == (HoldKind.RESERVATION, "Mme Martin", cast.vera)
    assert kinds_of_history(vehicle) == ["held"]


def test_the_refusal_names_the_holder_and_until_when(vehicle, cast):
    holds.reserve(vehicle=vehicle, label="Mme Martin", actor=cast.vera, now=NOW)
    with pytest.raises(Refused) as refusal:
        hold(vehicle, cast)
    assert refusal.value.code == "held"
    assert refusal.value.message == (
        "Ce véhicule est réservé pour Mme Martin jusqu’au 26\u00a0novembre 2026 à\u00a010:00."
    )


def test_an_order_without_an_end_is_named_without_one(vehicle, cast):
    hold(vehicle, cast)
    with pytest.raises(Refused) as refusal:
        holds.reserve(vehicle=vehicle, label="Mme Martin", actor=cast.vera, now=NOW)
    assert refusal.value.message == "Ce véhicule est retenu par le bon de commande 1042."


@pytest.mark.parametrize(
    ("kind", "label", "words"),
    [
        (HoldKind.ORDER, "Cabinet Duret", "retenu par un bon de commande pour Cabinet Duret"),
        (HoldKind.AUCTION, "Enchère n°\u00a0492", "retenu par l’enchère n°\u00a0492"),
        (HoldKind.AUCTION, "Jura Occasions", "retenu par une enchère pour Jura Occasions"),
    ],
)
def test_what_holds_is_named_as_people_name_it(vehicle, cast, client_for, kind, label, words):
    hold(vehicle, cast, kind=kind, label=label)
    client = client_for(cast.vera)
    page = client.get(f"/vehicules/{vehicle.pk}/")
    assert f"{words[0].upper()}{words[1:]}" in " ".join(parse(page).select_one(".sheet-head").get_text().split(" "))
    released = client.post(f"/vehicules/{vehicle.pk}/liberer/")
    assert f"Ce véhicule est {words}\u00a0: libérez-le depuis ce document." in released.text
    assert Hold.objects.unreleased().exists()


def test_a_reservation_holds_to_its_last_instant_and_not_longer(vehicle, cast):
    holds.reserve(vehicle=vehicle, label="Mme Martin", actor=cast.vera, now=NOW)
    with pytest.raises(Refused):
        hold(vehicle, cast, now=NOW + timedelta(hours=48) - timedelta(microseconds=1))
    taken = hold(vehicle, cast, now=NOW + timedelta(hours=48))
    assert list(Hold.objects.unreleased()) == [taken]
    assert kinds_of_history(vehicle) == ["held", "hold_expired", "held"]


def test_releasing_twice_has_one_effect(vehicle, cast):
    taken = hold(vehicle, cast)
    assert holds.release_hold(hold=taken, actor=cast.vera, now=NOW) is True
    assert holds.release_hold(hold=taken, actor=cast.marc, now=NOW) is False
    assert kinds_of_history(vehicle) == ["held", "released"]
    assert holds.active_hold(vehicle, now=NOW) is None


def test_reserved_again_later_it_holds_until_the_later_hour(vehicle, cast, client_for):
    first = holds.reserve(vehicle=vehicle, label="Mme Martin", actor=cast.vera, now=NOW)
    for later in (timedelta(hours=20), timedelta(hours=20, seconds=5), timedelta(hours=10)):
        assert holds.reserve(vehicle=vehicle, label="Mme Martin", actor=cast.vera, now=NOW + later) == first
    first.refresh_from_db()
    assert first.until_at == NOW + timedelta(hours=68)
    assert kinds_of_history(vehicle) == ["held", "hold_extended"]
    assert "a prolongé la réservation" in client_for(cast.vera).get(f"/vehicules/{vehicle.pk}/").text
    # A colleague's is not theirs to prolong.
    with pytest.raises(Refused):
        holds.reserve(vehicle=vehicle, label="Mme Martin", actor=cast.marc, now=NOW + timedelta(hours=21))


def test_ones_own_reservation_is_prolonged_on_the_sheet(vehicle, cast, client_for, time_machine):
    time_machine.move_to(NOW, tick=False)
    customer = make_customer(entity=cast.north)
    taken = holds.reserve(vehicle=vehicle, customer=customer, actor=cast.vera, now=NOW)
    time_machine.move_to(NOW + timedelta(hours=30), tick=False)
    reserve = f"/vehicules/{vehicle.pk}/reserver/"
    page = parse(client_for(cast.marc).get(f"/vehicules/{vehicle.pk}/"))
    assert page.select(f"form[action='{reserve}']") == []
    client = client_for(cast.vera)
    form = parse(client.get(f"/vehicules/{vehicle.pk}/")).select_one(f"form[action='{reserve}']")
    data = {control["name"]: control["value"] for control in form.select("input[name]")}
    assert client.post(reserve, data).status_code == 303
    taken.refresh_from_db()
    assert taken.until_at == NOW + timedelta(hours=78)


def test_an_order_without_an_end_is_not_given_one(vehicle, cast):
    first = hold(vehicle, cast)
    assert hold(vehicle, cast, until_at=NOW + timedelta(hours=1)) == first
    first.refresh_from_db()
    assert first.until_at is None


def test_what_went_out_or_was_put_away_cannot_be_held(cast, as_user):
    as_user(cast.vera)
    for fields in ({"status": StockStatus.OUT}, {"is_archived": True}):
        with pytest.raises(Refused) as refusal:
            hold(make_vehicle(entity=cast.north, **fields), cast)
        assert refusal.value.code == "not_in_stock"


def test_what_is_held_is_not_put_away_and_its_sheet_says_why(cast, client_for, vehicle):
    client, put_away = client_for(cast.vera), {"value": "true"}
    held = hold(vehicle, cast)
    client.post(f"/vehicules/{vehicle.pk}/archive/", put_away)
    page = parse(client.get(f"/vehicules/{vehicle.pk}/"))
    told = page.select_one("[role=alert] .toast.bad").text.strip()
    assert told == "Ce véhicule est retenu par le bon de commande 1042."
    vehicle.refresh_from_db()
    assert not vehicle.is_archived
    holds.release_hold(hold=held, actor=cast.vera, now=NOW)
    client.post(f"/vehicules/{vehicle.pk}/archive/", put_away)
    page = parse(client.get(f"/vehicules/{vehicle.pk}/"))
    head = page.select_one(".sheet-head").text
    assert "Sortir des archives" in head
    assert not [act for act in ("Changer le statut", "Déplacer", "Réserver") if act in head]
    assert not page.select(".toast.bad")


def test_what_is_only_expected_can_be_held(cast, as_user):
    as_user(cast.vera)
    assert hold(make_vehicle(entity=cast.north, status=StockStatus.PRE_ENTRY), cast).pk


def test_the_sweep_releases_what_is_over_and_nothing_else(cast, as_user):
    as_user(cast.vera)
    over, running = (make_vehicle(entity=cast.north) for _ in range(2))
    holds.reserve(vehicle=over, label="A", actor=cast.vera, now=NOW - timedelta(hours=49))
    holds.reserve(vehicle=running, label="B", actor=cast.vera, now=NOW)
    assert holds.release_expired_holds(now=NOW) == 1
    assert list(Hold.objects.unreleased().values_list("label", flat=True)) == ["B"]
    assert holds.release_expired_holds(now=NOW) == 0


def test_the_nightly_task_sweeps_every_entity(cast, as_user):
    for user, entity in ((cast.vera, cast.north), (cast.eve, cast.south)):
        as_user(user)
        vehicle = make_vehicle(entity=entity)
        holds.reserve(vehicle=vehicle, label="A", actor=user, now=datetime(2020, 1, 1, tzinfo=UTC))
    release_expired_holds()
    for user in (cast.vera, cast.eve):
        as_user(user)
        assert Hold.objects.count() == 1
        assert not Hold.objects.unreleased().exists()


def test_the_database_itself_allows_one_active_hold(vehicle, cast):
    hold(vehicle, cast)
    with pytest.raises(IntegrityError, match="hold_once_a_vehicle"), transaction.atomic():
        Hold.objects.create(entity=cast.north, vehicle=vehicle, kind=HoldKind.AUCTION, label="Enchère 12")
