"""What happens to the notifications of rows that become one, that are erased, or whose page goes."""

from collections.abc import Collection
from typing import Any

from django.db import models, transaction

from openflex.notifications.models import Notification
from openflex.notifications.services.inbox import hold, tell_screens
from settings_admin.scoping import unscoped


def repoint(*, old: models.Model, new: models.Model) -> int:
    """What was told about `old` is about `new` from now on; its address stays. Call it in the transaction that makes
    the two one. Returns how many."""
    with unscoped("two rows become one for everybody who was told about one of them"):
        moved: int = _about(old._meta.label_lower, [old.pk]).update(target_id=new.pk)
    return moved


def lead(*, model: str, pks: Collection[int], url: str) -> int:
    """What was told about these rows, "customers.customerimport" say, leads to `url` from now on: their own page goes.
    Returns how many."""
    with unscoped("whoever was told about what is no longer kept"):
        led: int = _about(model, pks).update(url=url)
    return led


@transaction.atomic
def forget(*, model: str, pks: Collection[int]) -> int:
    """Deletes what was told about these rows, "customers.customer" say, and tells the screens. Returns how many."""
    with unscoped("whoever was told about what is erased"):
        rows = _about(model, pks)
        people = list(rows.order_by("recipient_id").values_list("recipient_id", flat=True).distinct())
        hold(people)
        deleted: int = rows.delete()[0]
        for pk in people:
            tell_screens(pk)
    return deleted


def _about(model: str, pks: Collection[int]) -> Any:
    return Notification.objects.filter(target_type=model, target_id__in=pks)
