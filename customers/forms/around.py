"""Contacts, consents and vehicles of a customer."""

import uuid
from datetime import date
from typing import Any

from django import forms

from customers import enums
from customers.forms.fields import EmailField, PhoneField, PlaceRules
from customers.models import Contact, OwnedVehicle
from openflex.core.forms import DayField, WholeNumberField
from openflex.core.french import NBSP
from openflex.core.sections import SectionForm


class PartForm(SectionForm):
    """Of a contact or a vehicle: the verb writes the row."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class ContactForm(PartForm):
    phone = PhoneField(label="Téléphone")
    email = EmailField(label="Adresse e-mail")

    class Meta:
        model = Contact
        fields = ["name", "role", "phone", "email"]
        help_texts = {"role": "Conjoint, comptable, gérante…"}


class OwnedVehicleForm(PartForm, PlaceRules):
    first_registration = DayField(label="Date MEC", required=False)
    mileage_km = WholeNumberField(label="Kilométrage", required=False, min_value=0, max_value=9_999_999)
    since_on = DayField(label="Depuis le", required=False)

    units = {"mileage_km": "km"}

    class Meta:
        model = OwnedVehicle
        fields = [
            "make", "model", "version", "plate", "vin", "first_registration", "mileage_km", "since_on", "note",
        ]  # fmt: skip
        widgets = {
            "plate": forms.TextInput(attrs={"data-format": "plate", "autocapitalize": "characters"}),
            "vin": forms.TextInput(attrs={"data-format": "vin", "autocapitalize": "characters"}),
        }

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)

    def clean_plate(self) -> str:
        return " ".join(self.cleaned_data["plate"].upper().split())

    def clean_vin(self) -> str:
        return "".join(self.cleaned_data["vin"].upper().split())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.refuse_future("first_registration", today=self.today, what="La date MEC")
        self.refuse_future("since_on", today=self.today, what="Cette date")
        return data


class KeepForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi",
        max_length=200,
        help_text="Un projet à venir, un litige, une garantie en cours…",
        error_messages={"required": "Dites pourquoi cette fiche reste utile."},
    )


class ConsentForm(forms.Form):
    """What the customer said: about what, yes or no, how."""

    purpose = forms.ChoiceField(label="Objet", choices=enums.ConsentPurpose.choices)
    is_given = forms.TypedChoiceField(
        label="Réponse",
        choices=[("true", "Accord"), ("false", "Refus ou retrait")],
        coerce=lambda code: code == "true",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la réponse du client."},
    )
    channel = forms.ChoiceField(
        label="Recueilli",
        choices=enums.ConsentChannel.choices,
        help_text=f"La date et votre nom sont notés{NBSP}; une réponse ne se modifie pas, la suivante la remplace.",
    )
