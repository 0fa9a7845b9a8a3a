"""What an entity begins the preparation of its vehicles with: *Paramètres*, and what follows from it."""

import pytest

from settings_admin.models import TimelineEntry
from settings_admin.scoping import unscoped
from tests.access.settings_forms import usual_lines
from tests.make import make_vehicle
from tests.support.htmx import parse
from tests.vehicles.way import form_data
from vehicles.enums import USUAL_OF_CARS, USUAL_OF_MOTORCYCLES, VehicleKind
from vehicles.models import PreparationSettings
from vehicles.services.preparation import start_preparation

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(cast, client_for):
    return client_for(cast.alice, scope=f"e{cast.north.pk}")


@pytest.fixture
def save(cast, alice):
    def send(**typed):
        sent = usual_lines(cast.north, **typed)
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
        return PreparationSettings.objects.first()


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
    page = parse(alice.get(f"/vehicules/reglages/preparation/{cast.north.pk}/"))
    assert "Aucune\u00a0: la liste commence vide." in page.select_one("#lignes").text


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


def test_two_editors_lose_nothing(cast, save, alice):
    assert save(car_lines="Lavage").status_code == 303
    assert save(motorcycle_lines="Chaîne").status_code == 303  # opened before: another list stays beside it
    response = save(car_lines="Photos")
    assert response.status_code == 422
    assert "Quelqu’un l’a changé entre-temps en «\u00a0Lavage\u00a0»" in response.text
    again = form_data(response)
    assert again["car_lines"].strip() == "Photos"
    assert alice.post(usual_lines(cast.north).url, again).status_code == 303
    assert (saved().car_lines, saved().motorcycle_lines) == ("Photos", "Chaîne")


def test_the_page_and_the_audit_log_tell_who_changed_what(cast, alice, save):
    save(car_lines="Lavage\nPhotos")
    page = alice.get(f"/vehicules/reglages/preparation/{cast.north.pk}/")
    told = " ".join(parse(page).select_one("#historique").text.split())
    assert "a modifié les lignes de préparation" in told
    assert f"{', '.join(USUAL_OF_CARS)} → Lavage, Photos" in told
    assert "a modifié les lignes de préparation" in alice.get("/parametres/journal/").text
    with unscoped("the test looks at what was written"):
        assert TimelineEntry.objects.get(target_type="vehicles.preparationsettings").is_audited


def test_all_entities_that_one_manages_are_listed_and_a_single_one_is_opened(cast, client_for, save):
    save(car_lines="Lavage")
    page = parse(client_for(cast.alice, scope=f"e{cast.south.pk}").get("/vehicules/reglages/preparation/"))
    rows = [[" ".join(cell.text.split()) for cell in row.select("td")] for row in page.select("tbody tr")]
    assert rows == [["Nord", "1 ligne", "7 lignes"], ["Sud", "7 lignes", "7 lignes"]]
    answer = client_for(cast.eve).get("/vehicules/reglages/preparation/")
    assert (answer.status_code, answer["Location"]) == (303, f"/vehicules/reglages/preparation/{cast.south.pk}/")
