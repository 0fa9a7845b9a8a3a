"""What a list says of what cannot be read, and of what is not known."""

import pytest

from tests.support.htmx import parse
from tests.vehicles.test_list_page import here


@pytest.fixture
def read(cast, client_for):
    client = client_for(cast.marc)
    return lambda address: parse(client.get(f"/vehicules/{address}"))


def test_filters_that_cannot_be_read_are_named_where_their_fields_are_out_of_sight(cast, read):
    def note(address):
        return [one.text.strip() for one in read(address).select(".toolbar .unread-filters")]

    assert note("?sale_price_min=1") == note("?q=ab") == []
    assert note("?sale_price_min=1.234,56") == ["Filtre illisible\u00a0: Prix TTC"]
    assert note("?sale_price_min=x&mileage_km_max=y") == ["Filtres illisibles\u00a0: Prix TTC\u00a0; Kilométrage"]


def test_what_is_not_known_is_one_dash_in_every_column(cast, read):
    here(cast, "CLIO", energy="", version="", plate="", first_registration=None, sale_price=None)
    cells = [cell.text.strip() for cell in read("").select("tbody td")]
    assert "—" not in cells
    assert cells.count("–") >= 4
