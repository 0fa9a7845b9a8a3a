"""Rows point only at rows of their own entity: the database says so, since a join does not ask the scope."""

from typing import Any

import pytest
from django.apps import apps
from django.db.models import Field

from settings_admin.scoping import ScopedModel
from tests.architecture.tree import OUR_APPS

# Keys that may lead to another entity, with the reason.
ABROAD = {
    "Vehicle.previous_stay": "a vehicle may have stayed with a sister entity; read by its own query, never by a join",
    "Membership.group": "a shared group has no entity; its holding is held by a trigger, its entity by the verb",
}


def has_entity(model: Any) -> bool:
    return any(field.name == "entity" for field in model._meta.concrete_fields)


def keys_between_owned_rows() -> list[tuple[type[ScopedModel], "Field[Any, Any]"]]:
    return [
        (model, field)
        for model in apps.get_models()
        if model.__module__.split(".")[0] in OUR_APPS and issubclass(model, ScopedModel) and has_entity(model)
        for field in model._meta.concrete_fields
        if isinstance(field.related_model, type) and has_entity(field.related_model)
    ]


KEYS = keys_between_owned_rows()
NAMES = [f"{model.__name__}.{field.name}" for model, field in KEYS]


def test_there_are_keys_to_look_at() -> None:
    assert len(KEYS) > 12
    assert set(ABROAD) <= set(NAMES)


@pytest.mark.parametrize(("model", "field"), KEYS, ids=NAMES)
def test_a_key_is_held_inside_its_entity(model: type[ScopedModel], field: Any) -> None:
    triggers = {trigger.name for trigger in getattr(model._meta, "triggers", [])}
    is_held = f"{field.name}_of_same_entity" in triggers
    assert is_held != (f"{model.__name__}.{field.name}" in ABROAD), "add same_owner(…), or the reason why not"
