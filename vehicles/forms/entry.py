"""*Ajouter un véhicule*: what is known at the door."""

import uuid
from datetime import date
from typing import Any

from django import forms

from openflex.core.forms import AmountField, DayField, NamedBlanks, YesNoField, set_units
from openflex.core.french import ended
from openflex.core.http import row_number
from openflex.core.sections import check_columns
from settings_admin.models import Entity, PointOfSale
from settings_admin.organisation.selectors import site_labels
from settings_admin.scoping import Scope
from vehicles import enums, inspection
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

REQUIRED_WHEN_USED = "Obligatoire, sauf pour un VN."


class AddVehicleForm(NamedBlanks, forms.ModelForm, IdentityRules, InspectionDates):
    """*Ajouter un véhicule*: what is known at the door; the rest is filled in on the sheet."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    entity = forms.ModelChoiceField(label="Entité", queryset=Entity.objects.all(), empty_label=None)
    point_of_sale = forms.ModelChoiceField(
        label="Point de vente", queryset=PointOfSale.objects.select_related("entity"), required=False
    )
    plate = PlateField(label="Immatriculation", required=False, help_text="Obligatoire, sauf véhicule sans plaque.")
    has_no_plate = forms.BooleanField(label="VN ou véhicule sans plaque", required=False)
    plate_country = forms.TypedChoiceField(label="Pays", required=False)
    vin = VinField(label="VIN", required=False, takes_short=True)
    confirms_short_vin = ShortVinField()
    first_registration = DayField(label="Date MEC", required=False, help_text=REQUIRED_WHEN_USED)
    mileage_km = MileageField(label="Kilométrage", required=False, help_text=REQUIRED_WHEN_USED)
    first_hand = YesNoField(label="Première main")
    status = forms.ChoiceField(
        label="Statut",
        choices=[(status.value, status.label) for status in (enums.StockStatus.PRE_ENTRY, enums.StockStatus.ARRIVED)],
        initial=enums.StockStatus.ARRIVED,
    )
    entered_on = DayField(
        label="Date d’entrée", help_text="Prévue pour une pré-rentrée, réelle pour une entrée physique."
    )
    purchase_price = AmountField(label="Prix d’achat", required=False)
    sale_price = AmountField(label="Prix de vente TTC", required=False)

    followed_names = ("inspection_on", "first_registration", "kind", "stage")
    units = {"mileage_km": "km", "purchase_price": "€", "sale_price": "€"}

    class Meta:
        model = Vehicle
        fields = [
            "kind", "make", "model", "version", "energy", "gearbox", "plate", "plate_country", "vin",
            "first_registration", "mileage_km", "first_hand", "stage", "destination", "origin", "vat_regime",
            "is_trade_in", "status", "entered_on", "purchase_price", "purchase_is_excl", "sale_price", "inspection_on",
            "next_inspection_month",
        ]  # fmt: skip

    def __init__(self, *args: Any, today: date, scope: Scope, **kwargs: Any) -> None:
        """`scope`: where the person may add. Sites follow the entity that is chosen, prices the rights held there."""
        self.today = today
        self.warnings = []
        super().__init__(*args, **kwargs)
        set_units(self, self.units)
        self.offer_countries()
        entity = self.fields["entity"]
        if isinstance(entity, forms.ModelChoiceField) and not self.initial.get("entity"):
            entity.empty_label = "Choisir une entité"
        chosen = self._chosen("entity")
        self._offer_sites(chosen)
        self._ask_for_prices(scope, entity_id=chosen)

    def _chosen(self, name: str) -> int | None:
        """The row that is chosen so far, if it is one of those that are offered."""
        field: Any = self.fields[name]
        pk = row_number(str(self[name].value() or ""))
        return pk if pk is not None and field.queryset.filter(pk=pk).exists() else None

    def _offer_sites(self, entity_id: int | None) -> None:
        """Shown are those of the entity; that another one belongs to another entity is said (`_check_place`)."""
        field: Any = self.fields["point_of_sale"]
        sites = list(field.queryset)
        labels = site_labels(sites)
        offered = [site for site in sites if entity_id is None or site.entity_id == entity_id]
        field.widget.choices = [("", "Aucun"), *((site.pk, labels[site.pk]) for site in offered)]

    def _ask_for_prices(self, scope: Scope, *, entity_id: int | None) -> None:
        """By the rights in the chosen place; until one is chosen, those held everywhere."""
        site_id = self._chosen("point_of_sale")

        def may(code: str) -> bool:
            return scope.allows_everywhere(code) if entity_id is None else scope.allows(code, entity_id, site_id)

        edits_prices = may("vehicles.edit_prices")
        if not edits_prices:
            del self.fields["sale_price"]
        if not (edits_prices and may("vehicles.see_margin")):
            del self.fields["purchase_price"], self.fields["purchase_is_excl"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.check_plate(data, may_be_empty=bool(data.get("has_no_plate")))
        self.check_vin(data)
        stage = data.get("stage") or enums.Stage.USED
        self.check_first_registration(data, stage=stage)
        self._check_place(data)
        self._check_entry(data)
        self.check_inspection_dates(data, first_registration=data.get("first_registration"))
        self.require_used_facts(data, stage=stage, names=USED_FACTS)
        if not self.errors:
            self.note_doubts(data, typed=("vin", "mileage_km"))
        return data

    def typed_facts(self) -> inspection.InspectionFacts | None:
        data = self.cleaned_data
        if not data.get("kind"):
            return None
        is_new = data.get("stage") == enums.Stage.NEW
        return inspection.InspectionFacts(
            kind=enums.VehicleKind(data["kind"]),
            first_registration=None if is_new else data.get("first_registration"),
            last_inspection=data.get("inspection_on"),
            is_new=is_new,
        )

    def _check_place(self, data: dict[str, Any]) -> None:
        entity, point = data.get("entity"), data.get("point_of_sale")
        if entity and point and point.entity_id != entity.pk:
            self.add_error("point_of_sale", ended(f"Ce point de vente n’appartient pas à {entity.name}"))
        if point and data.get("kind"):
            self.check_kind(data["kind"], point)

    def _check_entry(self, data: dict[str, Any]) -> None:
        day = data.get("entered_on")
        if day and data.get("status") == enums.StockStatus.ARRIVED and day > self.today:
            self.add_error(
                "entered_on",
                "Une entrée physique ne peut pas être dans le futur\u00a0: choisissez «\u00a0Pré-rentrée\u00a0».",
            )

    def values(self) -> dict[str, Any]:
        """The fields of the vehicle, for `add_vehicle`."""
        names = [name for name in self.fields if name in self.Meta.fields]
        return {name: self.cleaned_data[name] for name in [*names, "plate_format", "plate_department"]}

    def _post_clean(self) -> None:
        """The limits of the columns only: the verb makes the row, the database holds what must be unique."""
        check_columns(self)
