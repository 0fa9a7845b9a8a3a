"""*Créer un client*: what is known at the first contact."""

import uuid
from typing import Any

from django import forms

from customers import enums
from customers.forms.fields import (
    EmailField,
    FirstNamesField,
    LastNameField,
    PhoneField,
    PlaceRules,
    SiretField,
)
from customers.identity import FRANCE
from customers.models import Customer
from customers.validators import tidy
from openflex.core.forms import NamedBlanks, set_awaited
from openflex.core.sections import check_columns
from settings_admin.models import Entity

OF_PERSON = ("civility", "birth_name", "first_names")
OF_COMPANY = ("company_name", "legal_form", "siret")
# What duplicates are looked for by, as it is typed.
TELLING = ("kind", "birth_name", "first_names", "company_name", "siret", "email", "phone", "mobile")


class AddCustomerForm(NamedBlanks, forms.ModelForm, PlaceRules):
    """A person or a company; the rest of the papers' facts is filled in on the page.

    `entity`: the one to create in; with several in the scope (None) the form asks.
    """

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    entity = forms.ModelChoiceField(label="Entité", queryset=Entity.objects.all(), empty_label="Choisir une entité")
    kind = forms.ChoiceField(
        label="Nature",
        choices=enums.CustomerKind.choices,
        initial=enums.CustomerKind.PERSON,
        widget=forms.RadioSelect,
    )
    birth_name = LastNameField(label="Nom", help_text="Nom de naissance, tel que sur la pièce d’identité.")
    first_names = FirstNamesField(label="Prénoms", help_text="Tous, séparés par des virgules.")
    siret = SiretField(label="SIRET")
    email = EmailField(label="Adresse e-mail")
    mobile = PhoneField(label="Mobile")
    phone = PhoneField(label="Téléphone")

    class Meta:
        model = Customer
        fields = ["kind", *OF_PERSON, *OF_COMPANY, "email", "mobile", "phone", "postcode", "city", "country"]

    def __init__(self, *args: Any, entity: Entity | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.only_entity = entity
        set_awaited(self, "birth_name", "company_name")
        chooser: Any = self.fields["entity"]
        chooser.empty_label = "Choisir une entité"
        if entity is not None:
            del self.fields["entity"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        is_company = data.get("kind") == enums.CustomerKind.COMPANY
        # What belongs to the other kind may have been typed before the choice was changed: it is not the customer's.
        for name in OF_PERSON if is_company else OF_COMPANY:
            data[name] = ""
            self.errors.pop(name, None)
        if is_company:
            data["company_name"] = tidy(data.get("company_name") or "")
            if not data["company_name"] and "company_name" not in self.errors:
                self.add_error("company_name", "La raison sociale est obligatoire.")
        elif not data.get("birth_name") and "birth_name" not in self.errors:
            self.add_error("birth_name", "Le nom est obligatoire.")
        data["country"] = tidy(data.get("country") or "") or FRANCE
        self.check_postcode(data)
        return data

    @property
    def place(self) -> Entity:
        """The entity to create in, once the form is valid."""
        return self.only_entity or self.cleaned_data["entity"]

    def values(self) -> dict[str, Any]:
        """The columns of the customer, for `create_customer`."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def telling(self) -> dict[str, Any]:
        """What can be read so far of what is being typed, for `duplicates_of`."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in TELLING}

    def _post_clean(self) -> None:
        """The limits of the columns only: the verb makes the row."""
        check_columns(self)
