"""The forms of a trade-in estimate: how it begins, its sections, the manager's decision, its entry into stock."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from customers.forms import CustomerField
from customers.models import Customer
from openflex.core import sections
from openflex.core.errors import Refused
from openflex.core.forms import AmountField, DayField, NamedBlanks, WholeNumberField, YesNoField, set_units
from opportunities import enums, selectors
from opportunities.forms.opportunity import OnceForm
from opportunities.models import Opportunity, TradeIn
from quotation.forms import IdentityRules
from settings_admin.models import PointOfSale
from vehicles import enums as vehicle_enums
from vehicles import validators
from vehicles.forms import MaintenanceForm, MileageField, PlateField, VinField

NEW = "new"


class FromQuotationForm(OnceForm):
    """*Créer une estimation de reprise*: whose it is and, once a customer with open opportunities is chosen, in which.

    `destination` is offered when there is a choice; sent for another customer than it was offered for, it is asked
    again.
    """

    customer = CustomerField(label="Client")

    def __init__(self, *args: Any, entity_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        picker: Any = self.fields["customer"]
        self.may_choose = picker.of_entity(entity_id)

    def offer_destinations(self, customer: Customer) -> None:
        """Adds the choice between this customer's open opportunities and a new one; nothing where there is none."""
        rows = list(selectors.open_of_customer(customer))
        if not rows:
            return
        choices = [(str(row.pk), f"Nouvelle reprise dans l’opportunité {_told(row)}") for row in rows]
        self.fields["destination"] = forms.ChoiceField(
            label="Où ranger cette reprise",
            choices=[*choices, (NEW, "Nouvelle opportunité pour ce client")],
            widget=forms.RadioSelect,
        )
        if "destination" not in self.data:  # the last one that something happened to is proposed
            self.data = {**{name: self.data[name] for name in self.data}, "destination": choices[0][0]}

    def destination(self) -> int | None:
        """The opportunity that was chosen; None: a new one. Raises Refused for one that is not among those offered."""
        if "destination" not in self.fields:
            return None
        sent = self.data.get("destination", "")
        field: Any = self.fields["destination"]
        if sent not in dict(field.choices):
            raise Refused("destination", "Choisissez où ranger cette reprise.", "destination")
        return None if sent == NEW else int(sent)


def _told(opportunity: Opportunity) -> str:
    wanted = selectors.wanted(opportunity)
    number = f"n°\u00a0{opportunity.number}"
    return f"{number}, {wanted}" if wanted else number


class TradeInVehicleForm(sections.SectionForm, IdentityRules):
    """*Véhicule*: what it is, as the quotation asked for it, to be corrected."""

    plate = PlateField(label="Immatriculation", required=False)
    plate_country = forms.TypedChoiceField(label="Pays", required=False)
    vin = VinField(label="VIN", required=False, takes_short=True)
    first_registration = DayField(label="Date MEC", required=False)
    mileage_km = MileageField(label="Kilométrage", required=False)
    catalogue_date = DayField(label="Date catalogue", required=False)
    price_new = AmountField(label="Prix catalogue", required=False)
    doors = WholeNumberField(label="Portes", required=False, min_value=0)
    power_hp = WholeNumberField(label="Puissance", required=False, min_value=0)
    first_hand = YesNoField(label="Première main")

    units = {"mileage_km": "km", "power_hp": "ch", "price_new": "€"}

    class Meta:
        model = TradeIn
        fields = [
            "kind", "make", "model", "version", "plate", "plate_country", "has_no_plate", "vin", "first_registration",
            "mileage_km", "energy", "gearbox", "power_hp", "doors", "catalogue_date", "price_new", "exterior_colour",
            "interior_colour", "first_hand", "origin", "own_equipment",
        ]  # fmt: skip
        widgets = {"own_equipment": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        self.warnings: list[validators.FieldWarning] = []
        super().__init__(*args, **kwargs)
        self.offer_countries()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.check_identity(data)
        return data


class AddTradeInForm(TradeInVehicleForm):
    """An estimate that begins without a quotation: its vehicle, and what the customer expects."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    expected_price = AmountField(label="Attente du client", required=False)

    units = {**TradeInVehicleForm.units, "expected_price": "€"}

    class Meta(TradeInVehicleForm.Meta):
        fields = [*TradeInVehicleForm.Meta.fields, "expected_price"]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class TradeInConditionForm(MaintenanceForm):
    """*État et entretien*: the fields and the rules of the vehicle sheet, and what only an estimate asks."""

    pollution_check_on = None  # type: ignore[assignment]  # between two inspections, whoever has the vehicle then
    has_maintenance_book = YesNoField(label="Carnet d’entretien présent")
    has_registration_certificate = YesNoField(label="Carte grise")
    maintenance_cost = AmountField(label="Frais d’entretien à prévoir HT", required=False)
    keys_count = WholeNumberField(label="Nombre de clés", required=False, min_value=0)

    units = {"maintenance_cost": "€"}

    class Meta:
        model = TradeIn
        fields = [
            *(name for name in MaintenanceForm.Meta.fields if name != "pollution_check_on"), "has_maintenance_book",
            "maintenance_cost", "keys_count", "has_registration_certificate", "vat_regime",
        ]  # fmt: skip
        widgets = MaintenanceForm.Meta.widgets


class TradeInExpectationForm(sections.SectionForm):
    """*Attente du client*."""

    expected_price = AmountField(label="Attente du client", required=False)
    sale_price = AmountField(label="Prix de vente envisagé", required=False)

    units = {"expected_price": "€", "sale_price": "€"}

    class Meta:
        model = TradeIn
        fields = ["expected_price", "sale_price"]

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.warnings: list[validators.FieldWarning] = []
        self.today = today
        super().__init__(*args, **kwargs)


class DecideForm(forms.Form):
    """The manager's decision. `seen`: the estimate that this person had in sight (`estimate_facts.mark_of`)."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    price = AmountField(label="Prix de reprise", required=False, help_text="TTC, ce que le client reçoit.")
    valid_until = DayField(label="Valable jusqu’au", required=False)
    reason = forms.CharField(
        label="Motif",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Obligatoire pour un refus. Le vendeur le lit aussitôt.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_units(self, {"price": "€"})

    def has_seen(self, mark: str) -> None:
        """Sent again after it was told what changed, the form wins."""
        self.data = {**self.data.dict(), "seen": mark}  # type: ignore[attr-defined]  # what was posted


class ReopenForm(forms.Form):
    """Why an estimate is opened again."""

    reason = forms.CharField(
        label="Motif",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Le vendeur le lit aussitôt.",
        error_messages={"required": "Dites pourquoi\u00a0: le vendeur doit pouvoir l’expliquer."},
    )


class EnterForm(NamedBlanks, forms.Form):
    """The entry into stock: where the vehicle is expected, and when."""

    point_of_sale = forms.ModelChoiceField(PointOfSale.objects.none(), label="Point de vente", required=False)
    entered_on = DayField(label="Arrivée prévue le")

    def __init__(self, *args: Any, sites: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        site: Any = self.fields["point_of_sale"]
        site.queryset = sites

    def clean_point_of_sale(self) -> PointOfSale | None:
        site: PointOfSale | None = self.cleaned_data["point_of_sale"]
        if site is not None:
            refusal = vehicle_enums.kind_refusal(self.kind, sold=site.vehicle_kinds, place=site.name)
            if refusal:
                raise ValidationError(refusal)
        return site


class CancelEntryForm(forms.Form):
    """Why an entry is cancelled. `vehicle`: the stay that this person had in sight."""

    vehicle = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(label="Motif", choices=enums.CancelReason.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label="Précision",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Le vendeur la lit aussitôt.",
    )
