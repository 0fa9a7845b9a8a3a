"""Several words in the search of the stock, each of them wherever it stands; the index that finds them."""

import pytest
from django.db import connection

from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.support.htmx import parse
from vehicles.models import Vehicle


def models(response):
    links = parse(response).select("tbody a[data-row-link]")
    return [link.find_all(string=True, recursive=False)[0].strip() for link in links]


def here(cast, model, **fields):
    return make_vehicle(entity=cast.north, point_of_sale=cast.north_1, model=model, **fields)


@pytest.mark.parametrize(
    "words", ["gd-642-jm golf", "golf GD-642-JM", "gd642jm golf", "gd 642 jm golf", "GD.642.JM tdi", "golf - gd-642-jm"]
)
def test_a_plate_with_its_hyphens_stands_among_other_words(cast, client_for, words):
    here(cast, "GOLF PLUS", make="VW", version="1.6 TDI", plate="GD642JM")
    here(cast, "CLIO", plate="GD643JM")
    here(cast, "GOLF", plate="AB123CD", version="")
    assert models(client_for(cast.vera).get("/vehicules/", {"q": words})) == ["GOLF PLUS"]


@pytest.mark.parametrize("words", ["golf", "gd-642-jm golf", "e-c3 shine", "gd-642-jm"])
def test_words_are_looked_up_in_the_index_alone(db, words):
    """Were one of its conditions out of the reach of the index, all rows would be read for it."""
    with unscoped("the plan of the search itself"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Vehicle.objects.search(words).order_by().explain()
    assert ("vehicle_search" in plan, "Seq Scan on vehicles_vehicle" in plan) == (True, False)
