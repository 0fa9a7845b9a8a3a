"""How customers are named and addressed, on the screen and on the papers."""

import pytest

from customers.identity import Address, Names, display_name, identity_line, postal_lines


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (Names("professor", "RINO"), "Pr RINO"),
        (Names("professor", "RINO", first_names="Paul"), "Pr Paul RINO"),
        (Names("mrs", "MARTIN", "DUVAL", "Claire, Marie"), "Claire DUVAL"),
        (Names("mrs", "PERRIN"), "Mme PERRIN"),
        (Names("mr", "PERRIN", first_names="Jean"), "Jean PERRIN"),
        (Names(birth_name="PERRIN"), "PERRIN"),
        (Names(company_name="Bâti Saône", legal_form="SARL"), "SARL Bâti Saône"),
        (Names(company_name="SARL Bâti Saône", legal_form="SARL"), "SARL Bâti Saône"),
        (Names(company_name="Amis du rail", legal_form="association"), "Amis du rail"),
        (Names(), ""),
    ],
)
def test_a_customer_is_called_as_people_call_them(names, shown):
    assert display_name(names) == shown


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (Names("mrs", "MARTIN", "DUVAL", "Claire, Marie"), "MARTIN, nom d’usage DUVAL, Claire Marie"),
        (Names("mr", "MARTIN", "", "Jean, Paul"), "MARTIN Jean Paul"),
        (Names("mr", "MARTIN", "MARTIN", "Jean"), "MARTIN Jean"),
        (Names("mr", "", "DUVAL", "Jean"), "DUVAL Jean"),
        (Names(company_name="Bâti Saône", legal_form="SARL"), "SARL Bâti Saône"),
    ],
)
def test_the_papers_say_birth_name_used_name_and_every_first_name(names, line):
    assert identity_line(names) == line


def test_an_address_is_written_as_on_an_envelope():
    address = Address("12", "bis", "rue", "de la Paix", "Étage 2", "Le Bourg", "71100", "Chalon-sur-Saône", "France")
    assert postal_lines(address) == ["Étage 2", "12 bis rue de la Paix", "Le Bourg", "71100 Chalon-sur-Saône"]


def test_another_country_is_named_and_nothing_known_is_no_line():
    assert postal_lines(Address(city="Genève", postcode="1201", country="Suisse")) == ["1201 Genève", "SUISSE"]
    assert postal_lines(Address(country="France")) == []
