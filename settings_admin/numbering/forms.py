"""What an administrator types about the numbers of one series."""

from typing import Any

from django import forms

from openflex.core.document_numbers import LONGEST_PREFIX, MOST_FIGURES
from openflex.core.forms import WholeNumberField
from openflex.core.french import NBSP
from openflex.core.sections import SectionForm
from settings_admin.numbering.models import EntityNumbering


class PrefixField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).upper()


class NumberingForm(SectionForm):
    """Whether the parts make numbers that can be told apart is asked by the verb, of what is merged."""

    blank = "Aucun"

    # Django takes the fields out of the class: what forms call their prefix is not this.
    prefix = PrefixField(  # type: ignore[assignment]
        label="Préfixe", required=False, max_length=LONGEST_PREFIX, help_text="Lettres et chiffres, 6 au plus."
    )
    year_digits = forms.TypedChoiceField(
        label="Année", choices=[(0, "Sans"), (2, f"2{NBSP}chiffres"), (4, f"4{NBSP}chiffres")], coerce=int
    )
    separator = forms.TypedChoiceField(
        label="Séparateur",
        choices=[("-", f"Tiret{NBSP}-"), ("/", f"Barre{NBSP}/"), (".", f"Point{NBSP}."), ("", "Aucun")],
        required=False,
        empty_value="",
    )
    min_digits = WholeNumberField(
        label="Chiffres au moins",
        min_value=1,
        max_value=MOST_FIGURES,
        help_text="Complétés par des zéros. La suite les dépasse s’il le faut.",
    )
    next_number = WholeNumberField(
        label="Prochain numéro",
        min_value=1,
        max_value=10**MOST_FIGURES - 1,
        help_text="Pour continuer les numéros d’un autre logiciel. Il ne recule jamais.",
    )

    class Meta:
        model = EntityNumbering
        fields = ["prefix", "year_digits", "separator", "min_digits"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["next_number"] = self.instance.next_number
        self.fields["prefix"].widget.attrs.update({"data-format": "upper", "autocapitalize": "characters"})
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    def parts(self) -> EntityNumbering:
        """A row, saved nowhere, with the parts of a valid form; those left out are what they were."""
        return EntityNumbering(
            **{name: self.cleaned_data.get(name, getattr(self.instance, name)) for name in self._meta.fields or ()}
        )
