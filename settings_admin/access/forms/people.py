"""What is asked about one person."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from openflex.core.sections import SectionForm
from settings_admin.access.authority import Place
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

    successor = forms.ModelChoiceField(
        label="Reprend ses dossiers", queryset=User.objects.none(), empty_label="Choisissez un collègue"
    )

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
    """At which sites of its entity an assignment holds. `base`: what held when the form was drawn."""

    is_whole = forms.BooleanField(label="Tous les points de vente, ceux ouverts plus tard compris", required=False)
    points_of_sale = forms.ModelMultipleChoiceField(
        label="Points de vente",
        queryset=PointOfSale.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    base = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, place: Place, sites: QuerySet[PointOfSale], may_be_whole: bool) -> None:
        initial = {"is_whole": place.sites is None, "points_of_sale": [site.pk for site in place.sites or ()]}
        super().__init__(data, initial={**initial, "base": place.mark})
        fields: dict[str, Any] = self.fields
        fields["points_of_sale"].queryset = sites
        if not may_be_whole:
            del fields["is_whole"]

    def clean(self) -> dict[str, Any]:
        """No box is not all of them: whoever unticks the last one does not mean to give more."""
        data = super().clean() or {}
        if "points_of_sale" in data and bool(data["points_of_sale"]) == data.get("is_whole", False):
            both = "Décochez «\u00a0Tous\u00a0» pour n’en garder que certains."
            self.add_error("points_of_sale", both if data.get("is_whole") else "Choisissez un point de vente, ou tous.")
        return data

    @property
    def chosen(self) -> list[PointOfSale] | None:
        return None if self.cleaned_data.get("is_whole") else list(self.cleaned_data["points_of_sale"])
