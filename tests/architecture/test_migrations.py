"""Migrations are one line per app and say all that the models say; every table says to whom its rows belong."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from settings_admin.scoping import Audience, ScopedModel
from tests.architecture.tree import OUR_APPS

# Tables whose rows nobody may see through a scope: read by the application itself, under `unscoped`, only.
DENIED_ON_PURPOSE: set[str] = set()
# Tables outside the scoping layer, with the reason.
OUTSIDE = {
    "User": "docs/adr/002: signing in looks for accounts before a scope exists",
    "Event": "names of live topics, kept for minutes, without content",
    "DistributedRight": "the list of rights handed out so far belongs to the installation",
    "Membership_points_of_sale": "a join between two scoped tables",
}
OUR_MODELS = [
    model for model in apps.get_models(include_auto_created=True) if model.__module__.split(".")[0] in OUR_APPS
]


def test_every_app_has_one_last_migration() -> None:
    graph = MigrationLoader(None).graph
    labels = {model._meta.app_label for model in OUR_MODELS}
    assert {label: len(graph.leaf_nodes(label)) for label in labels} == dict.fromkeys(labels, 1)


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    said = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said)
    except SystemExit:
        pytest.fail(said.getvalue())


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model.__name__)
def test_every_table_says_to_whom_its_rows_belong(model: type) -> None:
    if not issubclass(model, ScopedModel):
        assert model.__name__ in OUTSIDE
        return
    is_denied = model.audience == Audience()
    assert is_denied == (model.__name__ in DENIED_ON_PURPOSE)
    assert set(model.audience.columns().values()) <= {
        name for field in model._meta.concrete_fields for name in (field.name, field.attname, "pk")
    }
