"""One form per section of the two sheets."""

from typing import Any

from django import forms
from django.http import QueryDict

from openflex.core.sections import SectionForm
from settings_admin.organisation.forms.fields import (
    BrandsField,
    DegreesField,
    HoursField,
    PhoneField,
    PostcodeField,
    SirenField,
    SiretField,
    VatNumberField,
)
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.organisation.validators.companies import vat_doubt
from settings_admin.organisation.validators.position import split_pair
from settings_admin.registries import vehicle_kinds


class OrganisationForm(SectionForm):
    """A section; `warnings` are doubts that do not stop it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.warnings: list[str] = []
        super().__init__(*args, **kwargs)


class EntityIdentityForm(OrganisationForm):
    siren = SirenField(label="SIREN")
    vat_number = VatNumberField(label="Numéro de TVA")

    class Meta:
        model = Entity
        fields = ["name", "siren", "vat_number"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        typed = {"siren", "vat_number"} & set(self.changed_data)
        if typed and not self.errors and (doubt := vat_doubt(data["vat_number"], siren=data["siren"])):
            self.warnings.append(doubt)
        return data


class SiteIdentityForm(OrganisationForm):
    siret = SiretField(label="SIRET", help_text="Il commence par le SIREN de l’entité.")

    class Meta:
        model = PointOfSale
        fields = ["name", "siret"]


class EntityContactForm(OrganisationForm):
    postcode = PostcodeField(label="Code postal")
    phone = PhoneField(label="Téléphone")

    class Meta:
        model = Entity
        fields = ["street", "postcode", "city", "phone", "email"]


class SiteContactForm(OrganisationForm):
    postcode = PostcodeField(label="Code postal")
    phone = PhoneField(label="Téléphone")
    latitude = DegreesField(
        name="latitude", label="Latitude", help_text="Degrés, par exemple 46.7976. Ou collez ici les deux coordonnées."
    )
    longitude = DegreesField(name="longitude", label="Longitude")

    class Meta:
        model = PointOfSale
        fields = ["street", "postcode", "city", "phone", "email", "latitude", "longitude"]

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        if data is not None and (pair := split_pair(data.get("latitude", ""))):
            data = data.copy()
            data["latitude"], data["longitude"] = pair
        super().__init__(data, *args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        halves = [name for name in ("latitude", "longitude") if data.get(name) is None]
        if len(halves) == 1 and halves[0] not in self.errors:
            self.add_error(halves[0], "Il manque la moitié de la position.")
        return data


class SiteActivityForm(OrganisationForm):
    brands = BrandsField(label="Marques", help_text="Séparées par des virgules.")
    vehicle_kinds = forms.MultipleChoiceField(
        label="Genres de véhicules",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Ceux qui se vendent ici. Aucun choix\u00a0: tous.",
    )

    class Meta:
        model = PointOfSale
        fields = ["brands", "vehicle_kinds"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vehicle_kinds"].choices = vehicle_kinds()  # type: ignore[attr-defined]


MONDAY, COPIED_TO = "mon", ("tue", "wed", "thu", "fri", "sat")


class HoursForm(OrganisationForm):
    opening_hours = HoursField(label="Horaires d’ouverture")

    class Meta:
        model = PointOfSale
        fields = ["opening_hours"]


def with_monday_copied(data: QueryDict) -> QueryDict:
    """What was typed, with Monday's cells on each day to Saturday."""
    copied = data.copy()
    for day in COPIED_TO:
        for cell in range(4):
            copied[f"opening_hours_{day}_{cell}"] = data.get(f"opening_hours_{MONDAY}_{cell}", "")
    return copied
