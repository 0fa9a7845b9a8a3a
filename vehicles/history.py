"""The history of a vehicle in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from customers.models import Customer
from customers.selectors import name_for_reader
from openflex.core.dates import today_paris
from openflex.core.facts import field_label, field_text
from openflex.core.fields import field_of
from openflex.core.french import NBSP
from settings_admin.models import PointOfSale, TimelineEntry
from settings_admin.records.selectors import (
    Change,
    HistoryLine,
    line_of,
    source_urls,
    timeline_of,
    timeline_page,
    url_of_source,
)
from settings_admin.scoping import Scope
from vehicles import condition, enums
from vehicles.models import Vehicle
from vehicles.selectors import MARKET_FIELDS, PURCHASE_FIELDS, counted_equipment, day_of_move, sees_costs
from vehicles.validators import format_plate

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "created": ("a ajouté le véhicule", "plus"),
    "changed": ("a modifié la fiche", "pencil"),
    "status_changed": ("a changé le statut", "refresh"),
    "exit_undone": ("a annulé la sortie", "arrow-back-up"),
    "exit_corrected": ("a corrigé la sortie", "pencil"),
    "preparation_started": ("a mis le véhicule en préparation", "tool"),
    "preparation_finished": ("a terminé la préparation", "circle-check"),
    "preparation_closed": ("a terminé la préparation avant sa dernière ligne", "circle-check"),
    "preparation_reopened": ("a repris la préparation", "tool"),
    "task_done": ("a coché une ligne de la préparation", "check"),
    "task_undone": ("a décoché une ligne de la préparation", "x"),
    "task_added": ("a ajouté une ligne à la préparation", "plus"),
    "task_removed": ("a retiré une ligne de la préparation", "trash"),
    "site_changed": ("a déplacé le véhicule", "arrows-exchange"),
    "entered_from": ("a fait entrer le véhicule en stock", "arrows-exchange"),
    "market_value": ("a obtenu une valeur de marché", "gauge"),
    "held": ("a réservé le véhicule", "bookmark"),
    "hold_extended": ("a prolongé la réservation", "clock"),
    "hold_restored": ("a rétabli la réservation", "bookmark"),
    "awarded": ("a attribué l’enchère", "gavel"),
    "released": ("a libéré le véhicule", "bookmark-off"),
    "hold_expired": ("La réservation a expiré", "clock-off"),
}


@dataclass(frozen=True)
class StatusMove:
    """« Entrée physique → Stock de vente », the day it happened, and who noted it; the first one came from nowhere."""

    old: str
    new: str
    on: date
    actor: str


@dataclass(frozen=True)
class HistoryPage:
    """Lines in words, where the next page starts ("" at the end), and every status the vehicle had, the latest
    first."""

    lines: list[HistoryLine]
    following: str
    moves: list[StatusMove]


def history_of(vehicle: Vehicle, *, scope: Scope, size: int, after: str = "") -> HistoryPage:
    """A page of the history, without what this person may not see; a line of which nothing is left is left out."""
    hidden: frozenset[str] = frozenset()
    place = (vehicle.entity_id, vehicle.point_of_sale_id)
    if not scope.allows("vehicles.see_margin", *place):
        hidden |= PURCHASE_FIELDS
    if not scope.allows("vehicles.see_market_value", *place):
        hidden |= MARKET_FIELDS
    page = timeline_page(timeline_of(vehicle), size=size, after=after, wanted=_TELLS_STATUS)
    entries = one_sending(page.entries)
    sites, people, urls = _site_names(entries), _customer_names(entries), source_urls(entries)
    with_costs = sees_costs(vehicle, scope=scope)
    lines = []
    for entry in entries:
        # Of which kind the plate was then; where that did not change with it, as it is now.
        formats = entry.changes.get("plate_format", [vehicle.plate_format, vehicle.plate_format])
        changes = [
            _change(name, *values, sites=sites, people=people, plate_formats=formats)
            for name, values in entry.changes.items()
            if name not in hidden and not _is_untold(entry, name)
        ]
        if entry.changes and not changes and entry.kind != "created":
            continue
        url = url_of_source(entry, urls)
        lines.append(_line(entry, changes, people=people, url=url, with_costs=with_costs))
    return HistoryPage(lines, page.following, _status_moves(page.wanted, vehicle))


def _is_untold(entry: TimelineEntry, name: str) -> bool:
    """Of use to the machine alone, or said by the sentence."""
    if name == "market_value_is_sandbox":
        return entry.kind == "market_value" or not any(entry.changes[name])
    return name == "version_code"


_TELLS_STATUS = Q(changes__has_key="status") | Q(kind="created", details__has_key="status")


def _status_moves(entries: Sequence[TimelineEntry], vehicle: Vehicle) -> list[StatusMove]:
    """The latest first. The exit that stands is of the day that may have been put right since."""
    moves = [_status_move(entry, vehicle) for entry in entries]
    if vehicle.status == enums.StockStatus.OUT and vehicle.left_on and moves:
        moves[0] = replace(moves[0], on=vehicle.left_on)
    return moves


def _status_move(entry: TimelineEntry, vehicle: Vehicle) -> StatusMove:
    old, new = entry.changes.get("status") or (None, entry.details["status"])
    day = day_of_move(entry) or (vehicle.entered_on if new in enums.IN_STOCK else None) or today_paris(entry.at)
    return StatusMove(_status_label(old), _status_label(new), day, entry.actor_name or "OpenFlex")


def _status_label(code: str | None) -> str:
    return str(enums.StockStatus(code).label) if code in enums.StockStatus.values else ""


# Photos are sent one by one: those of one quarter of an hour are told together.
_ONE_SENDING = timedelta(minutes=15)
_SENDINGS = ("photos_added", "damage_photos_added")


def one_sending(entries: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """The entries, the newest first, without a line for each photo that was sent."""
    told: list[TimelineEntry] = []
    for entry in entries:
        last = told[-1] if told else None
        if (
            last is not None
            and entry.kind == last.kind
            and entry.kind in _SENDINGS
            and entry.details.get("is") == last.details.get("is")
            and entry.actor_id == last.actor_id
            and last.at - entry.at < _ONE_SENDING
        ):
            count = last.details.get("count", 1) + entry.details.get("count", 1)
            last.details = {**last.details, "count": count}
        else:
            told.append(entry)
    return told


def _line(
    entry: TimelineEntry, changes: list[Change], *, people: Mapping[int, str], url: str, with_costs: bool
) -> HistoryLine:
    if entry.kind in condition.SENTENCES:
        sentence = condition.sentence_of(entry.kind, entry.details, with_amounts=with_costs)
        icon = condition.SENTENCES[entry.kind][1]
    else:
        sentence, icon = _SENTENCES.get(entry.kind, _SENTENCES["changed"])
    if task := entry.details.get("task"):
        sentence = f"{sentence}{NBSP}: {task}"
    if left := entry.details.get("left"):
        sentence = f"{sentence}{NBSP}; il restait{NBSP}: {', '.join(left)}"
    if entry.details.get("is_sandbox"):
        sentence = f"{sentence} au bac à sable"
    if customer_id := entry.details.get("customer"):
        sentence = f"{sentence} ({people.get(customer_id, 'un client')})"
    line = line_of(entry, sentence=sentence, icon=icon, changes=changes, url=url)
    # Nobody did it: the sentence stands alone.
    return replace(line, actor=entry.actor_name) if entry.kind == "hold_expired" else line


def _site_names(entries: Iterable[TimelineEntry]) -> dict[int, str]:
    """The sites that a history names, in one statement."""
    ids = {pk for entry in entries for pk in entry.changes.get("point_of_sale", ()) if pk}
    return dict(PointOfSale.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _customer_names(entries: Iterable[TimelineEntry]) -> dict[int, str]:
    """The customers that a history names, as far as the reader may know them, in one statement."""
    ids = {pk for entry in entries for pk in entry.changes.get("supplier", ()) if pk}
    ids |= {entry.details["customer"] for entry in entries if entry.details.get("customer")}
    found = Customer.objects.filter(pk__in=ids).order_by("pk") if ids else ()
    return {customer.pk: name_for_reader(customer) for customer in found}


def _change(
    name: str,
    old: Any,
    new: Any,
    *,
    sites: Mapping[int, str],
    people: Mapping[int, str],
    plate_formats: Sequence[str],
) -> Change:
    field = field_of(Vehicle, name)
    if name == "point_of_sale":
        # A site that this person does not see has no name for them.
        old, new = (pk and sites.get(pk, "autre point de vente") for pk in (old, new))
    elif name == "supplier":
        old, new = (pk and people.get(pk, "un client") for pk in (old, new))
    elif name == "equipment":
        return Change(field_label(field), *(counted_equipment(rows) for rows in (old, new)))
    elif name == "plate":
        old, new = (
            format_plate(text or "", foreign=kind == enums.PlateFormat.FOREIGN)
            for text, kind in zip((old, new), plate_formats, strict=True)
        )
    return Change(field_label(field), field_text(field, old), field_text(field, new))
