"""*Ajouter un véhicule*: what may be typed, what is refused beside which field, and once however often it is sent."""

from datetime import date
from uuid import uuid4

import pytest

from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import Entity
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_user, make_vehicle
from tests.support.htmx import content, parse, swap
from vehicles.models import Vehicle

ADD = "/vehicules/ajouter/"


@pytest.fixture(autouse=True)
def _one_day(time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00", tick=False)


@pytest.fixture
def typed(cast):
    return {
        "key": str(uuid4()),
        "entity": cast.north.pk,
        "point_of_sale": cast.north_1.pk,
        "kind": "scooter",
        "plate": "ec 318 pt",
        "vin": "jyasj145000018427",
        "make": "YAMAHA",
        "model": "TMAX 530",
        "first_registration": "12052016",
        "mileage_km": "24 860",
        "status": "arrived",
        "entered_on": "21/10/2026",
        "stage": "used",
        "destination": "private",
        "vat_regime": "margin",
        "purchase_price": "4 300",
        "sale_price": "6290,00",
    }


def all_vehicles():
    with unscoped("the test looks at what was written"):
        return list(Vehicle.objects.order_by("id"))


def test_a_vin_of_before_1981_enters_once_it_is_confirmed_and_is_found(cast, client_for, typed):
    client = client_for(cast.vera)
    assert parse(client.get(ADD)).select_one("[name=confirms_short_vin]")["type"] == "hidden"
    old = {**typed, "vin": "4ci-o12345", "first_registration": "12051972"}
    refused = client.post(ADD, old)
    assert errors_of(refused) == {"vin"}
    page = parse(refused)
    assert page.select_one("[name=vin]")["value"] == "4ci-o12345"
    beside = page.select_one("[name=vin]").find_parent(class_="stack")
    assert beside.select_one("[name=confirms_short_vin]:not([checked])")["type"] == "checkbox"
    assert client.post(ADD, {**old, "confirms_short_vin": "on"}).status_code == 303
    (vehicle,) = all_vehicles()
    assert vehicle.vin == "4CIO12345"
    assert vehicle.model in client.get("/vehicules/?q=o12345").content.decode()


def test_a_confirmation_does_not_excuse_a_vin_of_seventeen_characters(cast, client_for, typed):
    for wrong in ("JYASJ1450000O8427", "JYASJ1450000184277"):
        response = client_for(cast.vera).post(ADD, {**typed, "vin": wrong, "confirms_short_vin": "on"})
        assert errors_of(response) == {"vin"}


def errors_of(response):
    page = parse(response)
    return {control["name"] for control in page.select("[aria-invalid=true]")}


def test_a_scooter_enters_the_stock(cast, client_for, typed):
    response = client_for(cast.vera).post(ADD, typed)
    (vehicle,) = all_vehicles()
    assert (response.status_code, response["Location"]) == (303, f"/vehicules/{vehicle.pk}/")
    assert (vehicle.plate, vehicle.plate_format, vehicle.vin) == ("EC318PT", "siv", "JYASJ145000018427")
    assert (vehicle.first_registration, vehicle.mileage_km) == (date(2016, 5, 12), 24860)
    assert (vehicle.purchase_price, vehicle.sale_price, vehicle.stock_number) == (4300, 6290, "26-0001")
    text = client_for(cast.vera).get(response["Location"]).text
    assert "a ajouté le véhicule" in text


def test_the_form_sent_twice_makes_one_vehicle(cast, client_for, typed):
    client = client_for(cast.vera)
    first, second = client.post(ADD, typed), client.post(ADD, typed)
    assert first["Location"] == second["Location"]
    assert len(all_vehicles()) == 1


def test_the_key_of_somebody_elses_form_opens_nothing(cast, client_for, typed):
    client_for(cast.vera).post(ADD, typed)
    response = client_for(cast.marc).post(ADD, {**typed, "plate": "AB123CD", "vin": ""})
    assert response.status_code == 422
    assert "Ce formulaire a déjà été envoyé." in response.text


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"plate": ""}, {"plate"}),
        ({"plate": "AI-123-AA"}, {"plate"}),
        ({"vin": "JYASJ14500001842"}, {"vin"}),
        ({"vin": "JYASJ1450000O8427"}, {"vin"}),
        ({"make": "", "model": " "}, {"make", "model"}),
        ({"first_registration": ""}, {"first_registration"}),
        ({"first_registration": "25/11/2026"}, {"first_registration"}),
        ({"mileage_km": ""}, {"mileage_km"}),
        ({"mileage_km": "-1"}, {"mileage_km"}),
        ({"mileage_km": "9" * 30}, {"mileage_km"}),
        ({"entered_on": ""}, {"entered_on"}),
        ({"entered_on": "25/11/2026"}, {"entered_on"}),
        ({"kind": "boat"}, {"kind"}),
        ({"status": "delivery"}, {"status"}),
        ({"sale_price": "abc"}, {"sale_price"}),
        ({"sale_price": "1e9"}, {"sale_price"}),
        ({"make": "X" * 81}, {"make"}),
        ({"make": "RENAULT\x00"}, {"make"}),
        ({"entity": "", "point_of_sale": ""}, {"entity"}),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_stays(cast, client_for, typed, change, fields):
    response = client_for(cast.vera).post(ADD, {**typed, **change})
    assert response.status_code == 422
    assert errors_of(response) == fields
    page = parse(response)
    for name in {"make", "model", "mileage_km", "first_registration"} - set(change):
        assert page.select_one(f"[name={name}]")["value"] == str(typed[name])
    assert page.select_one("[name=key]")["value"] == typed["key"]
    assert all_vehicles() == []


@pytest.mark.parametrize("field", ["entity", "point_of_sale"])
def test_a_strangers_place_is_no_choice(cast, client_for, typed, field):
    place = {"entity": cast.south.pk, "point_of_sale": cast.south_1.pk}[field]
    response = client_for(cast.vera).post(ADD, {**typed, field: place})
    assert errors_of(response) == {field}
    assert "Sud" not in response.text
    assert all_vehicles() == []


def test_a_site_belongs_to_its_entity(cast, client_for, typed):
    response = client_for(cast.alice, scope="all").post(ADD, {**typed, "point_of_sale": cast.south_1.pk})
    assert errors_of(response) == {"point_of_sale"}
    assert "Ce point de vente n’appartient pas à Nord." in response.text


def test_a_kind_that_the_site_does_not_sell_is_refused(cast, client_for, typed):
    cast.north_1.vehicle_kinds = ["car", "light_commercial"]
    with unscoped("test data"):
        cast.north_1.save()
    response = client_for(cast.vera).post(ADD, typed)
    assert errors_of(response) == {"kind"}
    assert "Nord 1 ne vend pas de véhicule de genre «\u00a0scooter\u00a0»." in response.text


@pytest.mark.parametrize(
    ("change", "plate", "plate_format"),
    [
        ({"plate": "", "has_no_plate": "on"}, "", ""),
        ({"plate": "ab 123 cd", "plate_country": "B"}, "AB123CD", "foreign"),
        ({"plate": "1234 ab 56"}, "1234AB56", "fni"),
        ({"plate": "ww 123 ab"}, "WW123AB", "ww"),
        ({"plate": "a-11-b"}, "A11B", "moped"),
    ],
)
def test_plates_of_every_format_and_none_at_all(cast, client_for, typed, change, plate, plate_format):
    client_for(cast.vera).post(ADD, {**typed, **change})
    (vehicle,) = all_vehicles()
    assert (vehicle.plate, vehicle.plate_format) == (plate, plate_format)


def test_a_new_vehicle_may_wait_for_its_first_registration_and_its_kilometres(cast, client_for, typed):
    new = {"stage": "new", "plate": "", "has_no_plate": "on", "first_registration": "", "mileage_km": ""}
    response = client_for(cast.vera).post(ADD, {**typed, **new})
    assert response.status_code == 303


def test_an_expected_entry_may_be_in_the_future_and_is_announced_as_such(cast, client_for, typed):
    client = client_for(cast.vera)
    response = client.post(ADD, {**typed, "status": "pre_entry", "entered_on": "20122026"})
    assert all_vehicles()[0].entered_on == date(2026, 12, 20)
    assert "YAMAHA TMAX 530 est attendu (pré-rentrée), n°\u00a026-0001." in client.get(response["Location"]).text


def test_a_price_typed_without_vat_is_kept_as_such(cast, client_for, typed):
    client = client_for(cast.vera)
    for number, (sent, basis, margin) in enumerate(
        (({"purchase_is_excl": "on"}, "HT", "241,67"), ({}, "TTC", "1\u202f075,00"))
    ):
        plate = {"plate": f"EC-31{number}-PT", "vin": "", "key": str(uuid4())}
        response = client.post(ADD, {**typed, **plate, **sent, "vat_regime": "recoverable", "purchase_price": "5 000"})
        lines = parse(client.get(response["Location"])).select_one("#price-lines").get_text(" ")
        assert f"Achat {basis}" in " ".join(lines.split())
        assert margin in lines  # 6290 / 1.2 = 5241.67


def test_a_vehicle_already_in_stock_is_refused_beside_its_plate(cast, client_for, typed):
    make_vehicle(entity=cast.north, plate="EC318PT")
    response = client_for(cast.vera).post(ADD, typed)
    assert errors_of(response) == {"plate"}
    assert "Un véhicule de cette immatriculation est déjà en stock." in response.text


def test_the_same_vehicle_may_stand_in_two_entities(cast, client_for, typed):
    make_vehicle(entity=cast.south, plate="EC318PT")
    assert client_for(cast.vera).post(ADD, typed).status_code == 303


def test_doubts_are_said_on_the_sheet(cast, client_for, typed):
    make_vehicle(entity=cast.north, vin="JYASJ145000018427", status="out", mileage_km=30000)
    client = client_for(cast.vera)
    response = client.post(ADD, typed)
    assert "Kilométrage inférieur au dernier connu (30\u202f000\u00a0km)." in client.get(response["Location"]).text


def test_under_all_entities_the_form_asks_which(cast, client_for, typed):
    client = client_for(cast.alice, scope="all")
    options = parse(client.get(ADD)).select("[name=entity] option")
    assert [option.text for option in options] == ["Choisir une entité", "Nord", "Sud"]
    assert not any(option.has_attr("selected") and option["value"] for option in options)
    assert errors_of(client.post(ADD, {**typed, "entity": "", "point_of_sale": ""})) == {"entity"}


def test_prices_are_asked_only_of_those_who_may_give_them(cast, client_for, typed):
    back_office = client_for(cast.adele)
    assert back_office.get(ADD).status_code == 403
    from settings_admin.registries import BuiltInGroup
    from tests.make import make_user

    clerk = make_user("clerk@example.test", holding=cast.holding, group=BuiltInGroup.BACK_OFFICE, entity=cast.north)
    client = client_for(clerk)
    page = parse(client.get(ADD))
    assert page.select("[name=sale_price], [name=purchase_price], [name=purchase_is_excl]") == []
    client.post(ADD, typed)
    (vehicle,) = all_vehicles()
    assert (vehicle.sale_price, vehicle.purchase_price) == (None, None)


def test_a_swapped_form_equals_a_reloaded_one(cast, client_for, typed):
    wrong = {**typed, "plate": "AI-123-AA"}
    before = parse(client_for(cast.vera).get(ADD))
    swapped = swap(before, client_for(cast.vera, htmx=True).post(ADD, wrong), target="#add-form")
    assert content(swapped) == content(parse(client_for(cast.vera).post(ADD, wrong)))


def test_an_entity_made_tomorrow_is_offered_to_the_holdings_administrator(cast, client_for):
    with unscoped("test data"):
        Entity.objects.create(holding=cast.holding, name="Est")
    assert "Est" in client_for(cast.alice, scope="all").get(ADD).text


# --- Several entities --------------------------------------------------------------------------------------


@pytest.fixture
def divided(cast):
    """Manages the used cars of Nord; in Sud keeps the papers: may add there, and sees no price."""
    user = make_user(
        "divided@example.test", holding=cast.holding, group=BuiltInGroup.USED_CAR_MANAGER, entity=cast.north
    )
    with unscoped("test data"):
        add_member(
            actor=None, user=user, group=built_in_group(cast.holding, BuiltInGroup.BACK_OFFICE), entity=cast.south
        )
    return user


PRICES = {"purchase_price", "purchase_is_excl", "sale_price"}


def asked(page):
    """The prices that are asked for, and the sites that are offered."""
    sites = {option.text for option in page.select("[name=point_of_sale] option") if option["value"]}
    return {control["name"] for control in page.select("[name]")} & PRICES, sites


def test_prices_and_sites_are_those_of_the_chosen_entity(cast, client_for, divided):
    client = client_for(divided, scope="all")
    everywhere = parse(client.get(ADD))
    assert asked(everywhere) == (set(), {"Nord 1", "Nord 2", "Sud 1"})
    typed = {"purchase_price": "4 30", "purchase_is_excl": "on", "sale_price": "6290,00", "point_of_sale": ""}
    north = parse(client.get(ADD, {**typed, "entity": cast.north.pk}))
    assert asked(north) == (PRICES, {"Nord 1", "Nord 2"})
    assert north.select_one("[name=purchase_price]")["value"] == "4 30"
    assert north.select_one("[name=purchase_is_excl]").has_attr("checked")
    south = parse(client.get(ADD, {**typed, "entity": cast.south.pk}))
    assert asked(south) == (set(), {"Sud 1"})
    for forged in ("²", "999999", "x", cast.elsewhere.pk):
        assert asked(parse(client.get(ADD, {"entity": forged}))) == asked(everywhere)


def test_what_is_added_where_prices_are_ones_own_has_them(cast, client_for, typed, divided):
    client = client_for(divided, scope="all")
    assert client.post(ADD, typed).status_code == 303
    there = {"entity": cast.south.pk, "point_of_sale": cast.south_1.pk, "key": str(uuid4())}
    assert client.post(ADD, {**typed, **there}).status_code == 303
    north, south = all_vehicles()
    assert (north.purchase_price, north.sale_price) == (4300, 6290)
    assert (south.entity_id, south.purchase_price, south.sale_price) == (cast.south.pk, None, None)


def test_sites_where_one_may_not_add_are_not_offered(cast, client_for, typed):
    """Manages the used cars of one site, sells in the other."""
    user = make_user(
        "partly@example.test",
        holding=cast.holding,
        group=BuiltInGroup.USED_CAR_MANAGER,
        entity=cast.north,
        sites=(cast.north_1,),
    )
    with unscoped("test data"):
        group = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
        add_member(actor=None, user=user, group=group, entity=cast.north, points_of_sale=(cast.north_2,))
    client = client_for(user, scope="all")
    assert asked(parse(client.get(ADD)))[1] == {"Nord 1"}
    assert errors_of(client.post(ADD, {**typed, "point_of_sale": cast.north_2.pk})) == {"point_of_sale"}


# --- The first prices --------------------------------------------------------------------------------------


def test_the_history_begins_with_the_first_prices(cast, client_for, typed):
    client_for(cast.vera).post(ADD, {**typed, "purchase_is_excl": "on"})
    (vehicle,) = all_vehicles()
    for user, sees in ((cast.vera, True), (cast.sam, False)):
        told = " ".join(parse(client_for(user).get(f"/vehicules/{vehicle.pk}/")).select_one("#historique").text.split())
        assert "a ajouté le véhicule" in told
        assert "Prix de vente TTC : – → 6 290,00 €" in told, told
        assert ("4 300,00" in told, "Achat HT : – → Oui" in told) == (sees, sees)


def test_who_sees_no_price_still_reads_who_added_it(cast, client_for, typed):
    client_for(cast.vera).post(ADD, {**typed, "sale_price": ""})
    (vehicle,) = all_vehicles()
    assert "a ajouté le véhicule" in client_for(cast.sam).get(f"/vehicules/{vehicle.pk}/").text
