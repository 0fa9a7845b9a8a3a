"""*Coter ce véhicule*: from the sheet of a vehicle in stock to a draft that knows all the sheet knows."""

import re
from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import transaction

from openflex.core.errors import Refused
from openflex.core.search import fold
from quotation.enums import QuotationState
from quotation.models import Quotation
from quotation.providers.base import Candidate, Make, Model, ValuationProvider, Version
from quotation.providers.failures import PlateMalformed, PlateUnknown, ProviderFailure
from quotation.services import drafts
from quotation.services.asking import Asker
from settings_admin.models import User
from vehicles.enums import StockStatus, VehicleKind
from vehicles.models import Vehicle
from vehicles.services.holds import lock_vehicle

Named = TypeVar("Named", Make, Model)

# Columns of the same name and meaning; the colours are words here and codes there.
_KNOWN = ("kind", "make", "model", "energy", "gearbox", "doors", "power_hp", "catalogue_date", "plate")
# What the sheet knows better than the register of plates.
_OWN = ("vin", "first_registration", "mileage_km", "first_hand", "origin")


@transaction.atomic
def draft_of_vehicle(*, vehicle: Vehicle, actor: User) -> Quotation:
    """A draft with what the sheet says, in the vehicle's entity and site; nothing is asked of the provider.

    The actor's open draft about it goes on instead, unless the sheet was changed since: a second press makes no
    second draft. Raises Refused("not_in_stock").
    """
    locked = lock_vehicle(vehicle.pk)
    if locked.status == StockStatus.OUT:
        raise Refused("not_in_stock", "Ce véhicule n’est plus en stock.")
    mine = Quotation.objects.filter(vehicle=locked, created_by=actor, state=QuotationState.DRAFT)
    going_on = mine.filter(changed_at__gt=locked.changed_at).order_by("-changed_at", "-id").first()
    return going_on or drafts.new_draft(
        entity=locked.entity,
        point_of_sale=locked.point_of_sale,
        actor=actor,
        vehicle=locked,
        has_no_plate=not locked.plate,
        plate_country=locked.plate_country,
        **{name: getattr(locked, name) for name in (*_KNOWN, *_OWN)},
    )


def identify_vehicle(
    *, draft: Quotation, vehicle: Vehicle, provider: ValuationProvider, asker: Asker
) -> list[ProviderFailure]:
    """Finds the version: by the plate (a paid call, or the store's answer), else by make, model and version of the
    sheet in the catalogue. When it is not beyond doubt, the draft has no version yet and step 1 asks.

    What the sheet says stays. Returns the failures that did not stop it; raises those that did, and what
    `identify_plate` refuses: the draft keeps all it knows.
    """
    if not vehicle.plate or vehicle.is_foreign or not _identify_by_plate(draft, vehicle, provider, asker):
        _choose_in_catalogue(draft, vehicle, provider, asker)
    return drafts.fetch_equipment(draft=draft, provider=provider, asker=asker) if draft.version_code else []


def _identify_by_plate(draft: Quotation, vehicle: Vehicle, provider: ValuationProvider, asker: Asker) -> bool:
    """False when the provider does not know the plate."""
    try:
        found = drafts.identify_plate(draft=draft, plate=vehicle.plate, provider=provider, asker=asker)
    except (PlateUnknown, PlateMalformed):
        return False
    own = {name: getattr(vehicle, name) for name in _OWN}
    drafts.set_fields(draft, {name: value for name, value in own.items() if value not in (None, "")})
    candidate = _same_version(found.candidates, vehicle)
    if candidate is None and len(found.candidates) == 1:
        candidate = found.candidates[0]
    if candidate is not None:
        drafts.choose_candidate(draft=draft, candidate=candidate)
    return True


def _choose_in_catalogue(draft: Quotation, vehicle: Vehicle, provider: ValuationProvider, asker: Asker) -> None:
    """The version of that name; without one, the choices as far as they lead, for the manual way."""
    kind, act = VehicleKind(vehicle.kind), asker.act
    choices: dict[str, Any] = {"kind": kind}
    version = None
    make = _named(provider.makes(kind=kind, act=act).value, vehicle.make)
    model = _named(provider.models(kind=kind, make=make.code, act=act).value, vehicle.model) if make else None
    if make:
        choices["make"] = make.code
    if make and model:
        choices["model"] = model.code
        first = vehicle.first_registration
        year = first.year if first else None
        offered = provider.versions(kind=kind, make=make.code, model=model.code, year=year, act=act).value
        known = {name: value for name in ("energy", "gearbox") if (value := getattr(vehicle, name))}
        found = [one for one in offered if all(getattr(one, name) == value for name, value in known.items())]
        choices |= {**({"year": year} if year else {}), **known} if found else {}
        version = _same_version(found, vehicle)
    if version is not None:
        drafts.choose_version(draft=draft, version=version, choices=choices)
    else:
        drafts.keep_choices(draft=draft, choices=choices)


def _named(offered: Iterable[Named], name: str) -> Named | None:
    return next((one for one in offered if fold(one.label) == fold(name)), None)


Versions = TypeVar("Versions", Candidate, Version)


def _same_version(offered: Iterable[Versions], vehicle: Vehicle) -> Versions | None:
    """The one whose label has the words of the sheet, when it is the only one."""
    words = _words(vehicle.version)
    same = [
        one for one in offered
        if _words(drafts.version_name(one.label, make=vehicle.make, model=vehicle.model)) == words
    ]  # fmt: skip
    return same[0] if words and len(same) == 1 else None


def _words(name: str) -> list[str]:
    """Without accents, capitals and dashes: « FAP - BlueMotion » is « FAP BlueMotion »."""
    return re.findall(r"[a-z0-9.,]+", fold(name))
