"""What happened to a person's rights: to their account, their places in groups, and the rights of these groups."""

from datetime import datetime

from django.db.models import Q, QuerySet

from settings_admin.access.models import Membership, User, UserGroup
from settings_admin.records.models import TimelineEntry

RIGHTS_CHANGED = "rights_changed"
_ABOUT_RIGHTS = ("invited", "left", "came_back", "second_factor_reset")


def history_of(user: User, *, only_rights: bool) -> QuerySet[TimelineEntry]:
    """The person's own lines, and the changes of rights of their groups while they were in them, the latest first;
    three statements. `only_rights` leaves out what changes no right."""
    own = Q(target_type=User._meta.label_lower, target_id=user.pk)
    if only_rights:
        own &= Q(kind__startswith="member_") | Q(kind__in=_ABOUT_RIGHTS)
    found = own
    for group_id, (since, until) in _times_in_groups(user).items():
        changes = Q(target_type=UserGroup._meta.label_lower, target_id=group_id, kind=RIGHTS_CHANGED, at__gte=since)
        found |= changes & Q(at__lt=until) if until else changes
    return TimelineEntry.objects.filter(found)


def _times_in_groups(user: User) -> dict[int, tuple[datetime, datetime | None]]:
    """For each group the person is or was in: since when and, when they left it everywhere, until when; as far as the
    reader may see."""
    inside = dict(Membership.objects.filter(user=user).order_by("-created_at").values_list("group_id", "created_at"))
    times: dict[int, tuple[datetime, datetime | None]] = {group: (since, None) for group, since in inside.items()}
    moves = TimelineEntry.objects.filter(
        target_type=User._meta.label_lower, target_id=user.pk, kind__in=("member_added", "member_removed")
    ).order_by("at", "pk")
    for entry in moves:
        group = entry.details["group"]
        since, until = times.get(group, (entry.at, None))
        if group not in inside and entry.kind == "member_removed":
            until = entry.at
        times[group] = (min(since, entry.at), until)
    return times


def names_of_groups(entries: list[TimelineEntry]) -> dict[int, str]:
    """The names of the groups of whose rights these lines tell, those that were deleted since left out."""
    ids = {entry.target_id for entry in entries if entry.target_type == UserGroup._meta.label_lower}
    return dict(UserGroup.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
