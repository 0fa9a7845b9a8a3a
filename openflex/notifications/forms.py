"""Where a person chooses to be told, kind by kind."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField

from openflex.notifications.enums import EmailChoice
from openflex.notifications.registry import NotificationKind
from openflex.notifications.selectors import Wanted

IN_APP = "-app"


class PreferencesForm(forms.Form):
    """Of each kind when it is told by e-mail, under the kind's name; and, unless it always is, whether it is told in
    the application."""

    def __init__(
        self, *args: Any, kinds: Sequence[NotificationKind], chosen: Mapping[str, Wanted], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.kinds = kinds
        for kind in kinds:
            wanted = chosen[kind.key]
            self.fields[kind.key] = forms.ChoiceField(
                label=kind.label,
                choices=EmailChoice.choices,
                initial=wanted.email,
                widget=forms.RadioSelect,
            )
            if not kind.stays:
                self.fields[kind.key + IN_APP] = forms.BooleanField(
                    label="Dans l’application", initial=wanted.is_in_app, required=False
                )

    @property
    def rows(self) -> Iterator[tuple[BoundField, BoundField | None]]:
        """The two fields of each kind: by e-mail, and in the application, where that is a choice."""
        for kind in self.kinds:
            yield self[kind.key], None if kind.stays else self[kind.key + IN_APP]

    @property
    def choices(self) -> dict[str, Wanted]:
        told = self.cleaned_data
        return {
            kind.key: Wanted(EmailChoice(told[kind.key]), kind.stays or told[kind.key + IN_APP]) for kind in self.kinds
        }
