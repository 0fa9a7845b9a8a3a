"""*Numérotation* as an administrator goes through it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from settings_admin.models import DocumentCounter, Entity, EntityNumbering
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_user, make_vehicle
from tests.settings_admin.audit.way import acts_of
from tests.settings_admin.numbering.way import opened, send, url
from tests.settings_admin.organisation.way import errors_of
from tests.support.htmx import content, parse, swap

LIST = "/parametres/numerotation/"
NBSP = "\u00a0"


@pytest.fixture(autouse=True)
def _in_november(time_machine):
    time_machine.move_to("2026-11-26T10:00:00+00:00", tick=False)


@pytest.fixture
def alice(cast, client_for):
    return client_for(cast.alice)


def begun(entity, last):
    with unscoped("test data"):
        DocumentCounter.objects.create(entity=entity, series="stock-26", last=last, given=last)


def shown(response):
    return {one.dt.text: one.dd.text for one in parse(response).select("#stock .facts > div")}


def preview(client, entity, **typed):
    answer = client.get(url("preview", entity, "stock"), {**opened(client, entity), **typed})
    assert answer.status_code == 200
    return " ".join(parse(answer).select_one("#numbering-preview").get_text(" ").split())


def test_it_is_reached_from_the_settings_and_lists_each_entity(cast, alice):
    assert f'href="{LIST}"' in alice.get("/parametres/").text
    with unscoped("test data"):
        EntityNumbering.objects.create(entity=cast.south, series="stock", prefix="S", year_digits=4, separator="/")
    rows = [[cell.text for cell in row.select("td")] for row in parse(alice.get(LIST)).select("tbody tr")]
    assert rows == [["Nord", "26-0001"], ["Sud", "S/2026/0001"]]


def test_who_manages_one_entity_is_led_to_it(cast, client_for):
    assert client_for(cast.eve).get(LIST)["Location"] == url("entity", cast.south)


def test_the_list_asks_the_same_whatever_its_length(cast, alice):
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as statements:
            alice.get(LIST)
        counts.append(len(statements))
        with unscoped("test data"):
            for name in ("Est", "Ouest", "Centre"):
                Entity.objects.get_or_create(holding=cast.holding, name=name)
    assert counts[0] == counts[1] <= 12


def test_the_page_says_what_comes_next_and_how_it_is_written(cast, alice):
    begun(cast.north, 12)
    assert shown(alice.get(url("entity", cast.north))) == {
        "Prochain numéro": "26-0013",
        "Préfixe": "–",
        "Année": "2 chiffres",
        "Séparateur": "Tiret",
        "Chiffres au moins": "4",
    }


def test_a_format_is_changed_and_told_in_history_and_audit_log(cast, alice):
    begun(cast.north, 12)
    response = send(alice, cast.north, prefix="vo ", year_digits="4", separator="", next_number=f"1{NBSP}500")
    assert (response.status_code, response["Location"]) == (303, url("entity", cast.north))
    page = alice.get(url("entity", cast.north))
    assert shown(page)["Prochain numéro"] == "VO20261500"
    assert shown(page)["Séparateur"] == "Aucun"
    history = parse(page).select_one("#historique").text
    assert "Alice Nom a changé la numérotation (N° de stock)" in history
    assert f"Format{NBSP}: 26-0001 → VO20260001" in history
    assert f"Prochain numéro{NBSP}: 13 → 1500" in history
    entity_sheet = alice.get(f"/parametres/organisation/entites/{cast.north.pk}/")
    assert "a changé la numérotation (N° de stock)" in parse(entity_sheet).select_one("#historique").text
    found = acts_of(alice.get("/parametres/journal/?tab=organisation"))
    assert [(who, about) for who, what, about in found if "numérotation" in what] == [("Alice Nom", "Nord Entité")]


def test_by_htmx_the_page_comes_back_in_the_place_of_the_form(cast, client_for, alice):
    page = parse(alice.get(f"{url('entity', cast.north)}?modifier=stock"))
    answer = send(client_for(cast.alice, htmx=True), cast.north, prefix="VO")
    assert answer.status_code == 200
    assert answer["HX-Replace-Url"] == url("entity", cast.north)
    assert content(swap(page, answer, target="#sheet")) == content(parse(alice.get(url("entity", cast.north))))


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"prefix": "VO-1"}, "prefix", "Lettres sans accent et chiffres seulement."),
        ({"prefix": "ÉTÉ"}, "prefix", "Lettres sans accent et chiffres seulement."),
        ({"prefix": "TROPLONG"}, "prefix", "Assurez-vous que cette valeur comporte au plus"),
        ({"prefix": "VO2", "separator": ""}, "prefix", "Sans séparateur, le préfixe finit par une lettre"),
        ({"year_digits": "0"}, "year_digits", "Cette série repart de 1 chaque année"),
        ({"min_digits": "2"}, "min_digits", f"Le n°{NBSP}120 est déjà donné{NBSP}: il faut au moins 3 chiffres."),
        ({"min_digits": "9"}, "min_digits", "inférieure ou égale à 8"),
        ({"min_digits": ""}, "min_digits", "Ce champ est obligatoire"),
        ({"next_number": "120"}, "next_number", f"Le n°{NBSP}120 est déjà donné{NBSP}: la suite commence au 121"),
        ({"next_number": "0"}, "next_number", "supérieure ou égale à 1"),
    ],
)
def test_each_refusal_stands_beside_its_field_and_keeps_what_was_typed(cast, alice, typed, field, message):
    begun(cast.north, 120)
    response = send(alice, cast.north, **typed)
    assert response.status_code == 422
    errors = errors_of(response)
    assert message in errors[field]
    assert list(errors) == [field]
    for name, value in typed.items():
        control = parse(response).select_one(f"form[data-guard] [name={name}]")
        chosen = control.select_one("option[selected]") if control.name == "select" else control
        assert chosen.get("value", "") == value
    with unscoped("the test looks at what was written"):
        assert not EntityNumbering.objects.exists()


def test_the_second_of_two_editors_sees_what_the_first_saved(cast, client_for, alice):
    untouched = opened(alice, cast.north)
    send(client_for(cast.alice), cast.north, prefix="VO")
    response = alice.post(url("save", cast.north, "stock"), {**untouched, "prefix": "VN", "separator": "/"})
    assert response.status_code == 422
    assert errors_of(response) == {"prefix": f"Quelqu’un l’a changé entre-temps en «{NBSP}VO{NBSP}»."}
    form = parse(response).select_one("form[data-guard]")
    data = {control["name"]: control.get("value", "") for control in form.select("input[name]")}
    data |= {one["name"]: (one.select_one("option[selected]") or {}).get("value", "") for one in form.select("select")}
    assert (data["prefix"], data["separator"]) == ("VN", "/")
    assert alice.post(url("save", cast.north, "stock"), data).status_code == 303
    assert shown(alice.get(url("entity", cast.north)))["Prochain numéro"] == "VN/26/0001"


def test_the_preview_says_the_next_two_or_why_not(cast, alice):
    begun(cast.north, 12)
    make_vehicle(entity=cast.north, stock_number="VO-26-0013")
    assert preview(alice, cast.north) == "Le prochain sera 26-0013 , puis 26-0014 ."
    assert preview(alice, cast.north, prefix="vo") == "Le prochain sera VO-26-0014 , puis VO-26-0015 ."
    assert preview(alice, cast.north, next_number="500") == "Le prochain sera 26-0500 , puis 26-0501 ."
    assert preview(alice, cast.north, next_number="3").startswith("Le n° 12 est déjà donné")
    assert preview(alice, cast.north, year_digits="0").startswith("Cette série repart de 1")
    assert preview(alice, cast.north, min_digits="") == "Le prochain numéro s’affichera ici."


def test_the_page_of_an_entity_is_for_who_manages_all_of_it(cast, client_for):
    site_admin = make_user(
        "site@example.test", holding=cast.holding, group=BuiltInGroup.ENTITY_ADMIN, entity=cast.north,
        sites=(cast.north_1,),
    )  # fmt: skip
    for user, answer in ((cast.eve, 404), (cast.otto, 404), (cast.marc, 403), (site_admin, 403)):
        client = client_for(user)
        assert client.get(url("entity", cast.north)).status_code == answer
        assert client.get(url("preview", cast.north, "stock")).status_code == answer
        assert client.post(url("save", cast.north, "stock"), {"prefix": "X"}).status_code == answer
    assert client_for(site_admin).get(LIST).status_code == 403


def test_a_series_that_nobody_registered_is_not_there(cast, alice):
    assert alice.post(url("save", cast.north, "facture"), {}).status_code == 404
    assert alice.get(url("preview", cast.north, "facture")).status_code == 404
    assert "modification en cours" not in alice.get(f"{url('entity', cast.north)}?modifier=facture").text
