"""A line that is added to the checklist of a preparation."""

import uuid

from django import forms


class TaskForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    label = forms.CharField(label="Autre ligne", max_length=80)
