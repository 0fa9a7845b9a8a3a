"""The history of a vehicle: in words, without what one may not see, read on to its first line; its statuses."""

from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone

from settings_admin.models import TimelineEntry
from settings_admin.records.views import HISTORY_PAGE
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.support.htmx import parse
from tests.vehicles.way import path
from vehicles.enums import ExitReason, PlateFormat, StockStatus
from vehicles.services import stock


@pytest.fixture(autouse=True)
def _one_day(time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00", tick=False)


@pytest.fixture
def vehicle(cast):
    return make_vehicle(entity=cast.north, point_of_sale=cast.north_1)


def test_the_site_of_a_move_has_a_name_in_the_history(cast, client_for, vehicle, as_user):
    as_user(cast.vera)
    stock.change_site(vehicle=vehicle, point_of_sale=cast.north_2, actor=cast.vera)
    assert "Nord 1 → Nord 2" in parse(client_for(cast.vera).get(path(vehicle))).select_one("#historique").text
    momo = parse(client_for(cast.momo).get(path(vehicle))).select_one("#historique").text
    assert "autre point de vente → Nord 2" in momo


def test_a_foreign_plate_is_told_in_the_history_as_it_stands(cast, client_for, as_user):
    as_user(cast.vera)
    vehicle = make_vehicle(
        entity=cast.north,
        point_of_sale=cast.north_1,
        plate="AB123CD",
        plate_country="B",
        plate_format=PlateFormat.FOREIGN,
    )
    mine = {"plate": "EC318PT", "plate_country": "", "plate_format": PlateFormat.SIV}
    base = {"plate": "AB123CD", "plate_country": "B", "plate_format": PlateFormat.FOREIGN}
    stock.edit_vehicle(vehicle=vehicle, base=base, mine=mine, actor=cast.vera)
    told = parse(client_for(cast.vera).get(path(vehicle))).select_one("#historique").text
    assert "AB123CD → EC-318-PT" in told
    assert "Type de plaque\u00a0: Étrangère → SIV (AA-123-AA)" in told


# --- Reading on --------------------------------------------------------------------------------------------


def tell(cast, vehicle, count, *, field="mileage_km"):
    """So many changes, all of one instant: only their numbers tell them apart."""
    with unscoped("test data"):
        TimelineEntry.objects.bulk_create(
            TimelineEntry(
                holding=cast.holding, entity=cast.north, target_type="vehicles.vehicle", target_id=vehicle.pk,
                kind="changed", actor=cast.vera, changes={field: [number, number + 1]}, at=timezone.now(),
            )
            for number in range(count)
        )  # fmt: skip


def read_on(client, vehicle):
    """The lines of the card, then what each « Afficher la suite » brings, as numbers of changes; how often it came."""
    page = parse(client.get(path(vehicle))).select_one("#historique")
    lines, pages = [], 0
    while True:
        lines += [line.text for line in page.select("li .what .muted")]
        pages += 1
        assert pages < 10, "it comes again and again"
        more = page.select_one(".timeline-more a")
        if more is None:
            return lines, pages
        assert more["href"] == more["hx-get"]
        page = parse(client.get(more["hx-get"], headers={"HX-Request": "true"}))


def test_a_long_history_is_read_on_to_its_first_line_each_once(cast, client_for, vehicle):
    tell(cast, vehicle, 2 * HISTORY_PAGE + 1)
    lines, pages = read_on(client_for(cast.vera), vehicle)
    assert pages == 3
    assert len(lines) == len(set(lines)) == 2 * HISTORY_PAGE + 1
    assert "0\u00a0km → 1\u00a0km" in lines[-1]


def test_a_history_of_exactly_a_page_ends_there(cast, client_for, vehicle):
    tell(cast, vehicle, HISTORY_PAGE)
    assert read_on(client_for(cast.vera), vehicle)[1] == 1


def test_what_follows_is_a_page_of_its_own_too_and_shows_no_more_to_anybody(cast, client_for, vehicle):
    tell(cast, vehicle, HISTORY_PAGE, field="purchase_price")
    tell(cast, vehicle, HISTORY_PAGE)
    client = client_for(cast.vera)
    more = parse(client.get(path(vehicle))).select_one(".timeline-more a")["href"]
    page = parse(client.get(more))
    fragment = parse(client.get(more, headers={"HX-Request": "true"}))
    assert page.select_one("h1").text == "Historique"
    lines = [line.text for line in fragment.select("li")]
    assert lines == [line.text for line in page.select("ol.timeline > li")]
    assert len(lines) == HISTORY_PAGE
    # Who does not see purchases reads on past them, to nothing.
    seller = client_for(cast.sam)
    assert "Prix d’achat" in fragment.text
    assert "Prix d’achat" not in seller.get(more).text
    assert seller.get(f"{path(vehicle)}historique/?apres=forged").status_code == 200
    assert client_for(cast.otto).get(more).status_code == 404


# --- Statuses ----------------------------------------------------------------------------------------------


def test_each_status_stands_with_its_day_and_its_author(cast, client_for, as_user):
    as_user(cast.vera)
    values = {"kind": "car", "make": "RENAULT", "model": "CLIO", "status": StockStatus.PRE_ENTRY}
    vehicle = stock.add_vehicle(entity=cast.north, point_of_sale=None, actor=cast.vera, values=values, key=uuid4())
    for target, day, actor in (
        (StockStatus.ARRIVED, date(2026, 11, 20), cast.vera),
        (StockStatus.FOR_SALE, date(2026, 11, 22), cast.marc),
        (StockStatus.OUT, date(2026, 11, 24), cast.vera),
    ):
        reason = ExitReason.SCRAP if target == StockStatus.OUT else ""
        stock.change_status(vehicle=vehicle, target=target, actor=actor, on=day, exit_reason=reason)
    rows = parse(client_for(cast.vera).get(path(vehicle))).select("#statut .status-moves li")
    assert [" ".join(row.get_text(" ").split()) for row in rows] == [
        f"Stock de vente → Sorti 24/11/2026 · {cast.vera.full_name}",
        f"Entrée physique → Stock de vente 22/11/2026 · {cast.marc.full_name}",
        f"Pré-rentrée → Entrée physique 20/11/2026 · {cast.vera.full_name}",
        f"Pré-rentrée 24/11/2026 · {cast.vera.full_name}",
    ]
