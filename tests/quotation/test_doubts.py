"""What is doubtful in the details of a draft is told, and blocks nothing."""

from typing import Any

from quotation.enums import QuotationState
from tests.make import make_vehicle
from tests.quotation.way import GOLF_DETAILS, Way, soup

DOUBTFUL = {"vin": "1M8GDM9A1KP042788", "mileage_km": "89 632"}
DOUBTS = ["La clé de contrôle de ce VIN", "Kilométrage inférieur au dernier connu (91\u202f200\u00a0km)"]


class TestDoubts:
    """A VIN whose check digit is wrong, less kilometres than the stock knows: said at once, and nothing is blocked."""

    def said(self, page: Any) -> list[str]:
        notices = soup(page).select("#draft-doubts .notice")
        return [start for start in DOUBTS for notice in notices if start in notice.get_text()]

    def test_they_stand_beside_the_fields_and_follow_the_value(self, way: Way, cast):
        make_vehicle(entity=cast.north, point_of_sale=cast.north_1, vin=DOUBTFUL["vin"], mileage_km=91_200)
        draft = way.draft()
        assert self.said(way.get("details", draft.pk)) == []
        assert self.said(way.post("save_draft", draft.pk, **(GOLF_DETAILS | DOUBTFUL))) == DOUBTS
        assert self.said(way.get("details", draft.pk)) == DOUBTS
        assert self.said(way.post("value", draft.pk, **(GOLF_DETAILS | DOUBTFUL | {"plate": ""}))) == DOUBTS
        valued = way.post("value", draft.pk, **(GOLF_DETAILS | DOUBTFUL))
        assert way.latest().state == QuotationState.VALUED
        page = way.client.get(valued["Location"]).content.decode()
        assert [doubt for doubt in DOUBTS if doubt in page] == DOUBTS

    def test_what_is_mended_is_doubted_no_more(self, way: Way):
        draft = way.draft()
        assert self.said(way.post("save_draft", draft.pk, **(GOLF_DETAILS | DOUBTFUL))) == DOUBTS[:1]
        assert self.said(way.post("save_draft", draft.pk, **GOLF_DETAILS)) == []
