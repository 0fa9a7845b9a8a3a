"""A file of customers, and which of its lines are confirmed."""

from typing import Any

from django import forms

from settings_admin.access.forms.imports import ConfirmForm
from settings_admin.access.forms.imports import UploadForm as AnyUploadForm
from settings_admin.models import Entity

__all__ = ["ConfirmForm", "UploadForm"]


class UploadForm(AnyUploadForm):
    """`only_entity`: the one to create in; with several in the scope (None) the form asks."""

    entity = forms.ModelChoiceField(label="Entité", queryset=Entity.objects.all(), empty_label="Choisir une entité")

    def __init__(self, *args: Any, only_entity: Entity | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.only_entity = only_entity
        if only_entity is not None:
            del self.fields["entity"]

    @property
    def place(self) -> Entity:
        return self.only_entity or self.cleaned_data["entity"]
