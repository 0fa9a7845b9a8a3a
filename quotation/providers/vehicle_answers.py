"""From checked JSON to vehicles, catalogue items, equipment and colours. `FieldWrong`: nothing is returned."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from quotation.providers.base import (
    Candidate,
    Colour,
    Colours,
    Equipment,
    EquipmentItem,
    IdentifiedVehicle,
    Make,
    Model,
    Option,
    Version,
)
from quotation.providers.fields import CODE, Fields, unique
from vehicles.enums import Energy, Gearbox, VehicleKind

# Before 1981 each maker had a form of his own, and none was longer.
_VIN: Final = re.compile(r"[A-HJ-NPR-Z0-9]{17}|[A-Z0-9]{3,16}")
_CNIT: Final = re.compile(r"[A-Z0-9*]{5,20}")
# Field J.1 of the registration certificate; more are in use than the contract lists (VASP, TCP…).
_GENRE: Final = re.compile(r"[A-Z][A-Z0-9-]{1,9}")
_HEX: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_CHEAPEST_NEW: Final = Decimal(100)


def compact_plate(plate: str) -> str:
    return re.sub(r"[\s.-]", "", plate).upper()


def read_vehicle(answer: Fields, *, plate: str, today: date) -> IdentifiedVehicle:
    """`today` is the latest day on which the vehicle can have been registered."""
    found = answer.text("plate", longest=20)
    if compact_plate(found) != compact_plate(plate):
        raise answer.wrong("plate", f"{found} is not the plate that was asked for")
    candidates = answer.children("candidates")
    unique(answer, "candidates", [candidate.code("version_code") for candidate in candidates])
    return IdentifiedVehicle(
        plate=found,
        vin=answer.maybe(answer.text, "vin", _VIN),
        first_registration=answer.day("first_registration", latest=today),
        kind=answer.word("kind", VehicleKind),
        genre=answer.maybe(answer.text, "genre", _GENRE),
        make=answer.text("make", longest=80),
        model=answer.text("model", longest=120),
        energy=answer.maybe(answer.word, "energy", Energy),
        gearbox=answer.maybe(answer.word, "gearbox", Gearbox),
        fiscal_power=answer.maybe(answer.whole, "fiscal_power", low=1, high=500),
        power_kw=answer.maybe(answer.whole, "power_kw", high=3000),
        co2=answer.maybe(answer.whole, "co2", high=2000),
        colour=answer.maybe(answer.text, "colour", CODE),
        doors=_doors(answer),
        seats=answer.maybe(answer.whole, "seats", low=1, high=100),
        cnit=answer.maybe(answer.text, "cnit", _CNIT),
        candidates=tuple(sorted((_candidate(each) for each in candidates), key=lambda each: -each.match)),
    )


def _candidate(item: Fields) -> Candidate:
    return Candidate(
        version_code=item.code("version_code"),
        label=item.text("label"),
        catalogue_date=item.maybe(item.day, "catalogue_date"),
        doors=_doors(item),
        price_new=item.maybe(item.euros, "price_new", low=_CHEAPEST_NEW),
        match=item.number("match", low=0, high=1),
    )


def _doors(item: Fields) -> int | None:
    """0 is how vendors say that they do not know, or that a motorcycle has none."""
    return item.maybe(item.whole, "doors", high=9) or None


def read_make(item: Fields) -> Make:
    return Make(code=item.code("code"), label=item.text("label", longest=80))


def read_model(item: Fields) -> Model:
    sold_from, sold_to = item.maybe(item.day, "from"), item.maybe(item.day, "to")
    _in_order(item, "to", sold_from, sold_to)
    return Model(
        code=item.code("code"),
        label=item.text("label", longest=120),
        make=item.text("make", longest=80),
        kind=item.word("kind", VehicleKind),
        body=item.maybe(item.text, "body", longest=80),
        sold_from=sold_from,
        sold_to=sold_to,
    )


def read_version(item: Fields) -> Version:
    first, last = item.maybe(item.day, "catalogue_date"), item.maybe(item.day, "catalogue_end")
    _in_order(item, "catalogue_end", first, last)
    return Version(
        code=item.code("code"),
        label=item.text("label"),
        make=item.text("make", longest=80),
        model=item.text("model", longest=120),
        kind=item.word("kind", VehicleKind),
        genre=item.maybe(item.text, "genre", _GENRE),
        body=item.maybe(item.text, "body", longest=80),
        energy=item.maybe(item.word, "energy", Energy),
        gearbox=item.maybe(item.word, "gearbox", Gearbox),
        doors=_doors(item),
        seats=item.maybe(item.whole, "seats", low=1, high=100),
        power_hp=item.maybe(item.whole, "power_hp", high=4000),
        power_kw=item.maybe(item.whole, "power_kw", high=3000),
        fiscal_power=item.maybe(item.whole, "fiscal_power", low=1, high=500),
        co2=item.maybe(item.whole, "co2", high=2000),
        catalogue_date=first,
        catalogue_end=last,
        price_new=item.maybe(item.euros, "price_new", low=_CHEAPEST_NEW),
    )


def _in_order(item: Fields, name: str, first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        raise item.wrong(name, "ends before it starts")


def read_equipment(answer: Fields) -> Equipment:
    standard, options = answer.children("standard"), answer.children("options")
    unique(answer, "standard", [item.code("code") for item in standard])
    unique(answer, "options", [item.code("code") for item in options])
    found = Equipment(
        standard=tuple(
            EquipmentItem(item.code("code"), item.text("label"), item.maybe(item.text, "group")) for item in standard
        ),
        options=tuple(_option(item) for item in options),
    )
    codes = {option.code for option in found.options}
    for option, item in zip(found.options, options, strict=True):
        if option.pack is not None and option.pack not in codes:
            raise item.wrong("pack", "not one of the options")
    return found


def _option(item: Fields) -> Option:
    return Option(
        code=item.code("code"),
        label=item.text("label"),
        group=item.maybe(item.text, "group"),
        price_new=item.maybe(item.euros, "price_new"),
        pack=item.maybe(item.code, "pack"),
    )


def read_colours(answer: Fields) -> Colours:
    return Colours(exterior=_colours(answer, "exterior"), interior=_colours(answer, "interior"))


def _colours(answer: Fields, side: str) -> tuple[Colour, ...]:
    items = answer.children(side)
    unique(answer, side, [item.code("code") for item in items])
    return tuple(
        Colour(item.code("code"), item.text("label", longest=80), item.text("hex", _HEX), item.flag("frequent"))
        for item in items
    )
