"""What the customers answer to « Rechercher partout », and what one begins there."""

from collections.abc import Sequence

from django.urls import reverse

from customers.models import Customer
from customers.selectors import EDIT, VIEW, search
from openflex.core.finding import Beginning, FindSource, Hit, register_beginnings, register_sources


def _find(text: str, limit: int) -> Sequence[Hit]:
    return [_told(customer) for customer in search(text, limit=limit)]


def _told(customer: Customer) -> Hit:
    return Hit(
        customer.display_name,
        reverse("customers:page", args=[customer.pk]),
        about=" · ".join(part for part in (f"{customer.postcode} {customer.city}".strip(), customer.email) if part),
        entity_id=customer.entity_id,
    )


def register() -> None:
    register_sources(
        FindSource(
            key="customers",
            label="Clients",
            icon="users",
            right=VIEW,
            order=20,
            find=_find,
            rows=Customer.objects.listed,
            told=_told,
            pages=frozenset({"customers:page"}),
            list_url="customers:list",
        )
    )
    register_beginnings(Beginning("Créer un client", "user-plus", "customers:add", EDIT, 40, words="ajouter nouveau"))
