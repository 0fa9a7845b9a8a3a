"""The sheets of an entity and of a point of sale: each section edited in place, merged, refused; nobody else's."""

from decimal import Decimal

import pytest

from settings_admin.access.services.holdings import built_in_group
from settings_admin.models import Membership
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_user
from tests.settings_admin.organisation.way import (
    NORTH_SIREN,
    NORTH_SIRET,
    OTHER_SIREN,
    OTHER_SIRET,
    change,
    errors_of,
    history,
    opened,
    path,
    saved,
    send,
)
from tests.support.htmx import content, parse, swap

NBSP = "\u00a0"
WEEK = {
    "opening_hours_mon_0": "9h", "opening_hours_mon_1": "12 h", "opening_hours_mon_2": "14:00",
    "opening_hours_mon_3": "1930", "opening_hours_sat_0": "9h30", "opening_hours_sat_1": "12",
}  # fmt: skip
KEPT_WEEK = {"mon": [["09:00", "12:00"], ["14:00", "19:30"]], "sat": [["09:30", "12:00"]]}

ENTITY = {
    "identite": {
        "name": ("Saône  Nord", "Saône  Nord"),
        "siren": ("732 829 320", NORTH_SIREN),
        "vat_number": ("fr 44 732 829 320", "FR44732829320"),
    },
    "coordonnees": {
        "street": ("12 avenue de Paris", "12 avenue de Paris"),
        "postcode": ("71 100", "71100"),
        "city": ("Chalon-sur-Saône", "Chalon-sur-Saône"),
        "phone": ("03.85.00.00.12", "+33385000012"),
        "email": ("contact@nord.test", "contact@nord.test"),
    },
}
SITE = {
    "identite": {"name": ("Nord, motos", "Nord, motos"), "siret": ("732 829 320 00074", NORTH_SIRET)},
    "coordonnees": {
        "street": ("12 avenue de Paris", "12 avenue de Paris"),
        "postcode": ("71200", "71200"),
        "phone": ("+32 2 555 12 12", "+3225551212"),
        "latitude": ("46,7976", Decimal("46.7976")),
        "longitude": ("4.8362", Decimal("4.8362")),
    },
    "activite": {
        "brands": ("Renault, Dacia, renault", ["Renault", "Dacia"]),
        "vehicle_kinds": (["motorcycle", "quad"], ["motorcycle", "quad"]),
    },
}
CASES = [("north", key, ENTITY) for key in ENTITY] + [("north_1", key, SITE) for key in SITE]


@pytest.mark.parametrize(("who", "section", "fields"), CASES)
def test_a_section_is_saved_as_typed_and_told_in_the_history(cast, client_for, who, section, fields):
    row, client = getattr(cast, who), client_for(cast.alice)
    response = send(client, row, section, **{name: typed for name, (typed, _) in fields[section].items()})
    assert (response.status_code, response["Location"]) == (303, path(row))
    expected = {name: kept for name, (_, kept) in fields[section].items()}
    assert {name: getattr(saved(row), name) for name in expected} == expected
    (entry,) = history(row)
    assert set(entry.changes) == set(expected)
    # Told where it happened, not to the whole holding.
    assert (entry.actor, entry.entity_id) == (cast.alice, cast.north.pk)


def test_a_week_is_saved_as_typed(cast, client_for):
    client = client_for(cast.alice)
    assert send(client, cast.north_1, "horaires", **WEEK).status_code == 303
    assert saved(cast.north_1).opening_hours == KEPT_WEEK
    sheet = client.get(path(cast.north_1)).text
    assert "09:00–12:00, 14:00–19:30" in sheet
    assert "– → <b>lundi 09:00–12:00, 14:00–19:30 · samedi 09:30–12:00</b>" in sheet
    assert opened(client, cast.north_1, "horaires")["opening_hours_sat_0"] == ["09:30"]


@pytest.mark.parametrize(("who", "section"), [(who, key) for who, key, _ in CASES] + [("north_1", "horaires")])
def test_a_section_sent_back_untouched_changes_nothing(cast, client_for, who, section):
    change(cast.north, siren=NORTH_SIREN, vat_number="FR44732829320", phone="+33385000012", postcode="71100")
    change(cast.north_1, siret=NORTH_SIRET, brands=["A", "B"], vehicle_kinds=["quad", "car"], opening_hours=KEPT_WEEK,
           latitude="46.797600", longitude="-4.836200", phone="+3225551212")  # fmt: skip
    row = getattr(cast, who)
    response = send(client_for(cast.alice), row, section)
    assert response.status_code == 303, parse(response).select_one(".notice, .error") or response.text
    assert history(row) == []


@pytest.mark.parametrize(
    ("who", "section"),
    [(who, key) for who, key, _ in CASES] + [("north_1", "horaires"), ("north", ""), ("north_1", "")],
)
def test_a_swapped_sheet_equals_a_reloaded_one(cast, client_for, who, section):
    row = getattr(cast, who)
    plain, htmx = client_for(cast.alice), client_for(cast.alice, htmx=True)
    before = parse(plain.get(path(row)))
    address = f"{path(row)}?modifier={section}"
    assert content(swap(before, htmx.get(address), target="#sheet")) == content(parse(plain.get(address)))


def test_a_saved_section_comes_back_in_its_place(cast, client_for):
    plain, htmx = client_for(cast.alice), client_for(cast.alice, htmx=True)
    before = parse(plain.get(f"{path(cast.north)}?modifier=identite"))
    response = send(htmx, cast.north, "identite", opened(plain, cast.north, "identite"), siren=NORTH_SIREN)
    assert (response.status_code, response["HX-Replace-Url"]) == (200, path(cast.north))
    after = swap(before, response, target="#sheet")
    del after.select_one("#edit-identite")["autofocus"]
    assert content(after) == content(parse(plain.get(path(cast.north))))


# --- Bad input -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "section", "field", "typed", "sentence"),
    [
        ("north", "identite", "siren", "732829321", f"Ce SIREN n’existe pas{NBSP}: sa clé de contrôle est fausse."),
        ("north", "identite", "siren", "73282932", f"8{NBSP}chiffres au lieu de 9."),
        ("north", "identite", "siren", "<b>x</b>", "Un SIREN ne contient que des chiffres."),
        ("north", "identite", "vat_number", "FR00732829320",
         f"Ce numéro de TVA n’existe pas{NBSP}: écrivez par exemple FR40303265045."),
        ("north", "identite", "name", "", "Ce champ est obligatoire."),
        ("north", "identite", "name", "x" * 121,
         "Assurez-vous que cette valeur comporte au plus 120 caractères (actuellement 121)."),
        ("north", "identite", "name", "Sud", "Une entité de la holding porte déjà ce nom."),
        ("north", "coordonnees", "postcode", "711", "Un code postal a cinq chiffres."),
        ("north", "coordonnees", "phone", "12",
         f"Numéro de téléphone illisible{NBSP}: dix chiffres, ou un + et l’indicatif du pays."),
        ("north", "coordonnees", "email", "nord@", "Saisissez une adresse e-mail valide."),
        ("north_1", "identite", "name", "Nord 2", "Un point de vente de l’entité porte déjà ce nom."),
        ("north_1", "identite", "siret", "73282932000075",
         f"Ce SIRET n’existe pas{NBSP}: sa clé de contrôle est fausse."),
        ("north_1", "coordonnees", "latitude", "91, 4.8", "La latitude va de −90 à 90."),
        ("north_1", "coordonnees", "longitude", "4.8362", None),
        ("north_1", "activite", "vehicle_kinds", ["boat"], "Sélectionnez un choix valide. boat n’en fait pas partie."),
        ("north_1", "activite", "brands", "x" * 61, f"Une marque fait 60 caractères au plus{NBSP}: séparez-les."),
        ("north_1", "horaires", "opening_hours_tue_1", "12h", f"Mardi{NBSP}: il manque l’heure d’ouverture."),
        ("north_1", "horaires", "opening_hours_tue_0", "midi",
         f"Mardi{NBSP}: «{NBSP}midi{NBSP}» n’est pas une heure{NBSP}: écrivez 9h ou 09:30."),
    ],
)  # fmt: skip
def test_bad_input_is_refused_beside_its_field_and_stays(cast, client_for, who, section, field, typed, sentence):
    row = getattr(cast, who)
    if field == "opening_hours_tue_0":
        response = send(client_for(cast.alice), row, section, opening_hours_tue_0=typed, opening_hours_tue_1="12h")
    else:
        response = send(client_for(cast.alice), row, section, **{field: typed})
    assert response.status_code == 422
    if field == "longitude":
        assert errors_of(response) == {"latitude": "Il manque la moitié de la position."}
    elif field == "vehicle_kinds":
        assert sentence in response.text
    elif field.startswith("opening"):
        assert sentence in parse(response).select_one("#horaires").text
        assert parse(response).select_one(f"[name={field}]")["value"] == typed
    else:
        assert errors_of(response)[field] == sentence
        shown = parse(response).select_one(f"[name={field}]").get("value", "")
        assert shown == typed if field != "latitude" else shown == "91"
    assert history(row) == []


def test_a_siren_is_once_in_the_holding(cast, client_for):
    change(cast.south, siren=NORTH_SIREN)
    change(cast.elsewhere, siren=OTHER_SIREN)  # another holding's is no business of ours
    client = client_for(cast.alice)
    assert errors_of(send(client, cast.north, "identite", siren=NORTH_SIREN)) == {
        "siren": "Une entité de la holding a déjà ce SIREN."
    }
    assert send(client, cast.north, "identite", siren=OTHER_SIREN).status_code == 303


def test_a_siret_starts_with_the_siren_of_its_entity(cast, client_for):
    change(cast.north, siren=NORTH_SIREN)
    client = client_for(cast.alice)
    assert errors_of(send(client, cast.north_1, "identite", siret=OTHER_SIRET)) == {
        "siret": f"Ce SIRET ne commence pas par le SIREN de l’entité (732{NBSP}829{NBSP}320)."
    }
    assert send(client, cast.north_1, "identite", siret=NORTH_SIRET).status_code == 303


def test_another_siren_names_the_sites_that_it_contradicts(cast, client_for):
    change(cast.north, siren=NORTH_SIREN)
    change(cast.north_1, siret=NORTH_SIRET)
    client = client_for(cast.alice)
    assert errors_of(send(client, cast.north, "identite", siren=OTHER_SIREN)) == {
        "siren": f"Le SIRET de Nord 1 commence par un autre SIREN{NBSP}: videz-le d’abord sur sa fiche."
    }
    assert send(client, cast.north, "identite", siren="").status_code == 303
    assert send(client, cast.north_1, "identite", siret="").status_code == 303
    assert send(client, cast.north, "identite", siren=OTHER_SIREN).status_code == 303


def test_a_vat_number_of_another_siren_is_saved_with_a_warning(cast, client_for):
    plain, htmx = client_for(cast.alice), client_for(cast.alice, htmx=True)
    data = opened(plain, cast.north, "identite")
    response = send(htmx, cast.north, "identite", data, siren=NORTH_SIREN, vat_number="FR96552100554")
    assert response.status_code == 200
    assert "v\\u00e9rifier" in response["HX-Trigger"]
    assert saved(cast.north).vat_number == "FR96552100554"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"siren": "732 829 320", "vat_number": ""}, "FR44732829320"),
        ({"siren": "552100554", "vat_number": "FR44732829320", "proposed": "FR44732829320"}, "FR96552100554"),
        ({"siren": "732829320", "vat_number": "DE136695976"}, "DE136695976"),
        ({"siren": "7328", "vat_number": ""}, ""),
    ],
)
def test_a_vat_number_is_proposed_and_one_typed_by_hand_stays(cast, client_for, sent, shown):
    response = client_for(cast.alice, htmx=True).get(path(cast.north, "tva/"), sent)
    assert parse(response).select_one("#id_vat_number").get("value", "") == shown


def test_a_position_pasted_whole_is_parted(cast, client_for):
    response = send(client_for(cast.alice), cast.north_1, "coordonnees", latitude="46.7976, 4.8362")
    assert response.status_code == 303
    kept = saved(cast.north_1)
    assert (kept.latitude, kept.longitude) == (Decimal("46.797600"), Decimal("4.836200"))


def test_monday_is_copied_as_typed_and_nothing_is_saved(cast, client_for):
    plain, htmx = client_for(cast.alice), client_for(cast.alice, htmx=True)
    data = {**opened(plain, cast.north_1, "horaires"), **WEEK}
    page = parse(send(htmx, cast.north_1, "horaires", data, copy_monday="1"))
    shown = {
        day: [page.select_one(f"[name=opening_hours_{day}_{cell}]")["value"] for cell in range(4)]
        for day in ("mon", "tue", "sat", "sun")
    }
    monday = ["9h", "12 h", "14:00", "1930"]
    assert shown == {"mon": monday, "tue": monday, "sat": monday, "sun": [""] * 4}
    assert history(cast.north_1) == []


@pytest.mark.parametrize("forged", ["{", "[]", '{"mon": 3}', '{"mon": [["a", "b"]]}', "[" * 3000, '{"mon": [[1, 2]]}'])
def test_a_forged_first_value_of_a_week_is_no_error(cast, client_for, forged):
    data = {**opened(client_for(cast.alice), cast.north_1, "horaires"), **WEEK, "initial-opening_hours": forged}
    assert send(client_for(cast.alice), cast.north_1, "horaires", data).status_code in (303, 422)


def test_the_name_of_an_entity_is_elided_before_a_vowel(cast, client_for):
    client = client_for(cast.alice)
    send(client, cast.north, "identite", name="Éts Saône Automobiles")
    for page in (path(cast.north_1), f"{path(cast.north_1)}supprimer/"):
        assert "Point de vente d’Éts Saône Automobiles" in client.get(page).text


def test_markup_is_text(cast, client_for):
    client = client_for(cast.alice)
    send(client, cast.north_1, "identite", name="<script>alert(1)</script>")
    send(client, cast.north_1, "activite", brands="<b>x</b>")
    for page in (path(cast.north_1), path(cast.north), "/parametres/organisation/"):
        assert "<script>alert" not in client.get(page).text
        assert "<b>x</b>" not in client.get(page).text.replace("<b>&lt;b&gt;x&lt;/b&gt;</b>", "")


# --- Two editors -----------------------------------------------------------------------------------------


def test_two_editors_of_different_fields_lose_nothing(cast, client_for):
    first, second = client_for(cast.alice), client_for(cast.alice)
    before = opened(second, cast.north_1, "coordonnees")
    send(first, cast.north_1, "coordonnees", city="Mâcon")
    assert send(second, cast.north_1, "coordonnees", before, street="1 rue A").status_code == 303
    kept = saved(cast.north_1)
    assert (kept.city, kept.street) == ("Mâcon", "1 rue A")


@pytest.mark.parametrize("keeps_theirs", [True, False])
def test_the_same_field_comes_back_as_a_choice(cast, client_for, keeps_theirs):
    first, second = client_for(cast.alice), client_for(cast.alice)
    before = opened(second, cast.north_1, "activite")
    send(first, cast.north_1, "activite", brands="Opel", vehicle_kinds=["car"])
    response = send(second, cast.north_1, "activite", before, brands="Seat")
    assert response.status_code == 422
    assert "Opel" in response.text
    form = parse(response).select_one("form[data-guard]")
    data = {}
    for control in form.select("input[name]"):
        if control.get("type") != "checkbox" or control.has_attr("checked"):
            data.setdefault(control["name"], []).append(control["value"])
    assert data["vehicle_kinds"] == ["car"]  # left alone: what the other one saved
    more = {"keep_theirs": "brands"} if keeps_theirs else {}
    assert send(second, cast.north_1, "activite", data, **more).status_code == 303
    kept = saved(cast.north_1)
    assert (kept.brands, kept.vehicle_kinds) == (["Opel"] if keeps_theirs else ["Seat"], ["car"])


def test_the_same_week_comes_back_as_a_choice(cast, client_for):
    first, second = client_for(cast.alice), client_for(cast.alice)
    before = opened(second, cast.north_1, "horaires")
    send(first, cast.north_1, "horaires", opening_hours_mon_0="8h", opening_hours_mon_1="18h")
    response = send(second, cast.north_1, "horaires", before, **WEEK)
    assert response.status_code == 422
    assert "lundi 08:00–18:00" in response.text
    data = {c["name"]: c.get("value", "") for c in parse(response).select("form[data-guard] input[name]")}
    assert send(second, cast.north_1, "horaires", data).status_code == 303
    assert saved(cast.north_1).opening_hours == KEPT_WEEK


# --- Who -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stranger", ["otto", "eve"])
def test_nothing_of_another_entity_is_seen_or_changed(cast, client_for, stranger):
    client, mine = client_for(getattr(cast, stranger)), client_for(cast.alice)
    for row, section, typed in (
        (cast.north, "identite", {"name": "Pris"}),
        (cast.north_1, "identite", {"name": "Pris"}),
    ):
        assert client.get(path(row)).status_code == 404
        assert send(client, row, section, opened(mine, row, section), **typed).status_code == 404
        assert history(row) == []
    listed = client.get("/parametres/organisation/").text
    assert "Nord" not in listed


def test_without_the_right_nothing_opens(cast, client_for):
    client = client_for(cast.sam)
    assert client.get("/parametres/organisation/").status_code == 403
    assert client.get(path(cast.north)).status_code == 403
    assert client.post(path(cast.north_1, "sections/identite/"), {"name": "Pris"}).status_code == 403


def test_who_holds_the_right_on_one_site_reads_the_entity_and_edits_that_site_only(cast, client_for):
    person = make_user("site@nord.test", holding=cast.holding, group=BuiltInGroup.ENTITY_ADMIN, entity=cast.north,
                       sites=(cast.north_2,))  # fmt: skip
    client, mine = client_for(person), client_for(cast.alice)
    sheet = client.get(f"{path(cast.north)}?modifier=identite")
    assert sheet.status_code == 200
    assert "Modifier" not in parse(sheet).select_one("main").text
    assert "Nord 2" in sheet.text
    assert "Nord 1" not in parse(sheet).select_one("main").text
    assert send(client, cast.north, "identite", opened(mine, cast.north, "identite"), name="Pris").status_code == 403
    assert client.post(path(cast.north, "logo/"), {"remove": "1"}).status_code == 403
    assert client.get(path(cast.north_1)).status_code == 404
    assert send(client, cast.north_2, "identite", name="À moi").status_code == 303


def test_a_right_taken_while_the_section_is_open_refuses_the_save(cast, client_for):
    client = client_for(cast.eve)
    data = opened(client, cast.south, "identite")
    with unscoped("test data"):
        Membership.objects.filter(user=cast.eve).update(group=built_in_group(cast.holding, BuiltInGroup.SALESPERSON))
    assert send(client, cast.south, "identite", data, name="Pris").status_code == 403


def test_the_list_is_of_all_one_manages_whatever_the_top_bar_shows(cast, client_for):
    client = client_for(cast.alice, scope=f"e{cast.south.pk}")
    listed = parse(client.get("/parametres/organisation/")).select_one("main").text
    assert all(name in listed for name in ("Nord", "Sud", "Nord 1", "Sud 1"))
    assert "Ailleurs" not in listed


def test_an_unknown_section_is_not_there(cast, client_for):
    assert client_for(cast.alice).post(path(cast.north, "sections/prix/"), {}).status_code == 404
