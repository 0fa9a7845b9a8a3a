"""How every form of the application is drawn and read."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting

from openflex.core import dates, french, money
from openflex.core.errors import Refused


class FormRenderer(TemplatesSetting):
    """One template for a field, wherever it stands."""

    field_template_name = "forms/field.html"


class NamedBlanks(forms.BaseForm):
    """The empty choice of a list says what it means: « Non renseigné », never a row of hyphens."""

    blank = "Non renseigné"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                if field.empty_label is not None:
                    field.empty_label = "Aucun"
            elif isinstance(field, forms.ChoiceField):
                offered: Any = field.choices
                field.choices = [(value, self.blank if value == "" else label) for value, label in offered]


def set_units(form: forms.BaseForm, units: Mapping[str, str]) -> None:
    """What stands behind the input of these fields: « km », « € »."""
    for name, unit in units.items():
        vars(form.fields[name])["unit"] = unit


def set_awaited(form: forms.BaseForm, *names: str) -> None:
    """Marked like required fields: which of them is asked for, another field says."""
    for name in names:
        vars(form.fields[name])["is_awaited"] = True
        form.fields[name].widget.attrs["aria-required"] = "true"


class DayField(forms.Field):
    """A day, typed as people type them (23042010, 23/04/2010) and shown as 23/04/2010."""

    widget = forms.TextInput
    placeholder, format = "jj/mm/aaaa", "day"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "numeric")
        self.widget.attrs.setdefault("placeholder", self.placeholder)
        self.widget.attrs.setdefault("data-format", self.format)

    def to_python(self, value: Any) -> Any:
        if not value:
            return None
        if not isinstance(value, str):
            return value
        try:
            return self.read(value)
        except Refused as error:
            raise ValidationError(error.message) from None

    def prepare_value(self, value: Any) -> Any:
        return self.write(value) if hasattr(value, "strftime") else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _has_changed(self, initial, data)

    def read(self, text: str) -> Any:
        return dates.parse_day(text)

    def write(self, value: Any) -> str:
        return french.format_day(value)


class MonthField(DayField):
    """A month, typed 082027 or 08/2027, kept as its first day."""

    placeholder, format = "mm/aaaa", "month"

    def read(self, text: str) -> Any:
        return dates.parse_month(text)

    def write(self, value: Any) -> str:
        return french.format_month(value)


class HourField(DayField):
    """An hour of the day, typed 14h30, 1430 or 14:30 and shown as 14:30."""

    placeholder, format = "hh:mm", "hour"

    def read(self, text: str) -> Any:
        return dates.parse_hour(text)

    def write(self, value: Any) -> str:
        return f"{value:%H:%M}"


class AmountField(forms.Field):
    """An amount in euros, typed 1 234,56 or 1234.56; never a float."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("data-format", "amount")

    def to_python(self, value: Any) -> Any:
        if value in (None, ""):
            return None
        if not isinstance(value, str):
            return value
        try:
            return money.parse_amount(value)
        except Refused as error:
            raise ValidationError(error.message) from None

    def prepare_value(self, value: Any) -> Any:
        return (
            french.format_number(value, decimals=2) if value not in (None, "") and not isinstance(value, str) else value
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _has_changed(self, initial, data)


class WholeNumberField(forms.IntegerField):
    """A whole number typed with or without spaces: 89 632."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "numeric")
        self.widget.attrs.setdefault("data-format", "whole")

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = re.sub(r"\s", "", value)
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return french.format_number(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _has_changed(self, initial, data)


class YesNoField(forms.TypedChoiceField):
    """Oui, Non, or not known: three different things."""

    def __init__(self, **options: Any) -> None:
        choices = [("", "Non renseigné"), ("true", "Oui"), ("false", "Non")]
        super().__init__(choices=choices, coerce=_is_true, empty_value=None, required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return {True: "true", False: "false", None: ""}[value] if value in (True, False, None) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((self.prepare_value(initial) or "") != (data or ""))


def _is_true(code: str) -> bool:
    return code == "true"


def _has_changed(field: forms.Field, initial: Any, data: Any) -> bool:
    """Compares what was shown with what was sent as values, not as texts; what cannot be read has changed."""
    try:
        return bool(field.to_python(initial) != field.to_python(data))
    except ValidationError:
        return True
