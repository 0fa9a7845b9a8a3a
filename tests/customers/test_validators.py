"""What is typed about a customer, as it is kept."""

import pytest

from customers import validators
from openflex.core.errors import Refused


@pytest.mark.parametrize(
    ("typed", "kept"), [(" le  goff ", "LE GOFF"), ("d’Arc", "D'ARC"), ("Éluard", "ÉLUARD"), ("", "")]
)
def test_last_names_are_in_capitals_with_one_kind_of_apostrophe(typed, kept):
    assert validators.last_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("claire,marie", "Claire, Marie"),
        ("JEAN-PAUL", "Jean-Paul"),
        ("Anne-Laure , ", "Anne-Laure"),
        ("McKenzie", "McKenzie"),
    ],
)
def test_first_names_are_parted_by_commas(typed, kept):
    assert validators.first_names(typed) == kept


@pytest.mark.parametrize(("typed", "kept"), [("1", "01"), ("2a", "2A"), ("971", "971"), ("99", "99")])
def test_departments(typed, kept):
    assert validators.department(typed) == kept


@pytest.mark.parametrize("typed", ["96", "00", "999", "xx"])
def test_departments_that_do_not_exist(typed):
    with pytest.raises(Refused):
        validators.department(typed)


def test_a_postcode_has_five_figures_in_france_only():
    assert validators.postcode("71 100", country="france") == "71100"
    assert validators.postcode("1201", country="Suisse") == "1201"
    with pytest.raises(Refused):
        validators.postcode("1201", country="")
