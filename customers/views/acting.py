"""What the dialogs of a customer share."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from customers.models import Customer
from openflex.core.dialogs import Dialog


def dialog_of(customer: Customer, request: HttpRequest, title: str, verb: str, **more: Any) -> Dialog:
    """`more`: what else a `Dialog` takes."""
    return Dialog(
        title=title,
        subtitle=customer.display_name,
        url=request.path,
        back=reverse("customers:page", args=[customer.pk]),
        verb=verb,
        **more,
    )
