"""What the list of notifications can be narrowed to."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from openflex.core.dates import paris_day_bounds, today_paris
from openflex.core.filters import CheckboxesFilter
from openflex.core.lists import ListTable, Tab
from openflex.notifications.models import Notification
from openflex.notifications.registry import kinds_for

SORTS = {"changed_at": "changed_at"}
DEFAULT_SORT = "-changed_at"
UNREAD = "unread"
# Days before today that a period begins.
_PERIODS: Mapping[str, tuple[str, int]] = {
    "today": ("aujourd’hui", 0),
    "week": ("7 derniers jours", 6),
    "month": ("30 derniers jours", 29),
}

TABS = (
    Tab("", "Toutes", Q(), has_count=False),
    Tab(UNREAD, "Non lues", Q(read_at=None)),
)


class NotificationTable(ListTable):
    """No columns: the page draws each notification whole, and takes from the list its tabs, filters and pages."""

    class Meta(ListTable.Meta):
        model = Notification
        fields = ()


class NotificationFilter(filters.FilterSet):
    """By kind and by period. No search: it would find words of what one may no longer read."""

    kind = CheckboxesFilter(label="Type")
    period = filters.ChoiceFilter(
        method="by_period",
        label="Période",
        choices=[(key, label) for key, (label, _) in _PERIODS.items()],
        empty_label="Toutes",
    )

    class Meta:
        model = Notification
        fields: list[str] = []

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = kinds_for(self.request.user)
        self.filters["kind"].extra["choices"] = [(kind.key, kind.label) for kind in kinds]

    def by_period(self, rows: QuerySet[Notification], name: str, value: str) -> QuerySet[Notification]:
        first = today_paris(timezone.now()) - timedelta(days=_PERIODS[value][1])
        return rows.filter(changed_at__gte=paris_day_bounds(first)[0])
