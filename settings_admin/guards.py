"""What stands before every view: who may enter, and how one row is fetched.

Each view carries exactly one of `@right`, `@signed_in`, `@staff_only`, `@merchant_only` or, from the kernel, `@public`;
a route without one does not start (`openflex.core.checks`). Fetching is authorising: strangers get 404, colleagues
without the right 403.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import wraps
from typing import Any, Literal, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from openflex.core.http import View, declare
from settings_admin import scoping

RowT = TypeVar("RowT", bound=scoping.ScopedModel)


class RightMissing(PermissionDenied):
    """403 that can say which right is missing, and where."""

    def __init__(self, right: str, entity_id: int | None = None) -> None:
        super().__init__(right)
        self.right = right
        self.entity_id = entity_id


def right(code: str, *, on: Literal["scope", "anywhere", "row"]) -> Callable[[View], View]:
    """The view needs `code`.

    `on="scope"`: a list or a creation; the right must be held somewhere in the current scope, and queries see only
    the part of the scope where it is held. `on="anywhere"`: the same, whatever the top bar shows: held in any of my
    entities, and queries see all of these. `on="row"`: the page of one row; nothing can be read until `get_for` has
    fetched it, in the scope of all my entities.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            scope = scoping.current_scope()
            if scope.merchant_id is not None:
                # Another audience: for a merchant the staff's pages do not exist.
                raise Http404
            if not (scope.allows_somewhere(code) if on == "scope" else scope.granted(code)):
                raise RightMissing(code)
            if on == "scope" and request.method == "POST" and getattr(request, "left_shown_scope", False):
                raise RightMissing(code)
            if on == "row":
                scoping.enter(replace(scope, reach=scoping.NOWHERE, waits_for_row=code))
            else:
                held = scope.granted(code)
                scoping.enter(scope.narrowed(held & scope.current if on == "scope" else held))
            return view(request, *args, **kwargs)

        return declare(wrapper, declared_right=code, right_is_on=on)

    return decorate


def signed_in(view: View) -> View:
    """For what anyone with an account may do with their own things."""
    return declare(view, declared_right="signed_in")


def merchant_only(view: View) -> View:
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if scoping.current_scope().merchant_id is None:
            raise Http404
        return view(request, *args, **kwargs)

    return declare(wrapper, declared_right="merchant")


def staff_only(view: View) -> View:
    """For what each member of staff does with their own things, and a merchant's people do not have."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if scoping.current_scope().merchant_id is not None:
            raise Http404
        return view(request, *args, **kwargs)

    return declare(wrapper, declared_right="staff")


def get_for(request: HttpRequest, rows: QuerySet[RowT], pk: int, *, right: str) -> RowT:
    """The row `pk`, for this person and this right; from here on the request
    reads in the scope of all my entities where I hold it.

    Raises Http404 when the row is a stranger's (another entity, another point of sale, another holding), and
    RightMissing when it is a colleague's on which the person does not hold `right`.
    """
    scope = scoping.current_scope()
    scoping.enter(scope.narrowed(scope.widest))
    row = get_object_or_404(rows, pk=pk)
    if not _allows(scope, right, row):
        raise RightMissing(right, place_of(row)[0])
    read_widely(right)
    return row


def may_see(rows: QuerySet[RowT], pk: int, *, right: str) -> bool:
    """Would `get_for` hand this row out? For what is not a request: a live topic, a notification. The scope stays."""
    scope = scoping.current_scope()
    with scoping.scoped(scope.narrowed(scope.widest)):
        row = rows.filter(pk=pk).first()
    return row is not None and _allows(scope, right, row)


def seen_among(rows: QuerySet[RowT], pks: Collection[int], *, right: str) -> set[int]:
    """Those of these rows, which belong to an entity, that `get_for` would hand out; one statement."""
    scope = scoping.current_scope()
    with scoping.scoped(scope.narrowed(scope.granted(right))):
        return set(rows.filter(pk__in=pks).order_by().values_list("pk", flat=True))


def _allows(scope: scoping.Scope, right: str, row: scoping.ScopedModel) -> bool:
    entity_id, point_of_sale_id = place_of(row)
    # A row of the whole holding, a shared group say, is read by whoever holds the right somewhere in it.
    return scope.allows(right, entity_id, point_of_sale_id) if entity_id else bool(scope.granted(right))


def read_widely(right: str) -> None:
    """From here on the request reads in all my entities where I hold `right`: for a list that opens one of its rows
    beside it. The view has declared the right."""
    scope = scoping.current_scope()
    scoping.enter(scope.narrowed(scope.granted(right)))


def place_of(row: scoping.ScopedModel) -> tuple[int | None, int | None]:
    """The entity (None: the whole holding) and the point of sale that a row says it belongs to, in its audience."""
    values = {
        name: getattr(row, scoping.attname(row, column))
        for name, column in row.audience.columns().items()
        if name in ("entity", "point_of_sale")
    }
    return values.get("entity"), values.get("point_of_sale")
