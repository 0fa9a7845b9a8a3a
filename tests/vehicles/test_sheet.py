"""The sheet: each section edited in place, two editors merged, doubts said, what is not mine not shown."""

from datetime import date
from decimal import Decimal

import pytest

from openflex.core import french
from settings_admin.access.services.holdings import built_in_group
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_user, make_vehicle
from tests.support.htmx import content, parse, swap
from tests.vehicles.way import errors_of, form_data, fresh, history, opened, path, send
from vehicles.enums import PlateFormat, StockStatus, VehicleKind
from vehicles.models import Cost
from vehicles.services import stock


@pytest.fixture(autouse=True)
def _one_day(time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00", tick=False)


@pytest.fixture
def vehicle(cast):
    return make_vehicle(
        entity=cast.north,
        point_of_sale=cast.north_1,
        kind=VehicleKind.SCOOTER,
        make="YAMAHA",
        model="TMAX",
        plate="EC318PT",
        plate_format="siv",
        vin="WVWZZZ1KZAW553981",
        first_registration=date(2016, 5, 12),
        mileage_km=24860,
        key_number="1",
        key_place="A",
        purchase_price=Decimal("4300.00"),
        sale_price=Decimal("6290.00"),
    )


# --- Each section ------------------------------------------------------------------------------------------

SECTIONS = {
    "caracteristiques": {
        "plate": ("ab 123 cd", "AB123CD"),
        "vin": ("wvwzzz1kzaw553981", "WVWZZZ1KZAW553981"),
        "mileage_km": ("25 000", 25000),
        "first_registration": ("13052016", date(2016, 5, 13)),
        "energy": ("petrol", "petrol"),
        "doors": ("0", 0),
        "power_kw": ("34", 34),
        "own_equipment": ("Top case\r\nPoignées chauffantes", "Top case\r\nPoignées chauffantes"),
    },
    "statut": {
        "origin": ("private", "private"),
        "first_hand": ("false", False),
        "vat_regime": ("recoverable", "recoverable"),
        "is_trade_in": ("on", True),
        "keys_count": ("2", 2),
        "no_pledge_on": ("20/11/2026", date(2026, 11, 20)),
    },
    "entretien": {
        "is_damaged": ("false", False),
        "is_running": ("true", True),
        "inspection_on": ("28082024", date(2024, 8, 28)),
        "next_inspection_month": ("082027", date(2027, 8, 1)),
        "inspection_result": ("favourable", "favourable"),
        "is_collector": ("on", True),
        "is_licensed_sport": ("on", True),
        "repairs_detail": ("Kit transmission remplacé à 22 400 km", "Kit transmission remplacé à 22 400 km"),
    },
    "prix": {
        "purchase_price": ("4 100,50", Decimal("4100.50")),
        "purchased_on": ("01/10/2026", date(2026, 10, 1)),
        "payment_mode": ("transfer", "transfer"),
        "sale_price": ("6190", Decimal("6190")),
    },
}


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_is_saved_as_typed_and_told_in_the_history(cast, client_for, vehicle, section):
    client = client_for(cast.vera)
    typed = {name: text for name, (text, _) in SECTIONS[section].items()}
    response = send(client, vehicle, section, opened(client, vehicle, section), **typed)
    assert (response.status_code, response["Location"]) == (303, path(vehicle))
    saved = fresh(vehicle)
    assert {name: getattr(saved, name) for name in typed} == {
        name: value for name, (_, value) in SECTIONS[section].items()
    }
    changed = {name for name in typed if getattr(vehicle, name) != getattr(saved, name)}
    (entry,) = history(vehicle)
    assert changed <= set(entry.changes)
    assert (entry.actor, entry.kind) == (cast.vera, "changed")


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_sent_back_untouched_changes_nothing(cast, client_for, vehicle, section):
    client = client_for(cast.vera)
    response = send(client, vehicle, section, opened(client, vehicle, section))
    assert response.status_code == 303
    assert history(vehicle) == []


@pytest.mark.parametrize("section", [*SECTIONS, ""])
def test_a_swapped_sheet_equals_a_reloaded_one(cast, client_for, vehicle, section):
    plain, htmx = client_for(cast.vera), client_for(cast.vera, htmx=True)
    before = parse(plain.get(path(vehicle)))
    address = f"{path(vehicle)}?modifier={section}"
    assert content(swap(before, htmx.get(address), target="#sheet")) == content(parse(plain.get(address)))


def test_a_saved_section_comes_back_in_its_place(cast, client_for, vehicle):
    plain, htmx = client_for(cast.vera), client_for(cast.vera, htmx=True)
    data = opened(plain, vehicle, "statut")
    before = parse(plain.get(f"{path(vehicle)}?modifier=statut"))
    response = send(htmx, vehicle, "statut", data, key_number="2")
    assert (response.status_code, response["HX-Replace-Url"]) == (200, path(vehicle))
    assert "toast" in response["HX-Trigger"]
    after = swap(before, response, target="#sheet")
    # The link that opens the section takes the focus; nothing else differs from the page itself.
    del after.select_one("#edit-statut")["autofocus"]
    assert content(after) == content(parse(plain.get(path(vehicle))))


# --- Bad input ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "field", "typed", "sentence"),
    [
        ("caracteristiques", "plate", "AI-123-AA",
         "Les lettres I, O et U ne figurent pas sur une plaque de ce format."),
        ("caracteristiques", "plate", "",
         "Saisissez l’immatriculation, ou cochez «\u00a0VN ou véhicule sans plaque\u00a0»."),
        ("caracteristiques", "vin", "WVWZZZ1KZAW55398",
         "16\u00a0caractères au lieu de 17. Pour un véhicule d’avant 1981, cochez la case de confirmation."),
        ("caracteristiques", "mileage_km", "-5", "Le kilométrage ne peut pas être négatif."),
        ("caracteristiques", "mileage_km", "beaucoup", "Saisissez un nombre entier."),
        ("caracteristiques", "make", "", "Ce champ est obligatoire."),
        ("caracteristiques", "first_registration", "23/04/2031",
         "La date de mise en circulation d’un véhicule déjà immatriculé ne peut pas être dans le futur."),
        ("caracteristiques", "kind", "boat", "Sélectionnez un choix valide. boat n’en fait pas partie."),
        ("entretien", "inspection_on", "28/08/2030", "Le contrôle technique ne peut pas être dans le futur."),
        ("entretien", "inspection_on", "11/05/2016",
         "Le contrôle technique précède la mise en circulation (12/05/2016)."),
        ("entretien", "next_inspection_month", "13/2027", "La date 13/2027 n’existe pas dans le calendrier."),
        ("prix", "sale_price", "1.234,56", "Montant illisible\u00a0: écrivez par exemple 1\u202f234,56."),
        ("prix", "sale_price", "-1", "Le montant ne peut pas être négatif."),
        ("prix", "purchased_on", "25/11/2026", "La date d’achat est dans le futur."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    cast, client_for, vehicle, section, field, typed, sentence
):
    client = client_for(cast.vera)
    response = send(client, vehicle, section, opened(client, vehicle, section), **{field: typed})
    assert response.status_code == 422
    found = errors_of(response)[field]
    assert found.replace("'", "’") == sentence
    control = parse(response).select_one(f"[name={field}]")
    if control.name == "input":
        assert control.get("value", "") == typed
    assert history(vehicle) == []


def test_a_vin_of_before_1981_is_taken_once_it_is_confirmed(cast, client_for, vehicle):
    client = client_for(cast.vera)
    untouched = opened(client, vehicle, "caracteristiques")
    refused = send(client, vehicle, "caracteristiques", untouched, vin="4ci-12345")
    box = parse(refused).select_one("[name=confirms_short_vin]")
    assert (refused.status_code, box["type"], box.has_attr("checked")) == (422, "checkbox", False)
    assert fresh(vehicle).vin == "WVWZZZ1KZAW553981"
    accepted = send(client, vehicle, "caracteristiques", form_data(refused), confirms_short_vin="on")
    assert (accepted.status_code, fresh(vehicle).vin) == (303, "4CI12345")
    assert history(vehicle)[0].changes == {"vin": ["WVWZZZ1KZAW553981", "4CI12345"]}


def test_a_short_vin_that_stands_is_not_asked_about_again(cast, client_for):
    vehicle = make_vehicle(entity=cast.north, vin="4CI12345", plate="AB123CD", plate_format="siv")
    client = client_for(cast.vera)
    data = opened(client, vehicle, "caracteristiques")
    assert send(client, vehicle, "caracteristiques", data, doors="3").status_code == 303
    again = send(client, vehicle, "caracteristiques", data, vin="4CI1234")
    assert errors_of(again).keys() == {"vin"}


def test_a_next_date_before_the_last_one_is_refused(cast, client_for, vehicle):
    client = client_for(cast.vera)
    data = opened(client, vehicle, "entretien")
    response = send(client, vehicle, "entretien", data, inspection_on="28082024", next_inspection_month="07/2024")
    assert errors_of(response) == {
        "next_inspection_month": "Le prochain contrôle technique précède le dernier (28/08/2024)."
    }


@pytest.mark.parametrize("field", ["plate", "vin"])
def test_what_another_vehicle_in_stock_carries_is_refused(cast, client_for, vehicle, field):
    values = {"plate": "AB123CD", "vin": "VF1AAAAAAAA000001"}
    make_vehicle(entity=cast.north, **{field: values[field]})
    client = client_for(cast.vera)
    response = send(
        client, vehicle, "caracteristiques", opened(client, vehicle, "caracteristiques"), **{field: values[field]}
    )
    assert response.status_code == 422
    assert "déjà en stock" in errors_of(response)[field]


@pytest.mark.parametrize("field", ["plate", "vin", "mileage_km", "first_registration", "kind", "doors"])
@pytest.mark.parametrize("forged", ["\u0000", "abc", "9" * 400, "<script>", ""])
def test_a_forged_opening_value_is_a_conflict_or_no_change_never_an_error(cast, client_for, vehicle, field, forged):
    client = client_for(cast.vera)
    data = opened(client, vehicle, "caracteristiques")
    response = send(client, vehicle, "caracteristiques", {**data, f"initial-{field}": forged})
    assert response.status_code in {303, 422}


# --- Doubts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("mileage_km", "20 000", "Kilométrage inférieur au dernier connu (24\u202f860\u00a0km)."),
        ("vin", "WVWZZZ1K1AW553981", "La clé de contrôle de ce VIN ne correspond pas"),
    ],
)
def test_what_is_only_doubtful_is_saved_and_said_once(cast, client_for, vehicle, field, typed, sentence):
    client = client_for(cast.vera)
    data = opened(client, vehicle, "caracteristiques")
    client.post(path(vehicle, "caracteristiques"), {**data, field: typed})
    assert sentence in client.get(path(vehicle)).text
    data = opened(client, vehicle, "caracteristiques")
    client.post(path(vehicle, "caracteristiques"), {**data, "body": "SOLO"})
    assert sentence not in client.get(path(vehicle)).text


# --- Two editors -------------------------------------------------------------------------------------------


def test_two_editors_of_different_fields_both_win(cast, client_for, vehicle):
    first, second = client_for(cast.vera), client_for(cast.marc)
    data = opened(first, vehicle, "statut")
    send(first, vehicle, "statut", data, key_number="2")
    assert send(second, vehicle, "statut", data, key_place="B").status_code == 303
    saved = fresh(vehicle)
    assert (saved.key_number, saved.key_place) == ("2", "B")


def conflict(cast, client_for, vehicle):
    """Vera saves three fields; Marc, who opened the form before, changes one of them and one of his own."""
    first, second = client_for(cast.vera), client_for(cast.marc)
    data = opened(first, vehicle, "statut")
    send(first, vehicle, "statut", data, key_number="2", origin="taxi", is_trade_in="on")
    return second, send(second, vehicle, "statut", data, key_number="3", key_place="B")


def test_the_second_editor_sees_both_values_and_keeps_what_was_typed(cast, client_for, vehicle):
    _, response = conflict(cast, client_for, vehicle)
    assert response.status_code == 422
    page = parse(response)
    notice = page.select_one("[role=alert]").text
    assert "Vera Nom a modifié cette section" in notice
    assert "Garder la sienne" in notice
    assert "Garder ma valeur" in notice
    assert page.select_one("[name=key_number]")["value"] == "3"
    assert page.select_one("[name=initial-key_number]")["value"] == "2"
    assert page.select_one("[name=key_place]")["value"] == "B"
    assert page.select_one("[name=origin] option[selected]")["value"] == "taxi"
    assert page.select_one("[name=is_trade_in]").has_attr("checked")


@pytest.mark.parametrize(("choice", "key_number"), [({}, "3"), ({"keep_theirs": "key_number"}, "2")])
def test_whatever_is_chosen_the_other_fields_of_both_stay(cast, client_for, vehicle, choice, key_number):
    client, response = conflict(cast, client_for, vehicle)
    again = form_data(response)
    assert send(client, vehicle, "statut", {**again, **choice}).status_code == 303
    saved = fresh(vehicle)
    assert (saved.key_number, saved.key_place, saved.origin, saved.is_trade_in) == (key_number, "B", "taxi", True)


def test_two_editors_of_a_foreign_plate_read_it_as_it_stands(cast, client_for):
    """It looks like a French one, and is none: no hyphen anywhere."""
    vehicle = make_vehicle(entity=cast.north, plate="AB123CD", plate_country="B", plate_format=PlateFormat.FOREIGN)
    first, second = client_for(cast.vera), client_for(cast.marc)
    data = opened(first, vehicle, "caracteristiques")
    assert (data["plate"], data["initial-plate"]) == ("AB123CD", "AB123CD")
    field = parse(first.get(f"{path(vehicle)}?modifier=caracteristiques")).select_one("[name=plate]")
    assert field["data-format"] == "upper"
    send(first, vehicle, "caracteristiques", data, plate="EF456GH")
    response = send(second, vehicle, "caracteristiques", data, plate="IJ789KL")
    told = parse(response).select_one("[role=alert]").text
    assert ("EF456GH" in told, "IJ789KL" in told) == (True, True)
    assert parse(response).select_one("[name=plate]")["value"] == "IJ789KL"


# --- What is shown -----------------------------------------------------------------------------------------


def test_purchase_and_margin_are_for_those_who_may_see_them(cast, client_for, vehicle, as_user):
    as_user(cast.vera)
    stock.edit_vehicle(
        vehicle=vehicle,
        base={"purchase_price": Decimal("4300.00")},
        mine={"purchase_price": Decimal("4321.00")},
        actor=cast.vera,
    )
    for user, sees in ((cast.vera, True), (cast.adele, True), (cast.sam, False)):
        text = client_for(user).get(path(vehicle)).text
        assert ("4\u202f321,00" in text, "Marge HT" in text, "Prix d’achat" in text) == (sees, sees, sees)


def test_the_cost_of_a_vehicle_is_made_of_what_was_paid_and_spent(cast, client_for):
    """HT: the VAT of the purchase comes back under *TVA récupérable*; 54 days at 6 % a year."""
    vehicle = make_vehicle(
        entity=cast.north, vat_regime="recoverable", purchase_price=Decimal("12000.00"), entered_on=date(2026, 10, 1)
    )
    with unscoped("test data"):
        place = {"entity": cast.north, "point_of_sale": None, "vehicle": vehicle}
        Cost.objects.create(**place, kind="tyres", planned=Decimal("500.00"), actual=Decimal("450.00"))
    text = " ".join(parse(client_for(cast.vera).get(path(vehicle))).select_one("#price-lines").get_text(" ").split())
    assert "Prix de revient 10 000,00 € hors TVA récupérable + 450,00 € de FRE 10 450,00 €" in text
    assert "Coût de détention par jour 6 % par an du prix de revient, 92,76 € en 54 j 1,72 €" in text
    assert "Prix de revient" not in client_for(cast.sam).get(path(vehicle)).text
    unpriced = make_vehicle(entity=cast.north)
    assert "Prix de revient" not in client_for(cast.vera).get(path(unpriced)).text


def test_a_stay_in_a_sister_entity_shows_only_to_those_who_may_see_it(cast, client_for):
    before = make_vehicle(entity=cast.south, stock_number="26-9999", status=StockStatus.OUT, left_on=date(2026, 1, 2))
    vehicle = make_vehicle(entity=cast.north, previous_stay=before)
    assert "26-9999" in client_for(cast.alice).get(path(vehicle)).text
    assert "26-9999" not in client_for(cast.vera).get(path(vehicle)).text


def test_a_colleague_who_may_not_edit_sees_no_way_to(cast, client_for, vehicle):
    page = parse(client_for(cast.sam).get(f"{path(vehicle)}?modifier=prix"))
    assert page.select("form[data-guard]") == []
    assert page.find(string="Modifier") is None
    assert page.find(string="Changer le statut") is None


@pytest.mark.parametrize("section", SECTIONS)
def test_a_colleague_without_the_right_of_a_section_cannot_save_it(cast, client_for, vehicle, section):
    typed = {name: text for name, (text, _) in SECTIONS[section].items()}
    data = opened(client_for(cast.vera), vehicle, section)
    clerk = make_user("clerk@example.test", holding=cast.holding, group=BuiltInGroup.BACK_OFFICE, entity=cast.north)
    refused = [cast.sam, cast.adele] + ([clerk] if section == "prix" else [])
    for user in refused:
        assert send(client_for(user), vehicle, section, data, **typed).status_code == 403
    assert history(vehicle) == []


def test_a_price_is_given_without_seeing_the_purchase(cast, client_for, vehicle):
    group = BuiltInGroup.BACK_OFFICE
    clerk = make_user("clerk@example.test", holding=cast.holding, group=group, entity=cast.north)
    with unscoped("test data"):
        shared = built_in_group(cast.holding, group)
        shared.rights = [*shared.rights, "vehicles.edit_prices"]
        shared.save()
    client = client_for(clerk)
    data = opened(client, vehicle, "prix")
    assert not {"purchase_price", "initial-purchase_price"} & set(data)
    response = send(client, vehicle, "prix", data, sale_price="6000", purchase_price="1")
    assert response.status_code == 303
    assert (fresh(vehicle).sale_price, fresh(vehicle).purchase_price) == (6000, 4300)


def test_what_was_withdrawn_before_its_day_was_never_in_stock_and_stays_editable(cast, client_for, as_user):
    as_user(cast.vera)
    vehicle = make_vehicle(entity=cast.north, status=StockStatus.PRE_ENTRY, entered_on=date(2026, 12, 20))
    stock.change_status(vehicle=vehicle, target=StockStatus.OUT, actor=cast.vera, exit_reason="withdrawn")
    client = client_for(cast.vera)
    page = parse(client.get(path(vehicle)))
    days = page.find("dt", string="En stock").find_next_sibling("dd").text
    assert days == french.format_days(None)
    data = opened(client, vehicle, "statut")
    assert send(client, vehicle, "statut", data, key_number="7").status_code == 303
    assert (fresh(vehicle).key_number, fresh(vehicle).entered_on) == ("7", None)
