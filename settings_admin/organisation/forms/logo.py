"""The file of a logo; what is in it is the verb's to judge."""

from django import forms

from openflex.core.french import NBSP
from settings_admin.organisation.validators.images import MAX_MEGABYTES


class LogoForm(forms.Form):
    logo = forms.FileField(
        label="Image",
        help_text=f"PNG, JPEG ou WebP, {MAX_MEGABYTES}{NBSP}Mo au plus. Réduite à 600 × 300{NBSP}pixels.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        error_messages={"required": "Choisissez une image."},
    )
