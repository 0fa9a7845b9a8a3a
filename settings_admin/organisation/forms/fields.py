"""Fields forgiving in what they take and exact in what they show."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from openflex.core import french
from openflex.core.errors import Refused
from settings_admin.organisation.validators import hours, position


class ParsedField(forms.CharField):
    """A text kept in one form: `parse` reads it or refuses, `show` writes it for people."""

    parse: Callable[[str], Any]
    show: Callable[[Any], str]
    empty: Any = ""
    longest = 60

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=self.longest, empty_value=self.empty, **options)
        self.widget.attrs.setdefault("autocomplete", "off")
        # They are about what was typed, not about what it was read as.
        self.text_validators, self.validators = self.validators, []

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return self.empty if value is None else value
        text = value.strip()
        if not text:
            return self.empty
        for validator in self.text_validators:
            validator(text)
        try:
            return self.parse(text)
        except Refused as error:
            raise ValidationError(error.message) from None

    def prepare_value(self, value: Any) -> Any:
        """What cannot be read stays as it was typed."""
        try:
            parsed = self.to_python(value)
        except ValidationError:
            return value
        return "" if parsed == self.empty else self.show(parsed)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class SirenField(ParsedField):
    parse, show = staticmethod(french.parse_siren), staticmethod(french.format_siren)


class SiretField(ParsedField):
    parse, show = staticmethod(french.parse_siret), staticmethod(french.format_siret)


class VatNumberField(ParsedField):
    parse, show = staticmethod(french.parse_vat_number), staticmethod(str)


class PhoneField(ParsedField):
    parse, show = staticmethod(french.parse_phone), staticmethod(french.format_phone)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.input_type = "tel"


class PostcodeField(ParsedField):
    parse, show = staticmethod(french.parse_postcode), staticmethod(str)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs["inputmode"] = "numeric"


class DegreesField(ParsedField):
    """`name`: "latitude" or "longitude"."""

    empty = None
    show = staticmethod(position.format_degrees)

    def __init__(self, *, name: str, **options: Any) -> None:
        self.name = name
        super().__init__(**options)

    def parse(self, text: str) -> Decimal:
        return position.parse_degrees(text, name=self.name)


MAX_BRANDS, MAX_BRAND = 40, 60


def parse_brands(text: str) -> list[str]:
    """ "Renault, Dacia" → both, each once."""
    brands: dict[str, str] = {}
    for part in text.replace(";", ",").split(","):
        if brand := " ".join(part.split()):
            brands.setdefault(brand.casefold(), brand)
    if any(len(brand) > MAX_BRAND for brand in brands.values()):
        raise Refused("long_brand", f"Une marque fait {MAX_BRAND} caractères au plus{french.NBSP}: séparez-les.")
    if len(brands) > MAX_BRANDS:
        raise Refused("many_brands", f"{MAX_BRANDS} marques au plus.")
    return list(brands.values())


class BrandsField(ParsedField):
    """Brands parted by commas, kept as a list."""

    empty: Any = []
    parse, show = staticmethod(parse_brands), staticmethod(", ".join)
    longest = 3000


Cells = dict[str, list[str]]


def cells_of(value: Any) -> Cells:
    """Four texts a day, of what is kept ({"mon": [["09:00", "12:00"]]}) or of what was typed."""
    cells = {}
    for day in hours.DAYS:
        texts: list[str] = []
        for part in (value or {}).get(day, []):
            texts.extend(part if isinstance(part, list) else [part])
        cells[day] = (texts + [""] * 4)[:4]
    return cells


class HoursHidden(forms.HiddenInput):
    """The week a form was opened with, as JSON."""

    def format_value(self, value: Any) -> str:
        return value if isinstance(value, str) else json.dumps(value or {})


class HoursInput(forms.Widget):
    """A week: an opening and a closing, twice a day."""

    template_name = "organisation/widgets/opening_hours.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.wrong_days: Mapping[str, str] = {}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Cells:
        return {day: [data.get(f"{name}_{day}_{cell}") or "" for cell in range(4)] for day in hours.DAYS}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(f"{name}_{day}_0" in data for day in hours.DAYS)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        cells = cells_of(value)
        context["days"] = [
            {
                "label": label.capitalize(),
                "error": self.wrong_days.get(day, ""),
                "id": f"{context['widget']['attrs'].get('id', name)}_{day}",
                "cells": [
                    {
                        "name": f"{name}_{day}_{index}",
                        "value": cells[day][index],
                        "label": f"{label.capitalize()}, {what}",
                    }
                    for index, what in enumerate(hours.CELLS)
                ],
            }
            for day, label in hours.DAYS.items()
        ]
        return context


class HoursField(forms.Field):
    widget = HoursInput
    hidden_widget = HoursHidden
    empty_value: hours.Hours = {}

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def to_python(self, value: Any) -> hours.Hours:
        wrong: dict[str, str] = {}
        week: hours.Hours = {}
        for day, cells in cells_of(_loaded(value)).items():
            try:
                if periods := hours.parse_day(cells):
                    week[day] = periods
            except Refused as error:
                wrong[day] = f"{hours.DAYS[day].capitalize()}{french.NBSP}: {error.message}"
        if wrong:
            raise WrongDays(wrong)
        return week

    def clean(self, value: Any) -> hours.Hours:
        try:
            return self.to_python(value)
        except WrongDays as error:
            cast(HoursInput, self.widget).wrong_days = error.days
            raise

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class WrongDays(ValidationError):
    """The days that cannot be read, each with its sentence."""

    def __init__(self, days: Mapping[str, str]) -> None:
        super().__init__(list(days.values()))
        self.days = days


def _loaded(value: Any) -> Any:
    """What a hidden field carried is a stranger's word like any other: read as a week, or refused."""
    if not isinstance(value, str):
        return value
    if not value:
        return {}
    try:
        week = json.loads(value[:600])
    except (ValueError, RecursionError):
        raise ValidationError("Horaires illisibles.") from None
    is_week = isinstance(week, dict) and all(
        isinstance(periods, list)
        and len(periods) <= 2
        and all(isinstance(p, list) and len(p) == 2 and all(isinstance(text, str) for text in p) for p in periods)
        for periods in week.values()
    )
    if not is_week:
        raise ValidationError("Horaires illisibles.")
    return week
