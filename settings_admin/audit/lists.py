"""The audit log as a list."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from openflex.core import french
from openflex.core.filters import CheckboxesFilter, DayFilter, SearchFilter
from openflex.core.lists import FigureColumn, ListTable, PartColumn, Tab, cell
from settings_admin.audit import selectors
from settings_admin.audit.enums import ACTS, TABS
from settings_admin.audit.models import AuditLine
from settings_admin.organisation.models import Entity
from settings_admin.scoping import current_scope

SORTS = {"at": "at"}
DEFAULT_SORT = "-at"


def tabs() -> list[Tab]:
    return [Tab(key, label, condition, has_count=False) for key, label, condition in TABS]


def what_of(line: Any) -> str:
    changes = "\u00a0; ".join(f"{change.label}\u00a0: {change.old} → {change.new}" for change in line.words.changes)
    return f"{line.words.sentence}\u00a0: {changes}" if changes else str(line.words.sentence)


class AuditTable(ListTable):
    at = FigureColumn(french.exact_instant, fact="Le", verbose_name="Le", largest_first=True)
    who = PartColumn("audit/cells/who.html", export=lambda line: line.who.name, verbose_name="Qui",
                     attrs=cell("cell-title", "wrap", "short"))  # fmt: skip
    what = PartColumn("audit/cells/what.html", export=what_of, verbose_name="Quoi", attrs=cell("cell-sub", "wrap"))
    about = PartColumn("audit/cells/about.html", export=lambda line: line.about.name, verbose_name="Sur quoi",
                       attrs=cell("wrap", "short", fact="Sur quoi"))  # fmt: skip
    entity = PartColumn(
        "audit/cells/entity.html",
        export=lambda line: line.entity.name if line.entity else None,
        verbose_name="Entité",
        attrs=cell("muted", "wrap", "short", fact="Entité", priority=1),
    )
    ip = PartColumn("audit/cells/origin.html", export=lambda line: line.ip, verbose_name="D’où",
                    attrs=cell("muted", fact="D’où"))  # fmt: skip

    class Meta(ListTable.Meta):
        model = AuditLine
        fields = ()


class AuditFilter(filters.FilterSet):
    q = SearchFilter(method="search")
    act = CheckboxesFilter(choices=[(key, label) for key, label, _ in ACTS], label="Acte", method="of_acts")
    person = filters.ChoiceFilter(method="of_person", label="Personne", empty_label="Toutes")
    entity = CheckboxesFilter(label="Entité")
    since = DayFilter(field_name="at", label="Du")
    until = DayFilter(field_name="at", label="Au", is_last=True)

    class Meta:
        model = AuditLine
        fields: list[str] = []

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        people = selectors.people_seen(current_scope()).order_by("last_name", "first_name", "pk")
        self.filters["person"].extra["choices"] = [(str(one.pk), one.full_name) for one in people]
        entities = Entity.objects.order_by("name").values_list("pk", "name")
        self.filters["entity"].extra["choices"] = [(str(pk), name) for pk, name in entities]

    def search(self, rows: QuerySet[AuditLine], name: str, value: str) -> QuerySet[AuditLine]:
        return selectors.of_names(rows, selectors.people_found(current_scope(), value))

    def of_acts(self, rows: QuerySet[AuditLine], name: str, value: list[str]) -> QuerySet[AuditLine]:
        chosen: list[Any] = [condition for key, _, condition in ACTS if key in value]
        return rows.filter(Q.create(chosen, connector=Q.OR)) if chosen else rows

    def of_person(self, rows: QuerySet[AuditLine], name: str, value: str) -> QuerySet[AuditLine]:
        return selectors.of_people(rows, [int(value)])
