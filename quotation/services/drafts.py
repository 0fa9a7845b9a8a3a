"""A draft from the first plate to the last detail: kept at each field, continued where it was left."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from openflex.core.errors import Refused
from openflex.core.fields import field_of
from openflex.core.search import fold
from quotation import answers
from quotation.enums import AnswerKind, QuotationState
from quotation.models import ProviderAnswer, Quotation
from quotation.providers.base import Candidate, Colour, IdentifiedVehicle, ValuationProvider, Version
from quotation.providers.failures import ProviderFailure
from quotation.selectors import vehicle_of
from quotation.services.asking import Asker, HasValue, Request, ask, ask_all, claimed
from settings_admin.models import Entity, PointOfSale, User
from settings_admin.records import services as records
from settings_admin.records.services import EditConflict

HP_PER_KW = Decimal("1.35962")
_FRENCH = {"plate_country": "", "has_no_plate": False}
_FROM_PLATE = ("plate", "vin", "first_registration")
# All that is known or typed of one vehicle.
OF_VEHICLE = (
    "vin", "first_registration", "mileage_km", "first_hand", "origin", "exterior_colour", "interior_colour", "unread",
    "kind", "make", "model", "version_code", "version", "catalogue_date", "doors", "price_new", "energy", "gearbox",
    "power_hp", "catalogue", "plate_answer", "equipment_answer", "colours_answer",
)  # fmt: skip


class OtherVersion(Refused):
    """The draft is of another version than the one that the form shows."""


def identify_plate(*, draft: Quotation, plate: str, provider: ValuationProvider, asker: Asker) -> IdentifiedVehicle:
    """Asks whose plate this is (a paid call, or the store's answer of less than a day) and fills the draft with it.

    Raises the provider's failure, PlateUnknown among them, HasValue, and Refused("quota_reached" or "being_asked"). A
    draft that knows no other vehicle keeps the plate then; one that is of another vehicle stays as it was.
    """
    of_plate = {**_unlinked(draft, plate), "plate": plate, **_FRENCH}
    forgotten = _forgotten(draft, plate)
    if not forgotten:
        set_fields(draft, of_plate)
    request = Request(AnswerKind.PLATE, {"plate": plate}, lambda act: provider.identify(plate, act=act))
    with claimed(draft, now=asker.now):
        answer = ask(asker, request)
    found = answers.identified(answer)
    set_fields(
        draft,
        {
            **forgotten,
            **of_plate,
            "plate_answer": answer,
            "kind": found.kind,
            "make": found.make,
            "model": found.model,
            "energy": found.energy or "",
            "gearbox": found.gearbox or "",
            "doors": found.doors,
            "vin": found.vin or forgotten.get("vin", draft.vin),
            "first_registration": found.first_registration,
            "power_hp": _horse_power(found.power_kw),
            "catalogue": None,
            "version_code": "",
            "version": "",
            "unread": {
                name: text for name, text in forgotten.get("unread", draft.unread).items() if name not in _FROM_PLATE
            },
        },
    )
    return found


def is_of_another(draft: Quotation, plate: str) -> bool:
    """Whether the draft knows a vehicle that has not this plate."""
    return plate != draft.plate and bool(draft.plate or draft.plate_answer)


def _forgotten(draft: Quotation, plate: str) -> dict[str, Any]:
    """Another plate is another vehicle: nothing of what is known or was typed of the first one may be taken for the
    second. A plate that is told of a vehicle without one says nothing new about it."""
    if not is_of_another(draft, plate):
        return {}
    return {name: field_of(Quotation, name).get_default() for name in OF_VEHICLE}


def _unlinked(draft: Quotation, plate: str) -> dict[str, Any]:
    """With another plate than its vehicle in stock has, it is not about that vehicle any more."""
    vehicle = vehicle_of(draft) if plate else None
    return {} if vehicle is None or vehicle.plate in ("", plate) else {"vehicle": None}


def _horse_power(power_kw: int | None) -> int | None:
    return None if power_kw is None else int((power_kw * HP_PER_KW).quantize(Decimal(1), ROUND_HALF_UP))


def choose_candidate(*, draft: Quotation, candidate: Candidate) -> None:
    """The version among those that the plate may be."""
    set_fields(
        draft,
        {
            "catalogue": None,
            "version_code": candidate.version_code,
            "version": version_name(candidate.label, make=draft.make, model=draft.model),
            "catalogue_date": candidate.catalogue_date,
            "doors": candidate.doors,
            "price_new": candidate.price_new,
            "equipment_answer": None,
            "colours_answer": None,
        },
    )


def keep_choices(*, draft: Quotation, choices: Mapping[str, Any]) -> None:
    """How far down the catalogue one has come; the version of before stays until another one is picked."""
    set_fields(draft, {"catalogue": dict(choices)})


def choose_version(*, draft: Quotation, version: Version, choices: Mapping[str, Any]) -> None:
    """A version picked in the catalogue, with the `choices` that led to it; a plate typed before stays."""
    set_fields(
        draft,
        {
            "catalogue": dict(choices),
            "kind": version.kind,
            "make": version.make,
            "model": version.model,
            "version_code": version.code,
            "version": version_name(version.label, make=version.make, model=version.model),
            "catalogue_date": version.catalogue_date,
            "doors": version.doors,
            "price_new": version.price_new,
            "energy": version.energy or "",
            "gearbox": version.gearbox or "",
            "power_hp": version.power_hp,
            "equipment_answer": None,
            "colours_answer": None,
        },
    )


def version_name(label: str, *, make: str, model: str) -> str:
    """The label without the make and the model that stand before it."""
    for start in (make, model):
        if label.upper().startswith(start.upper()):
            label = label[len(start) :].strip()
    return label


def fetch_equipment(*, draft: Quotation, provider: ValuationProvider, asker: Asker) -> list[ProviderFailure]:
    """Equipment and colours of the version, asked together; the colour that the sheet or the plate tells is chosen.

    Neither is needed for a value: what the provider does not give is returned as failures, and can be asked again.
    """
    code = draft.version_code
    requests = [
        Request(AnswerKind.EQUIPMENT, {"version": code}, lambda act: provider.equipment(code, act=act)),
        Request(AnswerKind.COLOURS, {"version": code}, lambda act: provider.colours(code, act=act)),
    ]
    outcomes = ask_all(asker, requests)
    equipment, colours = (one if isinstance(one, ProviderAnswer) else None for one in outcomes)
    set_fields(
        draft,
        {
            "equipment_answer": equipment,
            "colours_answer": colours,
            **(_colours_of(draft, colours) if colours else {}),
        },
    )
    return [one for one in outcomes if isinstance(one, ProviderFailure)]


def _colours_of(draft: Quotation, answer: ProviderAnswer) -> dict[str, str]:
    """What is chosen already, if this version has it; else the colour of its sheet in stock, else that of the plate."""
    offered = answers.colours(answer)
    vehicle = vehicle_of(draft)
    of_plate = answers.identified(draft.plate_answer).colour if draft.plate_answer else None
    exterior = (draft.exterior_colour, vehicle.exterior_colour if vehicle else None, of_plate)
    interior = (draft.interior_colour, vehicle.interior_colour if vehicle else None)
    return {
        "exterior_colour": _first_offered(offered.exterior, exterior),
        "interior_colour": _first_offered(offered.interior, interior),
    }


def _first_offered(offered: Iterable[Colour], wanted: Iterable[str | None]) -> str:
    """The code of the first of these colours, each a code or a label, that the version comes in."""
    codes = {fold(name): colour.code for colour in offered for name in (colour.label, colour.code)}
    return next((codes[fold(one)] for one in wanted if one and fold(one) in codes), "")


@transaction.atomic
def save_details(
    *,
    draft: Quotation,
    values: Mapping[str, Any],
    unread: Mapping[str, str],
    base: Mapping[str, str] | None = None,
    version_code: str | None = None,
) -> None:
    """Keeps step 2 as it is typed: what can be read as values, the rest as words.

    `base` is what the form was opened with, as `details_of` gave it, `version_code` the version it was of. Raises
    EditConflict, and writes nothing, for fields that hold neither that nor what is typed now: another tab changed them.
    The value is asked for all of them together, so that none is merged unseen. Raises OtherVersion
    when another tab chose one: what is typed is of the one that is still shown.
    """
    locked = _locked(draft)
    is_draft = locked.state == QuotationState.DRAFT
    if is_draft and version_code is not None and version_code != locked.version_code:
        raise OtherVersion(
            "other_version",
            "Une autre version a été choisie dans un autre onglet : elle est affichée ici. Vérifiez votre saisie.",
        )
    mine = {name: _as_text(value) for name, value in values.items()} | dict(unread)
    now = details_of(locked, mine)
    conflicts = [name for name, text in (base or {}).items() if name in mine and now[name] not in (text, mine[name])]
    if conflicts and is_draft:
        raise EditConflict(conflicts)
    _write(draft, {**values, **_unlinked(draft, values.get("plate", "")), "unread": dict(unread)}, locked=locked)


def details_of(draft: Quotation, names: Iterable[str]) -> dict[str, str]:
    """What these fields hold, as text: the words of those that could not be read."""
    return {name: draft.unread.get(name, _as_text(getattr(draft, name))) for name in names}


def _as_text(value: Any) -> str:
    return "" if value is None else str(value)


@transaction.atomic
def new_draft(
    *, entity: Entity, point_of_sale: PointOfSale | None, actor: User, key: UUID | None = None, **fields: Any
) -> Quotation:
    """A new draft; its owner's older ones stay in *Mes cotations*. A form sent twice (the same `key`) makes one."""
    vehicle = fields.get("vehicle")
    if vehicle is not None and vehicle.entity_id != entity.pk:
        raise ValueError("a quotation of one entity about the vehicle of another")
    used = None
    if key is not None:
        try:
            used = records.use_key(key, user=actor)
        except Refused:
            first = Quotation.objects.filter(pk=records.answer_of(key) or 0).first()
            if first is None:
                raise
            return first
    draft = Quotation.objects.create(entity=entity, point_of_sale=point_of_sale, created_by=actor, **fields)
    if used is not None:
        used.result = str(draft.pk)
        used.save(update_fields=["result"])
    return draft


_COPIED = (
    "vehicle_id", "kind", "make", "model", "version_code", "version", "catalogue_date", "doors", "price_new", "energy",
    "gearbox", "power_hp", "plate", "plate_country", "has_no_plate", "vin", "first_registration", "mileage_km",
    "first_hand", "origin",
    "exterior_colour", "interior_colour", "catalogue", "plate_answer", "equipment_answer", "colours_answer",
)  # fmt: skip


def copied(quotation: Quotation) -> dict[str, Any]:
    """What is asked of the provider, and what it is known from: a quotation that got its value is never changed."""
    return {name: getattr(quotation, name) for name in _COPIED}


def copy_as_draft(*, quotation: Quotation, actor: User, key: UUID | None = None) -> Quotation:
    """A draft to change before its value is asked."""
    return new_draft(
        entity=quotation.entity, point_of_sale=quotation.point_of_sale, actor=actor, key=key, **copied(quotation)
    )


@transaction.atomic
def set_fields(draft: Quotation, values: Mapping[str, Any]) -> None:
    """Writes these fields of a draft; raises HasValue when it was valued meanwhile, in another tab.

    What says only what stands there already is no change: the last field can be kept after the value it led to.
    """
    _write(draft, values, locked=_locked(draft))


def _locked(draft: Quotation) -> Quotation:
    return Quotation.objects.select_for_update(of=("self",)).get(pk=draft.pk)


def _write(draft: Quotation, values: Mapping[str, Any], *, locked: Quotation) -> None:
    if locked.state != QuotationState.DRAFT:
        if all(getattr(locked, name) == value for name, value in values.items()):
            return
        raise HasValue
    for name, value in values.items():
        setattr(draft, name, value)
    draft.save(update_fields=[*values, "changed_at"])
