"""Step 1 by a plate: what becomes of the draft when it is another one, unknown, or not answered for."""

from uuid import UUID

import pytest

from quotation.models import Quotation
from quotation.services.drafts import OF_VEHICLE
from settings_admin.scoping import unscoped
from tests.quotation.test_drafts import CHOICES, CODE, shown
from tests.quotation.way import GOLF_DETAILS, Way, soup, text


def test_an_unknown_plate_is_kept_for_the_manual_way(way: Way):
    page = way.post("identify", plate="zy 404 zy")
    assert page.status_code == 422
    assert "ne connaît pas cette immatriculation" in text(page)
    assert soup(page).select_one("select[name=make]")
    draft = way.latest()
    assert draft.plate == "ZY404ZY"
    way.post("choose_again", draft.pk, version_code=CODE, **CHOICES)
    kept = way.latest()
    assert (kept.pk, kept.plate, kept.version_code, kept.make) == (draft.pk, "ZY404ZY", CODE, "VOLKSWAGEN")
    assert shown(way.get("details", draft.pk))["plate"] == "ZY-404-ZY"


def test_of_an_old_plate_with_a_figure_too_many_that_is_said(way: Way):
    page = way.post("identify", plate="1234 abc 56")
    assert page.status_code == 422
    assert "Une ancienne plaque à trois lettres a trois chiffres au plus." in text(page)


def test_another_plate_is_another_vehicle(way: Way):
    """Nothing of the first one is left for the second to be valued with, whether the provider knows it or not."""
    draft = way.draft()
    way.post("save_draft", draft.pk, **(GOLF_DETAILS | {"origin": "rental", "first_registration": "demain"}))
    way.post("identify_again", draft.pk, plate="FB-101-VP")
    other = way.latest()
    assert (other.pk, other.plate, other.make) == (draft.pk, "FB101VP", "PEUGEOT")
    assert (other.mileage_km, other.first_hand, other.origin) == (None, None, "")
    assert other.unread == {}
    with unscoped("test"):
        assert other.vin == other.plate_answer.raw[0]["vin"]


def test_another_plate_that_nobody_knows_is_another_draft(way: Way):
    """Mistyped, it costs nothing of the first one; and nothing of the first one is valued under its plate."""
    draft = way.draft()
    way.post("save_draft", draft.pk, **GOLF_DETAILS)
    for _ in range(2):
        page = way.post("identify_again", draft.pk, plate="ZY-404-ZY", key=str(UUID(int=1)))
        assert page.status_code == 422
    other = way.latest()
    assert (other.pk > draft.pk, other.plate) == (True, "ZY404ZY")
    assert soup(page).select_one("#plate-search")["action"] == f"/cotations/{other.pk}/identifier/"
    blank = Quotation()
    for name in OF_VEHICLE:
        assert getattr(other, name) == getattr(blank, name), name
    with unscoped("test"):
        assert Quotation.objects.count() == 2
        draft.refresh_from_db()
    assert (draft.plate, draft.mileage_km, draft.version_code) == ("GD642JM", 89632, CODE)


def test_a_plate_that_the_provider_does_not_answer_for_costs_nothing_of_the_first_vehicle(way: Way, provider):
    draft = way.draft()
    way.post("save_draft", draft.pk, **(GOLF_DETAILS | {"first_registration": "demain"}))
    before = way.latest()
    provider.misbehave("server_error", "plate")
    page = way.post("identify_again", draft.pk, plate="FB-101-VP")
    assert page.status_code == 422
    assert soup(page).select_one("input[name=plate]")["value"] == "FB-101-VP"
    kept = way.latest()
    with unscoped("its answers"):
        for name in ("plate", *OF_VEHICLE):
            assert getattr(kept, name) == getattr(before, name), name


def test_a_plate_told_afterwards_is_of_the_vehicle_that_was_chosen(way: Way):
    way.post("choose_from_catalogue", version_code=CODE, **CHOICES)
    draft = way.latest()
    way.post("save_draft", draft.pk, **(GOLF_DETAILS | {"plate": "", "has_no_plate": "on"}))
    way.post("identify_again", draft.pk, plate="GD-642-JM")
    kept = way.latest()
    assert (kept.mileage_km, kept.first_hand, kept.origin) == (89632, True, "private")


@pytest.mark.parametrize("typed", ["", "BONJOUR", "GD-642", "<b>", "GD-642-JM-GD-642-JM-GD-642-JM"])
def test_what_is_no_plate_asks_nothing_and_makes_no_draft(way: Way, typed):
    page = way.post("identify", plate=typed)
    assert page.status_code == 422
    assert soup(page).select_one("input[name=plate][aria-invalid=true]")
    with unscoped("test"):
        assert not Quotation.objects.exists()


def test_a_single_candidate_needs_no_choice(way: Way):
    answer = way.post("identify", plate="FB-101-VP")
    draft = way.latest()
    assert answer["Location"] in (f"/cotations/{draft.pk}/details/", f"/cotations/{draft.pk}/configuration/")


def test_no_choice_among_the_candidates_is_said_on_the_page(way: Way):
    way.post("identify", plate="GD642JM")
    for code in ("", "VOL-FORGED"):
        page = way.post("choose_candidate", way.latest().pk, version_code=code)
        assert page.status_code == 422
        assert "Choisissez une version de la liste." in text(page)
    assert way.latest().version_code == ""
