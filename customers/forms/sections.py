"""One form per section of a customer's page."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from customers import selectors
from customers.forms.fields import (
    DepartmentField,
    EmailField,
    FirstNamesField,
    LastNameField,
    PhoneField,
    PlaceRules,
    SiretField,
    VatNumberField,
)
from customers.models import Customer
from customers.validators import tidy
from openflex.core import sections
from openflex.core.forms import DayField


class SectionForm(sections.SectionForm):
    """A section of a customer's page."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)


class PersonForm(SectionForm, PlaceRules):
    birth_name = LastNameField(label="Nom de naissance")
    used_name = LastNameField(label="Nom d’usage")
    first_names = FirstNamesField(label="Prénoms", help_text="Tous, séparés par des virgules.")
    born_on = DayField(label="Date de naissance", required=False)
    birth_department = DepartmentField(label="Département de naissance", help_text="71, 2A, 971, ou 99 à l’étranger.")
    siret = SiretField(label="SIRET", help_text="D’un entrepreneur individuel.")
    vat_number = VatNumberField(label="Numéro de TVA")

    class Meta:
        model = Customer
        fields = [
            "civility", "birth_name", "used_name", "first_names", "sex", "born_on", "birth_city", "birth_department",
            "birth_country", "is_sole_trader", "siret", "vat_number",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.refuse_future("born_on", today=self.today, what="La date de naissance")
        if not {"birth_name", "used_name"} & set(self.errors) and not (data.get("birth_name") or data.get("used_name")):
            self.add_error("birth_name", "Saisissez au moins un nom.")
        if data.get("siret") and not data.get("is_sole_trader"):
            self.add_error(
                "is_sole_trader", "Un particulier qui a un SIRET est entrepreneur individuel\u00a0: cochez la case."
            )
        return data


class CompanyForm(SectionForm):
    siret = SiretField(label="SIRET")
    vat_number = VatNumberField(label="Numéro de TVA")

    class Meta:
        model = Customer
        fields = ["company_name", "legal_form", "siret", "vat_number"]

    def clean_company_name(self) -> str:
        name = tidy(self.cleaned_data["company_name"])
        if not name:
            raise forms.ValidationError("La raison sociale est obligatoire.")
        return name


class ReachForm(SectionForm):
    mobile = PhoneField(label="Mobile")
    phone = PhoneField(label="Téléphone")
    email = EmailField(label="Adresse e-mail")

    class Meta:
        model = Customer
        fields = ["mobile", "phone", "email"]


class AddressForm(SectionForm, PlaceRules):
    class Meta:
        model = Customer
        fields = [
            "street_number", "street_extension", "street_type", "street_name", "address_extra", "hamlet", "postcode",
            "city", "country",
        ]  # fmt: skip
        help_texts = {"street_extension": "bis, ter…", "street_type": "rue, avenue…"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.check_postcode(data)
        return data


class IdentityDocumentForm(SectionForm, PlaceRules):
    identity_issued_on = DayField(label="Délivrée le", required=False)
    identity_until_on = DayField(label="Valable jusqu’au", required=False)

    class Meta:
        model = Customer
        fields = [
            "identity_kind", "identity_number", "identity_issued_on", "identity_authority", "identity_until_on",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.refuse_future("identity_issued_on", today=self.today, what="La date de délivrance")
        issued, until = data.get("identity_issued_on"), data.get("identity_until_on")
        if issued and until and until <= issued:
            self.add_error("identity_until_on", "La fin de validité suit la délivrance.")
        return data


class FollowUpForm(SectionForm):
    class Meta:
        model = Customer
        fields = ["salesperson", "notes"]
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, away: Mapping[int, str], **kwargs: Any) -> None:
        """`away`: of who is absent today, who stands in."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["salesperson"]
        field.queryset = selectors.possible_salespeople(self.instance.entity_id, and_also=self.instance.salesperson_id)
        field.label_from_instance = lambda user: (
            f"{user.full_name} (absent, remplacé par {away[user.pk]})" if user.pk in away else user.full_name
        )
