"""What holds a vehicle for somebody."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from customers.models import Customer
from settings_admin.models import Entity, PointOfSale
from settings_admin.scoping import Audience, ScopedManager, ScopedModel
from settings_admin.triggers import same_owner
from vehicles import enums
from vehicles.models.vehicle import Vehicle


class HoldQuerySet(models.QuerySet["Hold"]):
    def unreleased(self) -> Self:
        return self.filter(released_at__isnull=True)

    def active(self, now: datetime) -> Self:
        """Holding at that instant: a reservation past its time holds nothing, even before the sweep releases it."""
        return self.unreleased().filter(Q(until_at__isnull=True) | Q(until_at__gt=now))

    def expired(self, now: datetime) -> Self:
        return self.unreleased().filter(until_at__lte=now)


HoldManager = ScopedManager.from_queryset(HoldQuerySet)


class Hold(ScopedModel):
    """An auction, an order or a 48 h reservation that keeps a vehicle; at most one at a time, by the database.

    An auction holds it from its publication, and has sold it once it is awarded.

    `label` and `url` name the holder, so that whoever is refused can go and see; modules above write them. Of a
    customer there is no copy: `holding.holder_of` reads the name.
    """

    audience = Audience(entity="entity_id", point_of_sale="point_of_sale_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    point_of_sale = models.ForeignKey(PointOfSale, models.PROTECT, null=True, related_name="+")
    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="holds")
    kind = models.CharField("nature", max_length=12, choices=enums.HoldKind.choices)
    # Whom it is held for, where that is a customer; else `label` says it.
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="holds", verbose_name="client"
    )
    label = models.CharField("au nom de", max_length=160, blank=True)
    url = models.CharField(max_length=200, blank=True)
    until_at = models.DateTimeField("jusqu’au", null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    released_at = models.DateTimeField(null=True, blank=True)
    # When an auction was won, and until then it sells nothing; orders and reservations have none.
    awarded_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[HoldManager] = HoldManager()

    class Meta(ScopedModel.Meta):
        verbose_name = "réservation de véhicule"
        verbose_name_plural = "réservations de véhicules"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle"], condition=Q(released_at__isnull=True), name="hold_once_a_vehicle"
            )
        ]
        indexes = [models.Index(fields=["until_at"], condition=Q(released_at__isnull=True), name="hold_to_release")]
        triggers = [same_owner("point_of_sale"), same_owner("vehicle"), same_owner("customer")]

    @property
    def is_sale(self) -> bool:
        """Whether the vehicle is sold to whom it is held for: by an order, by an auction that is awarded."""
        return self.kind == enums.HoldKind.ORDER or (
            self.kind == enums.HoldKind.AUCTION and self.awarded_at is not None
        )
