"""Both inspection dates where a vehicle enters: added by hand, or on its physical entry; the rules are the sheet's."""

from datetime import date
from uuid import uuid4

import pytest

from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.support.htmx import content, parse, swap
from tests.vehicles.way import errors_of, fresh, history, value_of
from vehicles.enums import StockStatus
from vehicles.models import Vehicle
from vehicles.services import stock

ADD = "/vehicules/ajouter/"
REFUSALS = (
    ({"inspection_on": "25/11/2026"}, {"inspection_on": "Le contrôle technique ne peut pas être dans le futur."}),
    (
        {"inspection_on": "11/05/2016"},
        {"inspection_on": "Le contrôle technique précède la mise en circulation (12/05/2016)."},
    ),
    (
        {"inspection_on": "28082024", "next_inspection_month": "07/2024"},
        {"next_inspection_month": "Le prochain contrôle technique précède le dernier (28/08/2024)."},
    ),
    (
        {"next_inspection_month": "13/2027"},
        {"next_inspection_month": "La date 13/2027 n’existe pas dans le calendrier."},
    ),
)
# Kind → what is proposed after an inspection on 28/08/2024, and why.
PROPOSALS = {
    "scooter": ("08/2027", "Proposée\u00a0: catégorie L, tous les 3\u00a0ans."),
    "car": ("08/2026", "Proposée\u00a0: voitures et utilitaires, tous les 2\u00a0ans."),
}


@pytest.fixture(autouse=True)
def _one_day(time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00", tick=False)


def proposal_of(response):
    page = parse(response)
    field = page.select_one("[name=next_inspection_month]")
    told = page.find(id=field.get("aria-describedby", "none").split()[0])
    return field.get("value", ""), told.text.strip() if told else ""


# --- Ajouter un véhicule -----------------------------------------------------------------------------------


def typed_at_the_door(cast, **more):
    return {
        "key": str(uuid4()), "entity": cast.north.pk, "kind": "scooter", "plate": "ec318pt", "make": "YAMAHA",
        "model": "TMAX 530", "first_registration": "12052016", "mileage_km": "24 860", "status": "arrived",
        "entered_on": "21/10/2026", "stage": "used", "destination": "private", "vat_regime": "margin", **more,
    }  # fmt: skip


@pytest.mark.parametrize("kind", PROPOSALS)
def test_what_is_added_has_its_inspection_as_proposed(cast, client_for, kind):
    client = client_for(cast.vera)
    asked = {"kind": kind, "first_registration": "12/05/2016", "inspection_on": "28082024", "stage": "used"}
    month, reason = PROPOSALS[kind]
    assert proposal_of(client.get(f"{ADD}prochain-controle/", asked)) == (month, reason)
    typed = typed_at_the_door(cast, kind=kind, inspection_on="28082024", next_inspection_month=month)
    assert client.post(ADD, typed).status_code == 303
    with unscoped("the test looks at what was written"):
        vehicle = Vehicle.objects.get()
    assert vehicle.inspection_on == date(2024, 8, 28)
    assert vehicle.next_inspection_month == date(int(month[3:]), 8, 1)
    assert vehicle.inspection_due_on == date(int(month[3:]), 8, 31)


def test_a_proposal_for_what_is_added_follows_what_is_known(cast, client_for):
    client = client_for(cast.vera)
    asked = {"kind": "car", "first_registration": "12/05/2024", "stage": "used"}
    assert proposal_of(client.get(f"{ADD}prochain-controle/", asked))[0] == "05/2028"
    assert proposal_of(client.get(f"{ADD}prochain-controle/", {**asked, "stage": "new"}))[0] == ""
    # What was typed by hand stays, and the proposal stands beside it.
    own = {**asked, "next_inspection_month": "01/2027", "proposed": "05/2028"}
    month, reason = proposal_of(client.get(f"{ADD}prochain-controle/", own))
    assert (month, "05/2028" in reason) == ("01/2027", True)
    assert proposal_of(client.get(f"{ADD}prochain-controle/", {"kind": "boat"})) == ("", "")


@pytest.mark.parametrize(("dates", "refused"), REFUSALS)
def test_wrong_dates_are_refused_beside_their_field_when_adding(cast, client_for, dates, refused):
    response = client_for(cast.vera).post(ADD, typed_at_the_door(cast, **dates))
    assert (response.status_code, errors_of(response)) == (422, refused)
    for name, text in dates.items():
        assert parse(response).select_one(f"[name={name}]")["value"] == text
    with unscoped("the test looks at what was written"):
        assert not Vehicle.objects.exists()


def test_a_swapped_proposal_equals_the_field_of_the_page(cast, client_for):
    """Asked about nothing, it is the field as the page drew it."""
    client = client_for(cast.vera, htmx=True)
    before = parse(client_for(cast.vera).get(ADD))
    answer = client.get(f"{ADD}prochain-controle/")
    box = before.select_one("[data-keeps-typed]")
    followed = ("inspection_on", "first_registration", "kind", "stage")
    assert box["hx-trigger"] == ", ".join(f"change from:#id_{name}" for name in followed)
    assert content(swap(before, answer, target=f"#{box['id']}")) == content(parse(client_for(cast.vera).get(ADD)))


# --- Entrée physique ---------------------------------------------------------------------------------------


@pytest.fixture
def expected(cast):
    return make_vehicle(
        entity=cast.north, kind="scooter", status=StockStatus.PRE_ENTRY, first_registration=date(2016, 5, 12),
        entered_on=date(2026, 12, 1), next_inspection_month=date(2026, 9, 1),
    )  # fmt: skip


def dialog(client, vehicle):
    """What a browser would send of the dialog, untouched but for the status."""
    page = parse(client.get(f"/vehicules/{vehicle.pk}/statut/"))
    fields = page.select("form.dialog-form input[name]:not([type=radio]), form.dialog-form select[name]")
    return {field["name"]: value_of(field) for field in fields} | {"status": "arrived", "exit_reason": ""}


def enter(client, vehicle, **typed):
    return client.post(f"/vehicules/{vehicle.pk}/statut/", {**dialog(client, vehicle), **typed})


@pytest.mark.parametrize("kind", PROPOSALS)
def test_what_arrives_has_its_inspection_noted_with_the_move(cast, client_for, expected, kind):
    with unscoped("test data"):
        Vehicle.objects.filter(pk=expected.pk).update(kind=kind)
    client = client_for(cast.vera)
    assert dialog(client, expected)["next_inspection_month"] == "09/2026"
    month, reason = PROPOSALS[kind]
    asked = {"inspection_on": "28/08/2024", "next_inspection_month": "", "status": "arrived"}
    address = f"/vehicules/{expected.pk}/statut/prochain-controle/"
    assert proposal_of(client.get(address, asked)) == (month, reason)
    assert enter(client, expected, inspection_on="28082024", next_inspection_month=month).status_code == 303
    saved = fresh(expected)
    assert (saved.status, saved.inspection_on) == (StockStatus.ARRIVED, date(2024, 8, 28))
    assert saved.inspection_due_on == date(int(month[3:]), 8, 31)
    (line,) = history(expected)
    assert set(line.changes) == {"status", "entered_on", "inspection_on", "next_inspection_month"}


@pytest.mark.parametrize(("dates", "refused"), REFUSALS)
def test_wrong_dates_are_refused_beside_their_field_when_it_arrives(cast, client_for, expected, dates, refused):
    response = enter(client_for(cast.vera), expected, **{"next_inspection_month": "", **dates})
    assert (response.status_code, errors_of(response)) == (422, refused)
    assert (fresh(expected).status, history(expected)) == (StockStatus.PRE_ENTRY, [])


def test_an_entry_without_a_word_about_the_inspection_changes_nothing_of_it(cast, client_for, expected):
    client = client_for(cast.vera)
    opened = dialog(client, expected)
    with unscoped("somebody else types them meanwhile"):
        stock.edit_vehicle(
            vehicle=expected, base={"inspection_on": None}, mine={"inspection_on": date(2024, 8, 28)}, actor=cast.marc
        )
    assert client.post(f"/vehicules/{expected.pk}/statut/", opened).status_code == 303
    assert fresh(expected).inspection_on == date(2024, 8, 28)


def test_two_who_type_the_same_date_are_told_and_the_second_may_mean_it(cast, client_for, expected):
    client = client_for(cast.vera)
    opened = dialog(client, expected)
    with unscoped("somebody else types it meanwhile"):
        stock.edit_vehicle(
            vehicle=expected, base={"inspection_on": None}, mine={"inspection_on": date(2024, 8, 28)}, actor=cast.marc
        )
    response = client.post(f"/vehicules/{expected.pk}/statut/", {**opened, "inspection_on": "29/08/2024"})
    assert errors_of(response) == {"inspection_on": "Quelqu’un l’a changé entre-temps en «\u00a028/08/2024\u00a0»."}
    assert fresh(expected).status == StockStatus.PRE_ENTRY
    page = parse(response)
    again = {field["name"]: value_of(field) for field in page.select("input[name]:not([type=radio]), select[name]")}
    sent = {**again, "status": "arrived", "exit_reason": ""}
    assert client.post(f"/vehicules/{expected.pk}/statut/", sent).status_code == 303
    assert fresh(expected).inspection_on == date(2024, 8, 29)


def test_only_an_entry_asks_about_the_inspection(cast, client_for, expected):
    client = client_for(cast.vera)
    on_sale = make_vehicle(entity=cast.north)
    assert "inspection_on" not in dialog(client, on_sale)
    assert client.get(f"/vehicules/{on_sale.pk}/statut/prochain-controle/").status_code == 404
    # What is withdrawn never came: nothing is noted of it.
    typed = {"status": "out", "exit_reason": "withdrawn", "inspection_on": "28082024"}
    assert enter(client, expected, **typed).status_code == 303
    assert fresh(expected).inspection_on is None


@pytest.fixture
def found_defective(cast):
    """A trade-in that failed its inspection before it came."""
    return make_vehicle(
        entity=cast.north, status=StockStatus.PRE_ENTRY, first_registration=date(2016, 5, 12),
        inspection_on=date(2026, 10, 1), next_inspection_month=date(2026, 10, 1), inspection_result="critical",
    )  # fmt: skip


def test_a_new_inspection_does_not_keep_the_result_of_the_old_one(cast, client_for, found_defective):
    """Left beside a new date, a defect is asked about; what is chosen then is meant."""
    client, vehicle = client_for(cast.vera), found_defective
    address = f"/vehicules/{vehicle.pk}/statut/"
    asked = {"inspection_on": "20/11/2026", "inspection_result": "critical", "status": "arrived"}
    favourable = "Proposée\u00a0: voitures et utilitaires, tous les 2\u00a0ans."
    assert proposal_of(client.get(f"{address}prochain-controle/", asked)) == ("11/2028", favourable)
    response = enter(client, vehicle, inspection_on="20/11/2026", next_inspection_month="11/2028")
    message = "«\u00a0Critique\u00a0» était le résultat du contrôle du 01/10/2026\u00a0: choisissez celui du nouveau."
    assert (response.status_code, errors_of(response)) == (422, {"inspection_result": message})
    assert fresh(vehicle).status == StockStatus.PRE_ENTRY
    page = parse(response)
    again = {field["name"]: value_of(field) for field in page.select("input[name]:not([type=radio]), select[name]")}
    assert again["inspection_result"] == ""
    sent = {**again, "status": "arrived", "exit_reason": "", "inspection_result": "favourable"}
    assert client.post(address, sent).status_code == 303
    saved = fresh(vehicle)
    assert (saved.inspection_result, saved.inspection_due_on) == ("favourable", date(2028, 11, 30))
    sheet = parse(client.get(f"/vehicules/{vehicle.pk}/")).select_one(".sheet-side").text
    assert "À jour jusqu’en 11/2028" in sheet
    assert {"inspection_on", "inspection_result"} <= set(history(vehicle)[0].changes)


def test_the_same_result_again_is_taken_once_it_was_asked_for(cast, client_for, found_defective):
    client, vehicle = client_for(cast.vera), found_defective
    address = f"/vehicules/{vehicle.pk}/statut/"
    page = parse(enter(client, vehicle, inspection_on="20/11/2026"))
    again = {field["name"]: value_of(field) for field in page.select("input[name]:not([type=radio]), select[name]")}
    chosen = {**again, "status": "arrived", "exit_reason": "", "inspection_result": "critical"}
    # Of yet another date it is asked again.
    later = {**chosen, "inspection_on": "21/11/2026", "next_inspection_month": ""}
    assert list(errors_of(client.post(address, later))) == ["inspection_result"]
    reason = "Proposée\u00a0: défaillance critique, validité limitée au jour du contrôle."
    assert proposal_of(client.get(f"{address}prochain-controle/", {**chosen, "next_inspection_month": ""})) == (
        "11/2026", reason,
    )  # fmt: skip
    assert client.post(address, {**chosen, "next_inspection_month": "11/2026"}).status_code == 303
    assert fresh(vehicle).inspection_result == "critical"


def test_a_date_that_stays_keeps_its_result_and_a_result_may_come_alone(cast, client_for, found_defective):
    client, vehicle = client_for(cast.vera), found_defective
    assert enter(client, vehicle).status_code == 303
    assert fresh(vehicle).inspection_result == "critical"
    other = make_vehicle(entity=cast.north, status=StockStatus.PRE_ENTRY, inspection_on=date(2026, 11, 2))
    assert enter(client, other, inspection_result="retest", next_inspection_month="01/2027").status_code == 303
    assert fresh(other).inspection_result == "retest"


def test_two_who_choose_a_result_are_told_it_in_words(cast, client_for, found_defective):
    client, vehicle = client_for(cast.vera), found_defective
    opened = dialog(client, vehicle)
    with unscoped("somebody else chooses one meanwhile"):
        base, mine = {"inspection_result": "critical"}, {"inspection_result": "retest"}
        stock.edit_vehicle(vehicle=vehicle, base=base, mine=mine, actor=cast.marc)
    response = client.post(f"/vehicules/{vehicle.pk}/statut/", {**opened, "inspection_result": "favourable"})
    told = "Quelqu’un l’a changé entre-temps en «\u00a0Contre-visite\u00a0»."
    assert errors_of(response) == {"inspection_result": told}
