"""On 2 December 2024 the list shows the rows of the picture and of the release notes, to the cent."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from settings_admin.models import PointOfSale, User
from vehicles.models import Hold, Vehicle
from vehicles.models.vehicle import IN_STOCK
from vehicles.selectors import inspection_of

DAY = date(2024, 12, 2)

# Plate, model, km, MEC, value, type, status, badge beside it, entry, days, price: as printed.
ROWS = """
GK-512-RB | 2008 | 41200 | 2021-05-14 | - | VO - Particulier | pre_entry | | 2024-12-20 | - | 14990.00
FH-482-KL | A1 SPORTBACK | 78315 | 2015-09-12 | - | VO - Particulier | arrived | | 2024-12-02 | 0 | 11490.00
GX-907-DT | i4 G26 LCI | 3210 | 2024-07-18 | - | VO - Professionnel | delivery | held | 2024-11-30 | 2 | 58900.00
HA-164-WQ | E-C3 | 1480 | 2024-09-02 | - | VO - Casse | arrived | | 2024-11-30 | 2 | -
GR-338-NV | A4 AVANT | 12940 | 2023-06-29 | 45160.00 | VO - Particulier | arrived | | 2024-11-30 | 2 | 46490.00
GD-642-JM | GOLF PLUS | 89632 | 2010-04-23 | 7600.00 | VO - Particulier | arrived | prepared | 2024-11-12 | 20 | 9394.20
FC-218-XS | CLIO V | 52870 | 2020-03-17 | 9850.00 | VO - Particulier | for_sale | | 2024-11-04 | 28 | 13490.00
EZ-731-PM | 3008 | 96140 | 2018-11-05 | 13200.00 | VO - Particulier | for_sale | | 2024-10-28 | 35 | 17990.00
EC-318-PT | TMAX 530 | 24860 | 2016-05-12 | 4300.00 | VO - Particulier | for_sale | | 2024-10-21 | 42 | 6290.00
GB-455-HC | YARIS | 38770 | 2022-02-22 | 12900.00 | VO - Professionnel | for_sale | held | 2024-10-15 | 48 | 17490.00
FT-026-ZD | DUSTER | 61305 | 2020-10-09 | 11400.00 | VO - Particulier | for_sale | | 2024-10-07 | 56 | 15290.00
EP-874-GA | KUGA | 118420 | 2017-08-30 | 7900.00 | VO - Particulier | for_sale | | 2024-09-24 | 69 | 11990.00
GN-693-YF | COOPER | 21640 | 2022-12-15 | 17300.00 | VO - Particulier | for_sale | held | 2024-09-11 | 82 | 22900.00
FJ-140-BE | QASHQAI | 84210 | 2019-06-26 | 10150.00 | VO - Particulier | for_sale | | 2024-08-29 | 95 | 14490.00
FV-587-RS | NIRO | 55980 | 2021-01-11 | 14600.00 | VO - Particulier | delivery | held | 2024-08-20 | 104 | 18990.00
DX-209-CN | CASCADA | 48520 | 2017-04-01 | 8200.00 | VO - Professionnel | for_sale | | 2024-08-05 | 119 | 13990.00
"""


def _printed() -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in ROWS.strip().splitlines()]


def _shown(vehicle: Vehicle, *, today: date = DAY) -> list[str]:
    is_held = Hold.objects.filter(vehicle=vehicle, released_at__isnull=True).exists()
    cells = [
        vehicle.plate_display,
        vehicle.model,
        vehicle.mileage_km,
        vehicle.first_registration,
        vehicle.purchase_price,
        vehicle.type_label,
        vehicle.status,
        "held" if is_held else "prepared" if vehicle.is_being_prepared else "",
        vehicle.entered_on,
        vehicle.days_in_stock(today),
        vehicle.sale_price,
    ]
    return ["-" if cell is None else str(cell) for cell in cells]


def _rows_of_the_picture() -> list[Vehicle]:
    """The filters of the picture: used, still there, at the two sites of Chalon-sur-Saône."""
    rows = Vehicle.objects.filter(IN_STOCK, stage="used", point_of_sale__city="Chalon-sur-Saône")
    return list(rows.order_by("-entered_on", "id")[:16])


@pytest.mark.usefixtures("demo")
def test_the_first_sixteen_rows_are_those_of_the_picture() -> None:
    rows = _rows_of_the_picture()
    assert [_shown(vehicle) for vehicle in rows] == _printed()


@pytest.mark.usefixtures("demo")
def test_the_foot_of_the_picture_adds_up() -> None:
    rows = _rows_of_the_picture()
    assert round(sum(vehicle.mileage_km for vehicle in rows) / 16) == 51_843
    assert sum(vehicle.purchase_price or 0 for vehicle in rows) == Decimal("162560.00")
    assert sum(vehicle.sale_price or 0 for vehicle in rows) == Decimal("294174.20")


@pytest.mark.usefixtures("demo")
def test_inspection_badges_come_from_the_dates() -> None:
    badges = {row.plate: inspection_of(row, today=DAY) for row in _rows_of_the_picture()}
    attention = {plate: status.badge for plate, status in badges.items() if status.needs_attention}
    assert attention == {"GD642JM": "CT\u00a018\u00a0j", "EP874GA": "CT dépassé"}
    assert badges["EC318PT"].badge == "À jour jusqu’en 08/2027"


@pytest.mark.usefixtures("demo")
def test_the_scooter_of_the_sheet() -> None:
    scooter = Vehicle.objects.get(plate="EC318PT")
    assert (scooter.vin, scooter.stock_number) == ("JYASJ145000018427", "24-0871")
    assert (scooter.inspection_on, scooter.next_inspection_month) == (date(2024, 8, 28), date(2027, 8, 1))
    assert scooter.point_of_sale.name == "Motos – Point de vente 1"
    assert round(scooter.market_position, 1) == Decimal("98.3")


@pytest.mark.usefixtures("demo")
def test_the_vehicle_of_the_quotation() -> None:
    golf = Vehicle.objects.get(plate="GD642JM")
    assert golf.vin == "WWWZZZ1KZAW599957"
    assert (golf.market_value, golf.adjusted_market_value) == (Decimal("7880.00"), Decimal("9210.00"))
    assert golf.market_value_on == DAY


def test_on_another_day_the_rows_have_the_same_age(seed: Callable[..., None], everywhere: None) -> None:
    today = date(2026, 11, 24)
    seed(today)
    by_plate = {vehicle.plate_display: vehicle for vehicle in _rows_of_the_picture()}
    printed = {row[0]: row for row in _printed()}
    assert set(by_plate) == set(printed)
    for plate, row in printed.items():
        shown = _shown(by_plate[plate], today=today)
        assert shown[:8] + shown[9:] == row[:8] + row[9:]


@pytest.mark.usefixtures("demo", "on_that_day")
def test_the_page_itself_shows_them(client: Client) -> None:
    client.force_login(User.objects.get(email="vo@demo.test"))
    sites = PointOfSale.objects.filter(city="Chalon-sur-Saône").order_by("pk")
    asked: dict[str, Any] = {
        "stage": "used", "point_of_sale": [site.pk for site in sites], "sort": "-entered_on",
    }  # fmt: skip
    answer = client.get(reverse("vehicles:list"), asked)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "GD-642-JM" in page
    assert "45\u202f160,00" in page or "45\u00a0160,00" in page
