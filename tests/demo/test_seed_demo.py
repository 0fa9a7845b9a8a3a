"""The command: who may run it, what it leaves, that it adds up."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.contrib.auth import authenticate
from django.core.management import CommandError
from django.db import transaction
from django.db.models import F, Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from openflex.core.dates import PARIS, today_paris
from openflex.demo.world import PASSWORD
from openflex.embedded import development
from openflex.notifications.selectors import unread_of
from opportunities.enums import overdue_from
from opportunities.models import Appointment, Opportunity
from settings_admin.access.selectors.belonging import belonging_of
from settings_admin.models import (
    DocumentCounter,
    Entity,
    Holding,
    Merchant,
    PointOfSale,
    TimelineEntry,
    User,
    UserGroup,
)
from tests.support.htmx import parse
from vehicles import enums, inspection, validators
from vehicles.models import Hold, Vehicle
from vehicles.selectors import inspection_of, vehicle_margin, with_refurbishment

DAY = date(2024, 12, 2)


def test_it_is_refused_where_debug_is_off(seed: Callable[..., None], settings: LazySettings, everywhere: None) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="refused when DEBUG is off"):
        seed()
    assert not User.objects.exists()


def test_it_refuses_a_day_before_the_first_registrations(seed: Callable[..., None], everywhere: None) -> None:
    with pytest.raises(CommandError, match="too early"):
        seed(DAY - timedelta(days=1))


@pytest.mark.usefixtures("demo")
def test_a_second_run_is_refused_and_changes_nothing_when_asked_to_be_kind(seed: Callable[..., None]) -> None:
    before = Vehicle.objects.count(), User.objects.count(), Holding.objects.count()
    with pytest.raises(CommandError, match="already there"):
        seed()
    seed(if_empty=True)
    assert (Vehicle.objects.count(), User.objects.count(), Holding.objects.count()) == before


@pytest.mark.usefixtures("demo")
def test_what_it_announces_is_there() -> None:
    counts = [model.objects.count() for model in (Holding, Entity, PointOfSale, Merchant)]
    assert counts == [2, 3, 5, 2]
    assert 290 <= Vehicle.objects.count() <= 330


@pytest.mark.usefixtures("demo")
def test_the_accounts_that_are_announced_sign_in_and_nobody_else() -> None:
    announced = {email for email, _ in development.ACCOUNTS}
    assert development.PASSWORD == PASSWORD
    assert {user.email for user in User.objects.order_by("pk") if user.has_usable_password()} == announced
    for email in announced:
        assert authenticate(email=email, password=PASSWORD), email


@pytest.mark.parametrize("email", ["vo@demo.test", "moto@demo.test", "autre@demo.test"])
@pytest.mark.usefixtures("demo")
def test_they_sign_in_on_the_page(client: Client, email: str) -> None:
    answer = client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    assert answer.status_code == 302


@pytest.mark.usefixtures("demo")
def test_everyone_is_where_the_list_of_accounts_says() -> None:
    def places(email: str) -> list[tuple[str, bool, int]]:
        belonging = belonging_of(User.objects.get(email=email))
        return [(place.entity.name, place.is_whole, len(place.points_of_sale)) for place in belonging.places]

    assert places("admin@demo.test") == [("bee2link PP Vincent S.", True, 3), ("Éts Saône Automobiles", True, 1)]
    for email in ("manager@demo.test", "vo@demo.test", "vendeur@demo.test"):
        assert places(email) == [("bee2link PP Vincent S.", True, 3)]
    assert places("moto@demo.test") == [("bee2link PP Vincent S.", False, 1)]
    assert places("entite@demo.test") == [("Éts Saône Automobiles", True, 1)]
    assert places("autre@demo.test") == [("Armor Automobiles", True, 1)]
    assert "holding.manage_entities" in belonging_of(User.objects.get(email="admin@demo.test")).grants
    assert "holding.manage_entities" not in belonging_of(User.objects.get(email="entite@demo.test")).grants


@pytest.mark.usefixtures("demo")
def test_two_colleagues_find_something_in_their_bell(client: Client) -> None:
    for email, unread in (("manager@demo.test", 2), ("vo@demo.test", 2), ("moto@demo.test", 1)):
        user = User.objects.get(email=email)
        assert unread_of(user.pk) == unread
        client.force_login(user)
        assert ("Votre export" in client.get("/notifications/").text) is (unread == 2)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("name", ["admin", "manager", "vendeur", "vo", "moto", "entite", "autre"])
def test_everybody_finds_something_to_do_in_the_morning(client: Client, name: str) -> None:
    client.force_login(User.objects.get(email=f"{name}@demo.test"))
    page = client.get("/", follow=True).text
    assert "choses à faire" in page
    assert page.count("data-row-key") > 2


@pytest.mark.usefixtures("demo")
def test_the_opportunities_of_the_release_notes_are_there(client: Client) -> None:
    late, won = (Opportunity.objects.get(number=number) for number in (14873, 14866))
    assert {row.customer.display_name for row in (late, won)} == {"Pr RINO"}
    assert (late.stars, late.status, won.stars, won.status) == (1, "open", 3, "won")
    assert late.overdue_on is not None
    assert late.overdue_on < today_paris(timezone.now())
    client.force_login(User.objects.get(email="vendeur@demo.test"))
    page = client.get(f"/opportunites/{late.pk}/").text
    for words in (
        "En cours - En souffrance", "Revoir le prix de reprise à la baisse.", "Regarder si le véhicule est gagé.",
        "l’offre n°\u00a026176", ">une reprise<",
    ):  # fmt: skip
        assert words in page
    assert client.get(f"/opportunites/{late.pk}/reprise/").status_code == 200
    assert "465850" in client.get(f"/opportunites/{late.pk}/reprise/").text
    assert unread_of(User.objects.get(email="vendeur@demo.test").pk) == 3
    assert Opportunity.objects.count() == 120


@pytest.mark.usefixtures("demo")
def test_one_entity_has_a_group_of_its_own_with_people_in_it() -> None:
    (group,) = UserGroup.objects.exclude(entity=None).order_by("pk")
    assert (group.entity.name, group.name) == ("bee2link PP Vincent S.", "Préparation")
    people = group.memberships.order_by("user__email").values_list("user__email", "entity__name")
    assert list(people) == [
        ("audrey.v@demo.test", "bee2link PP Vincent S."),
        ("vo@demo.test", "bee2link PP Vincent S."),
    ]


@pytest.mark.usefixtures("demo")
def test_every_vehicle_stands_at_a_site_of_its_entity_that_sells_its_kind() -> None:
    assert not Vehicle.objects.exclude(point_of_sale__entity=F("entity")).exists()
    for vehicle in Vehicle.objects.select_related("point_of_sale").order_by("pk"):
        assert vehicle.kind in vehicle.point_of_sale.vehicle_kinds
    assert not Hold.objects.exclude(entity=F("vehicle__entity")).exists()
    assert not TimelineEntry.objects.exclude(entity=None).exclude(holding=F("entity__holding")).exists()
    owners = dict(Vehicle.objects.order_by("pk").values_list("pk", "entity_id"))
    entries = TimelineEntry.objects.filter(target_type="vehicles.vehicle").values_list("target_id", "entity_id")
    assert all(owners[target] == entity for target, entity in entries)


@pytest.mark.usefixtures("demo")
def test_stock_numbers_have_no_gap_and_go_on() -> None:
    numbers: dict[tuple[int, str], list[int]] = {}
    for entity_id, stock_number in Vehicle.objects.order_by("stock_number").values_list("entity_id", "stock_number"):
        year, number = stock_number.split("-")
        numbers.setdefault((entity_id, f"stock-{year}"), []).append(int(number))
    for of_series in numbers.values():
        assert of_series == list(range(of_series[0], of_series[-1] + 1))
    counters = {
        (row.entity_id, row.series): row.last
        for row in DocumentCounter.objects.filter(series__startswith="stock").order_by("pk")
    }
    assert counters == {series: of_series[-1] for series, of_series in numbers.items()}


@pytest.mark.usefixtures("demo")
def test_every_word_of_the_stock_is_said_at_least_once() -> None:
    def said(field: str) -> set[str]:
        return set(Vehicle.objects.order_by("pk").values_list(field, flat=True))

    assert said("status") == set(enums.StockStatus.values)
    assert said("kind") == set(enums.VehicleKind.values)
    assert said("stage") == set(enums.Stage.values)
    assert said("destination") == set(enums.Destination.values)
    assert said("vat_regime") == set(enums.VatRegime.values)
    assert {"siv", "fni", "ww", "foreign", "moped", ""} <= said("plate_format")
    assert said("is_archived") == said("is_being_prepared") == said("is_trade_in") == {True, False}
    assert set(Hold.objects.order_by("pk").values_list("kind", flat=True)) == set(enums.HoldKind.values)
    assert Vehicle.objects.filter(previous_stay__isnull=False).exclude(entity=F("previous_stay__entity")).exists()


@pytest.mark.parametrize("today", [DAY, date(2025, 7, 14), date(2026, 11, 24), date(2027, 1, 3), date(2029, 5, 31)])
def test_on_any_day_the_data_agrees_with_itself(seed: Callable[..., None], everywhere: None, today: date) -> None:
    seed(today)
    states: Counter[str] = Counter()
    for vehicle in with_refurbishment(Vehicle.objects.order_by("pk")):
        if vehicle.vin:
            assert validators.clean_vin(vehicle.vin) == vehicle.vin
            # The VIN printed on the scooter's picture has a wrong check digit, as European ones may.
            assert validators.vin_warnings(vehicle.vin) == [] or vehicle.plate == "EC318PT"
        if vehicle.plate:
            plate = validators.parse_plate(vehicle.plate, foreign=vehicle.plate_format == "foreign")
            assert (plate.format, plate.normalised) == (vehicle.plate_format, vehicle.plate)
        assert (vehicle.status == "pre_entry") == (vehicle.entered_on > today)
        assert (vehicle.status == "out") == (vehicle.left_on is not None) == (vehicle.exit_reason != "")
        assert (vehicle.stage == "new") == (vehicle.first_registration is None)
        if vehicle.first_registration:
            assert vehicle.first_registration <= vehicle.entered_on
        if vehicle.left_on:
            assert vehicle.entered_on <= vehicle.left_on <= today
        assert not inspection.check_inspection_dates(
            first_registration=vehicle.first_registration,
            last_inspection=vehicle.inspection_on,
            next_inspection=vehicle.next_inspection_month,
            today=vehicle.left_on or today,
        )
        margin = vehicle_margin(vehicle)
        assert margin is None or 0 < margin < vehicle.sale_price / 2
        if vehicle.status not in ("pre_entry", "out") and not vehicle.is_archived:
            states[inspection_of(vehicle, today=today).state] += 1
    assert set(states) == set(enums.InspectionState.values) - {"unknown"}
    assert states["overdue"] + states["missing"] < sum(states.values()) / 5
    for row in Opportunity.objects.open():
        late = overdue_from(next_action_on=row.next_action_on, last_contact_at=row.last_contact_at, delay_days=7)
        assert row.overdue_on == late, row


@pytest.mark.usefixtures("demo")
def test_histories_tell_how_each_vehicle_came_to_its_status() -> None:
    entries: dict[int, list[TimelineEntry]] = {}
    for entry in TimelineEntry.objects.filter(target_type="vehicles.vehicle").order_by("at", "id"):
        entries.setdefault(entry.target_id, []).append(entry)
    end_of_day = datetime(2024, 12, 2, 23, tzinfo=PARIS)
    for vehicle in Vehicle.objects.order_by("pk"):
        history = entries[vehicle.pk]
        assert history[0].kind == "created"
        assert history[0].at == vehicle.created_at
        assert history[-1].at <= end_of_day
        status = history[0].details["status"]
        for entry in history[1:]:
            if "status" in entry.changes:
                before, after = entry.changes["status"]
                assert before == status
                assert after in enums.TRANSITIONS[enums.StockStatus(before)]
                status = after
        assert status == vehicle.status
        if vehicle.left_on:
            assert today_paris(history[-1].at) >= vehicle.left_on


@pytest.mark.usefixtures("demo")
def test_what_is_delivered_is_held_and_what_left_is_not() -> None:
    held = Q(holds__released_at__isnull=True, holds__isnull=False)
    assert not Vehicle.objects.filter(held, status="out").exists()
    delivered = Vehicle.objects.filter(status="delivery")
    assert delivered.exists()
    sold = Q(holds__kind="order") | Q(holds__kind="auction", holds__awarded_at__isnull=False)
    assert not delivered.exclude(held, sold).exists()
    assert Hold.objects.filter(kind="auction", awarded_at=None).exists()
    for hold in Hold.objects.filter(released_at__isnull=False).order_by("pk"):
        assert hold.created_at < hold.released_at


def test_plates_vins_and_prices_do_not_depend_on_the_day(seed: Callable[..., None], everywhere: None) -> None:
    def facts() -> list[tuple[object, ...]]:
        names = ("vin", "plate", "mileage_km", "first_registration", "purchase_price", "sale_price", "status")
        return list(Vehicle.objects.order_by("pk").values_list(*names))

    with transaction.atomic():
        seed()
        first = facts()
        transaction.set_rollback(True)
    seed(date(2026, 11, 24))
    assert facts() == first


@pytest.mark.usefixtures("demo")
def test_the_week_of_every_seller_has_appointments(client_for: Callable[..., Client]) -> None:
    """Today's are on *Accueil*, those of the coming days in the calendar, none of them on a Sunday."""
    with time_machine.travel(datetime(2024, 12, 2, 8, 0, tzinfo=PARIS), tick=False):
        for email in ("vendeur@demo.test", "moto@demo.test", "manager@demo.test"):
            client = client_for(User.objects.get(email=email))
            home, week = (parse(client.get(url)) for url in ("/accueil/", "/opportunites/agenda/?qui=moi"))
            assert len(home.select(".agenda li")) >= 2, email
            assert len(week.select("#week a[href^='/opportunites/rdv/'][href$='deplacer/']")) >= 4, email
    days = Appointment.objects.filter(starts_at__date__gt=DAY).values_list("starts_at", flat=True)
    assert {day.astimezone(PARIS).isoweekday() for day in days} <= {1, 2, 3, 4, 5, 6}
    assert days
