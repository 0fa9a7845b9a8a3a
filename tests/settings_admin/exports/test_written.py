"""Exports in the background: on behalf of who asked, and kept from everybody else."""

import pytest

from settings_admin import registries
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.exports.enums import ExportState
from settings_admin.models import AccessLog, Export, Membership, UserGroup
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_user, make_vehicle
from tests.settings_admin.exports.way import PAGE, export, file_of, take_away, three, write
from tests.support.htmx import parse
from tests.support.xlsx import rows_of

# --- Asked for and written ---------------------------------------------------------------------------------


def test_few_rows_come_at_once_and_many_in_the_background(cast, client_for, ask):
    client = client_for(cast.vera)
    three(cast)
    make_vehicle(entity=cast.north, model="OLD", status="out")
    assert [row["Modèle"] for row in rows_of(ask(client, "?tab=all"))] == ["OLD"]
    with unscoped("the test looks at what was written"):
        assert not Export.objects.exists()
    response = ask(client)
    assert (response.status_code, response["Location"]) == (303, PAGE)
    row = export()
    assert (row.state, row.done, row.total, row.user) == (ExportState.DONE, 3, 3, cast.vera)
    link = parse(client.get(PAGE)).select_one("a[download]")["href"]
    answer = client.get(link)
    assert 'filename="vehicules-2026-11-24.xlsx"' in answer["Content-Disposition"]
    assert {one["Modèle"] for one in rows_of(answer)} == {"M0", "M1", "M2"}
    with unscoped("the test looks at what was written"):
        assert list(AccessLog.objects.order_by("id").values_list("kind", flat=True)) == [
            "exported", "exported", "export_downloaded",
        ]  # fmt: skip


def test_the_file_has_the_filters_the_order_and_the_columns_of_the_list(cast, client_for, ask):
    client = client_for(cast.vera)
    for number in range(8):
        make_vehicle(entity=cast.north, model=f"M{number}", mileage_km=number, energy=("diesel", "petrol")[number % 2])
    make_vehicle(entity=cast.south, model="SOUTH", energy="diesel")
    client.post("/vehicules/colonnes/", {"column": ["model", "mileage_km"]})
    ask(client, "?energy=diesel&sort=-mileage_km")
    assert rows_of(file_of(client, export())) == [{"Modèle": f"M{number}", "Km": number} for number in (6, 4, 2, 0)]


def test_a_purchase_price_is_hidden_row_by_row(cast, client_for, ask):
    user = make_user("both@example.test", holding=cast.holding, group=BuiltInGroup.ACCOUNTING, entity=cast.north)
    with unscoped("test data"):
        sellers = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
        UserGroup.objects.filter(pk=sellers.pk).update(rights=[*sellers.rights, "vehicles.export"])
        add_member(actor=None, user=user, group=sellers, entity=cast.south)
    three(cast, purchase_price=1111)
    make_vehicle(entity=cast.south, model="SOUTH", purchase_price=2222)
    client = client_for(user, scope="all")
    ask(client)
    prices = {row["Modèle"]: row["Valeur de reprise"] for row in rows_of(file_of(client, export()))}
    assert prices == {"M0": 1111, "M1": 1111, "M2": 1111, "SOUTH": None}


def test_the_same_export_is_under_way_once_and_three_at_most(cast, client_for, ask):
    three(cast)
    client = client_for(cast.vera)
    for address in ("", "", "?sort=model", "?sort=-model", ""):
        assert ask(client, address, works=False).status_code == 303
    with unscoped("the test looks at what was written"):
        assert Export.objects.count() == 3
    refused = ask(client, "?sort=mileage_km", works=False)
    assert (refused.status_code, "Trois exports sont déjà en cours" in refused.text) == (409, True)
    assert ask(client_for(cast.adele), works=False).status_code == 303


# --- Whose it is -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stranger", ["eve", "otto", "marc", "alice", "max", "nobody"])
def test_for_everybody_else_it_does_not_exist(cast, client_for, ask, stranger):
    three(cast)
    ask(client_for(cast.vera))
    client = client_for(getattr(cast, stranger))
    row = export()
    assert file_of(client, row).status_code == 404
    for verb in ("annuler", "relancer"):
        assert client.post(f"{PAGE}{row.pk}/{verb}/").status_code == 404
    if stranger == "max":
        assert client.get(PAGE).status_code == 404
    else:
        assert not parse(client.get(PAGE)).select("#exports .card")
    assert export().state == ExportState.DONE


@pytest.mark.parametrize("code", ["vehicles.export", "vehicles.see_margin", "vehicles.see_market_value"])
def test_the_file_is_kept_from_who_lost_a_right_that_it_rests_on(cast, client_for, ask, code):
    three(cast)
    client = client_for(cast.vera)
    ask(client)
    take_away(cast, BuiltInGroup.USED_CAR_MANAGER, code)
    assert file_of(client, export()).status_code == 403
    page = parse(client.get(PAGE))
    assert not page.select("a[download]")
    assert registries.right_label(code) in page.text
    take_away(cast, BuiltInGroup.SALES_MANAGER, code)  # another group's: nothing comes back
    assert file_of(client, export()).status_code == 403


def test_the_file_is_kept_from_who_left_a_place_that_it_tells_of(cast, client_for, ask):
    with unscoped("test data"):
        add_member(
            actor=None,
            user=cast.vera,
            group=built_in_group(cast.holding, BuiltInGroup.USED_CAR_MANAGER),
            entity=cast.south,
        )
    three(cast)
    client = client_for(cast.vera, scope="all")
    ask(client)
    assert file_of(client, export()).status_code == 200
    with unscoped("an administrator takes a person out of an entity"):
        Membership.objects.filter(user=cast.vera, entity=cast.south).delete()
    assert file_of(client, export()).status_code == 403


def test_a_right_withdrawn_before_it_is_written_ends_it(cast, client_for, ask):
    three(cast)
    client = client_for(cast.vera)
    ask(client, works=False)
    take_away(cast, BuiltInGroup.USED_CAR_MANAGER, "vehicles.export")
    row = write(export())
    assert (row.state, row.stored_as) == (ExportState.FAILED, "")
    assert "Il vous manque désormais le droit" in parse(client.get(PAGE)).select_one("#exports").text


def test_it_is_written_with_what_the_person_sees_then(cast, client_for, ask):
    with unscoped("test data"):
        add_member(
            actor=None,
            user=cast.vera,
            group=built_in_group(cast.holding, BuiltInGroup.USED_CAR_MANAGER),
            entity=cast.south,
        )
    three(cast, purchase_price=1111)
    make_vehicle(entity=cast.south, model="SOUTH")
    client = client_for(cast.vera, scope="all")
    ask(client, works=False)
    with unscoped("an administrator takes a person out of an entity"):
        Membership.objects.filter(user=cast.vera, entity=cast.south).delete()
    take_away(cast, BuiltInGroup.USED_CAR_MANAGER, "vehicles.see_margin")
    row = write(export())
    assert row.state == ExportState.DONE
    rows = rows_of(file_of(client, row))
    assert {(one["Modèle"], one["Valeur de reprise"]) for one in rows} == {("M0", None), ("M1", None), ("M2", None)}
