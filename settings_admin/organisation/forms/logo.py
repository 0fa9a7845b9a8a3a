"""The file of a logo; what is in it is the verb's to judge."""

from django import forms

from openflex.core.french import NBSP
from openflex.core.photos import ACCEPTED, MAX_MEGABYTES


class LogoForm(forms.Form):
    logo = forms.FileField(
        label="Image",
        help_text=f"PNG, JPEG ou WebP, {MAX_MEGABYTES}{NBSP}Mo au plus. Réduite à 600 × 300{NBSP}pixels.",
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={"required": "Choisissez une image."},
    )
