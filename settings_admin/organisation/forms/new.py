"""A new entity, a new point of sale: what is known on the first day; the rest is filled in on the sheet."""

import uuid
from typing import Any

from django import forms

from openflex.core.forms import NamedBlanks
from openflex.core.sections import check_columns
from settings_admin.organisation.forms.fields import PostcodeField, SirenField, SiretField, VatNumberField
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.organisation.selectors import site_labels, site_rows
from settings_admin.registries import SiteCopy, site_copies


class NewEntityForm(NamedBlanks, forms.ModelForm):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    siren = SirenField(label="SIREN")
    vat_number = VatNumberField(label="Numéro de TVA")
    postcode = PostcodeField(label="Code postal")

    class Meta:
        model = Entity
        fields = ["name", "siren", "vat_number", "street", "postcode", "city"]

    def _post_clean(self) -> None:
        """The limits of the columns only: the verb makes the row, the database holds what must be unique."""
        check_columns(self)

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the new row."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class NewSiteForm(NamedBlanks, forms.ModelForm):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    siret = SiretField(label="SIRET", help_text="Il commence par le SIREN de l’entité.")
    postcode = PostcodeField(label="Code postal")
    source = forms.ModelChoiceField(
        label="Reprendre les réglages de", queryset=PointOfSale.objects.none(), required=False
    )
    copies = forms.MultipleChoiceField(label="Ce qui est repris", required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = PointOfSale
        fields = ["name", "siret", "street", "postcode", "city"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = site_rows().order_by("name", "pk")
        labels = site_labels(sites)
        source: Any = self.fields["source"]
        source.queryset = sites
        source.label_from_instance = lambda site: labels.get(site.pk, site.name)
        copies: Any = self.fields["copies"]
        copies.choices = [(one.key, one.label[:1].upper() + one.label[1:]) for one in site_copies()]
        copies.initial = [one.key for one in site_copies() if one.is_proposed]

    def _post_clean(self) -> None:
        check_columns(self)

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the new row."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}

    @property
    def chosen_copies(self) -> list[SiteCopy]:
        return [one for one in site_copies() if one.key in self.cleaned_data["copies"]]
