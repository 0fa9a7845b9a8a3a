"""Opportunities of every entity, those of the release notes among them, with what was said and offered."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from customers.models import Customer
from openflex.demo.copying import copy_rows
from openflex.demo.world import World
from openflex.notifications.models import Notification
from opportunities.enums import NextAction, NotificationKind, OfferState, Source, Status, TradeInState, overdue_from
from opportunities.history import url_of_comment
from opportunities.models import CloseReason, Comment, Exchange, Offer, Opportunity, TradeIn
from opportunities.services.messages import give_usual_messages
from opportunities.services.reasons import give_usual_reasons
from opportunities.services.trade_ins import quoted_values
from quotation.models import Quotation
from settings_admin.models import DocumentCounter, TimelineEntry, User
from vehicles.enums import StockStatus
from vehicles.models import Vehicle

# How many in each entity, of which sites, followed by whom.
ENTITIES = {
    "main": (94, ("chalon", "macon", "motos"), ("vendeur", "vendeur", "manager", "moto")),
    "second": (18, ("tournus",), ("entite",)),
    "armor": (8, ("quimper",), ("autre",)),
}
# Of the release notes: both of Pr RINO.
LATE, WON, OFFER = 14873, 14866, 26176
COMMENTS = (
    (14 * 60 + 39, "Revoir le prix de reprise à la baisse."),
    (
        14 * 60 + 42,
        "Revoir le prix de reprise à la hausse finalement, entretien suivi dans le réseau constructeur, factures "
        "disponibles. Vérifier l’usure des pneus et la date du dernier contrôle technique. Contrôler les éventuelles "
        "traces de fuites. Regarder si le véhicule est gagé.",
    ),
)
WISHES = ("SUV hybride", "Citadine essence, boîte automatique", "Break diesel", "Utilitaire 3 places", "Électrique")
DELAY_DAYS = 7


def seed(world: World) -> None:
    random = Random("opportunities")  # a seed of its own: another part's draws never move these
    for entity in world.entities.values():
        give_usual_reasons(entity)
        give_usual_messages(entity)
    for key, (count, sites, people) in ENTITIES.items():
        entity = world.entities[key]
        customers = list(Customer.objects.filter(entity=entity).order_by("pk"))
        stock = list(Vehicle.objects.filter(entity=entity, status=StockStatus.FOR_SALE).order_by("pk"))
        last = LATE + 7 if key == "main" else count
        rows = [
            _opportunity(world, random, number, random.choice(customers), stock, sites=sites, people=people)
            for number in range(last - count + 1, last + 1)
        ]
        if key == "main":
            _name(world, rows, customers[0])
        copy_rows(rows)
        copy_rows([event(row, "created", row.created_by, at=row.created_at) for row in rows])
        _count(entity, "opportunity", last)
    _tell_the_story(world)


def _opportunity(
    world: World, random: Random, number: int, customer: Customer, stock: list[Vehicle], *, sites: Any, people: Any
) -> Opportunity:
    created = world.instant(world.day(random.randrange(1, 60)), 9 * 60 + random.randrange(9 * 60))
    contact = min(created + timedelta(days=random.randrange(0, 20), hours=2), world.now - timedelta(hours=3))
    person = world.users[random.choice(people)]
    site = world.sites["motos" if "motos" in sites and person == world.users["moto"] else random.choice(sites)]
    row = Opportunity(
        entity_id=customer.entity_id,
        point_of_sale=site,
        number=number,
        customer=customer,
        salesperson=person,
        created_by=person,
        source=random.choice(list(Source)).value,
        stars=random.choice((1, 1, 2, 2, 3)),
        created_at=created,
        last_contact_at=max(contact, created),
        changed_at=max(contact, created),
    )
    own = [vehicle for vehicle in stock if vehicle.point_of_sale_id == site.pk]
    if own and random.random() < 0.7:
        row.vehicle = random.choice(own)
    else:
        row.wish = random.choice(WISHES)
    _outcome(world, random, row)
    return row


def _outcome(world: World, random: Random, row: Opportunity) -> None:
    draw = random.random()
    if draw < 0.62:
        row.next_action = random.choice(
            (NextAction.CALL, NextAction.CALL, NextAction.SEND_OFFER, NextAction.OTHER)
        ).value
        row.next_action_on = world.today + timedelta(days=random.randrange(-6, 12))
        row.overdue_on = overdue_day(row)
        row.reminded_on = row.overdue_on if row.is_overdue(world.today) else None
        return
    status = Status.WON if draw < 0.78 else Status.LOST if draw < 0.92 else Status.DROPPED
    row.status = status.value
    row.close_reason = random.choice(list(CloseReason.objects.filter(entity=row.entity_id, status=status)))
    row.competitor = random.choice(("", "Garage de la Gare", "Auto Sud")) if status == Status.LOST else ""
    row.closed_at, row.closed_by = row.changed_at, row.salesperson


def overdue_day(row: Opportunity) -> date:
    return overdue_from(next_action_on=row.next_action_on, last_contact_at=row.last_contact_at, delay_days=DELAY_DAYS)


def _name(world: World, rows: list[Opportunity], rino: Customer) -> None:
    """The two of the release notes take the place of what was drawn."""
    seller, site = world.users["vendeur"], world.sites["chalon"]
    by_number = {row.number: row for row in rows}
    for number, days, stars in ((LATE, 41, 1), (WON, 64, 3)):
        row = by_number[number]
        at = world.instant(world.day(days), 11 * 60 + 52)
        row.customer, row.salesperson, row.created_by, row.point_of_sale = rino, seller, seller, site
        row.source, row.stars, row.created_at, row.last_contact_at = Source.INTERNAL.value, stars, at, at
        row.competitor, row.wish = "", ""
        own = Vehicle.objects.filter(point_of_sale=site, status=StockStatus.FOR_SALE).order_by("pk")
        row.vehicle = own[0 if number == LATE else 1]
    late, won = by_number[LATE], by_number[WON]
    late.status, late.close_reason, late.closed_at, late.closed_by = Status.OPEN.value, None, None, None
    late.next_action, late.next_action_on = NextAction.CALL.value, world.day(34)
    late.overdue_on = late.reminded_on = overdue_day(late)
    late.changed_at = world.instant(world.today, COMMENTS[-1][0])
    won.status, won.overdue_on, won.next_action, won.next_action_on = Status.WON.value, None, "", None
    won.close_reason = CloseReason.objects.filter(entity=won.entity_id, status=Status.WON).order_by("pk").first()
    won.closed_at = won.changed_at = world.instant(world.day(30), 17 * 60)
    won.closed_by = seller


def _tell_the_story(world: World) -> None:
    """What the picture of opportunity 14873 shows: an offer, a trade-in on it, two comments of the administrator."""
    entity = world.entities["main"]
    row = Opportunity.objects.select_related("vehicle", "salesperson").get(entity=entity, number=LATE)
    seller, administrator = world.users["vendeur"], world.users["admin"]
    place = {"entity_id": row.entity_id, "point_of_sale_id": row.point_of_sale_id}
    trade_in = _trade_in(world, row, place)
    offer = Offer.objects.create(
        **place,
        opportunity=row,
        number=OFFER,
        state=OfferState.SENT,
        vehicle=row.vehicle,
        list_price=row.vehicle.sale_price,
        price=row.vehicle.sale_price,
        trade_in=trade_in,
        valid_until=world.today + timedelta(days=5),
        created_by=seller,
        created_at=row.created_at,
    )
    _count(entity, "offer", OFFER)
    _count(entity, "trade_in", trade_in.number)
    told = {"offer": offer.pk, "number": OFFER}
    events = [
        event(row, "offer_created", seller, at=row.created_at, details=told),
        event(
            row, "trade_in_created", seller, at=row.created_at,
            details={"trade_in": trade_in.pk, "number": trade_in.number, "offer": offer.pk, "offer_number": OFFER},
        ),
    ]  # fmt: skip
    exchange = Exchange.objects.create(
        **place,
        opportunity=row,
        by=seller,
        means="call",
        outcome="reached",
        text="Souhaite réfléchir au prix de reprise.",
        at=row.created_at + timedelta(days=1),
    )
    events.append(event(row, "exchange", seller, at=exchange.at, details={"exchange": exchange.pk, "means": "call"}))
    for minutes, text in COMMENTS:
        at = world.instant(world.today, minutes)
        comment = Comment.objects.create(
            **place, opportunity=row, author=administrator, is_from_manager=True, text=text, at=at
        )
        events.append(event(row, "comment", administrator, at=at, details={"comment": comment.pk}))
        Notification.objects.create(
            recipient=seller,
            actor=administrator,
            entity_id=row.entity_id,
            kind=NotificationKind.COMMENT,
            title="Nouveau commentaire",
            sentence=f"{administrator.full_name} a commenté l’opportunité n°\u00a0{LATE}",
            text=text,
            url=url_of_comment(row.pk, comment.pk),
            target_type=Opportunity._meta.label_lower,
            target_id=row.pk,
            created_at=at,
            changed_at=at,
        )
    copy_rows(events)


def _trade_in(world: World, row: Opportunity, place: dict[str, Any]) -> TradeIn:
    quotation = Quotation.objects.filter(entity=row.entity_id, plate="GD642JM").order_by("pk").first()
    return TradeIn.objects.create(
        **place,
        opportunity=row,
        number=465850,
        state=TradeInState.TO_APPROVE,
        quotation=quotation,
        expected_price=Decimal(8500),
        asked_by=row.salesperson,
        asked_at=row.created_at,
        created_by=row.salesperson,
        created_at=row.created_at,
        **quoted_values(quotation),
    )


def event(
    row: Opportunity, kind: str, actor: User, *, at: datetime, details: dict[str, Any] | None = None
) -> TimelineEntry:
    return TimelineEntry(
        holding_id=actor.holding_id,
        entity_id=row.entity_id,
        target_type=Opportunity._meta.label_lower,
        target_id=row.pk,
        kind=kind,
        actor=actor,
        actor_name=actor.full_name,
        details=details or {},
        at=at,
    )


def _count(entity: Any, series: str, last: int) -> None:
    DocumentCounter.objects.create(entity=entity, series=series, last=last, given=last)
