"""A trade-in estimate: the customer's vehicle, what it is worth, what a manager decides to pay for it."""

from decimal import Decimal
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from openflex.core.search import FoldedText, search_condition
from opportunities import enums
from opportunities.models.opportunity import Opportunity
from quotation.models import Quotation
from settings_admin.models import Entity, PointOfSale
from settings_admin.scoping import Audience, ScopedManager, ScopedModel
from settings_admin.triggers import same_owner
from vehicles.enums import (
    Badge,
    Energy,
    Gearbox,
    InspectionResult,
    Origin,
    PlateCountry,
    PlateFormat,
    VatRegime,
    VehicleKind,
)
from vehicles.models import Vehicle
from vehicles.models.condition import CostFacts, DamageFacts, PhotoFacts
from vehicles.validators import format_plate


class TradeInQuerySet(models.QuerySet["TradeIn"]):
    def to_approve(self) -> Self:
        """*Estimations à valider*: a manager's price is awaited."""
        return self.filter(state=enums.TradeInState.TO_APPROVE)

    def search(self, text: str) -> Self:
        """By plate, VIN, make, model and version; below three characters, all."""
        condition = search_condition(text)
        return self if condition is None else self.filter(condition)


TradeInManager = ScopedManager.from_queryset(TradeInQuerySet)


class TradeIn(ScopedModel):
    """Holds its vehicle's data until it enters the stock. Amounts in EUR; `price` is TTC, what the customer gets."""

    audience = Audience(entity="entity_id", point_of_sale="point_of_sale_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    point_of_sale = models.ForeignKey(PointOfSale, models.PROTECT, null=True, blank=True, related_name="+")
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="trade_ins")
    number = models.PositiveBigIntegerField("n°")
    state = models.CharField(
        "état", max_length=12, choices=enums.TradeInState.choices, default=enums.TradeInState.DRAFT
    )
    # The quotation it was made from: pressed twice, in two tabs or after going back, it makes one.
    quotation = models.OneToOneField(
        Quotation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="cotation"
    )
    # The stay it became.
    vehicle = models.OneToOneField(Vehicle, models.PROTECT, null=True, blank=True, related_name="+")

    # Véhicule: as the quotation has it.
    kind = models.CharField("genre", max_length=20, choices=VehicleKind.choices, default=VehicleKind.CAR)
    make = models.CharField("marque", max_length=80)
    model = models.CharField("modèle", max_length=120)
    version = models.CharField("version", max_length=500, blank=True)
    version_code = models.CharField(max_length=200, blank=True)
    catalogue_date = models.DateField("date catalogue", null=True, blank=True)
    doors = models.PositiveSmallIntegerField("portes", null=True, blank=True)
    price_new = models.DecimalField("prix catalogue", max_digits=10, decimal_places=2, null=True, blank=True)
    energy = models.CharField("énergie", max_length=20, choices=Energy.choices, blank=True)
    gearbox = models.CharField("boîte", max_length=12, choices=Gearbox.choices, blank=True)
    power_hp = models.PositiveSmallIntegerField("puissance (ch)", null=True, blank=True)
    plate = models.CharField("immatriculation", max_length=20, blank=True)
    plate_country = models.CharField(
        "pays d’immatriculation", max_length=5, choices=PlateCountry.choices, blank=True, default=""
    )
    has_no_plate = models.BooleanField("VN ou véhicule sans plaque", default=False)
    vin = models.CharField("VIN", max_length=17, blank=True)
    first_registration = models.DateField("date MEC", null=True, blank=True)
    mileage_km = models.PositiveIntegerField("kilométrage", null=True, blank=True)
    exterior_colour = models.CharField("couleur extérieure", max_length=200, blank=True)
    interior_colour = models.CharField("couleur intérieure", max_length=200, blank=True)
    first_hand = models.BooleanField("première main", null=True, blank=True)
    origin = models.CharField("origine VO", max_length=20, choices=Origin.choices, blank=True)
    # The provider's equipment and options, read only: as `quotation.selectors.equipment_rows` writes them.
    equipment = models.JSONField("équipements et options", default=list)
    own_equipment = models.TextField("équipements ajoutés", max_length=2000, blank=True)

    # État et entretien: what the quick quotation leaves out.
    is_damaged = models.BooleanField("véhicule accidenté", null=True, blank=True)
    is_running = models.BooleanField("véhicule roulant", null=True, blank=True)
    inspection_on = models.DateField("date du contrôle technique", null=True, blank=True)
    next_inspection_month = models.DateField("date du prochain contrôle technique", null=True, blank=True)
    inspection_result = models.CharField(
        "résultat du contrôle technique", max_length=12, choices=InspectionResult.choices, blank=True
    )
    is_collector = models.BooleanField("carte grise de collection", default=False)
    is_licensed_sport = models.BooleanField("enduro ou trial d’un titulaire licencié", default=False)
    is_maintenance_up_to_date = models.BooleanField("carnet d’entretien à jour", null=True, blank=True)
    has_maintenance_book = models.BooleanField("carnet d’entretien présent", null=True, blank=True)
    maintenance_cost = models.DecimalField(
        "frais d’entretien à prévoir HT", max_digits=9, decimal_places=2, null=True, blank=True
    )
    repairs_detail = models.TextField("détail des réparations", max_length=4000, blank=True)
    keys_count = models.PositiveSmallIntegerField("nombre de clés", null=True, blank=True)
    has_registration_certificate = models.BooleanField("carte grise", null=True, blank=True)
    vat_regime = models.CharField("régime de TVA", max_length=12, choices=VatRegime.choices, default=VatRegime.NOT_SET)

    # The quotation's figures, EUR TTC, and the day they are worth.
    market_value = models.DecimalField("valeur de marché", max_digits=10, decimal_places=2, null=True)
    mileage_adjustment = models.DecimalField("kilométrique", max_digits=10, decimal_places=2, null=True)
    age_adjustment = models.DecimalField("âge", max_digits=10, decimal_places=2, null=True)
    options_adjustment = models.DecimalField("options", max_digits=10, decimal_places=2, null=True)
    location_adjustment = models.DecimalField("localisation", max_digits=10, decimal_places=2, null=True)
    adjusted_value = models.DecimalField("valeur de marché ajustée", max_digits=10, decimal_places=2, null=True)
    value_date = models.DateField("valeur au", null=True)
    is_sandbox = models.BooleanField("bac à sable", default=False)
    sale_price = models.DecimalField("prix de vente envisagé", max_digits=10, decimal_places=2, null=True, blank=True)

    # Prix
    expected_price = models.DecimalField("attente du client", max_digits=10, decimal_places=2, null=True, blank=True)
    price = models.DecimalField("prix de reprise", max_digits=10, decimal_places=2, null=True, blank=True)
    price_reason = models.TextField("motif", max_length=2000, blank=True)
    valid_until = models.DateField("valable jusqu’au", null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField("demandée le", null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("décidée le", null=True)

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("créée le")
    changed_at = models.DateTimeField(auto_now=True)
    search_text = models.GeneratedField(
        expression=FoldedText(F("plate"), F("vin"), F("make"), F("model"), F("version")),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects: ClassVar[TradeInManager] = TradeInManager()

    class Meta(ScopedModel.Meta):
        verbose_name = "estimation de reprise"
        verbose_name_plural = "estimations de reprise"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["entity", "number"], name="trade_in_number_once"),
            # What was decided has a price, an author and a day up to which it counts.
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "accepted", "entered"))
                | Q(price__isnull=False, decided_by__isnull=False, valid_until__isnull=False),
                name="trade_in_approved_has_a_price",
            ),
            models.CheckConstraint(
                condition=Q(state="entered", vehicle__isnull=False) | (~Q(state="entered") & Q(vehicle__isnull=True)),
                name="trade_in_entered_has_its_vehicle",
            ),
        ]
        indexes = [
            models.Index(fields=["opportunity", "created_at"], name="trade_in_of_opportunity"),
            models.Index(fields=["asked_at", "id"], condition=Q(state="to_approve"), name="trade_in_to_approve"),
            models.Index(fields=["valid_until"], condition=Q(state="approved"), name="trade_in_to_expire"),
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="trade_in_search"),
        ]
        triggers = [same_owner(parent) for parent in ("point_of_sale", "opportunity", "quotation", "vehicle")]

    def __str__(self) -> str:
        return f"{self.make} {self.model}".strip()

    @property
    def plate_display(self) -> str:
        return format_plate(self.plate, foreign=self.is_foreign)

    @property
    def is_foreign(self) -> bool:
        return bool(self.plate_country)

    @property
    def plate_format(self) -> str:
        """As the drawing of a plate asks for it."""
        return PlateFormat.FOREIGN if self.is_foreign else ""

    @property
    def plate_department(self) -> str:
        return ""

    @property
    def badge(self) -> Badge:
        return enums.TRADE_IN_BADGES[enums.TradeInState(self.state)]

    @property
    def gap(self) -> Decimal | None:
        """What the customer expects above the decided price, or, until there is one, above the adjusted value."""
        worth = self.adjusted_value if self.price is None else self.price
        if worth is None or self.expected_price is None:
            return None
        return self.expected_price - worth

    @property
    def asker_name(self) -> str:
        return self.asked_by.full_name if self.asked_by else ""

    @property
    def place(self) -> str:
        return self.point_of_sale.name if self.point_of_sale else self.entity.name

    @property
    def is_editable(self) -> bool:
        return self.state in enums.EDITABLE


class TradeInDamage(DamageFacts):
    trade_in = models.ForeignKey(TradeIn, models.CASCADE, related_name="damages")

    class Meta(DamageFacts.Meta):
        verbose_name = "défaut"
        ordering = ["pk"]
        abstract = False
        triggers = [same_owner("point_of_sale"), same_owner("trade_in")]


class TradeInDamagePhoto(PhotoFacts):
    damage = models.ForeignKey(TradeInDamage, models.CASCADE, related_name="photos")

    class Meta(PhotoFacts.Meta):
        verbose_name = "photo de défaut"
        verbose_name_plural = "photos de défauts"
        ordering = ["position", "pk"]
        abstract = False
        triggers = [same_owner("point_of_sale"), same_owner("damage")]


class TradeInCost(CostFacts):
    trade_in = models.ForeignKey(TradeIn, models.CASCADE, related_name="costs")

    class Meta(CostFacts.Meta):
        verbose_name = verbose_name_plural = "frais de remise en état"
        ordering = ["pk"]
        abstract = False
        triggers = [same_owner("point_of_sale"), same_owner("trade_in")]


class TradeInPhoto(PhotoFacts):
    trade_in = models.ForeignKey(TradeIn, models.CASCADE, related_name="photos")

    class Meta(PhotoFacts.Meta):
        verbose_name = "photo"
        ordering = ["position", "pk"]
        abstract = False
        triggers = [same_owner("point_of_sale"), same_owner("trade_in")]
