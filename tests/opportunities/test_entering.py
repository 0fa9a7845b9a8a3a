"""An accepted trade-in enters the stock: every field, once, and never beside an open stay of the same vehicle. Its
entry is cancelled while the vehicle is only expected, and it may enter once more."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from opportunities.models import TradeIn
from opportunities.models.trade_in import TradeInCost, TradeInDamage, TradeInPhoto
from opportunities.services.entering import RENAMED, SAME
from settings_admin.models import TimelineEntry
from settings_admin.scoping import unscoped
from tests.make import make_quotation, make_vehicle
from tests.support.events import told
from tests.support.htmx import parse
from vehicles.enums import StockStatus
from vehicles.models import Cost, Damage, Photo, Vehicle
from vehicles.services.holds import reserve
from vehicles.services.stock import change_status

pytestmark = pytest.mark.django_db

# Of an estimate, what is its own: who, when and where; what leads to it; and what a stay says in another way.
OWN_TO_ESTIMATES = {
    "id", "entity", "point_of_sale", "opportunity", "number", "state", "quotation", "vehicle", "created_by",
    "created_at", "changed_at", "search_text", "asked_by", "asked_at", "decided_by", "decided_at", "valid_until",
    "price_reason", "expected_price",
    # A stay without a plate has none.
    "has_no_plate",
    # Lines of the quotation's sum: the stay has the sum, and its estimate the lines.
    "mileage_adjustment", "age_adjustment", "options_adjustment", "location_adjustment",
    # A cost of the refurbishment.
    "maintenance_cost",
}  # fmt: skip
VALUES = {
    "kind": "motorcycle", "make": "YAMAHA", "model": "MT-07", "version": "700 ABS " + "x" * 400,
    "version_code": "YAMT07", "catalogue_date": date(2018, 1, 15), "doors": 2, "price_new": Decimal("6999.00"),
    "energy": "petrol", "gearbox": "manual", "power_hp": 75, "plate": "1ABC234", "plate_country": "B",
    "vin": "JYARM041000012345", "first_registration": date(2018, 3, 2), "mileage_km": 21500, "first_hand": True,
    "origin": "company", "exterior_colour": "Bleu nuit", "interior_colour": "Noir",
    "equipment": [{"code": "ABS", "label": "ABS", "group": "Sécurité", "kind": "standard"}],
    "own_equipment": "Top-case", "is_damaged": True, "is_running": True, "inspection_on": date(2025, 4, 10),
    "next_inspection_month": date(2028, 4, 1), "inspection_result": "favourable", "is_collector": True,
    "is_licensed_sport": True, "is_maintenance_up_to_date": True, "has_maintenance_book": True,
    "repairs_detail": "Chaîne", "keys_count": 2, "has_registration_certificate": True, "vat_regime": "margin",
    "is_sandbox": True,
    "market_value": Decimal("7880.00"), "adjusted_value": Decimal("9210.00"), "value_date": date(2024, 12, 2),
    "sale_price": Decimal("8990.00"), "price": Decimal("8000.00"),
}  # fmt: skip


@pytest.fixture
def trade_in(cast, opportunity):
    quotation = make_quotation(entity=cast.north, point_of_sale=cast.north_1, created_by=cast.sam)
    with unscoped("test data"):
        return TradeIn.objects.create(
            entity=cast.north, point_of_sale=cast.north_1, opportunity=opportunity, number=465850, state="accepted",
            decided_by=cast.marc, valid_until=date(2099, 1, 1), created_by=cast.sam, created_at=timezone.now(),
            quotation=quotation, **VALUES,
        )  # fmt: skip


@pytest.fixture
def enter(cast, client_for, trade_in):
    def send(user=None, **data):
        sent = {"entered_on": "05/12/2030", "point_of_sale": cast.north_1.pk, **data}
        return client_for(user or cast.marc).post(f"/opportunites/reprises/{trade_in.pk}/entrer/", sent)

    return send


def all_of(model, **conditions):
    with unscoped("test"):
        return list(model.objects.filter(**conditions).order_by("pk"))


def test_every_field_of_an_estimate_is_taken_or_said_to_be_its_own():
    names = {field.name for field in TradeIn._meta.concrete_fields}
    assert names - OWN_TO_ESTIMATES == {*SAME, *RENAMED} == set(VALUES)


def test_the_stay_holds_every_field_and_its_history_names_them_and_the_estimate(cast, enter, trade_in, opportunity):
    assert enter().status_code == 303
    (vehicle,) = all_of(Vehicle)
    for ours, value in VALUES.items():
        assert getattr(vehicle, RENAMED.get(ours, ours)) == value, ours
    assert (vehicle.status, vehicle.is_trade_in, vehicle.payment_mode) == ("pre_entry", True, "exchange")
    assert (vehicle.entered_on, vehicle.plate_format) == (date(2030, 12, 5), "foreign")
    assert vehicle.supplier_id == opportunity.customer_id

    (entry,) = all_of(TimelineEntry, target_type="vehicles.vehicle", target_id=vehicle.pk)
    assert {RENAMED.get(name, name) for name in VALUES} - set(entry.changes) == set()
    assert entry.details["label"] == "reprise n°\u00a0465850"
    (row,) = all_of(TradeIn)
    assert (row.state, row.vehicle_id) == ("entered", vehicle.pk)


def test_damage_costs_photos_and_the_maintenance_to_come_go_with_it(cast, enter, trade_in):
    place = {"entity": cast.north, "point_of_sale": cast.north_1, "trade_in": trade_in}
    with unscoped("test data"):
        TradeIn.objects.update(maintenance_cost=Decimal("320.00"))
        TradeInDamage.objects.create(**place, zone="front", description="Rayure", cost=Decimal("150.00"))
        TradeInCost.objects.create(**place, kind="tyres", description="Deux pneus", planned=Decimal("240.00"))
        TradeInPhoto.objects.create(**place, name="a.jpg", small_name="b.jpg", width=640, height=480)
    enter()
    damage, photo = all_of(Damage), all_of(Photo)
    assert [(one.zone, one.description, one.cost) for one in damage] == [("front", "Rayure", Decimal("150.00"))]
    assert [(one.description, one.planned) for one in all_of(Cost)] == [
        ("Deux pneus", Decimal("240.00")),
        ("Frais d’entretien à prévoir", Decimal("320.00")),
    ]
    assert [(one.name, one.small_name) for one in photo] == [("a.jpg", "b.jpg")]


def test_it_is_read_on_the_sheet_and_on_the_list_of_the_stock(cast, client_for, enter):
    enter()
    (vehicle,) = all_of(Vehicle)
    client = client_for(cast.marc)
    sheet = client.get(f"/vehicules/{vehicle.pk}/").content.decode()
    for text in ("reprise n°\u00a0465850", "Belgique", "Sécurité", "6\u202f999,00", "Pré-rentrée"):
        assert text in sheet
    assert "MT-07" in client.get("/vehicules/").content.decode()


def test_clicked_twice_and_in_two_tabs_it_enters_once(cast, enter):
    assert [enter(user).status_code for user in (cast.marc, cast.marc, cast.vera)] == [303, 303, 303]
    assert len(all_of(Vehicle)) == 1


@pytest.mark.parametrize(
    "known",
    [
        {"vin": "jyarm041000012345", "plate": "EZ731PM"},
        {"plate": "1ABC234", "plate_format": "foreign", "plate_country": "B", "vin": ""},
    ],
)
def test_beside_an_open_stay_of_the_same_vehicle_it_does_not(cast, enter, known):
    make_vehicle(entity=cast.north, point_of_sale=cast.north_1, **known)
    response = enter()
    assert response.status_code == 422
    assert "est déjà en stock" in response.content.decode()
    (row,) = all_of(TradeIn)
    assert (row.state, row.vehicle_id, len(all_of(Vehicle))) == ("accepted", None, 1)


def test_a_site_that_does_not_sell_its_kind_is_refused(cast, enter):
    with unscoped("test"):
        cast.north_1.vehicle_kinds = ["car"]
        cast.north_1.save(update_fields=["vehicle_kinds"])
    response = enter()
    assert response.status_code == 422
    assert "ne vend pas de véhicule de genre" in response.content.decode()
    assert all_of(Vehicle) == []


@pytest.mark.parametrize("state", ["draft", "to_approve", "approved", "declined", "refused", "expired"])
def test_what_the_customer_has_not_accepted_does_not_enter(cast, enter, state):
    with unscoped("test"):
        TradeIn.objects.update(state=state)
    assert enter().status_code == 422
    assert all_of(Vehicle) == []


@pytest.mark.parametrize(("who", "status"), [("sam", 403), ("eve", 404), ("momo", 403), ("otto", 404), ("max", 404)])
def test_only_a_manager_of_the_place_does_it(cast, enter, who, status):
    assert enter(getattr(cast, who)).status_code == status
    assert all_of(Vehicle) == []


def test_a_plate_that_is_french_again_is_of_no_other_country(cast, client_for, enter):
    enter()
    (vehicle,) = all_of(Vehicle)
    client = client_for(cast.marc)
    form = parse(client.get(f"/vehicules/{vehicle.pk}/?modifier=caracteristiques")).select_one("section.editing form")
    data = {
        field["name"]: field.get("value", field.text.strip())
        for field in form.select("input, textarea")
        if field.get("type") not in ("checkbox", "radio") or field.has_attr("checked")
    }
    for field in form.select("select"):
        chosen = field.select_one("option[selected]")
        data[field["name"]] = chosen["value"] if chosen else ""
    response = client.post(form["action"], {**data, "plate": "EZ-731-PM", "plate_country": ""})
    assert response.status_code == 303, response.content.decode()[:3000]
    (saved,) = all_of(Vehicle)
    assert (saved.plate, saved.plate_country, saved.plate_format) == ("EZ731PM", "", "siv")


# --- Cancelled ---------------------------------------------------------------------------------------------


@pytest.fixture
def entered(enter, trade_in):
    """The *pré-rentrée* of the estimate."""
    enter()
    return all_of(Vehicle)[0]


@pytest.fixture
def cancel(cast, client_for, trade_in, entered):
    def send(user=None, htmx=False, **data):
        sent = {"vehicle": entered.pk, "reason": "kept", "words": "Il y tient", **data}
        url = f"/opportunites/reprises/{trade_in.pk}/annuler-entree/"
        return client_for(user or cast.marc, htmx=htmx).post(url, sent)

    return send


def texts(response, selector):
    return [" ".join(one.text.split()) for one in parse(response).select(selector)]


def test_the_stay_is_withdrawn_and_everybody_reads_why(cast, client_for, cancel, entered, trade_in, opportunity):
    with told() as everything:
        assert cancel().status_code == 303
    (vehicle,), (row,) = all_of(Vehicle), all_of(TradeIn)
    assert (vehicle.status, vehicle.exit_reason) == ("out", "withdrawn")
    assert (row.state, row.vehicle_id) == ("accepted", None)
    sam = client_for(cast.sam)
    sheet, estimate = f"/vehicules/{vehicle.pk}/", f"/opportunites/reprises/{row.pk}/"

    line = texts(sam.get(sheet), "#historique li")[0]
    assert "a changé le statut (reprise n° 465850, le client garde son véhicule)" in line
    assert "Entrée annulée" in line
    line = texts(sam.get(estimate), "#historique li")[0]
    assert "a annulé l’entrée en stock" in line
    assert "Le client garde son véhicule Il y tient" in line
    timeline = texts(sam.get(f"/opportunites/{opportunity.pk}/"), "#opportunity-timeline li")[0]
    assert f"{cast.marc.full_name} a annulé l’entrée en stock de la reprise n° 465850" in timeline
    assert "Il y tient" in timeline
    bell = sam.get("/notifications/").text
    assert "Entrée en stock annulée" in bell
    assert "Il y tient" in bell
    assert "Il y tient" not in client_for(cast.marc).get("/notifications/").text
    assert ("opportunity.changed", f"opportunity.{opportunity.pk}") in {(one.kind, one.topic) for one in everything}

    # The way from one to the other, by right.
    assert parse(sam.get(sheet)).select_one(f"#historique a[href='{estimate}']").text.startswith("reprise n°")
    assert parse(sam.get(estimate)).select_one(f"#historique a[href='{sheet}']").text.startswith("véhicule ")
    adele = client_for(cast.adele).get(sheet)  # the books: she sees the stock, and no opportunity
    assert "reprise n° 465850" in texts(adele, "#historique")[0]
    assert parse(adele).select("#historique a[href*=reprises]") == []


def test_it_enters_once_more_as_one_new_stay_whatever_is_pressed_twice(cast, enter, cancel, entered):
    assert [cancel().status_code for _ in range(2)] == [303, 303]
    assert [enter(user).status_code for user in (cast.marc, cast.marc, cast.vera)] == [303] * 3
    first, second = all_of(Vehicle)
    assert (first.status, second.status, second.previous_stay_id) == ("out", "pre_entry", None)
    # A page that was left open from before does not withdraw the new one.
    late = cancel()
    assert late.status_code == 422
    assert "entrée de nouveau entre-temps" in late.text
    assert [one.status for one in all_of(Vehicle)] == ["out", "pre_entry"]


def test_what_has_arrived_or_is_held_stays(cast, cancel, entered, client_for, trade_in, as_user):
    as_user(cast.marc)
    hold = reserve(vehicle=entered, label="M. RINO", actor=cast.marc)
    response = cancel()
    assert response.status_code == 422
    assert "Ce véhicule est réservé" in response.text
    assert "Il y tient" in response.text
    hold.released_at = timezone.now()
    hold.save(update_fields=["released_at"])
    page = client_for(cast.marc).get(f"/opportunites/reprises/{trade_in.pk}/")
    assert "Annuler l’entrée" in page.text

    change_status(vehicle=entered, target=StockStatus.ARRIVED, actor=cast.vera)
    response = cancel()
    assert response.status_code == 422
    assert "Le véhicule est déjà au statut «\u00a0entrée physique\u00a0»" in response.text
    assert "Annuler l’entrée" not in client_for(cast.marc).get(f"/opportunites/reprises/{trade_in.pk}/").text
    (vehicle,), (row,) = all_of(Vehicle), all_of(TradeIn)
    assert (vehicle.status, row.state) == ("arrived", "entered")


def test_one_that_was_withdrawn_on_its_sheet_lets_its_estimate_go(cast, cancel, entered, as_user):
    as_user(cast.vera)
    change_status(vehicle=entered, target=StockStatus.OUT, exit_reason="withdrawn", actor=cast.vera)
    assert cancel().status_code == 303
    (row,) = all_of(TradeIn)
    assert (row.state, row.vehicle_id) == ("accepted", None)


def test_another_reason_is_said_in_words(cancel):
    response = cancel(reason="other", words=" ")
    assert response.status_code == 422
    assert "Précisez le motif." in response.text
    assert cancel(reason="x").status_code == 422
    assert all_of(TradeIn)[0].state == "entered"


@pytest.mark.parametrize(("who", "status"), [("sam", 403), ("eve", 404), ("momo", 403), ("otto", 404), ("max", 404)])
def test_only_who_may_enter_it_cancels(cast, cancel, who, status):
    assert cancel(getattr(cast, who)).status_code == status
    assert all_of(TradeIn)[0].state == "entered"


def test_what_has_not_entered_is_not_cancelled(cast, cancel, entered):
    with unscoped("test"):
        TradeIn.objects.update(state="refused", vehicle=None)
    response = cancel()
    assert response.status_code == 422
    assert "n’est pas entrée en stock" in response.text
    assert all_of(Vehicle)[0].status == "pre_entry"
