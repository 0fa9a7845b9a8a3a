"""A file of users, and which of its lines are confirmed."""

import uuid

from django import forms
from django.core.exceptions import ValidationError

from openflex.core.csv_import import MAX_LINES, MAX_MEGABYTES
from openflex.core.french import NBSP, format_number


def about_file(most: int) -> str:
    """What may be sent, and that nothing comes of it by itself; `most`: lines."""
    return (
        f"CSV ou XLSX, {format_number(most)}{NBSP}lignes et {MAX_MEGABYTES}{NBSP}Mo au plus. "
        "Rien n’est changé avant que vous ayez vu ce que fait chaque ligne."
    )


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Fichier",
        help_text=about_file(MAX_LINES),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={"required": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
    )


class UserFileForm(UploadForm):
    """`key`: sent twice, the file is kept once."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)


class ConfirmForm(forms.Form):
    """The numbers of the lines that the preview said to be good, as it said them."""

    lines = forms.CharField(max_length=MAX_LINES * 6, widget=forms.HiddenInput)

    def clean_lines(self) -> frozenset[int]:
        numbers = self.cleaned_data["lines"].split(",")
        if not all(number.isdecimal() and len(number) < 7 for number in numbers):
            raise ValidationError("Rechargez l’aperçu, puis confirmez de nouveau.")
        return frozenset(map(int, numbers))
