"""The policy of personal data covers every table, and every column in which something of a person may stand."""

import pytest
from django.apps import apps

from openflex.core.retention import CUSTOMER, NOBODY, USER, columns_to_declare, policy
from tests.architecture.tree import OUR_APPS

MODELS = [
    model
    for model in apps.get_models(include_auto_created=True)
    if model.__module__.split(".")[0] in OUR_APPS and model._meta.managed
]
BY_LABEL = {model._meta.label_lower: model for model in MODELS}


def test_every_table_stands_in_the_policy_and_none_that_is_gone() -> None:
    assert set(policy()) == set(BY_LABEL)


@pytest.mark.parametrize("label", sorted(BY_LABEL))
def test_every_column_that_may_say_something_of_a_person_is_named(label: str) -> None:
    table, model = policy()[label], BY_LABEL[label]
    names = {field.name for field in model._meta.local_fields}
    if table.subject == NOBODY:
        assert table.reason
        assert not table.personal
        return
    assert table.subject in (CUSTOMER, USER)
    assert table.basis
    assert table.period
    missing = columns_to_declare(model) - table.declared
    assert not missing, f"say in openflex/data_retention.yaml what erasure does to {sorted(missing)} of {label}"
    assert table.declared | set(table.told) <= names


@pytest.mark.parametrize("label", sorted(BY_LABEL))
def test_a_table_that_hangs_off_a_customer_is_reached_from_them(label: str) -> None:
    """A key to a customer, or a column that only makes sense with one, needs a path; else erasure would pass it by."""
    table, model = policy()[label], BY_LABEL[label]
    if table.subject == CUSTOMER:
        assert table.path
        model.objects.filter(**{table.path: 1})  # raises for a path that leads nowhere


def test_what_an_erasure_counts_is_said_in_french_that_is_written_so() -> None:
    """Django’s plural of « rendez-vous » is « rendez-vouss », of « frais de remise en état » « … en états »."""
    words = [(str(table.model._meta.verbose_name), table.plural) for table in policy().values() if table.path]
    assert [plural for one, plural in words if one.split()[0].endswith(("s", "x", "z")) and plural != one] == []
    assert ("rendez-vous", "rendez-vous") in words
