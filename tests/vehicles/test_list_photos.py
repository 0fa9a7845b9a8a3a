"""Photos in the list of vehicles: the cover as a column, and who has any as a filter."""

import pytest

from settings_admin.records.services import save_columns
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.support.htmx import parse
from vehicles.models import Photo


@pytest.fixture
def read(cast, client_for):
    client = client_for(cast.marc)
    return lambda address="": parse(client.get(f"/vehicules/{address}"))


@pytest.fixture
def pictured(cast):
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, model="GOLF")
    with unscoped("test data"):
        for place in (1, 0):
            photo = Photo.objects.create(
                entity=cast.north, point_of_sale=cast.north_1, vehicle=vehicle, position=place, name="a",
                small_name="b", width=4, height=3,
            )  # fmt: skip
    make_vehicle(entity=cast.north, point_of_sale=cast.north_1, model="CLIO")
    return photo


def test_the_cover_of_a_vehicle_is_a_column(cast, read, pictured):
    with unscoped("test data"):
        save_columns(user=cast.marc, list_key="vehicles", columns=["photo", "model"])
    shown = {
        model: [image["src"] for image in row.select(".cell-photo img")]
        for row in read().select("tbody tr")
        for model in ("GOLF", "CLIO")
        if model in row.text
    }
    assert shown == {"GOLF": [f"/vehicules/photos/{pictured.pk}/petite/"], "CLIO": []}


@pytest.mark.parametrize(("value", "found"), [("with", ["GOLF"]), ("without", ["CLIO"]), ("other", ["CLIO", "GOLF"])])
def test_vehicles_are_filtered_by_whether_they_have_a_photo(read, pictured, value, found):
    rows = [row.text for row in read(f"?photo={value}").select("tbody tr")]
    assert sorted(model for model in ("CLIO", "GOLF") for row in rows if model in row) == found
