"""What the list of opportunities shows, sorts by and filters on."""

from datetime import date
from operator import attrgetter
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from openflex.core import french
from openflex.core.dates import today_paris
from openflex.core.filters import CheckboxesFilter, DayFilter, SearchFilter
from openflex.core.lists import FigureColumn, ListTable, PartColumn, Tab, cell
from opportunities import enums, selectors, waiting
from opportunities.models import Offer, Opportunity, TradeIn
from opportunities.models.offers import expires_soon
from opportunities.models.opportunity import overdue
from settings_admin.access.requests import sites_seen
from settings_admin.organisation.selectors import site_labels
from settings_admin.scoping import Scope

SORTS = {"number": "number", "changed_at": "changed_at", "next_action_on": "next_action_on", "stars": "stars"}
DEFAULT_SORT = "-changed_at"
DEFAULT_COLUMNS = (
    "number", "customer", "vehicle", "source", "stars", "status", "next_action", "next_action_on", "salesperson",
    "changed_at",
)  # fmt: skip


def tabs(scope: Scope, *, today: date) -> list[Tab]:
    mine = Q(salesperson=scope.user_id)
    return [
        Tab("", "Les miennes", mine & Q(status=enums.Status.OPEN)),
        Tab("team", "Mon équipe", Q(salesperson__in=selectors.team_ids(scope)) & Q(status=enums.Status.OPEN), False),
        Tab("open", "Toutes en cours", Q(status=enums.Status.OPEN), has_count=False),
        Tab("overdue", "En souffrance", overdue(today)),
        Tab("all", "Toutes", Q(), has_count=False),
    ]


class OpportunityTable(ListTable):
    number = FigureColumn(lambda number: str(number), accessor="number", verbose_name="N°", largest_first=True)
    customer = PartColumn(
        "opportunities/cells/customer.html",
        export=lambda row: row.customer_name,
        verbose_name="Client",
        attrs=cell("cell-title", "pin-1"),
    )
    vehicle = PartColumn(
        "opportunities/cells/vehicle.html",
        export=lambda row: selectors.wanted(row),
        verbose_name="Véhicule souhaité",
        attrs=cell("cell-sub", "clip"),
    )
    source = tables.Column(verbose_name="Source", attrs=cell("muted", priority=1))
    stars = PartColumn(
        "opportunities/cells/stars.html",
        export=attrgetter("stars"),
        same_for=attrgetter("stars"),
        verbose_name="Intérêt",
        attrs=cell(),
    )
    status = PartColumn(
        "opportunities/cells/status.html",
        export=lambda row: enums.status_label(row.status, is_overdue=row.is_overdue(today_paris(timezone.now()))),
        same_for=attrgetter("status", "is_late"),
        verbose_name="Statut",
        attrs=cell("cell-badges"),
    )
    next_action = PartColumn(
        "opportunities/cells/next_action.html",
        export=lambda row: row.get_next_action_display(),
        same_for=attrgetter("next_action"),
        verbose_name="Prochaine action",
        attrs=cell(fact="À faire"),
    )
    next_action_on = PartColumn(
        "opportunities/cells/due.html",
        export=attrgetter("next_action_on"),
        same_for=attrgetter("next_action_on", "days_late"),
        verbose_name="Échéance",
        attrs=cell("num", fact="Échéance"),
    )
    salesperson = tables.Column(accessor="salesperson_name", verbose_name="Vendeur", attrs=cell("muted", priority=1))
    point_of_sale = tables.Column(verbose_name="Point de vente", attrs=cell("muted"))
    entity = tables.Column(verbose_name="Entité", attrs=cell("muted"))
    created_at = FigureColumn(french.format_instant, verbose_name="Créée le")
    changed_at = PartColumn(
        "opportunities/cells/changed.html",
        export=lambda row: row.changed_at,
        verbose_name="Modifiée",
        attrs=cell("num", "muted", fact="Modifiée"),
    )

    class Meta(ListTable.Meta):
        model = Opportunity
        fields = ()


class OpportunityFilter(filters.FilterSet):
    q = SearchFilter(method="search")
    status = CheckboxesFilter(choices=enums.Status.choices, label="Statut")
    is_overdue = filters.ChoiceFilter(
        method="by_overdue", label="En souffrance", choices=[("yes", "Oui"), ("no", "Non")], empty_label="Toutes"
    )
    offer = filters.ChoiceFilter(
        method="by_offer", label="Offre", choices=[("expires", "sans réponse, expire bientôt")], empty_label="Toutes"
    )
    source = CheckboxesFilter(choices=enums.Source.choices, label="Source")
    stars = CheckboxesFilter(choices=[("3", "3 étoiles"), ("2", "2 étoiles"), ("1", "1 étoile")], label="Intérêt")
    salesperson = CheckboxesFilter(label="Vendeur")
    point_of_sale = CheckboxesFilter(label="Point de vente")
    since = DayFilter(field_name="changed_at", label="Modifiée depuis le")
    until = DayFilter(field_name="changed_at", is_last=True, label="Modifiée jusqu’au")
    created_since = DayFilter(field_name="created_at", label="Créée depuis le")
    created_until = DayFilter(field_name="created_at", is_last=True, label="Créée jusqu’au")

    class Meta:
        model = Opportunity
        fields: list[str] = []

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        labels = site_labels(sites_seen(self.request))
        self.filters["point_of_sale"].extra["choices"] = [(str(pk), label) for pk, label in labels.items()]
        people = selectors.salespeople()
        self.filters["salesperson"].extra["choices"] = [(str(user.pk), user.full_name) for user in people]

    def search(self, rows: QuerySet[Opportunity], name: str, value: str) -> QuerySet[Opportunity]:
        return selectors.search(rows, value)

    def by_overdue(self, rows: QuerySet[Opportunity], name: str, value: str) -> QuerySet[Opportunity]:
        late = overdue(today_paris(timezone.now()))
        return rows.filter(late) if value == "yes" else rows.exclude(late)

    def by_offer(self, rows: QuerySet[Opportunity], name: str, value: str) -> QuerySet[Opportunity]:
        awaited = Offer.objects.filter(expires_soon(today_paris(timezone.now())), opportunity=OuterRef("pk"))
        return rows.filter(Exists(awaited))


def columns(*, has_several_entities: bool) -> list[str]:
    return [*DEFAULT_COLUMNS, *(["entity"] if has_several_entities else [])]


# --- Estimations à valider ------------------------------------------------------------------------
TRADE_IN_SORTS = {
    "asked_at": "asked_at",
    "number": "number",
    "adjusted_value": "adjusted_value",
    "expected_price": "expected_price",
}
# Who has waited longest comes first.
TRADE_IN_DEFAULT_SORT = "asked_at"
TRADE_IN_COLUMNS = (
    "vehicle", "plate", "customer", "asked_by", "asked_at", "mileage_km", "adjusted_value", "expected_price", "gap",
    "place", "decide",
)  # fmt: skip


def trade_in_columns(*, has_several_entities: bool) -> list[str]:
    *first, last = TRADE_IN_COLUMNS
    return [*first, *(["entity"] if has_several_entities else []), last]


def exported_trade_in_columns(*, has_several_entities: bool) -> list[str]:
    """Those of the list; its button says nothing in a file."""
    return trade_in_columns(has_several_entities=has_several_entities)[:-1]


class TradeInTable(ListTable):
    vehicle = PartColumn(
        "opportunities/cells/trade_in.html",
        export=lambda row: f"{row} {row.version}".strip(),
        verbose_name="Véhicule",
        attrs=cell("cell-title", "pin-1"),
    )
    plate = PartColumn(
        "opportunities/cells/plate.html",
        export=lambda row: row.plate_display,
        verbose_name="Immatriculation",
        attrs=cell(),
    )
    customer = PartColumn(
        "opportunities/cells/trade_in_customer.html",
        export=lambda row: row.opportunity.customer_name,
        verbose_name="Client",
        attrs=cell("cell-sub"),
    )
    asked_by = tables.Column(accessor="asker_name", verbose_name="Demandée par", attrs=cell("muted"))
    asked_at = PartColumn(
        "opportunities/cells/asked.html",
        export=lambda row: row.asked_at,
        verbose_name="Depuis",
        attrs=cell("num", fact="Depuis"),
    )
    number = FigureColumn(lambda number: str(number), verbose_name="N°", largest_first=True)
    mileage_km = FigureColumn(french.format_km, verbose_name="Km", priority=2)
    adjusted_value = PartColumn(
        "opportunities/cells/adjusted_value.html",
        export=attrgetter("adjusted_value"),
        verbose_name="Valeur ajustée",
        attrs=cell("num", fact="Valeur ajustée"),
    )
    expected_price = FigureColumn(french.format_euros, verbose_name="Attente du client", fact="Attente")
    gap = FigureColumn(lambda gap: french.format_euros(gap, signed=True), verbose_name="Écart", priority=1)
    place = tables.Column(accessor="place", verbose_name="Point de vente", attrs=cell("muted", priority=2))
    entity = tables.Column(verbose_name="Entité", attrs=cell("muted"))
    decide = PartColumn(
        "opportunities/cells/decide.html", export=lambda row: "", verbose_name="Décision", attrs=cell("cell-fact")
    )

    class Meta(ListTable.Meta):
        model = TradeIn
        fields = ()


class TradeInFilter(filters.FilterSet):
    q = SearchFilter(method="search")
    asked_by = CheckboxesFilter(label="Demandée par")
    point_of_sale = CheckboxesFilter(label="Point de vente")
    since = DayFilter(field_name="asked_at", label="Demandée depuis le")
    until = DayFilter(field_name="asked_at", is_last=True, label="Demandée jusqu’au")

    class Meta:
        model = TradeIn
        fields: list[str] = []

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        labels = site_labels(sites_seen(self.request))
        self.filters["point_of_sale"].extra["choices"] = [(str(pk), label) for pk, label in labels.items()]
        people = waiting.askers()
        self.filters["asked_by"].extra["choices"] = [(str(user.pk), user.full_name) for user in people]

    def search(self, rows: QuerySet[TradeIn], name: str, value: str) -> QuerySet[TradeIn]:
        return waiting.search(rows, value)
