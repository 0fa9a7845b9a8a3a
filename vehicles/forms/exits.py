"""A wrong exit put right."""

from datetime import date
from typing import Any, Final

from django import forms
from django.utils import timezone

from openflex.core.forms import DayField, NamedBlanks
from openflex.core.french import NBSP
from vehicles import enums, selectors
from vehicles.models import Vehicle
from vehicles.services.exits import before_exit

UNDO: Final = "undo"
CORRECT: Final = "correct"
_FACTS = ("left_on", "exit_reason")


class ExitForm(NamedBlanks, forms.Form):
    """Was there no exit at all, or was it of another day, for another reason? And why that was noted wrongly."""

    act = forms.ChoiceField(label="Que s’est-il passé\u00a0?", widget=forms.RadioSelect)
    left_on = DayField(label="Date de sortie", required=False)
    exit_reason = forms.TypedChoiceField(label="Motif de sortie", required=False)
    why = forms.CharField(
        label="Pourquoi cette correction",
        max_length=120,
        help_text=f"Reste dans l’historique{NBSP}: véhicule confondu, erreur de saisie…",
    )

    def __init__(self, *args: Any, vehicle: Vehicle, today: date, **kwargs: Any) -> None:
        self.vehicle, self.today = vehicle, today
        initial = {name: getattr(vehicle, name) for name in _FACTS}
        # Its fields may stand above those of the sheet.
        super().__init__(*args, **{"initial": initial, "auto_id": "exit_%s", **kwargs})
        fields: dict[str, Any] = self.fields
        before, _ = before_exit(vehicle, now=timezone.now())
        acts = [(UNDO, f"Il n’est pas sorti{NBSP}: il revient au statut «{NBSP}{before.label}{NBSP}»")]
        if vehicle.status != enums.StockStatus.OUT or vehicle.exit_reason == enums.ExitReason.WITHDRAWN:
            # What never came has no other day and no other reason, nor has what came back a moment ago.
            for name in _FACTS:
                del fields[name]
            fields["act"].initial = UNDO
        else:
            acts.append((CORRECT, "Il est bien sorti, un autre jour ou pour un autre motif"))
            reasons = selectors.exit_reasons_like(vehicle)
            fields["exit_reason"].choices = [(reason.value, reason.label) for reason in reasons]
            for name in _FACTS:
                fields[name].show_hidden_initial = True
        fields["act"].choices = acts

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("act") == CORRECT and not self.errors and not self._changed():
            self.add_error("act", "Changez la date ou le motif, ou choisissez l’autre réponse.")
        return data

    def edit(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the day and the reason were opened with, of those that were changed, and what was typed."""
        names = self._changed()
        opened = {name: self.fields[name].clean(self.data.get(self[name].html_initial_name)) for name in names}
        return opened, {name: self.cleaned_data[name] for name in names}

    def _changed(self) -> list[str]:
        return [name for name in _FACTS if name in self.fields and name in self.changed_data]
