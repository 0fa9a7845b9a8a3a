"""Fields: forgiving on what is typed, exact on what is shown, and honest about what has changed."""

from datetime import date, time
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError

from openflex.core.forms import AmountField, DayField, HourField, MonthField, NamedBlanks, WholeNumberField, YesNoField


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (DayField(), "23042010", date(2010, 4, 23)),
        (DayField(), "23/04/2010", date(2010, 4, 23)),
        (DayField(), " 23.04.2010 ", date(2010, 4, 23)),
        (MonthField(), "082027", date(2027, 8, 1)),
        (MonthField(), "08/2027", date(2027, 8, 1)),
        *((HourField(), typed, time(14, 30)) for typed in ("14h30", "14 H 30", "14:30", "14.30", " 1430 ")),
        *((HourField(), typed, time(9)) for typed in ("9", "09", "9h", "9 h", "900", "09:00")),
        (AmountField(), "1 234,56", Decimal("1234.56")),
        (AmountField(), "1234.5", Decimal("1234.50")),
        (AmountField(), "9\u202f394,20\u00a0€", Decimal("9394.20")),
        (WholeNumberField(), "89 632", 89632),
        (WholeNumberField(), "89\u202f632", 89632),
        (YesNoField(), "true", True),
        (YesNoField(), "false", False),
        (YesNoField(), "", None),
    ],
)
def test_what_people_type_is_read(field, typed, value):
    assert field.clean(typed) == value


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (DayField(), "31022024"), (DayField(), "demain"), (DayField(), "2" * 300), (MonthField(), "13/2027"),
        (HourField(), "25 h"), (HourField(), "14h60"), (HourField(), "14h5"), (HourField(), "midi"),
        (AmountField(), "1.234,56"), (AmountField(), "1e9"), (AmountField(), "-1"), (AmountField(), "NaN"),
        (AmountField(), "1,234"), (WholeNumberField(), "12,5"), (WholeNumberField(), "x"), (YesNoField(), "peut-être"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(field, typed):
    with pytest.raises(ValidationError):
        field.clean(typed)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (DayField(), date(2010, 4, 23), "23/04/2010"),
        (MonthField(), date(2027, 8, 1), "08/2027"),
        (HourField(), time(9, 5), "09:05"),
        (AmountField(), Decimal("1234.5"), "1\u202f234,50"),
        (WholeNumberField(), 89632, "89\u202f632"),
        (YesNoField(), False, "false"),
        (YesNoField(), None, ""),
        (DayField(), "31/02/2024", "31/02/2024"),
        (AmountField(), "1.234,56", "1.234,56"),
    ],
)
def test_a_value_is_shown_exactly_and_what_was_typed_wrong_as_it_was(field, value, shown):
    assert field.prepare_value(value) == shown


@pytest.mark.parametrize(
    ("field", "opened", "sent", "changed"),
    [
        (DayField(), "23/04/2010", "23042010", False),
        (MonthField(), "08/2027", "082027", False),
        (AmountField(), "1\u202f234,50", "1234.5", False),
        (AmountField(), "", "0", True),
        (WholeNumberField(), "89\u202f632", "89632", False),
        (WholeNumberField(), "", "0", True),
        (YesNoField(), None, "", False),
        (YesNoField(), None, "false", True),
        (YesNoField(), True, "true", False),
        (DayField(), "23/04/2010", "illisible", True),
    ],
)
def test_only_another_value_is_a_change(field, opened, sent, changed):
    field.required = False
    assert field.has_changed(opened, sent) is changed


def test_the_empty_choice_says_what_it_means():
    class Form(NamedBlanks, forms.Form):
        energy = forms.ChoiceField(choices=[("", "---------"), ("petrol", "Essence")])
        status = forms.ChoiceField(choices=[("arrived", "Entrée physique")])

    form = Form()
    assert form.fields["energy"].choices == [("", "Non renseigné"), ("petrol", "Essence")]
    assert form.fields["status"].choices == [("arrived", "Entrée physique")]
