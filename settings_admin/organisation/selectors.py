"""Reads of the organisation."""

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import F, ForeignObjectRel, Prefetch, Q, QuerySet

from openflex.core import french
from openflex.core.fields import field_of
from settings_admin.organisation.models import Entity, Logo, PointOfSale
from settings_admin.organisation.validators.hours import DAYS, format_day, format_hours
from settings_admin.organisation.validators.position import format_degrees
from settings_admin.records.enums import NUMBERING_CHANGED
from settings_admin.records.models import TimelineEntry
from settings_admin.records.selectors import Change, HistoryLine, line_of
from settings_admin.registries import vehicle_kinds

MANAGE: Final = "settings.manage_organisation"


def site_labels(sites: Iterable[PointOfSale]) -> dict[int, str]:
    """Each site's name in a choice of these sites; where two read the same, as « Nord · Centre », with their entity.

    Reads `entity`: select it along.
    """
    sites = list(sites)
    times = Counter(site.name.casefold() for site in sites)
    return {
        site.pk: f"{site.entity.name} · {site.name}" if times[site.name.casefold()] > 1 else site.name for site in sites
    }


def entity_rows() -> QuerySet[Entity]:
    """The entities of the scope with its points of sale, in two statements."""
    return Entity.objects.select_related("holding").prefetch_related(
        Prefetch("points_of_sale", queryset=PointOfSale.objects.order_by("name"))
    )


def site_rows() -> QuerySet[PointOfSale]:
    return PointOfSale.objects.select_related("entity")


def logo_of(row: Entity | PointOfSale) -> Logo | None:
    """The logo that documents of this entity or site bear: a site's own, else that of its entity. Its `content` is not
    read."""
    return _logos_of(row).defer("content").select_related("entity").first()


def printed_logo(row: Entity | PointOfSale) -> str:
    """The same as the address of an image that carries it, for a paper: whoever reads the paper may not open the sheet
    where it is set. "" where there is none; one statement."""
    logo = _logos_of(row).first()
    return f"data:image/png;base64,{b64encode(bytes(logo.content)).decode()}" if logo else ""


def _logos_of(row: Entity | PointOfSale) -> QuerySet[Logo]:
    entity_id, site_id = (row.pk, None) if isinstance(row, Entity) else (row.entity_id, row.pk)
    own = Q(point_of_sale=None) if site_id is None else Q(point_of_sale=None) | Q(point_of_sale=site_id)
    return Logo.objects.filter(own, entity_id=entity_id).order_by(F("point_of_sale").asc(nulls_last=True))


def week_of(site: PointOfSale) -> list[tuple[str, str]]:
    """Each day and its hours, as « Lundi », « 09:00–12:00 »; nothing when no hours are known."""
    if not site.opening_hours:
        return []
    return [(name.capitalize(), format_day(site.opening_hours.get(day, []))) for day, name in DAYS.items()]


def uses_of_site(site: PointOfSale) -> list[str]:
    """What refers to a point of sale and would be lost or left hanging without it, as « 3 véhicules »: every key of
    every app, whatever module it comes with. Its logo is a part of it."""
    found = []
    for relation in PointOfSale._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.related_model is Logo:
            continue
        model: Any = relation.related_model
        if model._meta.auto_created:  # a join: the table it belongs to has the relation too
            continue
        if count := model.objects.filter(**{relation.field.name: site}).count():
            names = model._meta
            found.append(french.counted(count, str(names.verbose_name), str(names.verbose_name_plural)))
    return sorted(found)


@dataclass(frozen=True)
class Fact:
    """One label and its value, as the sheet shows them."""

    label: str
    value: str


@dataclass(frozen=True)
class ConflictLine:
    label: str
    theirs: str
    mine: str


_WRITTEN: Mapping[str, Callable[[Any], str]] = {
    "siren": french.format_siren,
    "siret": french.format_siret,
    "phone": french.format_phone,
    "opening_hours": format_hours,
    "brands": ", ".join,
    "latitude": lambda value: format_degrees(Decimal(value)),
    "longitude": lambda value: format_degrees(Decimal(value)),
    "vehicle_kinds": lambda value: ", ".join(dict(vehicle_kinds()).get(kind, kind) for kind in value),
}


def field_text(name: str, value: Any) -> str:
    """A value as a person reads it, stored in the row or in its history."""
    if value in (None, "", [], {}):
        return french.NO_VALUE
    return _WRITTEN.get(name, str)(value)


def _label(row: Entity | PointOfSale | type[Entity | PointOfSale], name: str) -> str:
    if name in _OTHER_LABELS:
        return _OTHER_LABELS[name]
    label = str(field_of(row, name).verbose_name)
    return label[:1].upper() + label[1:]


def facts_of(row: Entity | PointOfSale, names: Iterable[str]) -> list[Fact]:
    return [Fact(_label(row, name), field_text(name, getattr(row, name))) for name in names]


def conflict_line(row: Entity | PointOfSale, name: str, *, mine: Any) -> ConflictLine:
    return ConflictLine(_label(row, name), field_text(name, getattr(row, name)), field_text(name, mine))


_SENTENCES: Mapping[str, tuple[str, str]] = {
    "created": ("a créé la fiche", "plus"),
    "changed": ("a modifié la fiche", "pencil"),
    "logo_changed": ("a changé le logo", "photo"),
    "logo_removed": ("a retiré le logo", "photo"),
    "site_deleted": ("a supprimé un point de vente", "trash"),
    NUMBERING_CHANGED: ("a changé la numérotation", "tag"),
}
# What stands in the history of an entity beside its own fields.
_OTHER_LABELS: Mapping[str, str] = {"format": "Format", "next_number": "Prochain numéro"}


def in_words(entries: Iterable[TimelineEntry]) -> list[HistoryLine]:
    return [told(entry) for entry in entries]


def told(entry: TimelineEntry) -> HistoryLine:
    """One line of the history of an entity or a point of sale."""
    model = Entity if entry.target_type == Entity._meta.label_lower else PointOfSale
    sentence, icon = _SENTENCES.get(entry.kind, _SENTENCES["changed"])
    changes = [
        Change(_label(model, name), field_text(name, old), field_text(name, new))
        for name, (old, new) in entry.changes.items()
    ]
    return line_of(entry, sentence=sentence, icon=icon, changes=changes)
