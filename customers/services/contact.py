"""That something was done with a customer is kept on their row, which says how long they were silent."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from customers.models import Customer
from customers.periods import agreed_since
from settings_admin.scoping import unscoped

# A contact that follows another one sooner writes nothing: years are counted, and each night looks again at those of
# whom it matters.
_SOON: Final = timedelta(days=30)


def note_contact(customer: Customer, *, at: datetime) -> None:
    """Of a locked customer, inside the verb; an erasure that was announced is off, and what had lapsed by then stays
    so."""
    known = customer.last_contact_at
    if customer.erase_on is None and known is not None and known > at - _SOON:
        return
    let_lapse(customer, at=at)
    customer.last_contact_at, customer.erase_on = max(at, known or at), None
    customer.save(update_fields=["last_contact_at", "erase_on", "agreed_since_at"])


def let_lapse(customer: Customer, *, at: datetime, merged: Customer | None = None) -> None:
    """Before a contact `at` moves the last one. `merged`: the file whose agreements come to this one."""
    files = [customer] if merged is None else [customer, merged]
    since = [file.agreed_since_at for file in files] + [agreed_since(file.last_contact_at, at=at) for file in files]
    customer.agreed_since_at = max((instant for instant in since if instant), default=None)


def note_contact_on_commit(pk: int, *, at: datetime) -> None:
    """For a verb that holds something else than the customer: whoever merges them locks them first, and would wait
    for this verb. What gets lost with its process is found the night after."""
    transaction.on_commit(lambda: _note(pk, at), robust=True)


@transaction.atomic
def _note(pk: int, at: datetime) -> None:
    with unscoped("of whom something was done with, whoever may see them"):
        customer = Customer.objects.listed().select_for_update(of=("self",)).filter(pk=pk).first()
        if customer is not None:
            note_contact(customer, at=at)
