"""What is asked about one person."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from openflex.core.sections import SectionForm
from settings_admin.access.models import User
from settings_admin.organisation.forms.fields import PhoneField
from settings_admin.organisation.models import PointOfSale


class PersonForm(SectionForm):
    """Name, function, phone, address."""

    phone = PhoneField(label="Téléphone")

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email", "job_title", "phone")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class LeaverForm(forms.Form):
    """Who takes over what a leaver leaves open; nobody where nothing is."""

    successor = forms.ModelChoiceField(label="Reprend ses dossiers", queryset=User.objects.none())

    def __init__(self, *args: Any, colleagues: QuerySet[User], is_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if is_needed:
            fields["successor"].queryset = colleagues
            if not colleagues.exists():
                fields["successor"].help_text = (
                    "Aucun collègue n’a les droits qu’il faut partout où quelque chose est ouvert\u00a0: donnez-les "
                    "d’abord à quelqu’un."
                )
        else:
            del fields["successor"]


class SitesForm(forms.Form):
    points_of_sale = forms.ModelMultipleChoiceField(
        label="Points de vente",
        queryset=PointOfSale.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Aucune case cochée\u00a0: tous, ceux ouverts plus tard compris.",
    )

    def __init__(self, *args: Any, sites: QuerySet[PointOfSale], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["points_of_sale"].queryset = sites
