"""Photos, damage and refurbishment costs of a trade-in estimate, on its page."""

from django.http import HttpResponse

from openflex.core.http import read_only, writes
from opportunities.models import TradeIn, TradeInDamagePhoto, TradeInPhoto
from opportunities.rights import EDIT, VIEW
from opportunities.views.trade_ins import ESTIMATE, fetch
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import get_for, right
from vehicles.views import condition


@right(VIEW, on="row")
@read_only
def photo(request: StaffRequest, pk: int, size: str) -> HttpResponse:
    return condition.photo_response(request, get_for(request, TradeInPhoto.objects.all(), pk, right=VIEW), size)


@right(EDIT, on="row")
@writes("POST")
def add_photos(request: StaffRequest, pk: int) -> HttpResponse:
    return condition.add_photos(request, _trade_in(request, pk), ESTIMATE)


@right(EDIT, on="row")
@writes("POST")
def move_photo(request: StaffRequest, pk: int, photo_pk: int) -> HttpResponse:
    return condition.move_photo(request, _trade_in(request, pk), ESTIMATE, photo_pk)


@right(EDIT, on="row")
@writes("GET", "POST")
def remove_photo(request: StaffRequest, pk: int, photo_pk: int) -> HttpResponse:
    return condition.remove_photo(request, _trade_in(request, pk), ESTIMATE, photo_pk)


@right(VIEW, on="row")
@read_only
def damage_photo(request: StaffRequest, pk: int, size: str) -> HttpResponse:
    return condition.photo_response(request, get_for(request, TradeInDamagePhoto.objects.all(), pk, right=VIEW), size)


@right(EDIT, on="row")
@writes("POST")
def add_damage_photos(request: StaffRequest, pk: int, part_pk: int) -> HttpResponse:
    return condition.add_photos(request, _trade_in(request, pk), ESTIMATE, part_pk)


@right(EDIT, on="row")
@writes("GET", "POST")
def remove_damage_photo(request: StaffRequest, pk: int, part_pk: int, photo_pk: int) -> HttpResponse:
    return condition.remove_photo(request, _trade_in(request, pk), ESTIMATE, photo_pk, part_pk)


@right(EDIT, on="row")
@writes("GET", "POST")
def add_part(request: StaffRequest, pk: int, what: str) -> HttpResponse:
    return condition.add_part(request, _trade_in(request, pk), ESTIMATE, what)


@right(EDIT, on="row")
@writes("GET", "POST")
def edit_part(request: StaffRequest, pk: int, what: str, part_pk: int) -> HttpResponse:
    return condition.edit_part(request, _trade_in(request, pk), ESTIMATE, what, part_pk)


@right(EDIT, on="row")
@writes("GET", "POST")
def remove_part(request: StaffRequest, pk: int, what: str, part_pk: int) -> HttpResponse:
    return condition.remove_part(request, _trade_in(request, pk), ESTIMATE, what, part_pk)


def _trade_in(request: StaffRequest, pk: int) -> TradeIn:
    return fetch(request, pk, right=EDIT)
