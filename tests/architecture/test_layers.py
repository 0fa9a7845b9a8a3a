"""The import law for what imports cannot show: foreign keys given as text."""

import tomllib
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Field, Model

from tests.architecture.tree import OUR_APPS, ROOT

# Inside the settings, packages below may point at these by name: every row belongs to an entity and has a maker.
ALLOWED_INSIDE_SETTINGS = {"Entity", "Holding", "User"}


def layers_of(contract: str) -> list[list[str]]:
    """From top to bottom, as `pyproject.toml` says them to the linter."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = config["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["name"] == contract)
    return [[name.strip(" ()") for name in layer.split(":")] for layer in layers]


def height(model: type[Model], layers: list[list[str]], *, within: str = "") -> int | None:
    """The number of the layer a model stands in, 0 at the top; None outside all of them."""
    module = model.__module__.removeprefix(within)
    for number, names in enumerate(layers):
        if any(module == name or module.startswith(f"{name}.") for name in names):
            return number
    return None


def foreign_keys() -> list[tuple[type[Model], "Field[Any, Any]", type[Model]]]:
    ours = (model for model in apps.get_models(include_auto_created=True) if model.__module__.split(".")[0] in OUR_APPS)
    return [
        (model, field, field.related_model)
        for model in ours
        for field in model._meta.get_fields()
        if isinstance(field, Field) and field.is_relation and isinstance(field.related_model, type)
    ]


KEYS = foreign_keys()
NAMES = [f"{model.__name__}.{field.name}" for model, field, _ in KEYS]


def test_there_are_keys_to_look_at() -> None:
    assert len(KEYS) > 20


@pytest.mark.parametrize(("model", "field", "target"), KEYS, ids=NAMES)
def test_no_key_points_to_an_app_above(model: type[Model], field: Any, target: type[Model]) -> None:
    layers = layers_of("Apps import only apps below them")
    here, there = height(model, layers), height(target, layers)
    assert here is not None, f"{model.__module__} stands in no layer of pyproject.toml"
    # A table of Django's own stands below all of ours.
    assert there is None or there >= here, f"{field} points upwards"


@pytest.mark.parametrize(("model", "field", "target"), KEYS, ids=NAMES)
def test_inside_the_settings_only_entity_holding_and_user_are_pointed_at_from_below(
    model: type[Model], field: Any, target: type[Model]
) -> None:
    layers = layers_of("Inside settings_admin")
    here, there = height(model, layers, within="settings_admin."), height(target, layers, within="settings_admin.")
    if here is None or there is None or target.__name__ in ALLOWED_INSIDE_SETTINGS:
        return
    assert there >= here, f"{field} points upwards"
