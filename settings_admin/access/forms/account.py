"""What people say about their own account."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from openflex.core.forms import DayField
from openflex.core.french import NBSP
from openflex.core.photos import ACCEPTED, MAX_MEGABYTES
from openflex.core.sections import SectionForm
from settings_admin.access.models import User
from settings_admin.access.services.account import OWN_FIELDS
from settings_admin.organisation.forms.fields import PhoneField

# What browsers fill in by themselves (WCAG 1.3.5).
_AUTOCOMPLETE = {
    "first_name": "given-name",
    "last_name": "family-name",
    "job_title": "organization-title",
    "phone": "tel",
}


class AccountForm(SectionForm):
    """Name, function, phone: what each may change of their own account."""

    phone = PhoneField(label="Téléphone")

    class Meta:
        model = User
        fields = OWN_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, filled in _AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = filled


class PhotoForm(forms.Form):
    """The file of a photo; what is in it is the verb's to judge."""

    photo = forms.FileField(
        label="Image",
        help_text=f"PNG, JPEG ou WebP, {MAX_MEGABYTES}{NBSP}Mo au plus. Recadrée en carré.",
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={"required": "Choisissez une image."},
    )


class AbsenceForm(forms.Form):
    """From a day to a day, and who receives meanwhile."""

    starts_on = DayField(label="Du")
    ends_on = DayField(label="Au", help_text="Ce jour est compris.")
    substitute = forms.ModelChoiceField(
        label="Remplacement", queryset=User.objects.none(), empty_label="Choisissez un collègue"
    )

    def __init__(self, *args: Any, colleagues: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["substitute"].queryset = colleagues
