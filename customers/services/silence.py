"""Customers with whom nobody had any contact for years: announced, kept when somebody says why, else forgotten.

`customers/periods.py` has the rule. Each night looks at who may be concerned (`announce`), then erases whose day has
come (`erase_silent`), in transactions of a few customers and of one.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import BooleanField, DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest

from customers import periods
from customers.models import Consent, Customer
from customers.registry import all_dealings, latest
from customers.services import erasure
from customers.services.contact import let_lapse, note_contact
from customers.services.editing import lock_customer
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.french import format_day
from settings_admin.models import TimelineEntry, User
from settings_admin.records import services as records

log = structlog.get_logger(__name__)

# Customers of one transaction, locked as long as it looks at them.
_BATCH: Final = 500
# Of one night: minutes, also the first time that years of them are due at once.
MOST_A_NIGHT: Final = 2000
# Told in a customer's history, and no contact with them.
_NO_CONTACT: Final = ("handed_over",)
_SETTLED: Final = ("last_contact_at", "erase_on", "agreed_since_at")


def announce(*, now: datetime) -> int:
    """Looks again at those of whom nobody knows whether they are silent, and says on the page of each who is for which
    day the erasure is meant; whoever was spoken to meanwhile is left in peace. Returns how many are announced anew."""
    soon = periods.silent_since(today_paris(now) + periods.NOTICE, years=periods.PROSPECT_YEARS)
    concerned = Customer.objects.listed().filter(Q(last_contact_at=None) | Q(last_contact_at__lt=soon))
    last, announced = 0, 0
    while pks := list(concerned.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        announced += _announce(pks, now)
        last = pks[-1]
    return announced


@transaction.atomic
def _announce(pks: list[int], now: datetime) -> int:
    # In the order of a merge; who is being worked on just now is no silent customer.
    held = Customer.objects.listed().select_for_update(of=("self",), skip_locked=True).filter(pk__in=pks).order_by("pk")
    found = _looked_at(Customer.objects.filter(pk__in=[row.pk for row in held]), now)
    changed, announced = [], 0
    for row in found:
        was = row.last_contact_at, row.erase_on
        _settle(row, now)
        if (row.last_contact_at, row.erase_on) != was:
            changed.append(row)
            announced += was[1] is None and row.erase_on is not None
    Customer.objects.bulk_update(changed, _SETTLED)
    return announced


def erase_silent(*, now: datetime) -> int:
    """Erases whose announced day has come and with whom there was still no contact; each in a transaction of its own.
    Returns how many."""
    due = Customer.objects.listed().filter(erase_on__lte=today_paris(now)).order_by("erase_on", "pk")
    done = 0
    for pk in due.values_list("pk", flat=True)[:MOST_A_NIGHT]:
        try:
            done += _erase_if_silent(pk, now)
        except Refused as refusal:
            log.warning("silent_customer_refused", customer=pk, code=refusal.code)
    return done


@transaction.atomic
def _erase_if_silent(pk: int, now: datetime) -> bool:
    """Locked as `erasure.erase` locks, and what apps above hold after it: what was being written is there by now, and
    what will be finds somebody who is erased."""
    rows = Customer.objects.filter(Q(pk=pk) | Q(merged_into=pk)).select_for_update(of=("self",)).order_by("pk")
    files = [row.pk for row in rows]
    for dealings in all_dealings():
        dealings.hold(files)
    row = _looked_at(Customer.objects.listed().filter(pk=pk, erase_on__lte=today_paris(now)), now).first()
    if row is None:
        return False
    _settle(row, now)
    if row.erase_on is None or row.erase_on > today_paris(now):
        row.save(update_fields=_SETTLED)
        return False
    erasure.erase(customer=row, actor=None, now=now, why=_since(row))
    return True


def _settle(row: Any, now: datetime) -> None:
    let_lapse(row, at=row.latest)
    row.last_contact_at = row.latest
    due = periods.due_on(row.latest, is_client=row.is_client)
    row.erase_on = None if row.is_busy else periods.announced_for(due, today=today_paris(now), announced=row.erase_on)


def _since(row: Customer) -> str:
    return f"sans contact depuis le {format_day(today_paris(row.last_contact_at))}" if row.last_contact_at else ""


@transaction.atomic
def keep_on(*, customer: Customer, reason: str, actor: User, now: datetime) -> Customer:
    """An announced erasure is off, with why: it counts as a contact. Done twice, it is done once. Raises Refused beside
    `reason` without one, and Refused("gone")."""
    row = lock_customer(customer.pk)
    if not reason.strip():
        raise Refused("reason", "Dites pourquoi cette fiche reste utile.", "reason")
    if customer.erase_on is None:
        return row
    note_contact(row, at=now)
    records.record_event(row, kind="kept", actor=actor, details={"label": reason.strip()})
    return row


def _looked_at(rows: QuerySet[Customer], now: datetime) -> QuerySet[Any]:
    """With `latest`, the last contact; `is_client`; and `is_busy`, while something is open with them."""
    known = all_dealings()
    contacts = [F("created_at"), F("changed_at"), F("last_contact_at"), *_own_contacts()]
    for dealings in known:
        contacts += dealings.contacts(now)
    return rows.select_related("entity").annotate(
        latest=Greatest(*contacts, output_field=DateTimeField()),
        is_client=_any(dealings.is_client() for dealings in known),
        is_busy=_any(condition for dealings in known for condition in dealings.is_open(now)),
    )


def _own_contacts() -> list[Subquery]:
    """What people did to the page, contacts and vehicles owned too, and what the customer answered."""
    entries = TimelineEntry.objects.filter(
        target_type=Customer._meta.label_lower, target_id=OuterRef("pk"), actor__isnull=False
    ).exclude(kind__in=_NO_CONTACT)
    answers = Consent.objects.filter(customer=OuterRef("pk"))
    return [latest(entries, "at", per="target_id"), latest(answers, "at", per="customer")]


def _any(conditions: Iterable[Exists]) -> Any:
    found = Q()
    for condition in conditions:
        found |= Q(condition)
    return ExpressionWrapper(found, output_field=BooleanField())
