"""What of them is open."""

from collections.abc import Iterable

from settings_admin.models import User
from tests.errands.models import Errand


def count_open(user: User) -> int:
    return Errand.objects.filter(assignee=user, is_done=False).count()


def places_of_open(user: User) -> Iterable[tuple[int, int | None]]:
    rows = Errand.objects.filter(assignee=user, is_done=False).order_by()
    return list(rows.values_list("entity_id", "point_of_sale_id").distinct())
