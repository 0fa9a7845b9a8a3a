"""The requests that views receive once the middleware has been through, with the types of what it put on them."""

from typing import TypedDict

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from openflex.core.devices import describe_device
from settings_admin.access.models import User
from settings_admin.access.selectors.belonging import Belonging


class SignedInRequest(HttpRequest):
    """What stands behind @right, @signed_in and @merchant_only."""

    user: User


class StaffRequest(SignedInRequest):
    belonging: Belonging
    scope_choice: str


class Origin(TypedDict):
    """From which address, and on which device, as the access log keeps them."""

    ip: str
    device: str


def origin_of(request: HttpRequest) -> Origin:
    adapter = get_adapter(request)
    return {"ip": adapter.get_client_ip(request), "device": describe_device(adapter.get_http_user_agent(request))}
