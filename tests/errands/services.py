"""A task comes to somebody, or to who stands in for them; those of a leaver go to somebody else."""

from datetime import datetime

from django.db import transaction

from openflex.core.dates import today_paris
from openflex.core.realtime import publish_on_commit
from settings_admin.access.selectors.absences import receiver_of
from settings_admin.models import Entity, PointOfSale, User
from settings_admin.records.services import record_event, save_changes
from tests.errands.models import Errand

RIGHT = "quotation.use"


def assign(
    *, title: str, to: User, entity: Entity, point_of_sale: PointOfSale | None = None, actor: User, now: datetime
) -> Errand:
    place = {"entity_id": entity.pk, "point_of_sale_id": point_of_sale.pk if point_of_sale else None}
    receiver = receiver_of(to, on=today_paris(now), right=RIGHT, **place)
    errand = Errand.objects.create(title=title, assignee=receiver, **place)
    record_event(errand, kind="assigned", actor=actor)
    return errand


def hand_over(user: User, *, to: User, actor: User) -> int:
    """Inside the leaver's transaction; each task keeps who had it in its history."""
    open_ones = list(Errand.objects.filter(assignee=user, is_done=False))
    for errand in open_ones:
        errand.assignee = to
        save_changes(errand, fields=["assignee"], actor=actor, kind="handed_over")
    return len(open_ones)


@transaction.atomic
def rename(errand: Errand, *, title: str, actor: User) -> None:
    errand = Errand.objects.select_for_update(of=("self",)).get(pk=errand.pk)
    errand.title = title
    save_changes(errand, fields=["title"], actor=actor, kind="renamed")
    publish_on_commit(f"errand.{errand.pk}", "errand.renamed", {"title": title, "by": actor.full_name})
