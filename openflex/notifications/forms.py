"""What a person chooses to get by e-mail, kind by kind."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from openflex.notifications.enums import EmailChoice
from openflex.notifications.registry import NotificationKind


class PreferencesForm(forms.Form):
    """One choice for each kind, under the kind's name."""

    def __init__(
        self, *args: Any, kinds: Sequence[NotificationKind], chosen: Mapping[str, EmailChoice], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        for kind in kinds:
            self.fields[kind.key] = forms.ChoiceField(
                label=kind.label,
                choices=EmailChoice.choices,
                initial=chosen[kind.key],
                widget=forms.RadioSelect,
            )
