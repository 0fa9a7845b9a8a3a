"""The same draft open twice: each tab knows what its fields held when they were shown."""

import pytest

from quotation.enums import QuotationState
from quotation.models import Quotation
from tests.quotation.test_drafts import shown
from tests.quotation.way import GOLF_DETAILS, Way, soup, text


def opened(way: Way, pk: int) -> str:
    return str(soup(way.get("details", pk)).select_one("#draft-base")["value"])


@pytest.fixture
def stale(way: Way) -> tuple[Quotation, str]:
    """A draft whose kilometres another tab has changed since this one was opened."""
    draft = way.draft()
    way.post("save_draft", draft.pk, **GOLF_DETAILS)
    base = opened(way, draft.pk)
    way.post("save_draft", draft.pk, **(GOLF_DETAILS | {"mileage_km": "95000"}), base=base)
    return draft, base


def test_one_tab_keeps_its_fields_one_after_the_other(way: Way):
    draft = way.draft()
    base = opened(way, draft.pk)
    for km in ("1000", "2000", "beaucoup", "", "3000"):
        answer = way.post("save_draft", draft.pk, **(GOLF_DETAILS | {"mileage_km": km}), base=base)
        assert answer.status_code == 200, km
        fresh = soup(answer).select_one("#draft-base[hx-swap-oob=true]")
        base = fresh["value"]
    assert way.latest().mileage_km == 3000


def test_what_another_tab_changed_is_shown_and_not_written_over(way: Way, stale):
    draft, base = stale
    answer = way.post("save_draft", draft.pk, **(GOLF_DETAILS | {"vin": ""}), base=base)
    assert answer.status_code == 422
    notice = soup(answer).select_one("#draft-conflict[hx-swap-oob=true]").get_text(" ", strip=True)
    assert "Cette saisie a changé ailleurs" in notice
    assert notice.replace("\u202f", " ").replace("\xa0", " ").count("95 000") == 1
    assert soup(answer).select_one("#draft-base")["value"] == base  # nothing is decided yet
    kept = way.latest()
    assert (kept.mileage_km, kept.vin) == (95_000, GOLF_DETAILS["vin"])


def test_nor_is_a_value_paid_for_what_one_does_not_see(way: Way, stale):
    draft, base = stale
    page = way.post("value", draft.pk, **GOLF_DETAILS, base=base)
    assert page.status_code == 422
    assert "Cette saisie a changé ailleurs" in text(page)
    assert shown(page)["mileage_km"].split() == ["89", "632"]
    assert way.latest().state == QuotationState.DRAFT


@pytest.mark.parametrize(("keep", "km"), [("theirs", 95_000), ("mine", 89_632)])
def test_either_is_kept_and_the_rest_of_what_is_typed_too(way: Way, stale, keep, km):
    draft, base = stale
    typed = GOLF_DETAILS | {"origin": "rental"}
    page = way.post("value", draft.pk, **typed, base=base)
    seen = soup(page).select_one("input[name=seen]")["value"]
    answer = way.post("save_draft", draft.pk, **typed, base=base, seen=seen, keep=keep)
    assert answer["Location"] == f"/cotations/{draft.pk}/details/"
    kept = way.latest()
    assert (kept.mileage_km, kept.origin) == (km, "rental")
    page = way.get("details", draft.pk)
    assert "a changé ailleurs" not in text(page)
    assert int("".join(shown(page)["mileage_km"].split())) == km


def test_what_was_changed_again_before_the_choice_is_another_conflict(way: Way, stale):
    draft, base = stale
    page = way.post("value", draft.pk, **GOLF_DETAILS, base=base)
    seen = soup(page).select_one("input[name=seen]")["value"]
    way.post("save_draft", draft.pk, **(GOLF_DETAILS | {"mileage_km": "97000"}), base=opened(way, draft.pk))
    page = way.post("save_draft", draft.pk, **GOLF_DETAILS, base=base, seen=seen, keep="mine")
    assert page.status_code == 422
    assert "97 000" in text(page)
    assert way.latest().mileage_km == 97_000


def test_a_text_that_cannot_be_read_is_noticed_too(way: Way):
    draft = way.draft()
    base = opened(way, draft.pk)
    way.post("save_draft", draft.pk, **(GOLF_DETAILS | {"mileage_km": "beaucoup"}), base=base)
    answer = way.post("save_draft", draft.pk, **GOLF_DETAILS, base=base)
    assert answer.status_code == 422
    assert "beaucoup" in answer.content.decode()


@pytest.mark.parametrize("base", ["", "{", "[]", "null", '{"mileage_km": [1]}', "[" * 5000])
def test_a_base_that_cannot_be_read_is_no_error_of_ours(way: Way, base):
    draft = way.draft()
    assert way.post("save_draft", draft.pk, **GOLF_DETAILS, base=base).status_code in (200, 422)
