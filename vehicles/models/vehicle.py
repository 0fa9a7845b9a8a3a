"""One stay of one vehicle in the stock of one entity."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from customers.models import Customer
from openflex.core.search import FoldedText, search_condition
from settings_admin.models import Entity, PointOfSale
from settings_admin.scoping import Audience, ScopedManager, ScopedModel
from settings_admin.triggers import same_owner
from vehicles import enums
from vehicles.inspection import DUE_WITHIN_DAYS, InspectionStatus
from vehicles.validators import format_plate

if TYPE_CHECKING:
    from vehicles.models.stock import Hold


def _rank(column: str, codes: Sequence[str]) -> models.Case:
    """The place of a code among its like: what a list sorts by, for codes are in no order that a reader knows."""
    places = (models.When(**{column: code}, then=models.Value(place)) for place, code in enumerate(codes))
    return models.Case(*places, default=None, output_field=models.SmallIntegerField())


def _type_rank() -> models.Case:
    """The same of *Type de véhicule*, which two columns say together."""
    types = sorted(
        ((stage, destination) for stage in enums.Stage for destination in enums.Destination),
        key=lambda both: enums.type_label(*both),
    )
    places = (
        models.When(stage=stage, destination=destination, then=models.Value(place))
        for place, (stage, destination) in enumerate(types)
    )
    return models.Case(*places, default=None, output_field=models.SmallIntegerField())


class VehicleQuerySet(models.QuerySet["Vehicle"]):
    def in_stock(self) -> Self:
        """Still ours: everything but what went out, and what was put away."""
        return self.filter(IN_STOCK)

    def search(self, text: str, *, also: Q | None = None) -> Self:
        """Rows that contain every word, or the whole with its spaces and hyphens removed (a plate, a VIN's end).

        Below three characters there is nothing to look for: the trigram index starts there. `also`: those
        found by other means, by their customer say.
        """
        condition = search_condition(text)
        return self if condition is None else self.filter(condition | also if also else condition)

    def inspection_due(self, today: date) -> Self:
        return self.filter(inspection_due(today))


VehicleManager = ScopedManager.from_queryset(VehicleQuerySet)

IN_STOCK = ~Q(status=enums.StockStatus.OUT) & Q(is_archived=False)


def in_stock_since(day: date) -> Q:
    """Entered on that day or before, and still there; an expected entry does not age."""
    return IN_STOCK & ~Q(status=enums.StockStatus.PRE_ENTRY) & Q(entered_on__lte=day)


# Of the stock: which could be sold, and of which no price is asked yet.
UNPRICED = Q(status__in=(enums.StockStatus.ARRIVED, enums.StockStatus.FOR_SALE), sale_price=None) & ~Q(
    destination=enums.Destination.SCRAP
)
NO_PRICE = IN_STOCK & UNPRICED


def inspection_due(today: date) -> Q:
    return IN_STOCK & Q(inspection_due_on__lte=today + timedelta(days=DUE_WITHIN_DAYS))


class Vehicle(ScopedModel):
    audience = Audience(entity="entity_id", point_of_sale="point_of_sale_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+", verbose_name="entité")
    point_of_sale = models.ForeignKey(
        PointOfSale, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="point de vente"
    )
    previous_stay = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="next_stays")
    stock_number = models.CharField("n° de stock", max_length=20)

    # Caractéristiques
    kind = models.CharField("genre", max_length=20, choices=enums.VehicleKind.choices)
    make = models.CharField("marque", max_length=80)
    model = models.CharField("modèle", max_length=120)
    version = models.CharField("version", max_length=500, blank=True)
    plate = models.CharField("immatriculation", max_length=20, blank=True)
    plate_format = models.CharField("type de plaque", max_length=12, choices=enums.PlateFormat.choices, blank=True)
    plate_department = models.CharField("département de la plaque", max_length=3, blank=True)
    # Empty: in France. A plate has a meaning in its country only.
    plate_country = models.CharField(
        "pays d’immatriculation", max_length=5, choices=enums.PlateCountry.choices, blank=True, default=""
    )
    vin = models.CharField("VIN", max_length=17, blank=True)
    first_registration = models.DateField("date MEC", null=True, blank=True)
    mileage_km = models.PositiveIntegerField("kilométrage", null=True, blank=True)
    energy = models.CharField("énergie", max_length=20, choices=enums.Energy.choices, blank=True)
    gearbox = models.CharField("boîte", max_length=12, choices=enums.Gearbox.choices, blank=True)
    body = models.CharField("carrosserie", max_length=40, blank=True)
    doors = models.PositiveSmallIntegerField("portes", null=True, blank=True)
    seats = models.PositiveSmallIntegerField("places", null=True, blank=True)
    power_hp = models.PositiveSmallIntegerField("puissance (ch)", null=True, blank=True)
    power_kw = models.PositiveSmallIntegerField("puissance (kW)", null=True, blank=True)
    fiscal_power = models.PositiveSmallIntegerField("puissance fiscale (CV)", null=True, blank=True)
    co2 = models.PositiveSmallIntegerField("CO₂ (g/km)", null=True, blank=True)
    euro_class = models.CharField("norme Euro", max_length=12, blank=True)
    cnit = models.CharField("CNIT", max_length=20, blank=True)
    catalogue_date = models.DateField("date catalogue", null=True, blank=True)
    exterior_colour = models.CharField("couleur extérieure", max_length=200, blank=True)
    interior_colour = models.CharField("couleur intérieure", max_length=200, blank=True)
    price_new = models.DecimalField("prix catalogue", max_digits=10, decimal_places=2, null=True, blank=True)
    # The provider's, of the estimate it came by: its version, and its equipment as `equipment_of` reads it. Read only.
    version_code = models.CharField(max_length=200, blank=True, default="")
    equipment = models.JSONField("équipements et options", default=list, blank=True)
    own_equipment = models.TextField("équipements ajoutés", blank=True)

    # Statut
    stage = models.CharField("VN, VO ou VD", max_length=12, choices=enums.Stage.choices, default=enums.Stage.USED)
    destination = models.CharField(
        "destination", max_length=12, choices=enums.Destination.choices, default=enums.Destination.PRIVATE
    )
    status = models.CharField(
        "statut", max_length=12, choices=enums.StockStatus.choices, default=enums.StockStatus.PRE_ENTRY
    )
    is_trade_in = models.BooleanField("reprise", default=False)
    origin = models.CharField("origine VO", max_length=20, choices=enums.Origin.choices, blank=True)
    first_hand = models.BooleanField("première main", null=True, blank=True)
    vat_regime = models.CharField(
        "régime de TVA", max_length=12, choices=enums.VatRegime.choices, default=enums.VatRegime.NOT_SET
    )
    key_number = models.CharField("numéro de clé", max_length=20, blank=True)
    key_place = models.CharField("emplacement de la clé", max_length=60, blank=True)
    has_registration_certificate = models.BooleanField("carte grise", null=True, blank=True)
    keys_count = models.PositiveSmallIntegerField("nombre de clés", null=True, blank=True)
    has_maintenance_book = models.BooleanField("carnet d’entretien présent", null=True, blank=True)
    no_pledge_on = models.DateField("date de non-gage", null=True, blank=True)
    is_being_prepared = models.BooleanField("en préparation", default=False)
    is_archived = models.BooleanField("archivé", default=False)
    # Expected while in pré-rentrée, real afterwards; of what was withdrawn before it came there is none.
    entered_on = models.DateField("entrée", null=True, blank=True)
    left_on = models.DateField("sortie", null=True, blank=True)
    exit_reason = models.CharField("motif de sortie", max_length=20, choices=enums.ExitReason.choices, blank=True)

    # Entretien du véhicule
    is_damaged = models.BooleanField("véhicule accidenté", null=True, blank=True)
    is_running = models.BooleanField("véhicule roulant", null=True, blank=True)
    # What the registration certificate and the holder's licence change about the inspection (R. 323-3, R. 323-22).
    is_collector = models.BooleanField("carte grise de collection", default=False)
    is_licensed_sport = models.BooleanField("enduro ou trial d’un titulaire licencié", default=False)
    inspection_on = models.DateField("date du contrôle technique", null=True, blank=True)
    next_inspection_month = models.DateField("date du prochain contrôle technique", null=True, blank=True)
    inspection_result = models.CharField(
        "résultat du contrôle technique", max_length=12, choices=enums.InspectionResult.choices, blank=True
    )
    # Of light commercial vehicles, between two inspections.
    pollution_check_on = models.DateField("date du contrôle pollution", null=True, blank=True)
    # The last day of validity, by the typed month or by the rules, of the inspection or of the check of emissions; kept
    # by the verbs so that lists can ask for it.
    inspection_due_on = models.DateField("échéance du contrôle technique", null=True, blank=True, editable=False)
    repairs_detail = models.TextField("détail des réparations", blank=True)
    is_maintenance_up_to_date = models.BooleanField("carnet d’entretien à jour", null=True, blank=True)

    # Prix: euros; the purchase is what was invoiced, HT or TTC as `purchase_is_excl` says; the sale price is TTC.
    purchase_price = models.DecimalField("prix d’achat", max_digits=10, decimal_places=2, null=True, blank=True)
    purchase_is_excl = models.BooleanField("achat HT", default=False)
    purchased_on = models.DateField("date d’achat", null=True, blank=True)
    payment_mode = models.CharField("mode de règlement", max_length=12, choices=enums.PaymentMode.choices, blank=True)
    supplier = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="supplied_vehicles", verbose_name="fournisseur",
        db_index=False,  # vehicle_of_supplier
    )  # fmt: skip
    sale_price = models.DecimalField("prix de vente TTC", max_digits=10, decimal_places=2, null=True, blank=True)
    # Pushed by the quotations; TTC, with the day they are worth.
    market_value = models.DecimalField("valeur de marché", max_digits=10, decimal_places=2, null=True, blank=True)
    adjusted_market_value = models.DecimalField(
        "valeur de marché ajustée", max_digits=10, decimal_places=2, null=True, blank=True
    )
    market_value_on = models.DateField("date de la valeur de marché", null=True, blank=True)
    # The valuation sandbox gave it.
    market_value_is_sandbox = models.BooleanField("valeur du bac à sable", default=False)

    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    search_text = models.GeneratedField(
        expression=FoldedText(
            F("plate"), F("vin"), F("make"), F("model"), F("version"), F("stock_number"), F("key_number")
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    # What lists sort by and no column holds as it is.
    energy_rank = models.GeneratedField(
        expression=_rank("energy", enums.ENERGIES_BY_LABEL),
        output_field=models.SmallIntegerField(),
        db_persist=True,
        null=True,
    )
    status_rank = models.GeneratedField(
        expression=_rank("status", tuple(enums.StockStatus)),
        output_field=models.SmallIntegerField(),
        db_persist=True,
        null=True,
    )
    type_rank = models.GeneratedField(
        expression=_type_rank(), output_field=models.SmallIntegerField(), db_persist=True, null=True
    )
    # Days in stock run from here; an expected entry does not age.
    in_stock_since_on = models.GeneratedField(
        expression=models.Case(
            models.When(status=enums.StockStatus.PRE_ENTRY, then=None),
            default=F("entered_on"),
            output_field=models.DateField(),
        ),
        output_field=models.DateField(),
        db_persist=True,
        null=True,
    )

    # Put on by the selectors, where a list or a sheet asks for them.
    active_holds: Sequence["Hold"]
    held_for: str
    held_by: str
    shown_supplier: str
    days: int | None
    inspection: InspectionStatus
    refurbishment: Decimal | None
    holding_percent: Decimal
    cover: int | None
    checklist: Sequence[dict[str, Any]]
    shown_purchase: Decimal | str | None
    shown_basis: str
    net_purchase: Decimal | str | None
    shown_margin: Decimal | str | None
    shown_position: Decimal | str | None
    shown_source: str

    objects: ClassVar[VehicleManager] = VehicleManager()

    class Meta(ScopedModel.Meta):
        verbose_name = "véhicule"
        verbose_name_plural = "véhicules"
        ordering = ["-entered_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                "entity",
                Upper("vin"),
                condition=~Q(vin="") & ~Q(status="out"),
                name="vehicle_vin_once_in_stock",
                violation_error_message="Un véhicule de ce VIN est déjà en stock.",
            ),
            models.UniqueConstraint(
                fields=["entity", "plate", "plate_country"],
                condition=~Q(plate="") & ~Q(status="out"),
                name="vehicle_plate_once_in_stock",
                violation_error_message="Un véhicule de cette immatriculation est déjà en stock.",
            ),
            models.CheckConstraint(
                condition=Q(plate_format="foreign") & ~Q(plate_country="")
                | ~Q(plate_format="foreign") & Q(plate_country=""),
                name="vehicle_foreign_plate_has_country",
            ),
            models.UniqueConstraint(fields=["entity", "stock_number"], name="vehicle_stock_number_once"),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="vehicle_search"),
            # Its former stays, in stock or not, each time a plate, a VIN or a mileage is typed.
            models.Index(fields=["vin"], condition=~Q(vin=""), name="vehicle_of_vin"),
            models.Index(fields=["plate"], condition=~Q(plate=""), name="vehicle_of_plate"),
            # What the customers of a name supplied, thousands of them: from the index alone.
            models.Index(
                fields=["supplier"],
                include=["entity", "point_of_sale", "id"],
                condition=Q(supplier__isnull=False),
                name="vehicle_of_supplier",
            ),
            # A list shows either half, sorted: read in order until a page is full, whatever entities the scope holds.
            # (An index that starts with the entity gives no order over several of them.)
            *(
                models.Index(F(column), F("id"), condition=half, name=f"vehicle_{half_name}_by_{name}")
                for half, half_name in ((IN_STOCK, "stock"), (~IN_STOCK, "gone"))
                for column, name in (
                    ("entered_on", "entry"),
                    ("sale_price", "price"),
                    ("purchase_price", "purchase"),
                    ("mileage_km", "km"),
                    ("first_registration", "mec"),
                    ("model", "model"),
                    ("inspection_due_on", "inspection"),
                    ("stock_number", "number"),
                    ("energy_rank", "energy"),
                    ("version", "version"),
                    ("status_rank", "status"),
                    ("type_rank", "type"),
                    ("is_trade_in", "trade_in"),
                    ("plate", "plate"),
                )
            ),
            # Of what went out the days run to the exit, which is another order.
            models.Index(F("in_stock_since_on"), F("id"), condition=IN_STOCK, name="vehicle_stock_by_days"),
            # What tabs count, and *Accueil* puts in order: from the index alone, whatever order the table lies in.
            models.Index(
                fields=["entity"],
                include=["id", "status", "inspection_due_on", "entered_on", "kind", "sale_price", "destination"],
                condition=IN_STOCK,
                name="vehicle_stock_counted",
            ),
            # And few vehicles are.
            models.Index(fields=["kind"], condition=IN_STOCK, name="vehicle_stock_by_kind"),
            models.Index(fields=["entity"], condition=IN_STOCK & Q(is_being_prepared=True), name="vehicle_to_prepare"),
            models.Index(fields=["entity", "inspection_due_on"], condition=IN_STOCK, name="vehicle_to_inspect"),
        ]
        triggers = [same_owner("point_of_sale"), same_owner("supplier")]

    def __str__(self) -> str:
        return f"{self.make} {self.model}".strip()

    @property
    def plate_display(self) -> str:
        return format_plate(self.plate, foreign=self.is_foreign)

    @property
    def is_foreign(self) -> bool:
        return bool(self.plate_country)

    @property
    def country_letters(self) -> str:
        """Those on the plate; empty where the country is not one of ours."""
        return "" if self.plate_country == enums.PlateCountry.OTHER else self.plate_country

    @property
    def type_label(self) -> str:
        return enums.type_label(self.stage, self.destination)

    @property
    def status_badge(self) -> enums.Badge:
        return enums.STATUS_BADGES[enums.StockStatus(self.status)]

    @property
    def is_editable(self) -> bool:
        """As an estimate says it. A stay always is: what its repair cost is often known after it was sold."""
        return True

    @property
    def is_there(self) -> bool:
        """Expected or in stock, and not put away: of what is not, nothing waits to be done."""
        return self.status != enums.StockStatus.OUT and not self.is_archived

    @property
    def preparation_progress(self) -> str:
        """« 3 sur 7 », of what is being prepared; of a row with its checklist."""
        if not (self.is_being_prepared and self.is_there and self.checklist):
            return ""
        return f"{self.tasks_done} sur {len(self.checklist)}"

    @property
    def tasks_done(self) -> int:
        return sum(one["done_at"] is not None for one in self.checklist)

    @property
    def never_arrived(self) -> bool:
        """Only expected, or withdrawn before it came."""
        return self.status == enums.StockStatus.PRE_ENTRY or self.exit_reason == enums.ExitReason.WITHDRAWN

    def days_in_stock(self, today: date) -> int | None:
        """Days since the physical entry, up to the exit; None while it is only expected."""
        if self.entered_on is None or self.status == enums.StockStatus.PRE_ENTRY:
            return None
        return ((self.left_on or today) - self.entered_on).days

    @property
    def purchase_basis(self) -> str:
        """What the price it was bought for is."""
        return "HT" if self.purchase_is_excl else "TTC"

    @property
    def market_position(self) -> Decimal | None:
        """Sale price in per cents of the adjusted market value."""
        if self.sale_price is None or not self.adjusted_market_value:
            return None
        return self.sale_price / self.adjusted_market_value * 100

    @property
    def market_source(self) -> str:
        """Who gave its market value; empty without one."""
        if self.adjusted_market_value is None:
            return ""
        return "Bac à sable" if self.market_value_is_sandbox else "Marché"
