"""What happened to a person's rights: to their account, their places in groups, and the rights of these groups."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from settings_admin.access.models import Membership, User, UserGroup
from settings_admin.records.models import TimelineEntry

RIGHTS_CHANGED = "rights_changed"
_ABOUT_RIGHTS = ("invited", "left", "came_back", "second_factor_reset")


@dataclass(frozen=True)
class Stay:
    """In one group: what it is called, or was when the person left; since when and, when they left it everywhere,
    until when."""

    group_name: str
    since: datetime
    until: datetime | None = None


def stays_of(user: User, memberships: Iterable[Membership]) -> dict[int, Stay]:
    """For each group the person is or was in, as far as the reader may see; one statement. `memberships`: those of
    today."""
    stays: dict[int, Stay] = {}
    for one in memberships:
        known = stays.get(one.group_id)
        stays[one.group_id] = Stay(one.group.name, min(one.created_at, known.since) if known else one.created_at)
    today = frozenset(stays)
    moves = TimelineEntry.objects.filter(
        target_type=User._meta.label_lower, target_id=user.pk, kind__in=("member_added", "member_removed")
    ).order_by("at", "pk")
    for entry in moves:
        group = entry.details["group"]
        stay = stays.get(group, Stay(entry.details["group_name"], entry.at))
        until = entry.at if group not in today and entry.kind == "member_removed" else stay.until
        stays[group] = Stay(stay.group_name, min(stay.since, entry.at), until)
    return stays


def history_of(user: User, stays: Mapping[int, Stay], *, only_rights: bool) -> QuerySet[TimelineEntry]:
    """The person's own lines, and the changes of rights of their groups while they were in them, the latest first.
    `only_rights` leaves out what changes no right."""
    own = Q(target_type=User._meta.label_lower, target_id=user.pk)
    if only_rights:
        own &= Q(kind__startswith="member_") | Q(kind__in=_ABOUT_RIGHTS)
    found = own
    for group_id, stay in stays.items():
        changes = Q(
            target_type=UserGroup._meta.label_lower, target_id=group_id, kind=RIGHTS_CHANGED, at__gte=stay.since
        )
        found |= changes & Q(at__lt=stay.until) if stay.until else changes
    return TimelineEntry.objects.filter(found)
