"""What is *en souffrance*, told in the morning: to the salesperson once, to managers as one entry a day."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Count
from django.urls import reverse

from customers.selectors import of
from openflex.core.dates import paris_day_bounds, today_paris
from openflex.core.french import NBSP, counted
from openflex.notifications.selectors import was_told
from openflex.notifications.services import hold_bells, notify
from opportunities import selectors
from opportunities.enums import NotificationKind
from opportunities.models import Opportunity
from opportunities.rights import REASSIGN
from opportunities.services.telling import NUMBERED, named
from settings_admin.access.selectors.hand_over import grants_of
from settings_admin.models import Entity, User
from settings_admin.scoping import NOWHERE

# So many that become *en souffrance* at once for one salesperson have an entry each; more are one entry.
ONE_BY_ONE: Final = 3


def remind_of_overdue(*, now: datetime) -> int:
    """Tells the salespeople what became *en souffrance* since this was last looked at, on whatever day that was; a
    second run tells nothing. What became so for one of them at once, of a shorter delay say, is one entry. Returns how
    many opportunities were told of. Outside of any person's scope."""
    today = today_paris(now)
    fresh: dict[tuple[int, int], list[int]] = defaultdict(list)
    rows = Opportunity.objects.overdue(today).filter(reminded_on=None).order_by("pk")
    for pk, entity, salesperson in rows.values_list("pk", "entity_id", "salesperson_id"):
        fresh[entity, salesperson].append(pk)
    told = 0
    for pks in fresh.values():
        told += sum(_remind(pk, today) for pk in pks) if len(pks) <= ONE_BY_ONE else _remind_together(pks, today)
    return told


@transaction.atomic
def _remind(pk: int, today: date) -> bool:
    row = (
        Opportunity.objects.select_for_update(of=("self",)).select_related("customer", "salesperson").get(pk=pk)
    )  # fmt: skip
    # Another run, or what was done with it, may have come since the rows were read.
    if row.reminded_on or not row.is_overdue(today):
        return False
    row.reminded_on = today
    row.save(update_fields=["reminded_on"])
    named(
        row,
        recipients=[row.salesperson],
        kind=NotificationKind.REMINDER,
        title="Opportunité en souffrance",
        sentence=lambda name: f"L’opportunité n°{NBSP}{row.number} {of(name)} est en souffrance",
        text=selectors.why_overdue(row, today),
        url=reverse("opportunities:page", args=[row.pk]),
        target=row,
        once=f"overdue.{row.pk}.{today}",
    )
    return True


@transaction.atomic
def _remind_together(pks: Sequence[int], today: date) -> int:
    """Those of one salesperson in one entity; without names, which the list they lead to shows to who may know them."""
    locked = Opportunity.objects.select_for_update(of=("self",)).select_related("salesperson", "vehicle").order_by("pk")
    rows = [row for row in locked.filter(pk__in=pks, reminded_on=None) if row.is_overdue(today)]
    # They may have been handed on, one or another, since the rows were read.
    rows = [row for row in rows if row.salesperson == rows[0].salesperson]
    if not rows:
        return 0
    Opportunity.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_on=today)
    lines = [f"n°{NBSP}{row.number}{NBSP}: {selectors.why_overdue(row, today)}" for row in rows[:NUMBERED]]
    if len(rows) > NUMBERED:
        lines.append(f"et {counted(len(rows) - NUMBERED, 'autre')}")
    person = rows[0].salesperson
    notify(
        recipients=[person],
        kind=NotificationKind.REMINDER,
        title="Opportunités en souffrance",
        sentence=f"{counted(len(rows), 'opportunité')} que vous suivez sont en souffrance",
        text="\n".join(lines),
        url=f"{reverse('opportunities:list')}?tab=overdue&salesperson={person.pk}",
        target=rows[0],
        once=f"overdue.{rows[0].entity_id}.{today}",
    )
    return len(rows)


Place = tuple[int | None, User, int]


def tell_teams(*, now: datetime) -> int:
    """One entry for each manager (who hands opportunities on) and entity: how many are *en souffrance* in their places,
    by salesperson. It is the same entry each day, told once a day. Returns how many were told."""
    today = today_paris(now)
    counted_by = (
        Opportunity.objects.overdue(today)
        .values("entity", "point_of_sale", "salesperson")
        .annotate(late=Count("pk"))
        .order_by("entity", "point_of_sale", "salesperson")
    )
    rows = list(counted_by)
    people = User.objects.in_bulk({row["salesperson"] for row in rows})
    told = 0
    for entity in Entity.objects.filter(pk__in={row["entity"] for row in rows}).order_by("pk"):
        places = [
            (row["point_of_sale"], people[row["salesperson"]], row["late"])
            for row in rows
            if row["entity"] == entity.pk
        ]
        staff = list(User.objects.filter(holding=entity.holding_id, is_active=True).order_by("pk"))
        grants = grants_of(entity.holding_id, [user.pk for user in staff])
        for user in staff:
            reach = grants[user.pk].get(REASSIGN, NOWHERE)
            mine = [place for place in places if reach.covers(entity.pk, place[0])]
            told += bool(mine) and _tell_manager(user, entity, mine, now=now)
    return told


@transaction.atomic
def _tell_manager(manager: User, entity: Entity, places: Sequence[Place], *, now: datetime) -> bool:
    hold_bells([manager])
    once, (morning, _) = f"team.{entity.pk}", paris_day_bounds(today_paris(now))
    if was_told(manager.pk, once, since=morning):
        return False
    by_person: Counter[str] = Counter()
    for _, person, late in places:
        by_person[person.full_name] += late
    total = by_person.total()
    notify(
        recipients=[manager],
        kind=NotificationKind.TEAM_DIGEST,
        title="En souffrance dans votre équipe",
        sentence=f"{counted(total, 'opportunité')} en souffrance chez {entity.name}",
        text="\n".join(f"{name}{NBSP}: {late}" for name, late in by_person.most_common()),
        url=f"{reverse('opportunities:list')}?tab=overdue",
        target=entity,
        once=once,
    )
    return True
