"""Fields and rules that the forms of a vehicle share: plate, VIN, mileage, and what a column can hold."""

import re
from collections.abc import Collection
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from openflex.core.forms import WholeNumberField
from openflex.core.french import NBSP
from settings_admin.models import PointOfSale
from vehicles import enums, selectors, validators
from vehicles.models import Vehicle

_UNIT: Final = re.compile(r"\s*km\s*$", re.IGNORECASE)


class PlateField(forms.CharField):
    """Typed in any spacing and case, kept normalised, shown with its hyphens. Its format is the form's to judge.

    `is_foreign`: what it holds may look like a French plate and is none.
    """

    is_foreign = False

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=30, **options)
        self.widget.attrs.update({"data-format": "plate", "autocapitalize": "characters", "autocomplete": "off"})

    def of_country(self, *, is_foreign: bool) -> None:
        """Of a foreign plate nothing but the capitals is written the French way."""
        self.is_foreign = is_foreign
        self.widget.attrs["data-format"] = "upper" if is_foreign else "plate"

    def to_python(self, value: Any) -> str:
        return validators.normalise_plate(super().to_python(value) or "")

    def prepare_value(self, value: Any) -> Any:
        return validators.format_plate(value, foreign=self.is_foreign) if isinstance(value, str) else value


class VinField(forms.CharField):
    """Kept in capitals without spaces. With `takes_short`, one of before 1981 is the form's to judge (`check_vin`)."""

    def __init__(self, *, takes_short: bool = False, **options: Any) -> None:
        self.takes_short = takes_short
        super().__init__(max_length=30, **options)
        self.widget.attrs.update({"data-format": "vin", "autocapitalize": "characters", "autocomplete": "off"})

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return validators.clean_vin(text, short_confirmed=self.takes_short) if text else ""


class ShortVinField(forms.BooleanField):
    """The confirmation of a short VIN: hidden until one is typed."""

    def __init__(self, **options: Any) -> None:
        label = f"Véhicule d’avant 1981{NBSP}: ce numéro est complet"
        super().__init__(label=label, required=False, widget=forms.HiddenInput, **options)


class MileageField(WholeNumberField):
    """Kilometres, with or without their unit: 89 632 km."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(_UNIT.sub("", value) if isinstance(value, str) else value)

    def clean(self, value: Any) -> int | None:
        km = super().clean(value)
        if km is not None:
            validators.check_mileage(km)
        return km


USED_FACTS = {
    "first_registration": "La date MEC est obligatoire pour un VO.",
    "mileage_km": "Le kilométrage est obligatoire pour un VO.",
}


class CountryOfPlate(forms.BaseForm):
    """A form with a `plate` and its `plate_country`."""

    def offer_countries(self) -> None:
        """France first; a plate of another country is taken as it is typed."""
        country: Any = self.fields["plate_country"]
        country.choices = [("", "France"), *enums.PlateCountry.choices]
        if self["plate_country"].value():
            plate: Any = self.fields["plate"]
            plate.of_country(is_foreign=True)


class IdentityRules(CountryOfPlate):
    """What the two forms that hold a plate, a VIN and a first registration check together."""

    today: date
    instance: Vehicle
    warnings: list[validators.FieldWarning]

    def check_plate(self, data: dict[str, Any], *, may_be_empty: bool) -> None:
        """Adds `plate_format` and `plate_department`, or an error beside the plate."""
        if not data.get("plate"):
            data["plate_format"] = data["plate_department"] = data["plate_country"] = ""
            if not may_be_empty and "plate" not in self.errors:
                self.add_error(
                    "plate", "Saisissez l’immatriculation, ou cochez «\u00a0VN ou véhicule sans plaque\u00a0»."
                )
            return
        try:
            plate = validators.parse_plate(data["plate"], foreign=bool(data.get("plate_country")))
        except ValidationError as error:
            self.add_error("plate", error)
            return
        # Since 2009 the department is a free choice that the plate does not tell: the known one stays.
        department = plate.department or (
            self.instance.plate_department if plate.normalised == self.instance.plate else ""
        )
        data.update(plate=plate.normalised, plate_format=plate.format, plate_department=department)

    def check_vin(self, data: dict[str, Any]) -> None:
        """A short VIN that was not there before needs its box ticked, which shows as long as it stands there."""
        vin = data.get("vin") or ""
        if not 0 < len(vin) < validators.VIN_LENGTH or vin == self.instance.vin:
            return
        self.fields["confirms_short_vin"].widget = forms.CheckboxInput()
        if not data.get("confirms_short_vin"):
            length = validators.vin_length_message(vin)
            self.add_error("vin", f"{length} Pour un véhicule d’avant 1981, cochez la case de confirmation.")

    def check_kind(self, kind: str, point: PointOfSale) -> None:
        if refusal := enums.kind_refusal(kind, sold=point.vehicle_kinds, place=point.name):
            self.add_error("kind", refusal)

    def check_first_registration(self, data: dict[str, Any], *, stage: str) -> None:
        day = data.get("first_registration")
        if day is None:
            return
        try:
            validators.check_first_registration(day, stage=enums.Stage(stage), today=self.today)
        except ValidationError as error:
            self.add_error("first_registration", error)

    def require_used_facts(self, data: dict[str, Any], *, stage: str, names: Collection[str]) -> None:
        """Only a new vehicle may do without its first registration and its mileage."""
        for name in names:
            if stage != enums.Stage.NEW and data.get(name) is None and name not in self.errors:
                self.add_error(name, USED_FACTS[name])

    def note_doubts(self, data: dict[str, Any], *, typed: Collection[str]) -> None:
        """Only of what was typed now: what was doubtful before has been said before."""
        if "vin" in typed and data.get("vin"):
            self.warnings += validators.vin_warnings(data["vin"])
        if "mileage_km" in typed and data.get("mileage_km") is not None:
            identity = {name: data.get(name) or "" for name in ("vin", "plate", "plate_country")}
            known = selectors.highest_known_mileage(**identity)
            self.warnings += validators.mileage_warnings(data["mileage_km"], known_km=known)
