"""`get_for` for people, who are no rows of an entity: a colleague is there for those who share a place with them."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404

from settings_admin import scoping
from settings_admin.access.models import User
from settings_admin.access.requests import StaffRequest, origin_of
from settings_admin.access.selectors.people import colleagues
from settings_admin.guards import RightMissing
from settings_admin.records.services import record_personal_data


def colleague_for(request: StaffRequest, pk: int, *, right: str, facts: Mapping[str, Any] | None = None) -> User:
    """The colleague `pk`, for this person and this right, with these facts annotated; the request then reads where the
    right is held.

    A sheet of a person holds personal data: who opens somebody else's is written down.

    Raises Http404 for strangers, RightMissing for colleagues where the person does not hold `right`.
    """
    scope = scoping.current_scope()
    scoping.enter(scope.narrowed(scope.granted(right)))
    user = colleagues(scope).filter(pk=pk).annotate(**(facts or {})).first()
    if user is None:
        scoping.enter(scope.narrowed(scope.widest))
        if colleagues(scope).filter(pk=pk).exists():
            raise RightMissing(right)
        raise Http404
    if user.pk != request.user.pk:
        record_personal_data(user=request.user, target=user, **origin_of(request))
    return user
