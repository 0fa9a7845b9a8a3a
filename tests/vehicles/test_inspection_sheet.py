"""The inspection on the sheet: what a carte grise de collection and a sports licence change about it."""

from datetime import date

import pytest

from tests.make import make_vehicle
from tests.support.htmx import parse
from tests.vehicles.way import errors_of, fresh, history, opened, path, send


@pytest.fixture(autouse=True)
def _one_day(time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00", tick=False)


@pytest.mark.parametrize(
    ("facts", "box", "due_on"),
    [
        ({"kind": "car", "first_registration": date(1985, 5, 12), "inspection_on": date(2024, 8, 28)},
         "is_collector", (date(2026, 8, 28), date(2029, 8, 28))),
        ({"kind": "car", "first_registration": date(1959, 12, 31)}, "is_collector", (date(1963, 12, 31), None)),
        ({"kind": "motorcycle", "first_registration": date(2016, 5, 12)},
         "is_licensed_sport", (date(2024, 9, 12), None)),
    ],
)  # fmt: skip
def test_a_collectors_or_sport_vehicle_has_its_own_due_date(cast, client_for, facts, box, due_on):
    vehicle = make_vehicle(entity=cast.north, **facts)
    client = client_for(cast.vera)
    assert fresh(vehicle).inspection_due_on == due_on[0]
    data = opened(client, vehicle, "entretien")
    assert send(client, vehicle, "entretien", data, **{box: "on"}).status_code == 303
    assert fresh(vehicle).inspection_due_on == due_on[1]
    assert history(vehicle)[0].changes == {box: [False, True]}
    sheet = client.get(path(vehicle)).content.decode()
    assert ("CT non exigé" in sheet) == (due_on[1] is None)
    label = "Carte grise de collection" if box == "is_collector" else "Enduro ou trial d’un titulaire licencié"
    assert f"{label}&nbsp;: Non → <b>Oui</b>" in sheet


def test_what_is_gone_has_no_inspection_to_pass(cast, client_for):
    """It is sold: neither is a badge an alarm, nor does a sale to a private buyer ask for a report."""
    client = client_for(cast.vera)
    facts = {"kind": "car", "first_registration": date(2015, 5, 12)}
    there = make_vehicle(entity=cast.north, model="THERE", **facts)
    gone = make_vehicle(
        entity=cast.north, model="GONE", status="out", left_on=date(2026, 9, 1), exit_reason="scrap", **facts
    )
    for vehicle, address, has_badge in ((there, "", True), (gone, "?tab=all", False)):
        row = parse(client.get(f"/vehicules/{address}")).select_one("tbody tr")
        assert vehicle.model in row.text
        assert ("CT manquant" in row.text) == has_badge
        sheet = parse(client.get(path(vehicle)))
        assert ("CT manquant" in sheet.text) == ("Vente à un particulier" in sheet.text) == has_badge
        assert sheet.select_one("#entretien")


def test_only_category_l_is_asked_about_a_sports_licence(cast, client_for):
    client = client_for(cast.vera)
    for kind, is_asked in (("car", False), ("motorcycle", True)):
        vehicle = make_vehicle(entity=cast.north, kind=kind)
        form = parse(client.get(f"{path(vehicle)}?modifier=entretien"))
        assert bool(form.select("[name=is_licensed_sport]")) == is_asked
        assert ("titulaire licencié" in client.get(path(vehicle)).content.decode()) == is_asked


@pytest.mark.parametrize(
    ("facts", "typed", "month", "reason"),
    [
        ({"kind": "car", "first_registration": date(1985, 5, 12)}, {"is_collector": "on"},
         "08/2029", "Proposée : collection, tous les 5 ans."),
        ({"kind": "car", "first_registration": date(1985, 5, 12)}, {}, "08/2026",
         "Proposée : voitures et utilitaires, tous les 2 ans."),
        ({"kind": "car", "first_registration": date(1959, 12, 31)}, {"is_collector": "on"},
         "", "Dispensé de contrôle technique, collection d’avant 1960."),
        ({"kind": "motorcycle", "first_registration": date(2016, 5, 12)}, {"is_licensed_sport": "on"},
         "", "Dispensé de contrôle technique, enduro ou trial d’un titulaire licencié."),
    ],
)  # fmt: skip
def test_the_proposal_follows_the_boxes(cast, client_for, facts, typed, month, reason):
    vehicle = make_vehicle(entity=cast.north, **facts)
    # What stands in the field is the proposal made before the box was ticked.
    query = {"inspection_on": "28/08/2024", "next_inspection_month": "08/2026", "proposed": "08/2026", **typed}
    page = parse(client_for(cast.vera).get(f"{path(vehicle)}prochain-controle/", query))
    assert page.select_one("[name=next_inspection_month]").get("value", "") == month
    assert page.select_one("#id_next_inspection_month_helptext").text.replace("\u00a0", " ") == reason


def test_an_exemption_leaves_a_month_typed_by_hand(cast, client_for):
    vehicle = make_vehicle(entity=cast.north, kind="motorcycle")
    query = {"next_inspection_month": "05/2027", "is_licensed_sport": "on"}
    page = parse(client_for(cast.vera).get(f"{path(vehicle)}prochain-controle/", query))
    assert page.select_one("[name=next_inspection_month]")["value"] == "05/2027"


def test_the_check_of_emissions_of_a_van_is_noted_and_nothing_is_due_any_more(cast, client_for):
    van = make_vehicle(
        entity=cast.north, kind="light_commercial", first_registration=date(2016, 5, 12),
        inspection_on=date(2025, 12, 20), next_inspection_month=date(2027, 12, 1), energy="diesel", sale_price=9000,
    )  # fmt: skip
    client = client_for(cast.vera)
    badge = "Contrôle pollution\u00a026\u00a0j"
    listed = "/vehicules/?tab=inspection"
    assert badge in client.get(path(van)).text
    assert badge in client.get(listed).text
    why = "Le contrôle pollution est à passer au plus tard le 20/12/2026, dans 26\u00a0jours."
    assert why in client.get("/accueil/").text
    data = opened(client, van, "entretien")
    for wrong in ("25/11/2026", "11/05/2016"):
        response = send(client, van, "entretien", data, pollution_check_on=wrong)
        assert list(errors_of(response)) == ["pollution_check_on"]
    assert send(client, van, "entretien", data, pollution_check_on="20/11/2026").status_code == 303
    assert fresh(van).inspection_due_on == date(2027, 12, 31)
    sheet = client.get(path(van)).text
    assert "Contrôle pollution" not in parse(client.get(path(van))).select_one(".sheet-side").text
    assert "20/11/2026" in sheet
    assert badge not in client.get(listed).text
    assert why not in client.get("/accueil/").text


def test_only_vans_are_asked_about_their_emissions_and_only_those_that_have_some(cast, client_for):
    client = client_for(cast.vera)
    inspected = {"first_registration": date(2016, 5, 12), "inspection_on": date(2025, 12, 20)}
    car = make_vehicle(entity=cast.north, energy="diesel", **inspected)
    assert "pollution_check_on" not in opened(client, car, "entretien")
    electric = make_vehicle(entity=cast.north, kind="light_commercial", energy="electric", **inspected)
    for vehicle in (car, electric):
        assert "contrôle pollution" not in client.get(path(vehicle)).text.lower().replace("date du contrôle", "")
        assert vehicle.inspection_due_on == date(2027, 12, 20)
    # What it runs on is typed elsewhere on the sheet, and what is due follows.
    data = opened(client, electric, "caracteristiques")
    assert send(client, electric, "caracteristiques", data, energy="diesel").status_code == 303
    assert fresh(electric).inspection_due_on == date(2026, 12, 20)


def test_a_vo_without_its_first_registration_is_not_said_to_need_nothing(cast, client_for):
    vehicle = make_vehicle(entity=cast.north, first_registration=None)
    side = parse(client_for(cast.vera).get(path(vehicle))).select_one(".sheet-side").text
    assert "date MEC inconnue" in side
    assert "non exigé" not in side
