"""What an entity decides about its vehicles: *Paramètres*, and what follows from it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from openflex.core.dates import today_paris
from settings_admin.models import TimelineEntry
from settings_admin.scoping import unscoped
from tests.access.settings_forms import vehicle_settings
from tests.make import make_vehicle
from tests.support.htmx import parse
from tests.vehicles.way import errors_of, form_data
from vehicles.enums import USUAL_OF_CARS, USUAL_OF_MOTORCYCLES, VehicleKind
from vehicles.models import VehicleSettings
from vehicles.services.preparation import start_preparation

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(cast, client_for):
    return client_for(cast.alice, scope=f"e{cast.north.pk}")


@pytest.fixture
def save(cast, alice):
    def send(**typed):
        sent = vehicle_settings(cast.north, **typed)
        return alice.post(sent.url, sent.data)

    return send


def begun(cast, **options):
    """The lines that a preparation begins with."""
    vehicle = make_vehicle(**{"entity": cast.north, **options})
    with unscoped("the test looks at what was written"):
        start_preparation(vehicle=vehicle, actor=cast.vera)
        return [task.label for task in vehicle.preparation_tasks.order_by("position")]


def saved():
    with unscoped("the test looks at what was written"):
        return VehicleSettings.objects.first()


def test_preparations_begin_with_the_lines_of_their_entity_and_kind(cast, save):
    before = make_vehicle(entity=cast.north)
    with unscoped("the test looks at what was written"):
        start_preparation(vehicle=before, actor=cast.vera)
    assert save(car_lines="  Lavage \r\n\r\nPlaques   neuves\r\nPlein").status_code == 303
    assert begun(cast) == begun(cast, kind=VehicleKind.LIGHT_COMMERCIAL) == ["Lavage", "Plaques neuves", "Plein"]
    assert begun(cast, kind=VehicleKind.SCOOTER) == list(USUAL_OF_MOTORCYCLES)
    assert begun(cast, entity=cast.south) == list(USUAL_OF_CARS)
    with unscoped("the test looks at what was written"):
        assert before.preparation_tasks.count() == len(USUAL_OF_CARS)  # what was begun keeps its own


def test_an_entity_may_begin_with_an_empty_list(cast, alice, save):
    assert save(motorcycle_lines="").status_code == 303
    assert begun(cast, kind=VehicleKind.MOTORCYCLE) == []
    page = parse(alice.get(f"/vehicules/reglages/{cast.north.pk}/"))
    assert "Aucune ligne\u00a0: la liste commence vide." in page.select_one("#reglages").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Lavage\nPhotos\nlavage", "«\u00a0lavage\u00a0» y est deux fois."),
        ("Photos\n" + "x" * 81, f"«\u00a0{'x' * 20}…\u00a0» est trop longue\u00a0: 80\u00a0caractères au plus."),
        ("\n".join(f"Ligne {number}" for number in range(41)), "40\u00a0lignes au plus."),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_stays(save, typed, sentence):
    response = save(car_lines=typed, motorcycle_lines="Chaîne")
    area = parse(response).select_one("textarea[name=car_lines]")
    assert response.status_code == 422
    assert sentence in area.find_parent(class_="field").text
    assert area.text.strip() == typed
    assert parse(response).select_one("textarea[name=motorcycle_lines]").text.strip() == "Chaîne"
    assert saved() is None


@pytest.mark.parametrize("typed", ["", "-1", "100,01", "six"])
def test_a_rate_that_cannot_be_is_refused_beside_its_field(save, typed):
    response = save(holding_percent=typed)
    assert (response.status_code, set(errors_of(response))) == (422, {"holding_percent"})
    assert saved() is None


def test_the_rate_of_an_entity_makes_the_holding_cost_of_its_vehicles(cast, client_for, save):
    def told(entity):
        vehicle = make_vehicle(
            entity=entity,
            purchase_price=Decimal("7300.00"),
            entered_on=today_paris(timezone.now()) - timedelta(days=10),
        )
        page = parse(client_for(cast.alice, scope="all").get(f"/vehicules/{vehicle.pk}/"))
        return " ".join(page.select_one("#price-lines").get_text(" ").split())

    usual = "Coût de détention par jour 6 % par an du prix de revient, 12,00 € en 10 j 1,20 €"
    assert usual in told(cast.north)
    assert save(holding_percent="7,5").status_code == 303
    assert "Coût de détention par jour 7,50 % par an du prix de revient, 15,00 € en 10 j 1,50 €" in told(cast.north)
    assert usual in told(cast.south)
    assert save(holding_percent="0").status_code == 422  # opened before the first: the second asks
    with unscoped("test data"):
        VehicleSettings.objects.update(holding_percent=0)
    assert "Coût de détention par jour 0 % par an du prix de revient, 0,00 € en 10 j 0,00 €" in told(cast.north)


def test_two_editors_lose_nothing(cast, save, alice):
    assert save(car_lines="Lavage").status_code == 303
    assert save(motorcycle_lines="Chaîne").status_code == 303  # opened before: another list stays beside it
    response = save(car_lines="Photos")
    assert response.status_code == 422
    assert "Quelqu’un l’a changé entre-temps en «\u00a0Lavage\u00a0»" in response.text
    again = form_data(response)
    assert again["car_lines"].strip() == "Photos"
    assert alice.post(vehicle_settings(cast.north).url, again).status_code == 303
    assert (saved().car_lines, saved().motorcycle_lines) == ("Photos", "Chaîne")


def test_the_page_and_the_audit_log_tell_who_changed_what(cast, alice, save):
    save(car_lines="Lavage\nPhotos", holding_percent="7,5")
    page = alice.get(f"/vehicules/reglages/{cast.north.pk}/")
    told = " ".join(parse(page).select_one("#historique").text.split())
    assert "a modifié les réglages des véhicules" in told
    assert "6\u00a0% → 7,50\u00a0%" in told.replace(" %", "\u00a0%")
    assert f"{', '.join(USUAL_OF_CARS)} → Lavage, Photos" in told
    assert "a modifié les réglages des véhicules" in alice.get("/parametres/journal/").text
    with unscoped("the test looks at what was written"):
        assert TimelineEntry.objects.get(target_type="vehicles.vehiclesettings").is_audited


def test_all_entities_that_one_manages_are_listed_and_a_single_one_is_opened(cast, client_for, save):
    save(car_lines="Lavage", holding_percent="4,25")
    page = parse(client_for(cast.alice, scope=f"e{cast.south.pk}").get("/vehicules/reglages/"))
    rows = [[" ".join(cell.text.split()) for cell in row.select("td")] for row in page.select("tbody tr")]
    assert rows == [
        ["Nord", "4,25 % par an", "1 ligne", "7 lignes"],
        ["Sud", "6 % par an", "7 lignes", "7 lignes"],
    ]
    answer = client_for(cast.eve).get("/vehicules/reglages/")
    assert (answer.status_code, answer["Location"]) == (303, f"/vehicules/reglages/{cast.south.pk}/")
