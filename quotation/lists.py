"""The lists of this app: my quotations, and the calls that were made to the provider."""

from operator import attrgetter
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import Q, QuerySet

from openflex.core import french
from openflex.core.filters import CheckboxesFilter, DayFilter, SearchFilter
from openflex.core.lists import FigureColumn, ListTable, PartColumn, Tab, cell
from quotation.enums import CallName, QuotationState
from quotation.models import ProviderCall, Quotation
from settings_admin.scoping import Scope
from vehicles.enums import VehicleKind

SORTS = {"changed_at": "changed_at", "adjusted_value": "adjusted_value", "mileage_km": "mileage_km"}
DEFAULT_SORT = "-changed_at"
CALL_SORTS = {"at": "at", "duration_ms": "duration_ms"}
DEFAULT_CALL_SORT = "-at"


def tabs(user_id: int, *, sees_all: bool) -> list[Tab]:
    mine = Q(created_by_id=user_id)
    own = [
        Tab("", "Mes cotations", mine, has_count=False),
        Tab("drafts", "Brouillons", mine & Q(state=QuotationState.DRAFT)),
    ]
    return [*own, Tab("all", "Toutes les cotations", Q(), has_count=False)] if sees_all else own


def tabs_for(scope: Scope) -> list[Tab]:
    """Those of this person: everybody's quotations are a tab for who manages them wherever the list looks."""
    return tabs(scope.user_id or 0, sees_all=scope.allows_everywhere("quotation.manage"))


class QuotationTable(ListTable):
    plate = PartColumn(
        "quotation/cells/plate.html",
        export=lambda quotation: quotation.plate_display,
        verbose_name="Immatriculation",
        attrs=cell("cell-plate", "pin-1"),
    )
    model = PartColumn(
        "quotation/cells/model.html", export=str, verbose_name="Véhicule", attrs=cell("cell-title", "pin-2")
    )
    version = tables.Column(verbose_name="Version", attrs=cell("muted", "clip", "cell-sub"))
    first_registration = FigureColumn(french.format_day, fact="MEC", verbose_name="MEC")
    mileage_km = FigureColumn(french.format_km, fact="Km", verbose_name="Km")
    state = PartColumn(
        "quotation/cells/state.html",
        export=lambda quotation: quotation.get_state_display(),
        same_for=attrgetter("state", "is_sandbox"),
        verbose_name="État",
        attrs=cell("cell-badges"),
    )
    adjusted_value = FigureColumn(
        french.format_euros, "strong", "end", fact="Valeur ajustée", verbose_name="Valeur ajustée", largest_first=True
    )
    value_date = FigureColumn(french.format_day, verbose_name="Au")
    sandbox = tables.Column(accessor="sandbox_answer", verbose_name="Bac à sable")
    entity = tables.Column(verbose_name="Entité", attrs=cell("muted"))
    created_by = tables.Column(verbose_name="Par", attrs=cell("muted", priority=1))
    changed_at = FigureColumn(french.format_instant, verbose_name="Modifiée", largest_first=True)

    class Meta(ListTable.Meta):
        model = Quotation
        fields = ()


# On the screen badges in other cells say them; a file has columns.
ONLY_IN_FILES = frozenset({"sandbox", "charges"})


def quotation_columns(*, has_several_entities: bool) -> list[str]:
    hidden = ONLY_IN_FILES if has_several_entities else {*ONLY_IN_FILES, "entity"}
    return [name for name in QuotationTable.base_columns if name not in hidden]


def call_columns() -> list[str]:
    return [name for name in CallTable.base_columns if name not in ONLY_IN_FILES]


class QuotationFilter(filters.FilterSet):
    q = SearchFilter(method="search")
    state = CheckboxesFilter(choices=QuotationState.choices, label="État")
    kind = CheckboxesFilter(choices=VehicleKind.choices, label="Genre")

    class Meta:
        model = Quotation
        fields: list[str] = []

    def search(self, rows: QuerySet[Quotation], name: str, value: str) -> QuerySet[Quotation]:
        """Over plate in any spacing, VIN, make, model and version, whatever their accents."""
        return rows.search(value)  # type: ignore[attr-defined]


class CallTable(ListTable):
    at = FigureColumn(french.format_instant, fact="Le", verbose_name="Le", largest_first=True)
    name = tables.Column(verbose_name="Appel", attrs=cell("cell-title"))
    user = tables.Column(verbose_name="Par", attrs=cell("cell-sub"))
    entity = tables.Column(verbose_name="Entité", attrs=cell("muted"))
    is_paid = PartColumn(
        "quotation/cells/paid.html",
        export=lambda call: "Oui" if call.is_paid else "Non",
        verbose_name="Payant",
        attrs=cell("cell-badges"),
    )
    charges = tables.Column(verbose_name="Facturations possibles")
    sandbox = tables.Column(accessor="sandbox_answer", verbose_name="Bac à sable")
    outcome = PartColumn("quotation/cells/outcome.html", export=lambda call: call.outcome_label, verbose_name="Issue")
    duration_ms = FigureColumn(
        lambda value: f"{french.format_number(value)}{french.NBSP}ms", fact="Durée", verbose_name="Durée"
    )

    class Meta(ListTable.Meta):
        model = ProviderCall
        fields = ()


class CallFilter(filters.FilterSet):
    name = CheckboxesFilter(choices=CallName.choices, label="Appel")
    is_paid = filters.ChoiceFilter(label="Payant", choices=[("True", "Oui"), ("False", "Non")], empty_label="Tous")
    since = DayFilter(field_name="at", label="Depuis le")
    until = DayFilter(field_name="at", is_last=True, label="Jusqu’au")

    class Meta:
        model = ProviderCall
        fields: list[str] = []


def call_rows() -> Any:
    return ProviderCall.objects.select_related("user", "entity")
