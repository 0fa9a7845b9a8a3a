"""Photos, damage and refurbishment costs of a vehicle of the stock, on its sheet."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from openflex.core.http import read_only, writes
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import get_for, right
from vehicles import selectors
from vehicles.models import DamagePhoto, Photo, Vehicle
from vehicles.views import condition
from vehicles.views.sheet import SHEET


@right("vehicles.view", on="row")
@read_only
def photo(request: StaffRequest, pk: int, size: str) -> HttpResponse:
    return condition.photo_response(request, get_for(request, Photo.objects.all(), pk, right="vehicles.view"), size)


@right("vehicles.edit", on="row")
@writes("POST")
def add_photos(request: StaffRequest, pk: int) -> HttpResponse:
    return condition.add_photos(request, _vehicle(request, pk), SHEET)


@right("vehicles.edit", on="row")
@writes("POST")
def move_photo(request: StaffRequest, pk: int, photo_pk: int) -> HttpResponse:
    return condition.move_photo(request, _vehicle(request, pk), SHEET, photo_pk)


@right("vehicles.edit", on="row")
@writes("GET", "POST")
def remove_photo(request: StaffRequest, pk: int, photo_pk: int) -> HttpResponse:
    return condition.remove_photo(request, _vehicle(request, pk), SHEET, photo_pk)


@right("vehicles.view", on="row")
@read_only
def damage_photo(request: StaffRequest, pk: int, size: str) -> HttpResponse:
    photo = get_for(request, DamagePhoto.objects.all(), pk, right="vehicles.view")
    return condition.photo_response(request, photo, size)


@right("vehicles.edit", on="row")
@writes("POST")
def add_damage_photos(request: StaffRequest, pk: int, part_pk: int) -> HttpResponse:
    return condition.add_photos(request, _vehicle(request, pk), SHEET, part_pk)


@right("vehicles.edit", on="row")
@writes("GET", "POST")
def remove_damage_photo(request: StaffRequest, pk: int, part_pk: int, photo_pk: int) -> HttpResponse:
    return condition.remove_photo(request, _vehicle(request, pk), SHEET, photo_pk, part_pk)


@right("vehicles.edit", on="row")
@writes("GET", "POST")
def add_part(request: StaffRequest, pk: int, what: str) -> HttpResponse:
    return condition.add_part(request, _vehicle(request, pk), SHEET, what)


@right("vehicles.edit", on="row")
@writes("GET", "POST")
def edit_part(request: StaffRequest, pk: int, what: str, part_pk: int) -> HttpResponse:
    return condition.edit_part(request, _vehicle(request, pk), SHEET, what, part_pk)


@right("vehicles.edit", on="row")
@writes("GET", "POST")
def remove_part(request: StaffRequest, pk: int, what: str, part_pk: int) -> HttpResponse:
    return condition.remove_part(request, _vehicle(request, pk), SHEET, what, part_pk)


def _vehicle(request: StaffRequest, pk: int) -> Any:
    rows: Any = selectors.vehicle_rows(now=timezone.now())
    vehicle: Vehicle = get_for(request, rows, pk, right="vehicles.edit")
    return vehicle
