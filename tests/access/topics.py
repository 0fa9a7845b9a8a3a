"""A topic of every registered kind, of rows of *Nord*, first site: a kind that has none fails the battery."""

from collections.abc import Callable
from dataclasses import dataclass

from settings_admin.access.services.memberships import set_sites
from settings_admin.models import Membership, User
from settings_admin.scoping import unscoped
from tests.cast import Cast
from tests.errands.models import Errand
from tests.make import make_customer, make_opportunity


@dataclass(frozen=True)
class TopicSample:
    """`topic` is seen by `seer`, by right (or as their own, `is_personal`), and by nobody else of the battery."""

    topic: str
    seer: User
    is_personal: bool = False


def samples(cast: Cast) -> dict[str, Callable[[], TopicSample]]:
    """Name of the kind → what makes its sample; `mark` is for everybody and belongs to the tests."""

    def errand() -> TopicSample:
        with unscoped("test data"):
            row = Errand.objects.create(title="x", entity=cast.north, point_of_sale=cast.north_1, assignee=cast.sam)
        return TopicSample(f"errand.{row.pk}", cast.sam)

    def bell() -> TopicSample:
        return TopicSample(f"user.{cast.vera.pk}", cast.vera, is_personal=True)

    def opportunity() -> TopicSample:
        customer = make_customer(entity=cast.north)
        row = make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam)
        return TopicSample(f"opportunity.{row.pk}", cast.sam)

    def estimates_of_the_entity() -> TopicSample:
        return TopicSample(f"entity.{cast.north.pk}.trade_ins", cast.marc)

    def estimates_of_the_site() -> TopicSample:
        with unscoped("test data"):
            membership = Membership.objects.select_related("group", "entity").get(user=cast.vera)
            set_sites(actor=cast.alice, membership=membership, points_of_sale=[cast.north_1])
        return TopicSample(f"point_of_sale.{cast.north_1.pk}.trade_ins", cast.vera)

    return {
        "errand": errand,
        "user": bell,
        "opportunity": opportunity,
        "entity.trade_ins": estimates_of_the_entity,
        "point_of_sale.trade_ins": estimates_of_the_site,
    }
