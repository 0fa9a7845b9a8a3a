"""The requests that views receive once the middleware has been through, with the types of what it put on them."""

from collections.abc import Iterable
from typing import TypedDict

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from openflex.core.devices import describe_device
from settings_admin.access.models import User
from settings_admin.access.selectors.belonging import Belonging
from settings_admin.organisation.models import PointOfSale
from settings_admin.scoping import current_scope


class SignedInRequest(HttpRequest):
    """What stands behind @right, @signed_in and @merchant_only."""

    user: User


class StaffRequest(SignedInRequest):
    belonging: Belonging
    scope_choice: str


def sites_seen(request: HttpRequest | None) -> Iterable[PointOfSale]:
    """The sites of what queries see now, by name, each with its entity: those that the request has read; without one
    (an export) they are asked for."""
    belonging: Belonging | None = getattr(request, "belonging", None)
    if belonging is None:
        return PointOfSale.objects.select_related("entity")
    return belonging.sites_in(current_scope().reach)


class Origin(TypedDict):
    """From which address, and on which device, as the access log keeps them."""

    ip: str
    device: str


def origin_of(request: HttpRequest) -> Origin:
    adapter = get_adapter(request)
    return {"ip": adapter.get_client_ip(request), "device": describe_device(adapter.get_http_user_agent(request))}
