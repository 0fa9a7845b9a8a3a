"""*Estimations à valider*: which estimates wait for a price, who asked, and what an open list of them hears."""

from typing import Any, Final

from django.db.models import Count, Max, Q, QuerySet

from openflex.core.http import row_number
from openflex.core.realtime import Topic
from opportunities.enums import Status
from opportunities.models import TradeIn
from opportunities.models.trade_in import TradeInQuerySet
from opportunities.selectors import customers_named, trade_in_rows
from settings_admin.models import PointOfSale, User
from settings_admin.scoping import Reach

# Of an entity, for who decides in all of it; of a point of sale, for who decides only there.
ENTITY, SITE, AUDIENCE = "entity", "point_of_sale", "trade_ins"
# The event that an open list hears; it asks for its rows again.
CHANGED: Final = "trade_ins.changed"


def rows() -> TradeInQuerySet:
    """In what queries see now, of opportunities that are open: a price is decided in no other."""
    return _open(trade_in_rows())


def _open(trade_ins: TradeInQuerySet) -> TradeInQuerySet:
    return trade_ins.to_approve().filter(opportunity__status=Status.OPEN)


def within(reach: Reach) -> Q:
    """Of these entities and points of sale: less than queries see, where another right decides."""
    found = Q(entity__in=reach.whole)
    for entity, points in reach.partial.items():
        found |= Q(entity=entity) & (Q(point_of_sale=None) | Q(point_of_sale__in=points))
    return found


def askers() -> QuerySet[User]:
    """Who has asked for a price, by name: the choice stays as it is while estimates come and go."""
    asked = TradeIn.objects.exclude(asked_by=None).order_by().values("asked_by")
    return User.objects.filter(pk__in=asked).order_by("first_name", "last_name", "pk")


def search(trade_ins: QuerySet[TradeIn], text: str) -> QuerySet[TradeIn]:
    """By customer, number, plate, VIN and words of the vehicle; those to be decided are few."""
    found = Q(pk__in=TradeIn.objects.search(text).values("pk")) | Q(opportunity__customer__in=customers_named(text))
    if number := row_number(text.strip()):
        found |= Q(number=number)
    return trade_ins.filter(found)


# --- live -----------------------------------------------------------------------------------------
def topics_in(reach: Reach) -> list[Topic]:
    """What a list of these places hears."""
    sites = sorted(pk for points in reach.partial.values() for pk in points)
    return [Topic(ENTITY, pk, AUDIENCE) for pk in sorted(reach.whole)] + [Topic(SITE, pk, AUDIENCE) for pk in sites]


def topics_of(trade_in: TradeIn) -> list[Topic]:
    """Where it is listed. One of the whole entity is listed for who decides at any of its sites."""
    sites = [trade_in.point_of_sale_id] if trade_in.point_of_sale_id else _sites_of(trade_in.entity_id)
    return [Topic(ENTITY, trade_in.entity_id, AUDIENCE), *(Topic(SITE, pk, AUDIENCE) for pk in sites)]


def _sites_of(entity_id: int) -> list[int]:
    return list(PointOfSale.objects.filter(entity=entity_id).order_by("pk").values_list("pk", flat=True))


def state_of(topic: Topic) -> dict[str, Any]:
    """How many wait there, and since when nothing changed: no words, so that nothing has to be withheld."""
    there = Q(entity=topic.pk)
    if topic.kind == SITE:
        there = Q(point_of_sale=topic.pk) | Q(point_of_sale=None, entity__points_of_sale=topic.pk)
    return _open(TradeIn.objects.filter(there)).aggregate(waiting=Count("pk"), changed_at=Max("changed_at"))
