"""A customer is forgotten, as `openflex/data_retention.yaml` says for each table; what a law keeps stays, with its
reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from customers import selectors
from customers.models import Customer
from customers.registry import endings, keepers
from openflex.core.errors import Refused
from openflex.core.fields import field_of
from openflex.core.retention import Table, empty_value, of_customers
from openflex.notifications.services import targets
from settings_admin.models import User
from settings_admin.records import services as records
from settings_admin.scoping import acting_for

MERGED: Final = Refused("merged", "Cette fiche a été fusionnée\u00a0: effacez celle qui la remplace.")


@dataclass(frozen=True)
class Consequence:
    """What erasing would do: rows deleted and emptied by table, and what stays, each with its reason."""

    deleted: list[tuple[str, int]]
    emptied: list[tuple[str, int]]
    kept: list[str]


def consequence_of(customer: Customer) -> Consequence:
    with acting_for(customer.entity):
        files = selectors.pks_of_files(customer)
        counted = [(table, table.rows_of(files).count()) for table in of_customers() if table.path != "pk"]
    found = [(table, count) for table, count in counted if count and table.empty]
    return Consequence(
        deleted=[(table.plural, count) for table, count in found if table.deletes_rows],
        emptied=[(table.plural, count) for table, count in found if not table.deletes_rows],
        kept=_reasons(customer),
    )


@transaction.atomic
def erase(*, customer: Customer, actor: User | None, now: datetime, why: str = "") -> Customer:
    """Empties or deletes all that says something of the customer, in every table and history, and ends what was still
    to be done with them; twice has one effect. `why` stands in their history, in which nothing else is left.

    What a law keeps of the customer's own columns stays until `complete_erasures` finds that it no longer does. Raises
    Refused("merged").
    """
    # With the files that were merged into it, in the order in which a merge takes them.
    rows = selectors.files_of(customer).select_for_update(of=("self",)).select_related("entity").order_by("pk")
    locked = next(row for row in rows if row.pk == customer.pk)
    if locked.merged_into_id is not None:
        raise MERGED
    if locked.erased_at is not None and not locked.kept_because:
        return locked
    with acting_for(locked.entity):
        holding = [keeper for keeper in keepers() if keeper.reason(locked)]
        kept_columns = {name for keeper in holding for name in keeper.columns}
        reasons = [keeper.reason(locked) for keeper in holding]
        files = selectors.pks_of_files(locked)  # asked again: a merge may have ended while the rows were waited for
        for end in endings():
            end(list(files), actor, now)
        # First: the database lets no customer be without a name who is not erased.
        Customer.objects.filter(pk__in=files).update(erased_at=locked.erased_at or now, kept_because="", erase_on=None)
        for table in of_customers():
            _apply(table, files, but=kept_columns if table.path == "pk" else ())
        Customer.objects.filter(pk=locked.pk).update(kept_because="\n".join(reasons))
        records.redact(Customer._meta.label_lower, files)
    targets.forget(model=Customer._meta.label_lower, pks=files)
    locked.refresh_from_db()
    details = {"label": why} if why else {}
    records.record_event(locked, kind="partly_erased" if reasons else "erased", actor=actor, details=details)
    return locked


def complete_erasures(*, now: datetime) -> int:
    """Erases what a law kept and keeps no more; returns of how many customers."""
    done = 0
    waiting = Customer.objects.filter(erased_at__isnull=False).exclude(kept_because="").select_related("entity")
    for customer in waiting.order_by("pk").iterator():
        if customer.kept_because != "\n".join(_reasons(customer)):
            erase(customer=customer, actor=None, now=now)
            done += 1
    return done


def _reasons(customer: Customer) -> list[str]:
    with acting_for(customer.entity):
        return [reason for keeper in keepers() if (reason := keeper.reason(customer))]


def _apply(table: Table, files: Iterable[int], *, but: Iterable[str]) -> None:
    rows = table.rows_of(files)
    if table.forgets_history:
        pks = list(rows.order_by("pk").values_list("pk", flat=True))
        records.redact(table.label, pks)
        targets.forget(model=table.label, pks=pks)
    if table.deletes_rows:
        rows.delete()
    elif emptied := [name for name in table.empty if name not in but]:
        rows.update(**{name: empty_value(field_of(table.model, name)) for name in emptied})
