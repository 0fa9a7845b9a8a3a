"""What people type about preparations: a line more of one, and the lines that an entity begins them with."""

import uuid

from django import forms

from openflex.core.sections import SectionForm
from vehicles.enums import PREPARATION_LINE_LENGTH
from vehicles.models import PreparationSettings
from vehicles.validators import check_preparation_lines, tidy_lines


class TaskForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    label = forms.CharField(label="Autre ligne", max_length=PREPARATION_LINE_LENGTH)


class LinesField(forms.CharField):
    """Lines of a checklist, one under the other."""

    widget = forms.Textarea(attrs={"rows": 9})

    def to_python(self, value: str | None) -> str:
        return tidy_lines(super().to_python(value) or "")


class UsualLinesForm(SectionForm):
    car_lines = LinesField(label="Voitures et utilitaires", required=False, validators=[check_preparation_lines])
    motorcycle_lines = LinesField(
        label="Motos, scooters et quads", required=False, validators=[check_preparation_lines]
    )

    class Meta:
        model = PreparationSettings
        fields = ("car_lines", "motorcycle_lines")
