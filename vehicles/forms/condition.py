"""One line of the damage or of the refurbishment costs, of a vehicle or of an estimate; photos as they are sent."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms

from openflex.core.forms import AmountField, NamedBlanks, set_units
from openflex.core.french import NBSP
from openflex.core.sections import TwoEditors
from vehicles import enums


class PartForm(TwoEditors, NamedBlanks, forms.Form):
    """`values()` are what the verb writes; `key` tells a form that is sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    amounts: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_units(self, dict.fromkeys(self.amounts, "€ HT"))

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class DamageForm(PartForm):
    zone = forms.ChoiceField(label="Endroit", choices=enums.DamageZone.choices)
    description = forms.CharField(
        label="Défaut", max_length=200, help_text="Rayure de 10 cm, jante voilée, voyant moteur…"
    )
    cost = AmountField(label="Coût estimé", required=False)

    amounts = ("cost",)


class CostForm(PartForm):
    kind = forms.ChoiceField(label="Nature", choices=enums.CostKind.choices)
    description = forms.CharField(label="Travaux", max_length=200, required=False)
    planned = AmountField(label="Prévu")
    actual = AmountField(
        label="Réel",
        required=False,
        help_text=f"Dès qu’il est connu, il remplace le prévu dans le total{NBSP}: 0 aussi.",
    )

    amounts = ("planned", "actual")


PART_FORMS: Mapping[str, type[DamageForm | CostForm]] = {"damage": DamageForm, "cost": CostForm}


class PhotosForm(forms.Form):
    """What came beside the files. One file or many, from the gallery or from the camera: what is in them is the verb's
    to judge."""

    key = forms.UUIDField(initial=uuid.uuid4)


class MovePhotoForm(forms.Form):
    to = forms.IntegerField(min_value=-1, max_value=10_000)
