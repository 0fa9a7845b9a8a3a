"""A sale being worked on with a customer, who follows it, and what an entity decides about such sales."""

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from customers.models import Customer
from customers.selectors import is_seen, name_for_reader, of
from opportunities import enums
from settings_admin.models import Entity, PointOfSale
from settings_admin.scoping import Audience, ScopedManager, ScopedModel
from settings_admin.triggers import same_owner
from vehicles.enums import Badge
from vehicles.models import Vehicle


class OpportunitySettings(ScopedModel):
    """What an entity decides about its opportunities; one without a row follows the defaults."""

    audience = Audience(entity="entity_id")

    entity = models.OneToOneField(Entity, models.CASCADE, related_name="opportunity_settings")
    overdue_after_days = models.PositiveSmallIntegerField(
        "en souffrance après (jours sans contact)",
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
    )
    offer_valid_days = models.PositiveSmallIntegerField(
        "validité d’une offre (jours)", default=15, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )
    trade_in_valid_days = models.PositiveSmallIntegerField(
        "validité d’un prix de reprise (jours)", default=15, validators=[MinValueValidator(1), MaxValueValidator(90)]
    )
    trade_in_photos = models.PositiveSmallIntegerField(
        "photos exigées pour une estimation", default=4, validators=[MaxValueValidator(20)]
    )
    # Printed on the agreement of a test drive; the words of the entity, which has usual ones to begin with.
    test_drive_conditions = models.TextField(
        "conditions d’un essai", default=enums.USUAL_CONDITIONS, max_length=enums.CONDITIONS_LENGTH, blank=True
    )

    class Meta(ScopedModel.Meta):
        verbose_name = "réglages des opportunités"


class CloseReason(ScopedModel):
    """Why an opportunity of the entity was closed, in its own words: « Prix », « Délai de livraison »."""

    audience = Audience(entity="entity_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    status = models.CharField(
        "pour", max_length=8, choices=[(one.value, one.label) for one in enums.CLOSED_WITH_REASON]
    )
    label = models.CharField("motif", max_length=80)
    is_active = models.BooleanField("proposé", default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(ScopedModel.Meta):
        verbose_name = "motif de clôture"
        ordering = ["status", "position", "label", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "status", "label"],
                name="close_reason_once",
                violation_error_message="Ce motif existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return self.label


def overdue(today: date) -> Q:
    """*En souffrance* on that day (Europe/Paris)."""
    return Q(status=enums.Status.OPEN, overdue_on__lte=today)


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    def open(self) -> Self:
        return self.filter(status=enums.Status.OPEN)

    def overdue(self, today: date) -> Self:
        return self.filter(overdue(today))


OpportunityManager = ScopedManager.from_queryset(OpportunityQuerySet)


class Opportunity(ScopedModel):
    audience = Audience(entity="entity_id", point_of_sale="point_of_sale_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+", verbose_name="entité")
    point_of_sale = models.ForeignKey(
        PointOfSale, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="point de vente"
    )
    number = models.PositiveBigIntegerField("n°")
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="opportunities", verbose_name="client",
        db_index=False,  # opportunity_of_customer
    )  # fmt: skip
    salesperson = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="vendeur")
    status = models.CharField("statut", max_length=8, choices=enums.Status.choices, default=enums.Status.OPEN)
    stars = models.PositiveSmallIntegerField(
        "intérêt", default=1, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    source = models.CharField("source", max_length=10, choices=enums.Source.choices)
    # What the customer wants: one of our vehicles, or in words what it should be.
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="véhicule souhaité"
    )
    wish = models.CharField("recherche du client", max_length=200, blank=True)

    next_action = models.CharField("prochaine action", max_length=16, choices=enums.NextAction.choices, blank=True)
    next_action_note = models.CharField("précision", max_length=200, blank=True)
    next_action_on = models.DateField("échéance", null=True, blank=True)
    last_contact_at = models.DateTimeField("dernier contact")
    # The first day on which it is *en souffrance* (`enums.overdue_from`), kept by the verbs; null once it is closed.
    overdue_on = models.DateField(null=True, editable=False)
    # The day on which its salesperson was reminded of that; null again as soon as it is *en souffrance* no more.
    reminded_on = models.DateField(null=True, editable=False)

    closed_at = models.DateTimeField("clôturée le", null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    close_reason = models.ForeignKey(
        CloseReason, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="motif"
    )
    competitor = models.CharField("concurrent", max_length=80, blank=True)
    close_note = models.TextField("précision", max_length=2000, blank=True)
    # A duplicate that was merged: its page leads to the one that was kept.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("créée le")
    # Whatever happened to it last, a comment or an offer say: « modifiée il y a 3 minutes ».
    changed_at = models.DateTimeField("modifiée le")

    # Put on by `selectors.show`, for the lines of a list.
    wanted: str
    is_late: bool
    days_late: int
    # Put on by `selectors.all_rows`.
    follower_facts: list[dict[str, Any]]

    objects: ClassVar[OpportunityManager] = OpportunityManager()

    class Meta(ScopedModel.Meta):
        verbose_name = "opportunité"
        verbose_name_plural = "opportunités"
        ordering = ["-changed_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["entity", "number"], name="opportunity_number_once"),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True, overdue_on__isnull=False)
                | Q(~Q(status="open"), closed_at__isnull=False, overdue_on__isnull=True),
                name="opportunity_closed_or_open",
            ),
            models.CheckConstraint(condition=Q(stars__range=(1, 3)), name="opportunity_one_to_three_stars"),
        ]
        indexes = [
            # Of the customers of a name, thousands of them: from the index alone.
            models.Index(
                fields=["customer"], include=["entity", "point_of_sale", "id"], name="opportunity_of_customer"
            ),
            models.Index(fields=["changed_at", "id"], name="opportunity_by_change"),
            models.Index(fields=["salesperson", "changed_at", "id"], name="opportunity_of_salesperson"),
            models.Index(fields=["overdue_on", "id"], condition=Q(status="open"), name="opportunity_overdue"),
            models.Index(
                fields=["next_action_on", "id"], condition=Q(status="open"), name="opportunity_by_next_action"
            ),
            models.Index(fields=["number", "id"], name="opportunity_by_number"),
            models.Index(fields=["stars", "id"], name="opportunity_by_stars"),
            models.Index(fields=["next_action_on", "id"], name="opportunity_by_next_day"),
        ]
        triggers = [
            same_owner(parent) for parent in ("point_of_sale", "customer", "vehicle", "close_reason", "merged_into")
        ]

    def __str__(self) -> str:
        return f"Opportunité n°\u00a0{self.number}"

    @property
    def is_open(self) -> bool:
        return self.status == enums.Status.OPEN

    @property
    def status_badge(self) -> Badge:
        return enums.STATUS_BADGES[enums.Status(self.status)]

    @property
    def customer_name(self) -> str:
        """As far as the reader may know it: what every page, list and file says of whose it is."""
        return self.customer.display_name if self.is_customer_seen else "Un client"

    @property
    def of_customer(self) -> str:
        """« de Pr RINO », « d’un client »."""
        return of(name_for_reader(self.customer))

    @property
    def is_customer_seen(self) -> bool:
        return is_seen(self.customer)

    @property
    def salesperson_name(self) -> str:
        return self.salesperson.full_name

    def is_overdue(self, today: date) -> bool:
        return self.is_open and self.overdue_on is not None and self.overdue_on <= today


class Follower(ScopedModel):
    """A colleague who is told what happens to an opportunity; its salesperson is, without a row here."""

    audience = Audience(entity="entity_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="followers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    since_at = models.DateTimeField(auto_now_add=True)

    class Meta(ScopedModel.Meta):
        ordering = ["since_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["opportunity", "user"], name="follower_once")]
        triggers = [same_owner("opportunity")]
