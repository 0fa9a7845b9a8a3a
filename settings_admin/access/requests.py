"""The requests that views receive once the middleware has been through, with the types of what it put on them."""

from django.http import HttpRequest

from settings_admin.access.models import User
from settings_admin.access.selectors.belonging import Belonging


class SignedInRequest(HttpRequest):
    """What stands behind @right, @signed_in and @merchant_only."""

    user: User


class StaffRequest(SignedInRequest):
    belonging: Belonging
    scope_choice: str
