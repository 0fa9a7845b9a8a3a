"""A file of customers, and where they are created."""

import uuid
from typing import Any

from django import forms

from customers.services.imports import MAX_LINES
from settings_admin.access.forms.imports import UploadForm as AnyUploadForm
from settings_admin.access.forms.imports import about_file
from settings_admin.models import Entity


class UploadForm(AnyUploadForm):
    """`only_entity`: the one to create in; with several in the scope (None) the form asks. `key`: sent twice, the file
    is kept once."""

    entity = forms.ModelChoiceField(label="Entité", queryset=Entity.objects.all(), empty_label="Choisir une entité")
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)

    def __init__(self, *args: Any, only_entity: Entity | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = about_file(MAX_LINES)
        self.only_entity = only_entity
        if only_entity is not None:
            del self.fields["entity"]

    @property
    def place(self) -> Entity:
        return self.only_entity or self.cleaned_data["entity"]
