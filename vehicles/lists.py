"""What the list of vehicles shows, sorts by and filters on."""

from datetime import date, timedelta
from operator import attrgetter
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from openflex.core import french, xlsx
from openflex.core.dates import today_paris
from openflex.core.filters import AmountRangeFilter, CheckboxesFilter, SearchFilter
from openflex.core.lists import FigureColumn, ListTable, PartColumn, Tab, cell, mean, total
from settings_admin.access.requests import sites_seen
from settings_admin.organisation.selectors import site_labels
from settings_admin.scoping import Scope
from vehicles import enums, selectors
from vehicles.finding import of_customers
from vehicles.models import Photo, Vehicle
from vehicles.models.vehicle import IN_STOCK, NO_PRICE, in_stock_since, inspection_due

DEFAULT_COLUMNS = (
    "plate", "model", "energy", "version", "mileage_km", "first_registration", "purchase_price",
    "type", "status", "is_trade_in", "entered_on", "days", "sale_price", "actions",
)  # fmt: skip
DEFAULT_SORT = "-entered_on"
# Column → model field; days in stock run against the date they are counted from.
SORTS = {
    "plate": "plate",
    "model": "model",
    "mileage_km": "mileage_km",
    "first_registration": "first_registration",
    "entered_on": "entered_on",
    "sale_price": "sale_price",
    "next_inspection_month": "inspection_due_on",
    "stock_number": "stock_number",
    "energy": "energy_rank",
    "version": "version",
    "status": "status_rank",
    "type": "type_rank",
    "is_trade_in": "is_trade_in",
    "days": "-in_stock_since_on",
}
GONE = "all"


def sorts_for(scope: Scope, *, tab: str) -> dict[str, str]:
    """Sorting by what one may not see would show it: the purchase price needs its right on every row. What went out
    has days that no column holds."""
    sorts = {name: field for name, field in SORTS.items() if name != "days" or tab != GONE}
    if scope.allows_everywhere("vehicles.see_margin"):
        return {**sorts, "purchase_price": "purchase_price"}
    return sorts


def tabs(today: date) -> list[Tab]:
    """The built-in views of the stock; their counts are put in by the view."""
    return [
        Tab("", "Tout le stock", IN_STOCK, has_count=False),
        Tab("for_sale", "En vente", IN_STOCK & Q(status=enums.StockStatus.FOR_SALE)),
        Tab("prepare", "À préparer", IN_STOCK & Q(is_being_prepared=True)),
        Tab("inspection", "CT à prévoir", inspection_due(today)),
        Tab("old", "Plus de 90 jours", in_stock_since(today - timedelta(days=91))),
        Tab("category_l", "Motos, scooters et quads", IN_STOCK & Q(kind__in=enums.CATEGORY_L_KINDS)),
        Tab(GONE, "Sortis et archivés", ~IN_STOCK, has_count=False),
    ]


class PurchaseColumn(FigureColumn):
    """An amount that says whether it is HT or TTC; its files have a column for that."""

    template_name = "vehicles/cells/purchase.html"

    @staticmethod
    def same_for(vehicle: Vehicle) -> Any:
        return vehicle.shown_purchase, vehicle.purchase_is_excl


class VehicleTable(ListTable):
    plate = PartColumn(
        "vehicles/cells/plate.html",
        export=lambda vehicle: vehicle.plate_display,
        verbose_name="Immatriculation",
        attrs=cell("cell-plate", "pin-1"),
    )
    model = PartColumn(
        "vehicles/cells/model.html",
        export=lambda vehicle: vehicle.model,
        verbose_name="Modèle",
        attrs=cell("cell-title", "pin-2"),
    )
    energy = tables.Column(verbose_name="Énergie", attrs=cell("muted", "clip", "short", priority=1))
    version = tables.Column(verbose_name="Version", attrs=cell("muted", "clip", "cell-sub"))
    mileage_km = FigureColumn(french.format_km, fact="Km", verbose_name="Km", foot=mean)
    first_registration = FigureColumn(french.format_day, fact="MEC", verbose_name="MEC")
    purchase_price = PurchaseColumn(
        french.format_euros,
        accessor="shown_purchase",
        verbose_name="Valeur de reprise",
        largest_first=True,
        # What was invoiced stands HT or TTC in the cells, which say so.
        foot=total,
        foot_of="net_purchase",
        foot_label=selectors.NET_PURCHASE_BASIS,
        head="two-lines",
    )
    type = tables.Column(
        accessor="type_label", verbose_name="Type de véhicule", attrs=cell(priority=1, head="two-lines")
    )
    status = PartColumn(
        "vehicles/cells/status.html",
        export=lambda vehicle: vehicle.get_status_display(),
        same_for=lambda vehicle: (
            vehicle.status,
            vehicle.is_being_prepared,
            vehicle.preparation_progress,
            vehicle.is_archived,
            bool(vehicle.active_holds),
            vehicle.held_for,
        ),
        verbose_name="Statut",
        attrs=cell("cell-badges"),
    )
    is_trade_in = PartColumn(
        "vehicles/cells/trade_in.html",
        export=lambda vehicle: "Oui" if vehicle.is_trade_in else "Non",
        same_for=attrgetter("is_trade_in"),
        verbose_name="Reprise",
        attrs=cell(priority=2),
    )
    entered_on = FigureColumn(french.format_day, verbose_name="Entrée", largest_first=True)
    days = FigureColumn(french.format_days, fact="Stock", verbose_name="Jours", largest_first=True, foot=mean)
    sale_price = FigureColumn(
        french.format_euros, "strong", "end", fact="Prix TTC", verbose_name="Prix TTC", largest_first=True, foot=total
    )
    # Not shown until asked for.
    photo = PartColumn(
        "vehicles/cells/photo.html",
        export=lambda vehicle: "Oui" if vehicle.cover else "Non",
        verbose_name="Photo",
        attrs=cell("cell-photo"),
    )
    make = tables.Column(verbose_name="Marque")
    kind = tables.Column(verbose_name="Genre")
    vin = tables.Column(verbose_name="VIN", attrs=cell("muted"))
    stock_number = tables.Column(verbose_name="N° de stock", attrs=cell("muted"))
    point_of_sale = tables.Column(verbose_name="Point de vente", attrs=cell("muted"))
    entity = tables.Column(verbose_name="Entité", attrs=cell("muted"))
    preparation = tables.Column(accessor="preparation_progress", verbose_name="Préparation", attrs=cell("muted"))
    margin = FigureColumn(french.format_euros, verbose_name="Marge HT", accessor="shown_margin")
    market_position = PartColumn(
        "vehicles/cells/market_position.html",
        export=attrgetter("shown_position"),
        verbose_name="Position marché",
        attrs=cell("num"),
    )
    purchase_basis = tables.Column(accessor="shown_basis", verbose_name="Reprise HT ou TTC", attrs=cell("muted"))
    market_source = tables.Column(accessor="shown_source", verbose_name="Source de la valeur", attrs=cell("muted"))
    next_inspection_month = FigureColumn(
        french.format_month,
        export=lambda vehicle: xlsx.Month.of(vehicle.next_inspection_month),
        verbose_name="Prochain CT",
    )
    supplier = tables.Column(accessor="shown_supplier", verbose_name="Fournisseur", attrs=cell("muted"))
    held_for = tables.Column(verbose_name="Réservé pour", attrs=cell("muted"))
    held_by = tables.Column(verbose_name="Réservé par", attrs=cell("muted"))
    actions = PartColumn(
        "vehicles/cells/actions.html", export=lambda vehicle: "", verbose_name="", attrs=cell("cell-actions")
    )

    class Meta(ListTable.Meta):
        model = Vehicle
        fields = ()


AGEING_BANDS = {"0-30": (0, 30), "31-60": (31, 60), "61-90": (61, 90), "90+": (91, None)}
AGEING_LABELS = {"0-30": "0 à 30", "31-60": "31 à 60", "61-90": "61 à 90", "90+": "plus de 90"}
AGE = "age"


class VehicleFilter(filters.FilterSet):
    """The filters of the list; each one that is set becomes a chip."""

    q = SearchFilter(method="search")
    status = CheckboxesFilter(choices=enums.StockStatus.choices, label="Statut")
    stage = CheckboxesFilter(choices=enums.Stage.choices, label="VN, VO ou VD")
    destination = CheckboxesFilter(choices=enums.Destination.choices, label="Destination")
    kind = CheckboxesFilter(choices=enums.VehicleKind.choices, label="Genre")
    energy = CheckboxesFilter(choices=enums.Energy.choices, label="Énergie")
    point_of_sale = CheckboxesFilter(label="Point de vente")
    sale_price = AmountRangeFilter(label="Prix TTC", unit="€")
    price = filters.ChoiceFilter(
        method="by_price", label="Prix de vente", choices=[("missing", "à fixer")], empty_label="Tous"
    )
    mileage_km = AmountRangeFilter(label="Kilométrage", unit="km")
    age = filters.ChoiceFilter(
        method="by_age",
        label="Jours en stock",
        choices=list(AGEING_LABELS.items()),
        empty_label="Tous",
    )
    inspection = filters.ChoiceFilter(
        method="by_inspection",
        label="Contrôle technique",
        choices=[("due", "à prévoir ou dépassé"), ("unknown", "date non renseignée")],
        empty_label="Tous",
    )
    photo = filters.ChoiceFilter(
        method="by_photo", label="Photos", choices=[("with", "avec"), ("without", "sans")], empty_label="Tous"
    )
    is_trade_in = filters.ChoiceFilter(label="Reprise", choices=[("True", "Oui"), ("False", "Non")], empty_label="Tous")

    class Meta:
        model = Vehicle
        fields: list[str] = []

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Read once: boxes, chips and the check of what was chosen share it.
        labels = site_labels(sites_seen(self.request))
        self.filters["point_of_sale"].extra["choices"] = [(str(pk), label) for pk, label in labels.items()]

    def search(self, rows: QuerySet[Vehicle], name: str, value: str) -> QuerySet[Vehicle]:
        return rows.search(value, also=of_customers(value))  # type: ignore[attr-defined]

    def by_age(self, rows: QuerySet[Vehicle], name: str, value: str) -> QuerySet[Vehicle]:
        today = today_paris(timezone.now())
        least, most = AGEING_BANDS[value]
        rows = rows.filter(in_stock_since(today - timedelta(days=least)))
        return rows if most is None else rows.filter(entered_on__gte=today - timedelta(days=most))

    def by_photo(self, rows: QuerySet[Vehicle], name: str, value: str) -> QuerySet[Vehicle]:
        covers = Exists(Photo.objects.filter(vehicle=OuterRef("pk"), position=0))
        return rows.filter(covers) if value == "with" else rows.filter(~covers)

    def by_price(self, rows: QuerySet[Vehicle], name: str, value: str) -> QuerySet[Vehicle]:
        return rows.filter(NO_PRICE)

    def by_inspection(self, rows: QuerySet[Vehicle], name: str, value: str) -> QuerySet[Vehicle]:
        if value == "due":
            return rows.filter(inspection_due(today_paris(timezone.now())))
        return rows.filter(IN_STOCK, next_inspection_month__isnull=True)
