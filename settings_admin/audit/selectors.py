"""Which lines of the log somebody may read."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from openflex.core.keys import is_one_of
from openflex.core.search import few_of
from settings_admin.access.models import User
from settings_admin.access.selectors.people import colleagues
from settings_admin.audit.enums import USER
from settings_admin.audit.models import AuditLine
from settings_admin.scoping import Scope

AUDIT = "settings.audit"


def sees_whole_holding(scope: Scope) -> bool:
    return AUDIT in scope.holding_rights and scope.reach.contains(scope.widest)


def audit_lines(scope: Scope) -> QuerySet[AuditLine]:
    """Those of the entities that queries see now. Of those without an entity (sign-ins, the whole holding), who does
    not look at the whole holding sees those about people whom they see, else those that such people did."""
    lines = AuditLine.objects.filter(holding=scope.holding_id).select_related("actor", "entity", "holding")
    if sees_whole_holding(scope):
        return lines
    seen = people_seen(scope).values("pk")
    is_about_somebody = Q(target_type=USER)
    return lines.filter(
        Q(entity__isnull=False) | (is_about_somebody & Q(target_id__in=seen)) | (~is_about_somebody & Q(actor__in=seen))
    )


def people_seen(scope: Scope) -> QuerySet[User]:
    return User.objects.filter(holding=scope.holding_id) if sees_whole_holding(scope) else colleagues(scope)


def people_found(scope: Scope, words: str) -> list[int]:
    """The people whom the reader sees and whose name or address has all of these words."""
    people = people_seen(scope)
    for word in words.split():
        people = people.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word))
    return list(people.order_by("pk").values_list("pk", flat=True))


def of_people(lines: QuerySet[AuditLine], people: Collection[int]) -> QuerySet[AuditLine]:
    """What these people did, and what was done to them."""
    return lines.filter(Q(actor__in=people) | Q(target_type=USER, target_id__in=people))


def of_names(lines: QuerySet[AuditLine], people: Collection[int]) -> QuerySet[AuditLine]:
    """The same for people who may have done little: their lines are looked up before, lest the whole log be read
    through for them."""
    found = of_people(lines, people)
    few = few_of(found)
    return found if few is None else lines.filter(is_one_of("pk", few))
