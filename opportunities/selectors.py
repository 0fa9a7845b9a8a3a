"""Reads of the opportunities."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject
from django.db.models.lookups import Exact

from customers.models import Customer
from customers.selectors import VIEW as VIEW_CUSTOMERS
from openflex.core import french
from openflex.core.dates import paris_day_bounds, today_paris
from openflex.core.http import row_number
from openflex.core.keys import is_one_of
from openflex.core.search import few_of, search_condition
from openflex.core.todos import RECEIVED_FOR, Asked
from opportunities import enums
from opportunities.models import (
    Appointment,
    CloseReason,
    Follower,
    Offer,
    Opportunity,
    OpportunitySettings,
    TradeIn,
    TradeInCost,
)
from opportunities.models.trade_in import TradeInQuerySet
from opportunities.rights import SET_PRICE, VIEW
from settings_admin.access.selectors.hand_over import grants_of
from settings_admin.models import Entity, Membership, PointOfSale, User
from settings_admin.records.selectors import timeline_of
from settings_admin.scoping import NOWHERE, Reach, Scope, current_scope, unscoped
from vehicles.models import Vehicle
from vehicles.selectors import refurbishment_of


def settings_of(entity_id: int) -> OpportunitySettings:
    """What the entity decided; the usual, unsaved, as long as nobody changed it."""
    own = OpportunitySettings.objects.filter(entity=entity_id).first()
    return own or OpportunitySettings(entity_id=entity_id)


# --- who ------------------------------------------------------------------------------------------
def people_with(right: str, *, entity_id: int, point_of_sale_id: int | None) -> list[User]:
    """The colleagues of the holding with an open account who hold `right` in this place, by name; four statements."""
    staff = User.objects.filter(holding__entities=entity_id, is_active=True).order_by("first_name", "last_name", "pk")
    people = list(staff)
    if not people:
        return []
    grants = grants_of(people[0].holding_id, [user.pk for user in people])
    return [user for user in people if grants[user.pk].get(right, NOWHERE).covers(entity_id, point_of_sale_id)]


def people_who_see(opportunity: Opportunity) -> list[User]:
    """Who may be asked, named, or made a follower."""
    return people_with(VIEW, entity_id=opportunity.entity_id, point_of_sale_id=opportunity.point_of_sale_id)


def named_in(text: str, people: Iterable[User]) -> list[User]:
    """Whom a comment names: « @Gilles VENDEUR », whatever the capitals. Of two names of which one begins with the
    other, the longer one is meant."""
    rest = text.casefold()
    named = []
    for user in sorted(people, key=lambda user: len(user.full_name), reverse=True):
        mention = f"@{user.full_name.casefold()}"
        if mention in rest:
            named.append(user)
            rest = rest.replace(mention, "")
    return named


# --- the list -------------------------------------------------------------------------------------
def listed_rows() -> QuerySet[Opportunity]:
    """With what a line of the list shows, but for its entity and its site, which a request knows."""
    return Opportunity.objects.filter(merged_into=None).select_related("customer", "salesperson", "vehicle")


def opportunity_rows() -> QuerySet[Opportunity]:
    return listed_rows().select_related("point_of_sale", "entity")


def search(rows: QuerySet[Opportunity], text: str) -> QuerySet[Opportunity]:
    """By customer, number (also of an offer or trade-in), plate or VIN of the vehicle wanted, offered or traded in.

    Each table is asked through its own index; joined in one condition they would be read whole. Unless the words are
    those of many vehicles, a make say: then the first that have them are soon met by going through the rows in order.
    """
    few = few_of(Vehicle.objects.search(text))
    if few is None:
        return rows.filter(_has_words(text))
    found: list[QuerySet[Any, Any]] = [
        Opportunity.objects.filter(is_one_of("customer", customers_named(text))).values("pk"),
        TradeIn.objects.search(text).values("opportunity"),
    ]
    if few:
        wanting = is_one_of("vehicle", few)
        found += [Opportunity.objects.filter(wanting).values("pk"), Offer.objects.filter(wanting).values("opportunity")]
    if number := row_number(text.strip()):
        found.append(Opportunity.objects.filter(number=number).values("pk"))
        found += [dated.objects.filter(number=number).values("opportunity") for dated in (Offer, TradeIn)]
    first, *others = (one.order_by() for one in found)
    return rows.filter(pk__in=first.union(*others))


def _has_words(text: str) -> Q:
    """What `search` looks for, asked of each row by itself."""
    offers = Offer.objects.filter(opportunity=OuterRef("pk"))
    trade_ins = TradeIn.objects.filter(opportunity=OuterRef("pk"))
    asked = Q(customer__in=customers_named(text)) | _has_one(trade_ins.search(text))
    if words := search_condition(text, column="vehicle__search_text"):
        asked |= words | _has_one(offers.filter(words))
    if number := row_number(text.strip()):
        asked |= Q(number=number) | _has_one(offers.filter(number=number)) | _has_one(trade_ins.filter(number=number))
    return asked


def _has_one(rows: QuerySet[Any]) -> Q:
    """Whether there is such a row. Of an EXISTS the database would first make the list of all that have one."""
    return Q(Exact(Subquery(rows.order_by().values(one=Value(1))[:1]), 1))


def customers_named(text: str) -> QuerySet[Any, Any]:
    """Customers with these words, of those the reader sees: what is found would tell who it is."""
    scope, rows = current_scope(), Customer.objects.search(text)
    if not scope.allows_everywhere(VIEW_CUSTOMERS):
        rows = rows.filter(entity__in=scope.granted(VIEW_CUSTOMERS).entities)
    return rows.values("pk")


def team_ids(scope: Scope) -> QuerySet[Any, Any]:
    """*Mon équipe*: those of the entities and sites that this person looks at, by the whole holding too."""
    here = Membership.objects.all()
    if sites := [site for chosen in scope.current.partial.values() for site in chosen]:
        here = here.filter(Q(entity__in=scope.current.whole) | Q(is_whole=True) | Q(points_of_sale__in=sites))
    return here.order_by().values("user")


def followed_by(asked: Asked, salesperson: str = "salesperson") -> Q:
    """Rows whose salesperson is the one that is asked for or somebody they stand in for; of a team, one of it. For the
    statement of `found_by`, which knows who they are."""
    if asked.is_team:
        return Q(**{f"{salesperson}__in": team_ids(current_scope())})
    return is_one_of(salesperson, RECEIVED_FOR)


def within(reach: Reach) -> Q:
    """Rows of these places, for a condition among others."""
    places = Q(entity__in=reach.whole)
    for entity, points in reach.partial.items():
        places |= Q(entity=entity) & (Q(point_of_sale=None) | Q(point_of_sale__in=points))
    return places


def salespeople() -> QuerySet[User]:
    """Who has opportunities in what queries see now, by name."""
    return User.objects.filter(pk__in=Opportunity.objects.order_by().values("salesperson")).order_by(
        "first_name", "last_name", "pk"
    )


def show(opportunities: Iterable[Opportunity], *, today: date) -> None:
    """Notes on each line of a list what it shows besides its columns."""
    for opportunity in opportunities:
        opportunity.wanted, opportunity.is_late = wanted(opportunity), opportunity.is_overdue(today)
        opportunity.days_late = days_late(opportunity, today)


def wanted(opportunity: Opportunity) -> str:
    """The vehicle the customer wants, or what they said of it."""
    vehicle = opportunity.vehicle
    return f"{vehicle.make} {vehicle.model} {vehicle.version}".strip() if vehicle else opportunity.wish


# --- appointments --------------------------------------------------------------------------------
def clash_of(appointment: Appointment) -> Appointment | None:
    """What is planned in the same hours with the same colleague or vehicle. The colleague may be wanted in an entity
    that the reader does not see: that is a clash too, and all that is told of it is when."""
    same = Q(salesperson=appointment.salesperson_id)
    if appointment.vehicle_id:
        same |= Q(vehicle=appointment.vehicle_id)
    with unscoped("a person is in one place at a time, in whatever entity"):
        return (
            Appointment.objects.filter(
                same,
                state=enums.AppointmentState.PLANNED,
                starts_at__lt=appointment.ends_at,
                ends_at__gt=appointment.starts_at,
            )
            .exclude(pk=appointment.pk)
            .select_related("salesperson", "vehicle")
            .order_by("starts_at", "pk")
            .first()
        )


def planned_to_come(opportunity: Opportunity, *, now: datetime) -> QuerySet[Appointment]:
    """What closing it would cancel: what has not begun."""
    return Appointment.objects.filter(
        opportunity=opportunity, state=enums.AppointmentState.PLANNED, starts_at__gt=now
    ).order_by("starts_at", "pk")


@dataclass(frozen=True)
class Day:
    day: date
    appointments: list[Appointment]


def week_of(monday: date, *, user_id: int | None) -> list[Day]:
    """The appointments of seven French days, of one person or of all that queries see; cancelled ones are not shown."""
    start, _ = paris_day_bounds(monday)
    _, end = paris_day_bounds(monday + timedelta(days=6))
    rows = (
        Appointment.objects.filter(starts_at__gte=start, starts_at__lt=end)
        .exclude(state=enums.AppointmentState.CANCELLED)
        .select_related("salesperson", "vehicle", "opportunity__customer", "point_of_sale")
        .order_by("starts_at", "pk")
    )
    if user_id is not None:
        rows = rows.filter(salesperson=user_id)
    days = [Day(monday + timedelta(days=step), []) for step in range(7)]
    for row in rows:
        days[(today_paris(row.starts_at) - monday).days].appointments.append(row)
    return days


# --- offers and trade-ins -------------------------------------------------------------------------
def offer_rows() -> QuerySet[Offer]:
    return Offer.objects.select_related(
        "opportunity__customer", "opportunity__salesperson", "opportunity__entity", "vehicle", "trade_in", "created_by",
        "entity", "point_of_sale",
    )  # fmt: skip


def priced_trade_ins(opportunity: Opportunity, *, today: date) -> QuerySet[TradeIn]:
    """Its trade-ins whose price may stand in an offer today."""
    return TradeIn.objects.filter(
        opportunity=opportunity,
        state__in=(enums.TradeInState.APPROVED, enums.TradeInState.ACCEPTED),
        valid_until__gte=today,
    ).order_by("-created_at", "-pk")


def trade_in_rows() -> TradeInQuerySet:
    """With what the page of an estimate and a line of *Estimations à valider* show."""
    return TradeIn.objects.select_related(
        "opportunity__customer", "opportunity__salesperson", "opportunity__entity", "entity", "point_of_sale",
        "asked_by", "decided_by", "created_by", "vehicle",
    )  # fmt: skip


def open_of_customer(customer: Customer) -> QuerySet[Opportunity]:
    """Where a new trade-in of theirs may go, the last one that something happened to first."""
    rows = Opportunity.objects.open().filter(customer=customer).select_related("vehicle")
    return rows.order_by("-changed_at", "-pk")


def deciders_of(trade_in: TradeIn) -> list[User]:
    """The managers who decide prices in its place."""
    return people_with(SET_PRICE, entity_id=trade_in.entity_id, point_of_sale_id=trade_in.point_of_sale_id)


# --- one opportunity ------------------------------------------------------------------------------
def close_reasons(entity_id: int, status: str) -> QuerySet[CloseReason]:
    return CloseReason.objects.filter(entity=entity_id, status=status, is_active=True).order_by(
        "position", "label", "pk"
    )


_FOLLOWERS = (
    Follower.objects.filter(opportunity=OuterRef("pk"), user__is_active=True)
    .order_by("since_at", "pk")
    .values(
        facts=JSONObject(**{name: f"user__{name}" for name in ("id", "first_name", "last_name", "email", "photo_at")})
    )
)


def all_rows() -> QuerySet[Opportunity]:
    """Those that were merged into another one too, whose address leads there; with their followers
    (`shown_followers`)."""
    return Opportunity.objects.select_related(
        "customer", "salesperson", "vehicle", "point_of_sale", "entity", "close_reason", "closed_by"
    ).annotate(follower_facts=ArraySubquery(_FOLLOWERS))  # type: ignore[no-redef]  # the model says so too


def shown_followers(opportunity: Opportunity) -> list[User]:
    """Its salesperson and those who follow it besides, of a row of `all_rows` without another statement: people as far
    as a page draws them."""
    others = [
        User(**{**facts, "photo_at": datetime.fromisoformat(facts["photo_at"]) if facts["photo_at"] else None})
        for facts in opportunity.follower_facts
    ]
    return [opportunity.salesperson, *others]


def why_overdue(opportunity: Opportunity, today: date) -> str:
    """The sentence that says why it is *en souffrance*: what began first, which is where lists put it."""
    due, since = opportunity.next_action_on, opportunity.overdue_on
    if due and due < today and (since is None or since > due):
        action, late = opportunity.get_next_action_display(), french.counted((today - due).days, "jour")
        return (
            f"«\u00a0{action}\u00a0» était à faire le {french.format_day(due)}\u00a0: {late} de retard"
            f"{note_of(opportunity)}."
        )
    contact = today_paris(opportunity.last_contact_at)
    return (
        f"Rien n’a été fait avec le client depuis {french.counted((today - contact).days, 'jour')}, "
        f"le dernier contact est du {french.format_day(contact)}."
    )


def note_of(opportunity: Opportunity) -> str:
    return f" ({opportunity.next_action_note.rstrip('.')})" if opportunity.next_action_note else ""


def days_late(opportunity: Opportunity, today: date) -> int:
    """Days since the next action was due; 0 while it is not late."""
    due = opportunity.next_action_on
    return max(0, (today - due).days) if opportunity.is_open and due else 0


def last_day_to_postpone(opportunity: Opportunity, delay_days: int) -> date:
    """The day before the customer will not have heard of us for the entity's delay, whatever is planned."""
    return today_paris(opportunity.last_contact_at) + timedelta(days=delay_days - 1)


@dataclass(frozen=True)
class Beside:
    """What stands beside the tabs of an opportunity, and what they count."""

    offers: list[Offer]
    trade_ins: list[TradeIn]
    appointments: list[Appointment]
    counts: dict[str, int]


def beside(opportunity: Opportunity) -> Beside:
    """Three statements, whatever there is; an opportunity has few of each."""
    offers = list(
        Offer.objects.filter(opportunity=opportunity)
        .select_related("vehicle", "trade_in", "created_by")
        .annotate(  # type: ignore[no-redef]  # the model says so too
            vehicle_refurbishment=refurbishment_of("vehicle"),
            trade_in_refurbishment=refurbishment_of("trade_in", rows=TradeInCost, of="trade_in"),
        )
    )
    trade_ins = list(TradeIn.objects.filter(opportunity=opportunity).select_related("decided_by", "vehicle"))
    appointments = list(
        Appointment.objects.filter(opportunity=opportunity, state=enums.AppointmentState.PLANNED).select_related(
            "salesperson", "vehicle"
        )
    )
    return Beside(offers, trade_ins, appointments, {"offres": len(offers), "reprise": len(trade_ins)})


def others_of_customer(opportunity: Opportunity) -> QuerySet[Opportunity]:
    """With which it may be merged: the same customer's, of the places that the reader sees."""
    return (
        Opportunity.objects.filter(customer=opportunity.customer_id, merged_into=None)
        .exclude(pk=opportunity.pk)
        .order_by("-changed_at", "-pk")
    )


def sites_of(entity: Entity, reach: Reach) -> list[PointOfSale]:
    """The sites of the entity where this reach may create."""
    sites = PointOfSale.objects.filter(entity=entity).order_by("name", "pk")
    return [site for site in sites if reach.covers(entity.pk, site.pk)]


def next_working_day(today: date) -> date:
    """Tomorrow, or Monday of a weekend: garages answer on Saturdays too."""
    tomorrow = today + timedelta(days=1)
    return tomorrow + timedelta(days=1) if tomorrow.weekday() == 6 else tomorrow


# --- live -----------------------------------------------------------------------------------------
TOPIC = "opportunity"


def topic_of(opportunity: Opportunity) -> str:
    return f"{TOPIC}.{opportunity.pk}"


def live_state(opportunity: Opportunity) -> dict[str, Any]:
    """What a page that is open compares: no words, so that nothing has to be withheld from anybody."""
    last = timeline_of(opportunity).order_by("-pk").values_list("pk", flat=True).first()
    return {"last": last, "changed_at": opportunity.changed_at.isoformat()}
