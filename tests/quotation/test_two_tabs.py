"""The same draft open twice: each tab knows what its fields held when they were shown."""

import pytest

from quotation.enums import QuotationState
from quotation.models import Quotation
from tests.quotation.test_drafts import shown
from tests.quotation.way import GOLF_DETAILS, Way, soup, text

SHOWN = ("base", "version_code")


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


@pytest.fixture
def other_version(way: Way) -> tuple[Quotation, dict[str, str]]:
    """A draft of which another tab has chosen another version, and what this one would send."""
    draft = way.draft()
    form = soup(way.get("details", draft.pk)).select_one("#details-form")
    hidden = {one["name"]: one["value"] for one in form.select("input[type=hidden]") if one["name"] in SHOWN}
    choices = soup(way.get("configure", draft.pk)).select("input[name=version_code]")
    other = next(one["value"] for one in choices if one["value"] != draft.version_code)
    way.post("choose_candidate", draft.pk, version_code=other)
    return way.latest(), GOLF_DETAILS | hidden


def test_no_value_is_paid_for_another_version_than_the_one_that_is_shown(way: Way, other_version):
    draft, typed = other_version
    page = way.post("value", draft.pk, **typed)
    assert page.status_code == 422
    assert "Une autre version a été choisie dans un autre onglet" in text(page)
    assert draft.version in text(page)
    assert shown(page)["mileage_km"].split() == ["89", "632"]
    kept = way.latest()
    assert (kept.state, kept.mileage_km) == (QuotationState.DRAFT, None)
    again = soup(page).select_one("#draft-version")["value"]
    assert way.post("value", draft.pk, **(typed | {"version_code": again})).status_code == 303
    assert way.latest().version_code == draft.version_code


def test_nor_is_anything_kept_for_it(way: Way, other_version):
    draft, typed = other_version
    answer = way.post("save_draft", draft.pk, **typed)
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#wizard")
    assert "Une autre version a été choisie" in text(answer)
    assert way.latest().mileage_km is None


@pytest.mark.parametrize("base", ["", "{", "[]", "null", '{"mileage_km": [1]}', "[" * 5000])
def test_a_base_that_cannot_be_read_is_no_error_of_ours(way: Way, base):
    draft = way.draft()
    assert way.post("save_draft", draft.pk, **GOLF_DETAILS, base=base).status_code in (200, 422)
