"""One form per section of the sheet."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property

from customers.forms.picker import CustomerField
from openflex.core import sections
from openflex.core.forms import AmountField, DayField, YesNoField
from openflex.core.french import NBSP
from vehicles import enums, inspection, selectors, validators
from vehicles.forms.fields import (
    USED_FACTS,
    IdentityRules,
    MileageField,
    PlateField,
    ShortVinField,
    VinField,
)
from vehicles.forms.inspection import InspectionDates
from vehicles.models import Vehicle


class SectionForm(sections.SectionForm):
    """A section of the vehicle's sheet; `warnings` are doubts that do not stop it."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        self.warnings: list[validators.FieldWarning] = []
        super().__init__(*args, **kwargs)


_PLATE = ("plate", "plate_country")


class CharacteristicsForm(SectionForm, IdentityRules):
    plate = PlateField(label="Immatriculation", required=False)
    has_no_plate = forms.BooleanField(label="VN ou véhicule sans plaque", required=False)
    plate_country = forms.TypedChoiceField(label="Pays", required=False)
    vin = VinField(label="VIN", required=False, takes_short=True)
    confirms_short_vin = ShortVinField()
    first_registration = DayField(label="Date MEC", required=False)
    mileage_km = MileageField(label="Kilométrage", required=False)
    catalogue_date = DayField(label="Date catalogue", required=False)

    units = {"mileage_km": "km", "power_hp": "ch", "power_kw": "kW", "fiscal_power": "CV", "co2": "g/km"}

    class Meta:
        model = Vehicle
        fields = [
            "kind", "make", "model", "version", "plate", "plate_country", "has_no_plate", "vin", "confirms_short_vin",
            "first_registration", "mileage_km", "energy", "gearbox", "body", "doors", "seats",
            "power_hp", "power_kw", "fiscal_power", "co2", "euro_class", "cnit", "catalogue_date", "exterior_colour",
            "interior_colour", "own_equipment",
        ]  # fmt: skip
        widgets = {"own_equipment": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_countries()
        self.initial["has_no_plate"] = not self.instance.plate

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.check_plate(data, may_be_empty=bool(data.get("has_no_plate")))
        self.check_vin(data)
        self.check_first_registration(data, stage=self.instance.stage)
        # What was never known does not stop the editing of the rest; what is known is not emptied.
        known = [name for name in USED_FACTS if getattr(self.instance, name) is not None]
        self.require_used_facts(data, stage=self.instance.stage, names=known)
        if "kind" in self.changed_data and data.get("kind") and self.instance.point_of_sale:
            self.check_kind(data["kind"], self.instance.point_of_sale)
        if not self.errors:
            self.note_doubts(data, typed=self.changed_data)
        return data

    @cached_property
    def changed_data(self) -> list[str]:
        """The signs and their country are one thing: of two editors, one says both."""
        names: list[str] = super().changed_data
        return [*names, *(name for name in _PLATE if name not in names)] if set(_PLATE) & set(names) else names

    def changes(self, *, keep: Collection[str] = ()) -> tuple[dict[str, Any], dict[str, Any]]:
        if set(_PLATE) & set(keep):
            keep = {*keep, *_PLATE}
        base, mine = super().changes(keep=keep)
        for name in ("has_no_plate", "confirms_short_vin"):
            base.pop(name, None)
            mine.pop(name, None)
        if "plate" in mine:
            for name in ("plate_format", "plate_department"):
                base[name], mine[name] = getattr(self.instance, name), self.cleaned_data[name]
        return base, mine


class StatusForm(SectionForm):
    first_hand = YesNoField(label="Première main")
    has_registration_certificate = YesNoField(label="Carte grise")
    has_maintenance_book = YesNoField(label="Carnet d’entretien présent")
    no_pledge_on = DayField(label="Date de non-gage", required=False)
    entered_on = DayField(label="Entrée")
    has_no_plate = forms.BooleanField(
        label="Véhicule sans plaque",
        required=False,
        help_text=f"S’il devient VO ou VD sans être immatriculé{NBSP}: son VIN suffit alors.",
    )

    class Meta:
        model = Vehicle
        fields = [
            "origin", "first_hand", "vat_regime", "stage", "has_no_plate", "destination", "is_trade_in", "key_number",
            "key_place", "keys_count", "has_registration_certificate", "has_maintenance_book", "no_pledge_on",
            "entered_on",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.exit_reason == enums.ExitReason.WITHDRAWN:
            del self.fields["entered_on"]
        if self.instance.stage != enums.Stage.NEW or self.instance.plate:
            del self.fields["has_no_plate"]

    def clean_no_pledge_on(self) -> date | None:
        day: date | None = self.cleaned_data["no_pledge_on"]
        if day is not None and day > self.today:
            raise ValidationError("La date de non-gage est dans le futur.")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, stage = self.instance.first_registration, data.get("stage")
        if stage and first:
            try:
                validators.check_first_registration(first, stage=enums.Stage(stage), today=self.today)
            except ValidationError as error:
                self.add_error("stage", error)
        day = data.get("entered_on")
        if day and self.instance.status != enums.StockStatus.PRE_ENTRY and day > self.today:
            self.add_error("entered_on", "La date d’entrée est dans le futur.")
        return data

    def changes(self, *, keep: Collection[str] = ()) -> tuple[dict[str, Any], dict[str, Any]]:
        return super().changes(keep=(*keep, "has_no_plate"))


class MaintenanceForm(SectionForm, InspectionDates):
    """*Entretien du véhicule*."""

    followed_names = ("inspection_on", "inspection_result", "is_collector", "is_licensed_sport")
    is_damaged = YesNoField(label="Véhicule accidenté")
    is_running = YesNoField(label="Véhicule roulant")
    is_collector = forms.BooleanField(
        label="Carte grise de collection",
        required=False,
        help_text=f"Contrôle tous les 5{NBSP}ans{NBSP}; dispensé s’il a été mis en circulation avant 1960.",
    )
    is_licensed_sport = forms.BooleanField(
        label="Enduro ou trial d’un titulaire licencié",
        required=False,
        help_text="Dispensé de contrôle, si le titulaire est licencié d’une fédération sportive.",
    )
    pollution_check_on = DayField(
        label="Date du contrôle pollution",
        required=False,
        help_text=f"Utilitaires{NBSP}: dans les 2{NBSP}mois avant le premier anniversaire du contrôle technique.",
    )
    is_maintenance_up_to_date = YesNoField(label="Carnet d’entretien à jour")

    class Meta:
        model = Vehicle
        fields = [
            "is_damaged", "is_running", "is_collector", "is_licensed_sport", "inspection_on", "next_inspection_month",
            "inspection_result", "pollution_check_on", "repairs_detail", "is_maintenance_up_to_date",
        ]  # fmt: skip
        widgets = {"repairs_detail": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.kind not in enums.CATEGORY_L_KINDS:
            del self.fields["is_licensed_sport"]
        if self.instance.kind != enums.VehicleKind.LIGHT_COMMERCIAL:
            self.fields.pop("pollution_check_on", None)  # an estimate does not ask for it

    def typed_facts(self) -> inspection.InspectionFacts:
        data = self.cleaned_data
        return inspection.InspectionFacts(
            kind=enums.VehicleKind(self.instance.kind),
            first_registration=self.instance.first_registration,
            last_inspection=data.get("inspection_on"),
            result=enums.InspectionResult(data.get("inspection_result") or enums.InspectionResult.FAVOURABLE),
            collector=data.get("is_collector", False),
            licensed_sport=data.get("is_licensed_sport", False),
        )

    def clean_pollution_check_on(self) -> date | None:
        day: date | None = self.cleaned_data["pollution_check_on"]
        if day is not None and day > self.today:
            raise ValidationError("Le contrôle pollution ne peut pas être dans le futur.")
        if day is not None and self.instance.first_registration and day < self.instance.first_registration:
            raise ValidationError("Le contrôle pollution précède la mise en circulation.")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.check_inspection_dates(data, first_registration=self.instance.first_registration)
        return data


class PriceForm(SectionForm):
    supplier = CustomerField(label="Fournisseur", required=False)
    purchase_price = AmountField(label="Prix d’achat", required=False)
    purchased_on = DayField(label="Date d’achat", required=False)
    sale_price = AmountField(label="Prix de vente TTC", required=False)

    units = {"purchase_price": "€", "sale_price": "€"}

    class Meta:
        model = Vehicle
        fields = ["purchase_price", "purchase_is_excl", "purchased_on", "payment_mode", "supplier", "sale_price"]

    def __init__(self, *args: Any, sees_margin: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sees_margin:
            for name in selectors.PURCHASE_FIELDS:
                del self.fields[name]
        supplier: Any = self.fields["supplier"]
        if not supplier.of_entity(self.instance.entity_id):
            del self.fields["supplier"]

    def clean_purchased_on(self) -> date | None:
        day: date | None = self.cleaned_data["purchased_on"]
        if day is not None and day > self.today:
            raise ValidationError("La date d’achat est dans le futur.")
        return day
