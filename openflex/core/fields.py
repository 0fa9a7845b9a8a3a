"""What code asks of the columns of a table."""

from typing import Any

from django.db.models import Field, Model


def field_of(model: type[Model] | Model, name: str) -> "Field[Any, Any]":
    """A column by its name, with its label and its choices; TypeError for what only points here from elsewhere."""
    field = model._meta.get_field(name)
    if not isinstance(field, Field):
        raise TypeError(f"{name} is not a column of {model._meta.label}")
    return field
