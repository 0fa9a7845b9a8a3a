"""*Défauts et FRE*: lines added, changed, removed in place, added up to the cent, counted in the margin, told."""

from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings_admin.records.services import save_columns
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_user, make_vehicle
from tests.support.htmx import content, parse, swap
from tests.vehicles.way import errors_of, form_data, history, path
from vehicles import condition
from vehicles.enums import VatRegime
from vehicles.models import Cost, Damage


@pytest.fixture
def vehicle(cast):
    return make_vehicle(
        entity=cast.north, point_of_sale=cast.north_1, plate="EC318PT", purchase_price=Decimal("4300.00"),
        sale_price=Decimal("6290.00"), vat_regime=VatRegime.MARGIN,
    )  # fmt: skip


def add(client, vehicle, what, **typed):
    return client.post(f"{path(vehicle)}etat/{what}/ajouter/", {"key": uuid4(), **typed})


def rayure(client, vehicle, **typed):
    return add(client, vehicle, "defauts", **{"zone": "front", "description": "Rayure", "cost": "120,5", **typed})


def pneus(client, vehicle, **typed):
    return add(client, vehicle, "frais", **{"kind": "tyres", "description": "Pneu arrière", "planned": "185", **typed})


def rows(model, vehicle):
    with unscoped("the test looks at what was written"):
        return list(model.objects.filter(vehicle=vehicle).order_by("pk"))


def text(client, vehicle, selector):
    """With plain spaces only."""
    return words(parse(client.get(path(vehicle))).select_one(selector))


def words(element):
    return " ".join(element.get_text(" ").split())


# --- The rule ----------------------------------------------------------------------------------------------


AMOUNTS = st.decimals(0, 9_999_999, places=2)


class Line:
    def __init__(self, planned, actual):
        self.planned, self.actual = planned, actual


@given(st.lists(st.tuples(AMOUNTS, st.none() | AMOUNTS), max_size=8))
def test_each_line_counts_once_as_it_was_or_as_it_is_planned(amounts):
    totals = condition.totals(Line(planned, actual) for planned, actual in amounts)
    assert totals.counted == sum(planned if actual is None else actual for planned, actual in amounts)
    assert totals.counted - totals.actual == sum(planned for planned, actual in amounts if actual is None)
    assert totals.open_lines == sum(actual is None for _, actual in amounts)


# --- On the sheet ------------------------------------------------------------------------------------------


def test_costs_are_added_up_to_the_cent_and_enter_the_margin(cast, client_for, vehicle):
    vera = client_for(cast.vera)
    assert "1 658,33" in text(vera, vehicle, "#price-lines")  # (6290 − 4300) / 1.2
    pneus(vera, vehicle)
    pneus(vera, vehicle, kind="cleaning", description="", planned="99,99", actual="0,01")
    pneus(vera, vehicle, kind="mechanics", planned="50", actual="0")
    card, prices = text(vera, vehicle, "#defauts"), text(vera, vehicle, "#price-lines")
    assert "Prévu HT 334,99 €" in card
    assert "Réel connu HT 1 ligne à venir 0,01 €" in card
    assert "FRE HT 185,01 €" in prices
    assert "Marge HT 1 473,32 €" in prices  # 1 658,33 − 185,01


def test_the_list_counts_the_same_margin(cast, client_for, vehicle):
    vera = client_for(cast.vera)
    pneus(vera, vehicle, actual="200")
    with unscoped("test data"):
        save_columns(user=cast.vera, list_key="vehicles", columns=["plate", "margin"])
    assert "1 458,33" in words(parse(vera.get("/vehicules/")).select_one("tbody"))


def test_defects_are_listed_with_what_they_may_cost(cast, client_for, vehicle):
    vera = client_for(cast.vera)
    rayure(vera, vehicle)
    rayure(vera, vehicle, zone="wheels", description="Jante voilée", cost="")
    card = text(vera, vehicle, "#defauts")
    assert "Avant Rayure 120,50 €" in card
    assert "Roues et pneus Jante voilée non chiffré" in card
    assert "Coût estimé des défauts HT 120,50 €" in card


def test_a_line_is_changed_and_removed_and_the_history_has_both_states(cast, client_for, vehicle):
    vera = client_for(cast.vera)
    rayure(vera, vehicle)
    (damage,) = rows(Damage, vehicle)
    address = f"{path(vehicle)}etat/defauts/{damage.pk}/"
    typed = {**form_data(vera.get(address), ".dialog-form"), "zone": "rear", "cost": "90"}
    assert vera.post(address, typed).status_code == 303
    assert vera.post(address, typed).status_code == 303  # again: nothing changes
    assert vera.get(f"{address}retirer/").status_code == 200
    for _ in range(2):
        assert vera.post(f"{address}retirer/").status_code == 303
    assert rows(Damage, vehicle) == []
    assert [entry.kind for entry in history(vehicle)] == ["damage_removed", "damage_changed", "damage_added"]
    told = text(vera, vehicle, "#historique")
    assert "a ajouté un défaut : Avant, Rayure, 120,50 €" in told
    assert "Avant, Rayure, 120,50 € → Arrière, Rayure, 90,00 €" in told


def test_two_who_change_a_line_at_once_both_keep_what_they_changed(cast, client_for, vehicle):
    vera, marc = client_for(cast.vera), client_for(cast.marc)
    pneus(vera, vehicle)
    (cost,) = rows(Cost, vehicle)
    address = f"{path(vehicle)}etat/frais/{cost.pk}/"
    first, second = (form_data(client.get(address), ".dialog-form") for client in (vera, marc))
    assert vera.post(address, {**first, "actual": "170"}).status_code == 303
    assert marc.post(address, {**second, "description": "Deux pneus avant"}).status_code == 303
    (cost,) = rows(Cost, vehicle)
    assert (cost.actual, cost.description) == (170, "Deux pneus avant")


def test_a_field_that_both_changed_is_asked_again_with_both_values(cast, client_for, vehicle):
    vera, marc = client_for(cast.vera), client_for(cast.marc)
    rayure(vera, vehicle)
    (damage,) = rows(Damage, vehicle)
    address = f"{path(vehicle)}etat/defauts/{damage.pk}/"
    first, second = (form_data(client.get(address), ".dialog-form") for client in (vera, marc))
    vera.post(address, {**first, "cost": "90", "zone": "rear"})
    late = marc.post(address, {**second, "cost": "140"})
    assert late.status_code == 422
    assert "Quelqu’un l’a changé entre-temps en « 90,00 »" in words(parse(late))
    typed = form_data(late, ".dialog-form")
    assert (typed["cost"], typed["zone"]) == ("140", "rear")
    assert rows(Damage, vehicle)[0].cost == 90
    assert marc.post(address, typed).status_code == 303
    assert (rows(Damage, vehicle)[0].cost, rows(Damage, vehicle)[0].zone) == (140, "rear")


def test_a_line_removed_by_another_meanwhile_is_said(cast, client_for, vehicle):
    vera = client_for(cast.vera)
    pneus(vera, vehicle)
    (cost,) = rows(Cost, vehicle)
    address = f"{path(vehicle)}etat/frais/{cost.pk}/"
    vera.post(f"{address}retirer/")
    assert vera.get(address).status_code == 404
    assert vera.post(address, {"key": uuid4(), "kind": "tyres", "planned": "1"}).status_code == 404


@pytest.mark.parametrize(
    ("what", "typed", "field", "refusal"),
    [
        ("frais", {"kind": "tyres", "planned": ""}, "planned", "obligatoire"),
        ("frais", {"kind": "tyres", "planned": "beaucoup"}, "planned", ""),
        ("frais", {"kind": "tyres", "planned": "-1"}, "planned", "négatif"),
        ("frais", {"kind": "tyres", "planned": "1", "actual": "10000000"}, "actual", "trop élevé"),
        ("frais", {"kind": "magic", "planned": "1"}, "kind", ""),
        ("defauts", {"zone": "front", "description": ""}, "description", "obligatoire"),
        ("defauts", {"zone": "front", "description": "x" * 201}, "description", "200"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_kept(cast, client_for, vehicle, what, typed, field, refusal):
    response = add(client_for(cast.vera), vehicle, what, **typed)
    assert response.status_code == 422
    errors = errors_of(response)
    assert list(errors) == [field]
    assert refusal in errors[field]
    shown = parse(response)
    for name, value in typed.items():
        control = shown.select_one(f"[name={name}]")
        if control.name == "input":
            assert control.get("value", "") == value
    assert (rows(Cost, vehicle), rows(Damage, vehicle), history(vehicle)) == ([], [], [])


@pytest.mark.parametrize(("what", "model", "send"), [("defauts", Damage, rayure), ("frais", Cost, pneus)])
def test_a_form_sent_twice_adds_one_line(cast, client_for, vehicle, what, model, send):
    vera, key = client_for(cast.vera), uuid4()
    for _ in range(2):
        assert send(vera, vehicle, key=key).status_code == 303
    assert len(rows(model, vehicle)) == 1
    other = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    send(vera, other, key=key)  # a key of another form makes nothing here
    assert rows(model, other) == []


@pytest.mark.parametrize("what", ["damage", "cost"])
def test_what_is_swapped_in_equals_a_reloaded_page(cast, client_for, vehicle, what):
    plain, htmx = client_for(cast.vera), client_for(cast.vera, htmx=True)
    before = parse(plain.get(path(vehicle)))
    answer = {"damage": rayure, "cost": pneus}[what](htmx, vehicle)
    assert answer.headers["HX-Retarget"] == "#defauts"
    assert "close-dialog" in answer.headers["HX-Trigger"]
    assert content(swap(before, answer, target="#defauts")) == content(parse(plain.get(path(vehicle))))


def test_who_may_not_edit_reads_them(cast, client_for, vehicle):
    vera, sam = client_for(cast.vera), client_for(cast.sam)
    pneus(vera, vehicle)
    rayure(vera, vehicle)
    card = parse(sam.get(path(vehicle))).select_one("#defauts")
    assert "Pneumatiques" in card.text
    assert "Rayure" in card.text
    assert not card.select("a")
    assert pneus(sam, vehicle).status_code == 403
    assert pneus(client_for(cast.eve), vehicle).status_code == 404
    assert add(vera, vehicle, "autres", planned="1").status_code == 404
    assert len(rows(Cost, vehicle)) == 1


def test_what_works_cost_is_seen_by_who_sees_margins_or_edits(cast, client_for, vehicle):
    """A part of the cost price, which a salesperson does not see; the works are no secret."""
    vera = client_for(cast.vera)
    pneus(vera, vehicle)
    pneus(vera, vehicle, kind="mechanics", description="Courroie", planned="412", actual="433")
    rayure(vera, vehicle)
    damage = rows(Damage, vehicle)[0]
    address = f"{path(vehicle)}etat/defauts/{damage.pk}/"
    changed = {**form_data(vera.get(address), ".dialog-form"), "cost": "95,30"}
    assert vera.post(address, changed).status_code == 303
    clerk = make_user("clerk@example.test", holding=cast.holding, group=BuiltInGroup.BACK_OFFICE, entity=cast.north)
    amounts = ("185,00", "412,00", "433,00", "120,50", "95,30")
    for reader in (cast.vera, cast.adele, clerk):
        page = parse(client_for(reader).get(path(vehicle))).get_text()
        assert [amount for amount in amounts if amount not in page] == []
    page = parse(client_for(cast.sam).get(path(vehicle)))
    assert [amount for amount in amounts if amount in page.get_text()] == []
    assert "FRE HT" not in page.get_text()
    told = words(page.select_one("#historique"))
    assert "a ajouté des frais de remise en état : Mécanique, Courroie" in told
    assert "a modifié un défaut : Avant, Rayure" in told
    assert [words(line) for line in page.select("#defauts .caption")] == ["prévu", "fait"]


def test_a_line_of_another_vehicle_is_out_of_reach(cast, client_for, vehicle):
    vera = client_for(cast.vera)
    pneus(vera, vehicle)
    (cost,) = rows(Cost, vehicle)
    other = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    assert vera.get(f"{path(other)}etat/frais/{cost.pk}/").status_code == 404
    assert vera.get(f"{path(other)}etat/frais/{cost.pk}/retirer/").status_code == 404
    vera.post(f"{path(other)}etat/frais/{cost.pk}/retirer/")
    assert rows(Cost, vehicle) == [cost]
