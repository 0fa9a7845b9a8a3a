"""What awaits each account on *Accueil*: appointments, requests and their answers, an offer that is about to expire."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from openflex.demo.copying import copy_rows
from openflex.demo.parts.opportunities import event, overdue_day
from openflex.demo.world import World
from openflex.notifications.models import Notification
from opportunities.enums import AppointmentKind, AppointmentState, NextAction, NotificationKind, OfferState
from opportunities.history import url_of_comment
from opportunities.models import Appointment, Comment, Mention, Offer, Opportunity
from settings_admin.models import DocumentCounter, User
from vehicles.enums import StockStatus
from vehicles.models import Vehicle

# By entity: who sells, and who asks them for something.
SELLERS = {
    "main": (("vendeur", "manager"), ("manager", "admin"), ("moto", "manager")),
    "second": (("entite", "admin"),),
    "armor": (("autre", ""),),
}
# Days from today, minutes after midnight, with a test drive or not.
APPOINTMENTS = ((-1, 16 * 60, False), (0, 9 * 60 + 30, False), (0, 14 * 60 + 30, True), (0, 18 * 60, False))
# The days after, sooner or later in the day by seller: two of a site never want one vehicle at one hour.
COMING = ((1, 9 * 60, True), (1, 11 * 60, False), (2, 9 * 60, False), (3, 11 * 60, True), (5, 9 * 60, False))
LATER = 90  # minutes
SUNDAY = 6
SAID = "Très intéressé, veut en parler chez lui avant de signer."
REQUEST = "Peux-tu rappeler ce client avant ce soir\u00a0? Il a appelé l’accueil deux fois au sujet de la reprise."
QUESTION = "Quel prix de reprise puis-je lui annoncer\u00a0? Il passe demain."
ANSWER = "Annonce le prix de la cotation, pas au-delà\u00a0: deux pneus sont à changer."
TO_USED_CARS = "Le contrôle technique de ce véhicule sera-t-il passé avant la livraison\u00a0?"


def seed(world: World) -> None:
    for key, people in SELLERS.items():
        for nth, (seller, colleague) in enumerate(people):
            rows = list(
                Opportunity.objects.open()
                .filter(entity=world.entities[key], salesperson=world.users[seller], next_action_on__gte=world.today)
                .select_related("vehicle")
                .order_by("-number")[: len(APPOINTMENTS) + 3 + len(COMING)]
            )
            _appointments(world, rows[: len(APPOINTMENTS)], world.users[seller], APPOINTMENTS)
            coming = [(days, minutes + nth * LATER, is_drive) for days, minutes, is_drive in COMING]
            _appointments(world, rows[: len(APPOINTMENTS) - 1 : -1], world.users[seller], coming)
            rest = rows[len(APPOINTMENTS) : len(APPOINTMENTS) + 3]
            if rest:
                _offer(world, rest[0], world.users[seller])
            if colleague:
                for row, by, of, text in zip(
                    rest[1:], (colleague, seller), (seller, colleague), (REQUEST, QUESTION), strict=False
                ):
                    _request(world, row, world.users[by], world.users[of], text)
    _to_the_used_car_manager(world)


def _appointments(
    world: World, rows: list[Opportunity], seller: User, planned: Sequence[tuple[int, int, bool]]
) -> None:
    """Nobody is received on a Sunday to come."""
    events = []
    for row, (days, minutes, is_drive) in zip(rows, planned, strict=False):
        start = world.at(world.today + timedelta(days=days), minutes)
        if days > 0 and start.weekday() == SUNDAY:
            continue
        is_over = days == 0 and start + timedelta(hours=1) <= world.now
        vehicle = row.vehicle or _free_vehicle(row)
        appointment = Appointment.objects.create(
            **_place(row),
            opportunity=row,
            kind=AppointmentKind.TEST_DRIVE if is_drive and vehicle else AppointmentKind.MEETING,
            salesperson=seller,
            vehicle=vehicle if is_drive else None,
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            state=AppointmentState.DONE if is_over else AppointmentState.PLANNED,
            outcome=SAID if is_over else "",
            created_by=seller,
        )
        told = {
            "appointment": appointment.pk, "kind": appointment.kind, "starts_at": start.isoformat(),
            "with": seller.full_name,
        }  # fmt: skip
        events.append(event(row, "appointment", seller, at=row.changed_at, details=told))
        if is_over:
            at = start + timedelta(hours=1)
            events.append(event(row, "appointment_done", seller, at=at, details={**told, "outcome": SAID}))
            row.last_contact_at = row.changed_at = at
        else:
            row.next_action, row.next_action_on = NextAction.MEETING, start.date()
        row.overdue_on = overdue_day(row)
        if not row.is_overdue(world.today):
            row.reminded_on = None
        row.save(
            update_fields=[
                "last_contact_at",
                "changed_at",
                "next_action",
                "next_action_on",
                "overdue_on",
                "reminded_on",
            ]
        )
    copy_rows(events)


def _free_vehicle(row: Opportunity) -> Vehicle | None:
    stock = Vehicle.objects.filter(entity=row.entity_id, point_of_sale=row.point_of_sale_id)
    return stock.filter(status=StockStatus.FOR_SALE).order_by("-pk").first()


def _offer(world: World, row: Opportunity, seller: User) -> None:
    vehicle = row.vehicle or _free_vehicle(row)
    if vehicle is None or vehicle.sale_price is None:
        return
    counter = DocumentCounter.objects.filter(entity=row.entity_id, series="offer").first()
    if counter is None:
        counter = DocumentCounter.objects.create(entity_id=row.entity_id, series="offer", last=0, given=0)
    counter.last = counter.given = counter.last + 1
    counter.save(update_fields=["last", "given"])
    offer = Offer.objects.create(
        **_place(row),
        opportunity=row,
        number=counter.last,
        state=OfferState.SENT,
        vehicle=vehicle,
        list_price=vehicle.sale_price,
        price=vehicle.sale_price,
        valid_until=world.today + timedelta(days=1),
        created_by=seller,
        created_at=row.changed_at,
    )
    copy_rows(
        [event(row, "offer_created", seller, at=row.changed_at, details={"offer": offer.pk, "number": offer.number})]
    )


def _request(world: World, row: Opportunity, by: User, of: User, text: str) -> None:
    """A manager's waits for its answer; a salesperson's has been answered, and they have not read it."""
    at = world.instant(world.day(1), 10 * 60 + 20)
    asked = _comment(row, by, text, at=at, asked_of=of, due_on=world.today)
    if text != QUESTION:
        return
    answer = _comment(row, of, ANSWER, at=world.instant(world.day(1), 15 * 60 + 5))
    asked.answered_by = answer
    asked.save(update_fields=["answered_by"])
    _tell(row, answer, by, NotificationKind.ANSWER, "Réponse à votre demande", "a répondu à votre demande dans")


def _to_the_used_car_manager(world: World) -> None:
    rows = Opportunity.objects.open().filter(entity=world.entities["main"], salesperson=world.users["vendeur"])
    row = rows.exclude(vehicle=None).order_by("number").first()
    if row is None:
        return
    manager, seller = world.users["vo"], world.users["vendeur"]
    at = world.instant(world.day(1), 17 * 60 + 30)
    _comment(row, seller, TO_USED_CARS, at=at, asked_of=manager, due_on=world.today + timedelta(days=1))
    comment = _comment(row, seller, f"@{manager.full_name} le client demande aussi une deuxième clé.", at=at)
    Mention.objects.create(entity_id=row.entity_id, comment=comment, user=manager)
    _tell(row, comment, manager, NotificationKind.MENTION, "Vous êtes cité", "vous cite dans")


def _comment(row: Opportunity, author: User, text: str, *, at: Any, **fields: Any) -> Comment:
    comment = Comment.objects.create(**_place(row), opportunity=row, author=author, text=text, at=at, **fields)
    copy_rows([event(row, "comment", author, at=at, details={"comment": comment.pk})])
    return comment


def _tell(row: Opportunity, comment: Comment, to: User, kind: NotificationKind, title: str, verb: str) -> None:
    Notification.objects.create(
        recipient=to,
        actor=comment.author,
        entity_id=row.entity_id,
        kind=kind,
        title=title,
        sentence=f"{comment.author.full_name} {verb} l’opportunité n°\u00a0{row.number}",
        text=comment.text,
        url=url_of_comment(row.pk, comment.pk),
        target_type=Opportunity._meta.label_lower,
        target_id=row.pk,
        created_at=comment.at,
        changed_at=comment.at,
    )


def _place(row: Opportunity) -> dict[str, Any]:
    return {"entity_id": row.entity_id, "point_of_sale_id": row.point_of_sale_id}
