"""An opportunity as plain as can be, and what hangs on one."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from opportunities.models import Opportunity, OpportunitySettings
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity


@pytest.fixture
def opportunity(cast: Any) -> Opportunity:
    """Sam's, of a customer of Nord, at Nord 1."""
    customer = make_customer(entity=cast.north, civility="professor", birth_name="RINO")
    return make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam)


@pytest.fixture
def read(client_for: Callable[..., Any], opportunity: Opportunity) -> Callable[..., str]:
    """`read(user, tab)`: the text of the opportunity's page as this person sees it."""

    def text_of(user: Any, tab: str = "") -> str:
        response = client_for(user).get(f"/opportunites/{opportunity.pk}/{f'{tab}/' if tab else ''}")
        assert response.status_code == 200
        return str(response.content.decode())

    return text_of


@pytest.fixture
def act(client_for: Callable[..., Any], opportunity: Opportunity) -> Callable[..., Any]:
    """`act(user, path, **data)` posts to an act of the opportunity."""

    def send(user: Any, path: str, **data: Any) -> Any:
        return client_for(user).post(f"/opportunites/{opportunity.pk}/{path}/", {"key": str(uuid.uuid4()), **data})

    return send


@pytest.fixture(autouse=True)
def _no_photos_wanted(request: pytest.FixtureRequest) -> None:
    """Where prices are asked for and photos are beside the point; `want` of the tests about them says otherwise."""
    is_about_estimates = "trade_in" in request.module.__name__ or "entering" in request.module.__name__
    if is_about_estimates and "cast" in request.fixturenames:
        with unscoped("test data"):
            OpportunitySettings.objects.create(entity=request.getfixturevalue("cast").north, trade_in_photos=0)
