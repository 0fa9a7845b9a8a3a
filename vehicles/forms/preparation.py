"""What people type about preparations: a line more of one, and what an entity decides about them and its vehicles."""

import uuid

from django import forms

from openflex.core.forms import AmountField
from openflex.core.sections import SectionForm
from vehicles.enums import PREPARATION_LINE_LENGTH
from vehicles.models import VehicleSettings
from vehicles.validators import check_preparation_lines, tidy_lines


class TaskForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    label = forms.CharField(label="Autre ligne", max_length=PREPARATION_LINE_LENGTH)


class LinesField(forms.CharField):
    """Lines of a checklist, one under the other."""

    widget = forms.Textarea(attrs={"rows": 9})

    def to_python(self, value: str | None) -> str:
        return tidy_lines(super().to_python(value) or "")


class VehicleSettingsForm(SectionForm):
    """What an entity decides about its vehicles."""

    holding_percent = AmountField(
        label="Coût de détention", help_text="De 0 à 100 % du prix de revient. Ce que coûte l’argent immobilisé."
    )
    car_lines = LinesField(label="Voitures et utilitaires", required=False, validators=[check_preparation_lines])
    motorcycle_lines = LinesField(
        label="Motos, scooters et quads", required=False, validators=[check_preparation_lines]
    )
    units = {"holding_percent": "% par an"}

    class Meta:
        model = VehicleSettings
        fields = ("holding_percent", "car_lines", "motorcycle_lines")
