"""The inspection on the sheet: what a carte grise de collection and a sports licence change about it."""

from datetime import date

import pytest

from tests.make import make_vehicle
from tests.support.htmx import parse
from tests.vehicles.way import fresh, history, opened, path, send


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
