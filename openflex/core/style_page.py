"""What the style page shows of forms: one real form, so that the page draws what every other page draws."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from openflex.core.forms import DayField, WholeNumberField, set_units


def _seventeen_characters(value: str) -> None:
    if len(value) != 17:
        raise ValidationError(f"{len(value)} caractères au lieu de 17.")


class SampleForm(forms.Form):
    """One field of each kind; bound to a value too short, so that the error is seen."""

    mileage = WholeNumberField(label="Kilométrage", help_text="Celui du compteur")
    origin = forms.ChoiceField(label="Origine VO", choices=[("private", "Particulier"), ("trade", "Professionnel")])
    vin = forms.CharField(label="VIN", required=False, validators=[_seventeen_characters])
    cnit = forms.CharField(label="CNIT", disabled=True, required=False)
    inspected_on = DayField(
        label="Date du contrôle technique", required=False, help_text="Facultative. Jour, mois, année."
    )
    repairs = forms.CharField(label="Détail des réparations", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    first_hand = forms.BooleanField(label="Première main", required=False)
    gearbox = forms.ChoiceField(
        label="Boîte", choices=[("manual", "Manuelle"), ("automatic", "Automatique")], widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_units(self, {"mileage": "km"})


def sample_form(theme: str) -> SampleForm:
    values = {
        "mileage": "89632",
        "origin": "private",
        "vin": "WWWZZZ1KZAW59995",
        "gearbox": "manual",
        "first_hand": "on",
    }
    data = {f"{theme}-{name}": value for name, value in values.items()}
    return SampleForm(data, prefix=theme, initial={"cnit": "M10VWGVP000E"})


def style_context() -> dict[str, Any]:
    """The page shows everything twice: light, then dark, whatever the reader's own theme is."""
    return {
        "long_text": LONG_TEXT,
        "themes": [{"name": theme, "label": label, "form": sample_form(theme)} for theme, label in THEMES],
    }


# Whole, and higher than a toast lets it be.
LONG_TEXT = "\n\n".join(
    ["Vérifier l’usure des pneus et la date du dernier contrôle technique. Regarder si le véhicule est gagé."] * 8
)
THEMES = (("light", "Clair"), ("dark", "Sombre"))
