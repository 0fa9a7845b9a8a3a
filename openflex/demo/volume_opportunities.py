"""Opportunities as many as the bars ask for, of the volume customers, with an offer for one in three."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from customers.models import Customer
from openflex.demo.copying import copy_rows
from openflex.demo.persons import FIRST_NAMES, SURNAMES
from openflex.demo.world import PASSWORD, World
from opportunities.enums import NextAction, OfferState, Source, Status, overdue_from
from opportunities.models import CloseReason, Comment, Offer, Opportunity
from opportunities.services.reasons import give_usual_reasons
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import DocumentCounter, Entity, TimelineEntry, User
from settings_admin.registries import BuiltInGroup
from vehicles.enums import StockStatus
from vehicles.models import Vehicle

BATCH = 5000
SALESPEOPLE = 12  # in each entity
_DAYS = 700
_DELAY_DAYS = 7
_STATUSES = {Status.OPEN: 25, Status.WON: 30, Status.LOST: 33, Status.DROPPED: 12}
_WISHES = ("SUV hybride", "Citadine essence, boîte automatique", "Break diesel", "Utilitaire 3 places", "Électrique")


@dataclass
class Team:
    """An entity being filled: what its opportunities point at."""

    entity: Entity
    people: list[User]
    customers: list[int]
    stock: list[Vehicle]
    reasons: dict[str, list[CloseReason]]


def fill_opportunities(
    world: World, shares: list[tuple[Entity, User, int]], opportunities: int, *, tell: Callable[[str], None]
) -> int:
    """Brings each entity up to its share (in percent) of that number in all; returns how many were added.

    Each batch is a transaction of its own: an interrupted run is taken up by the next one.
    """
    added = 0
    password = make_password(PASSWORD)
    for entity, actor, share in shares:
        start, target = Opportunity.objects.filter(entity=entity).count(), opportunities * share // 100
        if start >= target:
            continue
        with transaction.atomic():
            team = _team(entity, actor, password)
        for first in range(start, target, BATCH):
            last = min(first + BATCH, target)
            with transaction.atomic():
                _add_batch(world, team, first, last)
            added += last - first
            tell(f"{entity.name}: {last} opportunities of {target}")
    return added


def _team(entity: Entity, actor: User, password: str) -> Team:
    give_usual_reasons(entity)
    reasons: dict[str, list[CloseReason]] = {}
    for reason in CloseReason.objects.filter(entity=entity):
        reasons.setdefault(reason.status, []).append(reason)
    stock = Vehicle.objects.filter(entity=entity, status=StockStatus.FOR_SALE).order_by("pk")
    customers = Customer.objects.filter(entity=entity).order_by("pk").values_list("pk", flat=True)
    return Team(entity, _people(entity, actor, password), list(customers), list(stock[:5000]), reasons)


def _people(entity: Entity, actor: User, password: str) -> list[User]:
    people = []
    for index in range(SALESPEOPLE):
        email = f"vendeur{index + 1}.{entity.pk}.volume@demo.test"
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create(
                email=email,
                first_name=FIRST_NAMES[index % len(FIRST_NAMES)],
                last_name=SURNAMES[index * 7 % len(SURNAMES)],
                holding_id=entity.holding_id,
                password=password,
            )
            group = built_in_group(entity.holding, BuiltInGroup.SALESPERSON)
            add_member(actor=actor, user=user, group=group, entity=entity)
        people.append(user)
    return people


def _add_batch(world: World, team: Team, first: int, last: int) -> None:
    rows, offers, comments, randoms = [], [], [], []
    for index in range(first, last):
        # Each has a seed of its own: the same whatever was added in which run.
        random = Random(f"opportunity {team.entity.name} {index}")
        rows.append(_opportunity(world, random, team, number=index + 1))
        randoms.append(random)
    copy_rows(rows)
    for row, random in zip(rows, randoms, strict=True):
        if row.number % 3 == 0:
            offers.append(_offer(world, random, team, row))
        if row.number % 2 == 0:
            comments.append(_comment(random, team, row))
    copy_rows(offers)
    copy_rows(comments)
    copy_rows([_created(row, team.entity) for row in rows])
    for series, number in (("opportunity", last), ("offer", last // 3)):
        DocumentCounter.objects.update_or_create(
            entity=team.entity, series=series, defaults={"last": number, "given": number}
        )


def _opportunity(world: World, random: Random, team: Team, *, number: int) -> Opportunity:
    status = random.choices(list(_STATUSES), list(_STATUSES.values()))[0]
    # What is still open began lately.
    minutes = random.randrange((40 if status == Status.OPEN else _DAYS) * 24 * 60)
    created = world.now - timedelta(minutes=minutes + 60)
    touched = created + timedelta(minutes=random.randrange(minutes + 1))
    vehicle = random.choice(team.stock) if team.stock and random.random() < 0.7 else None
    person = random.choice(team.people)
    row = Opportunity(
        entity=team.entity,
        point_of_sale_id=vehicle.point_of_sale_id if vehicle else None,
        number=number,
        customer_id=random.choice(team.customers),
        salesperson=person,
        status=status.value,
        stars=random.choice((1, 1, 2, 2, 3)),
        source=random.choice(list(Source)).value,
        vehicle=vehicle,
        wish="" if vehicle else random.choice(_WISHES),
        last_contact_at=touched,
        created_by=person,
        created_at=created,
        changed_at=touched,
    )
    if status == Status.OPEN:
        row.next_action = random.choice(list(NextAction)).value
        row.next_action_on = world.today + timedelta(days=random.randrange(-4, 15))
        row.overdue_on = overdue_from(
            next_action_on=row.next_action_on, last_contact_at=touched, delay_days=_DELAY_DAYS
        )
        row.reminded_on = row.overdue_on if row.is_overdue(world.today) else None
    else:
        row.closed_at, row.closed_by = touched, person
        row.close_reason = random.choice(team.reasons[status])
    return row


def _offer(world: World, random: Random, team: Team, row: Opportunity) -> Offer:
    vehicle = row.vehicle or random.choice(team.stock)
    price = vehicle.sale_price or Decimal(random.randrange(60, 400) * 100)
    valid_until = row.created_at.date() + timedelta(days=15)
    is_current = row.is_open and valid_until >= world.today
    return Offer(
        entity=team.entity,
        point_of_sale_id=row.point_of_sale_id,
        opportunity=row,
        number=row.number // 3,
        state=(OfferState.SENT if is_current else OfferState.EXPIRED).value,
        vehicle=vehicle,
        list_price=vehicle.sale_price,
        price=price,
        valid_until=valid_until,
        created_by=row.salesperson,
        created_at=row.created_at,
        changed_at=row.created_at,
    )


def _comment(random: Random, team: Team, row: Opportunity) -> Comment:
    return Comment(
        entity=team.entity,
        point_of_sale_id=row.point_of_sale_id,
        opportunity=row,
        author=random.choice(team.people),
        text="Le client compare avec une offre voisine\u00a0; à rappeler avant la fin de la semaine.",
        at=row.changed_at,
    )


def _created(row: Opportunity, entity: Entity) -> TimelineEntry:
    return TimelineEntry(
        holding_id=entity.holding_id,
        entity_id=entity.pk,
        target_type=Opportunity._meta.label_lower,
        target_id=row.pk,
        kind="created",
        actor=row.salesperson,
        actor_name=row.salesperson.full_name,
        at=row.created_at,
    )
