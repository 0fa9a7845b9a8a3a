"""Entities and points of sale come into being, take over what is chosen, and go when nothing needs them."""

from io import BytesIO
from uuid import uuid4

import pytest
from django.apps import apps

from settings_admin import registries
from settings_admin.models import Entity, Holding, Logo, Membership, PointOfSale, UserGroup
from settings_admin.organisation.services import logos
from settings_admin.registries import BuiltInGroup, SiteCopy
from settings_admin.scoping import unscoped
from tests.make import make_quotation, make_user, make_vehicle
from tests.settings_admin.organisation.way import (
    NORTH_SIREN,
    NORTH_SIRET,
    OTHER_SIRET,
    change,
    errors_of,
    history,
    image_bytes,
    path,
)
from tests.support.htmx import content, parse, swap

NBSP = "\u00a0"
NEW_ENTITY = "/parametres/organisation/entites/nouvelle/"
ALL_BUT_PEOPLE = ["brands", "vehicle_kinds", "opening_hours", "phone", "email", "logo"]


def new_site(client, row, /, **typed):
    return client.post(path(row, "points-de-vente/nouveau/"), {"key": str(uuid4()), "name": "Nord 3", **typed})


def sites_named(name):
    with unscoped("the test looks at what was written"):
        return list(PointOfSale.objects.filter(name=name))


def delete(client, site):
    return client.post(path(site, "supprimer/"))


# --- A new entity ----------------------------------------------------------------------------------------


def test_a_new_entity_is_there_for_the_whole_holding_at_once(cast, client_for):
    second = make_user("second@saone.test", holding=cast.holding, group=BuiltInGroup.HOLDING_ADMIN, entity=None)
    typed = {"key": str(uuid4()), "name": "Est", "siren": "732 829 320", "city": "Dijon"}
    response = client_for(cast.alice).post(NEW_ENTITY, typed)
    with unscoped("the test looks at what was written"):
        east = Entity.objects.get(name="Est")
    assert (response.status_code, response["Location"]) == (303, path(east))
    assert (east.holding_id, east.siren) == (cast.holding.pk, NORTH_SIREN)
    assert [(entry.kind, entry.entity_id) for entry in history(east)] == [("created", east.pk)]
    for person in (cast.alice, second):
        assert client_for(person).get(path(east)).status_code == 200
    for stranger in (cast.eve, cast.otto):
        assert client_for(stranger).get(path(east)).status_code == 404


def test_sent_twice_it_is_one_entity(cast, client_for):
    client, typed = client_for(cast.alice), {"key": str(uuid4()), "name": "Est"}
    assert client.post(NEW_ENTITY, typed)["Location"] == client.post(NEW_ENTITY, typed)["Location"]
    with unscoped("the test looks at what was written"):
        assert Entity.objects.filter(name="Est").count() == 1


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"name": "Sud"}, {"name": "Une entité de la holding porte déjà ce nom."}),
        ({"name": ""}, {"name": "Ce champ est obligatoire."}),
        ({"name": "Est", "siren": "1"}, {"siren": f"1{NBSP}chiffre au lieu de 9."}),
        (
            {"name": "x" * 121},
            {"name": "Assurez-vous que cette valeur comporte au plus 120 caractères (actuellement 121)."},
        ),
    ],
)
def test_bad_input_is_refused_and_stays(cast, client_for, typed, errors):
    response = client_for(cast.alice).post(NEW_ENTITY, {"key": str(uuid4()), "city": "Dijon", **typed})
    assert response.status_code == 422
    assert errors_of(response) == errors
    assert parse(response).select_one("[name=city]")["value"] == "Dijon"


@pytest.mark.parametrize("person", ["eve", "sam", "nobody"])
def test_only_the_whole_holding_makes_entities(cast, client_for, person):
    client = client_for(getattr(cast, person))
    assert client.get(NEW_ENTITY).status_code == 403
    assert client.post(NEW_ENTITY, {"key": str(uuid4()), "name": "Est"}).status_code == 403


def test_the_right_in_one_entity_only_does_not_count(cast, client_for):
    """A group with holding rights, given in one entity: they hold nowhere."""
    person = make_user("local@sud.test", holding=cast.holding, group=BuiltInGroup.HOLDING_ADMIN, entity=cast.south)
    assert client_for(person).post(NEW_ENTITY, {"key": str(uuid4()), "name": "Est"}).status_code == 403


def test_a_forged_holding_changes_nothing(cast, client_for):
    client_for(cast.otto).post(NEW_ENTITY, {"key": str(uuid4()), "name": "Est", "holding": cast.holding.pk})
    with unscoped("the test looks at what was written"):
        assert Entity.objects.get(name="Est").holding == Holding.objects.get(pk=cast.other_holding.pk)


# --- A new point of sale ---------------------------------------------------------------------------------


@pytest.fixture
def full(cast):
    """Nord's first site with everything that can be taken over."""
    change(cast.north_1, brands=["Opel"], vehicle_kinds=["car"], phone="+33385000012", email="n@nord.test",
           opening_hours={"mon": [["09:00", "12:00"]]}, siret=NORTH_SIRET, street="1 rue A")  # fmt: skip
    image = image_bytes(size=(12, 6))
    with unscoped("test data"):
        logos.set_logo(row=cast.north_1, file=BytesIO(image), size=len(image), actor=cast.alice)
    return cast.north_1


def test_what_is_chosen_is_taken_over_and_named(cast, client_for, full):
    client = client_for(cast.alice)
    response = new_site(client, cast.north, source=full.pk, copies=["brands", "opening_hours", "logo"])
    (site,) = sites_named("Nord 3")
    assert response["Location"] == path(site)
    assert (site.brands, site.opening_hours) == (["Opel"], {"mon": [["09:00", "12:00"]]})
    assert (site.vehicle_kinds, site.phone, site.email, site.siret, site.street) == ([], "", "", "", "")
    with unscoped("the test looks at what was written"):
        assert Logo.objects.get(point_of_sale=site).width == 12
    assert (
        f"a créé la fiche (repris de Nord 1{NBSP}: marques, horaires d’ouverture, logo)" in client.get(path(site)).text
    )


def test_everything_is_proposed_but_the_people(cast, client_for):
    page = parse(client_for(cast.alice).get(path(cast.north, "points-de-vente/nouveau/")))
    boxes = page.select("[name=copies]")
    assert [box["value"] for box in boxes if box.has_attr("checked")] == ALL_BUT_PEOPLE
    assert "people" in [box["value"] for box in boxes]
    offered = {option["value"] for option in page.select("[name=source] option")}
    assert offered == {"", *(str(site.pk) for site in (cast.north_1, cast.north_2, cast.south_1))}


def test_without_a_source_nothing_is_taken_over(cast, client_for, full):
    assert new_site(client_for(cast.alice), cast.north, copies=ALL_BUT_PEOPLE).status_code == 303
    (site,) = sites_named("Nord 3")
    assert site.brands == []


def test_the_people_of_a_site_work_at_the_new_one_too(cast, client_for):
    assert new_site(client_for(cast.alice), cast.north, source=cast.north_2.pk, copies=["people"]).status_code == 303
    (site,) = sites_named("Nord 3")
    with unscoped("the test looks at what was written"):
        there = Membership.objects.filter(points_of_sale=site)
        assert [one.user for one in there] == [cast.momo]
        assert set(there[0].points_of_sale.all()) == {cast.north_2, site}


def test_people_are_given_only_by_who_may_give_them(cast, client_for):
    """Who may create sites without managing users creates no rights by the way, and nothing is kept."""
    with unscoped("test data"):
        group = UserGroup.objects.create(
            holding=cast.holding, entity=cast.north, name="Structure", rights=["settings.manage_organisation"]
        )
        Membership.objects.create(holding=cast.holding, user=cast.adele, group=group, entity=cast.north)
    client = client_for(cast.adele)
    response = new_site(client, cast.north, source=cast.north_2.pk, copies=["people"])
    assert response.status_code == 422
    assert "Il vous manque le droit" in response.text
    assert sites_named("Nord 3") == []
    assert new_site(client, cast.north, source=cast.north_2.pk, copies=["phone"]).status_code == 303


def test_people_do_not_cross_entities(cast, client_for):
    response = new_site(client_for(cast.alice), cast.south, source=cast.north_2.pk, copies=["people"])
    assert response.status_code == 422
    assert "que d’un point de vente de la même entité" in response.text
    assert new_site(client_for(cast.alice), cast.south, source=cast.north_2.pk, copies=["phone"]).status_code == 303


def test_an_app_above_registers_what_it_takes_over(cast, client_for, monkeypatch):
    seen = []

    def copy(source, target, *, actor):
        seen.append((source, target.name, actor))

    monkeypatch.setitem(registries._site_copies, "test", SiteCopy("test", "règles de prix", copy))
    client = client_for(cast.alice)
    assert "Règles de prix" in client.get(path(cast.north, "points-de-vente/nouveau/")).text
    new_site(client, cast.north, source=cast.north_1.pk, copies=["test"])
    assert seen == [(cast.north_1, "Nord 3", cast.alice)]


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"name": "Nord 1"}, {"name": "Un point de vente de l’entité porte déjà ce nom."}),
        ({"name": ""}, {"name": "Ce champ est obligatoire."}),
        ({"siret": OTHER_SIRET},
         {"siret": f"Ce SIRET ne commence pas par le SIREN de l’entité (732{NBSP}829{NBSP}320)."}),
        ({"postcode": "7"}, {"postcode": "Un code postal a cinq chiffres."}),
    ],
)  # fmt: skip
def test_bad_input_of_a_site_is_refused(cast, client_for, typed, errors):
    change(cast.north, siren=NORTH_SIREN)
    response = new_site(client_for(cast.alice), cast.north, **typed)
    assert (response.status_code, errors_of(response)) == (422, errors)


def test_forged_sources_and_boxes_are_refused(cast, client_for):
    client = client_for(cast.eve)
    for forged in (cast.north_1.pk, cast.elsewhere_1.pk, 0, "x"):
        assert new_site(client, cast.south, source=forged, copies=["phone"]).status_code == 422
    assert new_site(client, cast.south, copies=["everything"]).status_code == 422
    assert new_site(client, cast.south, key="x").status_code == 422
    assert sites_named("Nord 3") == []
    assert new_site(client, cast.south, entity=cast.north.pk).status_code == 303
    assert [site.entity_id for site in sites_named("Nord 3")] == [cast.south.pk]


def test_somebody_elses_key_makes_nothing_and_tells_nothing(cast, client_for):
    key = str(uuid4())
    first = new_site(client_for(cast.alice), cast.south, key=key)
    again = new_site(client_for(cast.alice), cast.south, key=key)
    assert first["Location"] == again["Location"]
    assert new_site(client_for(cast.eve), cast.south, key=key, name="Autre").status_code == 422
    assert sites_named("Autre") == []


def test_a_site_is_added_by_those_who_manage_the_whole_entity(cast, client_for):
    partial = make_user("site@nord.test", holding=cast.holding, group=BuiltInGroup.ENTITY_ADMIN, entity=cast.north,
                        sites=(cast.north_2,))  # fmt: skip
    for person, status in ((partial, 403), (cast.sam, 403), (cast.eve, 404), (cast.otto, 404)):
        assert new_site(client_for(person), cast.north).status_code == status
    assert sites_named("Nord 3") == []


# --- A point of sale goes --------------------------------------------------------------------------------


def test_a_site_that_nothing_needs_goes_with_its_logo(cast, client_for):
    client = client_for(cast.alice)
    image = image_bytes(size=(12, 6))
    with unscoped("test data"):
        logos.set_logo(row=cast.north_1, file=BytesIO(image), size=len(image), actor=cast.alice)
    response = delete(client, cast.north_1)
    assert (response.status_code, response["Location"]) == (303, path(cast.north))
    assert sites_named("Nord 1") == []
    assert "a supprimé un point de vente (Nord 1)" in client.get(path(cast.north)).text


def test_what_keeps_a_site_is_named(cast, client_for):
    for _ in range(2):
        make_vehicle(entity=cast.north, point_of_sale=cast.north_2)
    make_quotation(entity=cast.north, point_of_sale=cast.north_2, created_by=cast.momo)
    response = delete(client_for(cast.alice), cast.north_2)
    assert response.status_code == 422
    sentence = (
        f"Ce point de vente sert encore{NBSP}: 1{NBSP}affectation, 1{NBSP}cotation, 2{NBSP}véhicules. "
        "Rien n’a été supprimé."
    )
    assert sentence in response.text
    assert sites_named("Nord 2") == [cast.north_2]


def test_whatever_refers_to_a_site_has_a_french_name():
    """Tables of modules to come too: the refusal names them by it."""
    unnamed = [
        relation.related_model.__name__
        for relation in PointOfSale._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete
        and not relation.related_model._meta.auto_created
        and relation.related_model is not Logo
        and str(relation.related_model._meta.verbose_name) == relation.related_model._meta.model_name
    ]  # fmt: skip
    assert unnamed == []
    assert apps.get_model("vehicles", "Vehicle")._meta.verbose_name_plural == "véhicules"


def test_a_site_is_deleted_by_those_who_manage_the_whole_entity(cast, client_for):
    partial = make_user("site@nord.test", holding=cast.holding, group=BuiltInGroup.ENTITY_ADMIN, entity=cast.north,
                        sites=(cast.north_1,))  # fmt: skip
    for person, status in ((partial, 403), (cast.sam, 403), (cast.eve, 404), (cast.otto, 404)):
        assert delete(client_for(person), cast.north_1).status_code == status
    assert sites_named("Nord 1") == [cast.north_1]


@pytest.mark.parametrize("part", ["points-de-vente/nouveau/", "supprimer/"])
def test_a_refused_form_swapped_in_equals_the_page(cast, client_for, part):
    row, target = (cast.north, "#new-form") if "nouveau" in part else (cast.north_2, "form.dialog-form")
    plain, htmx = client_for(cast.alice), client_for(cast.alice, htmx=True)
    sent = {"key": str(uuid4()), "name": ""}
    before = parse(plain.get(path(row, part)))
    after = swap(before, htmx.post(path(row, part), sent), target=f"main {target}")
    assert content(after) == content(parse(plain.post(path(row, part), sent)))
