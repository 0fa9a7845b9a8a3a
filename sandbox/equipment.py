"""What a version is fitted with, can be ordered with, and the colours it comes in."""

from dataclasses import dataclass
from functools import cache

from sandbox.catalogue import Version
from sandbox.tables import digest, rows

CAR_KINDS = ("car", "light_commercial")
# A version is offered this share of the options of its kind; metallic paint is always among them.
OFFERED_PCT = 60


@dataclass(frozen=True)
class Equipment:
    code: str
    label: str
    group: str


@dataclass(frozen=True)
class Option:
    code: str
    label: str
    group: str
    price_new: int  # cents, TTC
    pack: str | None  # code of the pack that contains it
    usual: bool  # most of the market has it: the market value already counts it


@dataclass(frozen=True)
class Colour:
    code: str
    label: str
    hex: str
    frequent: bool


@cache
def standard(version: Version) -> tuple[Equipment, ...]:
    found = []
    for code, label, group, audience, level, years in rows("equipment.txt"):
        if _within(level, version.level) and _within(years, version.first.year) and _concerns(audience, version):
            found.append(Equipment(code, label, group))
    return tuple(found)


@cache
def options(version: Version) -> tuple[Option, ...]:
    """What can be ordered on that version; their order is stable, valuation ids count on it."""
    known = _options_of(_audience(version))
    if version.model.code == "VOLKSWAGEN-GOLF-PLUS" and "BlueMotion" in version.engine:
        return tuple(option for option in known if option.code in ("PMET", "RAAV", "PHIV"))
    offered = {o.code for o in known if o.code == "PMET" or digest("offer", version.code, o.code) % 100 < OFFERED_PCT}
    return tuple(option for option in known if option.code in offered and (option.pack or option.code) in offered)


@cache
def colours(version: Version, side: str) -> tuple[Colour, ...]:
    """Colours of one side, "exterior" or "interior"; two-wheelers and quads have no interior."""
    is_car = version.model.kind in CAR_KINDS
    return tuple(
        Colour(code, label, value, frequent == "yes")
        for code, label, value, on_side, frequent, audience in rows("colours.txt")
        if on_side == side and (audience == "all" or is_car)
    )


def _within(limits: str, value: int) -> bool:
    """Whether a value lies in "2" (from 2 up) or "2000..2014"."""
    first, _, last = limits.partition("..")
    return int(first) <= value <= int(last or 9999)


def _audience(version: Version) -> str:
    if version.model.kind in CAR_KINDS:
        return "car"
    return "quad" if version.model.kind == "quad" else "bike"


def _concerns(audience: str, version: Version) -> bool:
    return audience == _audience(version) or (audience == "mpv" and version.model.body == "Monospace")


@cache
def _options_of(audience: str) -> tuple[Option, ...]:
    return tuple(
        Option(code, label, group, int(price) * 100, pack or None, usual == "usual")
        for code, label, group, for_whom, price, pack, usual in rows("options.txt")
        if for_whom == audience
    )
