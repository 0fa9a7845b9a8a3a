"""What the page of a customer says is changed; people responsible for them hand them over."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from customers.models import Customer
from customers.services.contact import note_contact
from openflex.core.errors import Refused
from settings_admin.access.services.guarding import keep_open
from settings_admin.models import User
from settings_admin.records import services as records

GONE: Final = Refused("gone", "Cette fiche a été fusionnée ou effacée entre-temps\u00a0: rien n’a été enregistré.")


def lock_customer(pk: int) -> Customer:
    """The row, locked, for a verb; raises Refused("gone") when it was merged into another one or erased.

    A verb that points something at a customer locks them too, and before anything else that a merge repoints: else it
    would wait for the merge, and then point at the file that went. Whatever the verb does is a contact.
    """
    customer = Customer.objects.select_for_update(of=("self",)).select_related("entity").get(pk=pk)
    if not customer.is_listed:
        raise GONE
    note_contact(customer, at=timezone.now())
    return customer


@transaction.atomic
def edit_customer(*, customer: Customer, base: Mapping[str, Any], mine: Mapping[str, Any], actor: User) -> Customer:
    """Saves the fields one editor changed on a section of the page, beside what others saved meanwhile.

    Raises EditConflict when both changed a field, Refused("name") when the two together leave no name.
    """
    if (salesperson := mine.get("salesperson")) not in (None, customer.salesperson):
        keep_open(salesperson, field="salesperson")
    locked = lock_customer(customer.pk)
    changed = records.apply_edit(locked, base=dict(base), mine=dict(mine))
    if locked.is_company and not locked.company_name:
        raise Refused("name", "Une société a une raison sociale.", "company_name")
    if not locked.is_company and not (locked.birth_name or locked.used_name):
        raise Refused("name", "Saisissez au moins un nom.", "birth_name")
    people = _people(customer.salesperson, locked.salesperson) if "salesperson" in changed else {}
    records.save_changes(locked, fields=changed, actor=actor, details=people)
    return locked


def _people(*users: User | None) -> dict[str, Any]:
    """The names of the day, as the history keeps them beside the ids."""
    return {"people": {str(user.pk): user.full_name for user in users if user is not None}}


# --- What a leaver leaves -------------------------------------------------------------------------------


def places_followed(user: User) -> Iterable[tuple[int, int | None]]:
    return [
        (entity_id, None) for entity_id in followed_by(user).order_by().values_list("entity_id", flat=True).distinct()
    ]


def hand_over(user: User, *, to: User, actor: User) -> int:
    """Gives the customers of a leaver to a colleague, inside the leaver's transaction; each keeps in its history who
    had it. The date of the last change stays: nobody touched the customer."""
    followed = list(followed_by(user).select_for_update(of=("self",)).select_related("entity").order_by("pk"))
    Customer.objects.filter(pk__in=[one.pk for one in followed]).update(salesperson=to)
    changes = {"salesperson": [user.pk, to.pk]}
    records.record_events(
        records.event_of(one, kind="handed_over", actor=actor, changes=changes, details=_people(user, to))
        for one in followed
    )
    return len(followed)


def followed_by(user: User) -> QuerySet[Customer]:
    return Customer.objects.listed().filter(salesperson=user)
