"""Groups that the tests of people and rights are about."""

from collections.abc import Iterator

import pytest

from settings_admin.access.services.holdings import built_in_group
from settings_admin.models import UserGroup
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.cast import Cast


@pytest.fixture
def everything(db: None) -> Iterator[None]:
    """The test itself may read and write every row: its data, and what came of a request."""
    with unscoped("test data and answers"):
        yield


@pytest.fixture
def sellers(cast: Cast) -> UserGroup:
    """*Vendeur*, shared by the holding: Sam and Momo are in it."""
    with unscoped("test data"):
        return built_in_group(cast.holding, BuiltInGroup.SALESPERSON)


@pytest.fixture
def preparation(cast: Cast) -> UserGroup:
    """A local group of Sud, of nobody."""
    with unscoped("test data"):
        return UserGroup.objects.create(
            holding=cast.holding, entity=cast.south, name="Préparation", rights=["vehicles.view", "vehicles.edit"]
        )
