"""What an administrator types in the pages of *Paramètres*."""

import uuid
from typing import Any

from django import forms

from openflex.core.forms import WholeNumberField
from openflex.core.french import NBSP
from openflex.core.sections import SectionForm
from opportunities import enums, messages
from opportunities.models import CloseReason, MessageTemplate, OpportunitySettings


class OnceSectionForm(SectionForm):
    """A row that may be new: `key` makes one of it, however often it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].show_hidden_initial = False

    def changes(self, *, keep: Any = ()) -> tuple[dict[str, Any], dict[str, Any]]:
        return super().changes(keep=(*keep, "key"))


class ReasonForm(OnceSectionForm):
    """A reason of closing: its words."""

    class Meta:
        model = CloseReason
        fields = ("label",)


class FiguresForm(SectionForm):
    """The delays, the minimum of photos and what a customer signs; their limits are those of the columns."""

    units = {
        "overdue_after_days": "jours",
        "offer_valid_days": "jours",
        "trade_in_valid_days": "jours",
        "trade_in_photos": "photos",
    }
    overdue_after_days = WholeNumberField(
        label="En souffrance après",
        help_text="Sans contact avec le client. Le commentaire d’un collègue n’en est pas un.",
    )
    offer_valid_days = WholeNumberField(label="Validité d’une offre", help_text="Proposée, et modifiable sur l’offre.")
    trade_in_valid_days = WholeNumberField(label="Validité d’un prix de reprise")
    trade_in_photos = WholeNumberField(
        label="Photos exigées", min_value=0, help_text="Avant qu’une estimation de reprise puisse être demandée."
    )

    class Meta:
        model = OpportunitySettings
        fields = (
            "overdue_after_days",
            "offer_valid_days",
            "trade_in_valid_days",
            "trade_in_photos",
            "test_drive_conditions",
        )
        widgets = {"test_drive_conditions": forms.Textarea(attrs={"rows": 10})}
        help_texts = {
            "test_drive_conditions": "Imprimées sur la convention que signe le client. Ajoutez-y ce que prévoit votre "
            "assurance\u00a0: franchise, dommages, jeunes conducteurs."
        }


class MessageForm(OnceSectionForm):
    """A message with places that the opportunity fills; a place that nothing fills is refused."""

    means = forms.ChoiceField(
        label="Envoyé par", choices=[(one.value, one.label) for one in enums.MESSAGE_MEANS], widget=forms.RadioSelect
    )

    class Meta:
        model = MessageTemplate
        fields = ("label", "means", "subject", "body")
        widgets = {"body": forms.Textarea(attrs={"rows": 10})}
        help_texts = {
            "label": "Pour le retrouver. Le client ne le voit pas.",
            "subject": "D’un e-mail. Un SMS n’en a pas.",
        }

    def clean_subject(self) -> str:
        return _known_places(self.cleaned_data["subject"])

    def clean_body(self) -> str:
        return _known_places(self.cleaned_data["body"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("means") == enums.ExchangeMeans.SMS:
            data["subject"] = ""
        elif data.get("means") and "subject" in data and not data["subject"]:
            self.add_error("subject", "Un e-mail a un objet.")
        return data


def _known_places(text: str) -> str:
    if unknown := messages.unknown_places(text):
        known = ", ".join(f"{{{place.key}}}" for place in messages.PLACES)
        raise forms.ValidationError(
            f"{', '.join(unknown)} n’existe pas. Vous pouvez écrire{NBSP}: {known}."
            if len(unknown) == 1
            else f"{', '.join(unknown)} n’existent pas. Vous pouvez écrire{NBSP}: {known}."
        )
    return text
