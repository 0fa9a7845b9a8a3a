"""Fields and rules that the forms of a customer share."""

from datetime import date
from typing import Any

from django import forms

from customers import validators
from openflex.core.errors import Refused
from openflex.core.french import NBSP
from settings_admin.organisation.forms.fields import ParsedField, PhoneField, SiretField, VatNumberField

__all__ = [
    "DepartmentField",
    "EmailField",
    "FirstNamesField",
    "LastNameField",
    "PhoneField",
    "SiretField",
    "VatNumberField",
]


class LastNameField(ParsedField):
    parse, show = staticmethod(validators.last_name), staticmethod(str)
    longest = 80


class FirstNamesField(ParsedField):
    parse, show = staticmethod(validators.first_names), staticmethod(str)
    longest = 120


class DepartmentField(ParsedField):
    parse, show = staticmethod(validators.department), staticmethod(str)


class EmailField(forms.EmailField):
    """Kept in small letters: addresses are compared."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=254, **options)
        self.widget.attrs["autocomplete"] = "off"

    def to_python(self, value: Any) -> str:
        return validators.email(super().to_python(value) or "")


class PlaceRules(forms.BaseForm):
    """What the forms that hold a postcode, and those that hold days, check together."""

    def check_postcode(self, data: dict[str, Any]) -> None:
        try:
            data["postcode"] = validators.postcode(data.get("postcode") or "", country=data.get("country") or "")
        except Refused as refusal:
            self.add_error("postcode", refusal.message)

    def refuse_future(self, name: str, *, today: date, what: str) -> None:
        day = self.cleaned_data.get(name)
        if day is not None and day > today:
            self.add_error(name, f"{what} est dans le futur{NBSP}: relisez l’année.")
