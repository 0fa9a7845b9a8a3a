"""What of them is open."""

from collections.abc import Iterable

from django.db.models import QuerySet

from settings_admin.models import User
from tests.errands.models import Errand


def open_of(user: User) -> QuerySet[Errand]:
    return Errand.objects.filter(assignee=user, is_done=False)


def places_of_open(user: User) -> Iterable[tuple[int, int | None]]:
    rows = Errand.objects.filter(assignee=user, is_done=False).order_by()
    return list(rows.values_list("entity_id", "point_of_sale_id").distinct())
