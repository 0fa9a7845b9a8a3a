"""What a vehicle's condition is made of: damage, refurbishment costs, photos. A trade-in estimate holds the same before
its vehicle is in stock, so that each is written once and takes its own foreign key below and above."""

from decimal import Decimal

from django.db import models
from django.db.models.functions import Coalesce

from settings_admin.models import Entity, PointOfSale
from settings_admin.scoping import Audience, ScopedModel
from settings_admin.triggers import same_owner
from vehicles import condition, enums
from vehicles.models.vehicle import Vehicle

# `condition.counted_cost`, said to the database.
COUNTED = Coalesce("actual", "planned")


class DamageFacts(ScopedModel):
    """One defect: where, what, and what mending it is thought to cost (EUR HT)."""

    audience = Audience(entity="entity_id", point_of_sale="point_of_sale_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    point_of_sale = models.ForeignKey(PointOfSale, models.PROTECT, null=True, related_name="+")
    zone = models.CharField("endroit", max_length=12, choices=enums.DamageZone.choices)
    description = models.CharField("défaut", max_length=200)
    cost = models.DecimalField("coût estimé HT", max_digits=9, decimal_places=2, null=True, blank=True)

    class Meta(ScopedModel.Meta):
        abstract = True


class CostFacts(ScopedModel):
    """One line of the *frais de remise en état* (FRE), EUR HT: what was planned and, once paid, what it was."""

    audience = Audience(entity="entity_id", point_of_sale="point_of_sale_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    point_of_sale = models.ForeignKey(PointOfSale, models.PROTECT, null=True, related_name="+")
    kind = models.CharField("nature", max_length=12, choices=enums.CostKind.choices)
    description = models.CharField("travaux", max_length=200, blank=True)
    planned = models.DecimalField("prévu HT", max_digits=9, decimal_places=2)
    actual = models.DecimalField("réel HT", max_digits=9, decimal_places=2, null=True, blank=True)

    class Meta(ScopedModel.Meta):
        abstract = True

    @property
    def counted(self) -> Decimal:
        return condition.counted_cost(self)


class PhotoFacts(ScopedModel):
    """A photo as we drew it anew: `name` and `small_name` are files of the private photo storage."""

    audience = Audience(entity="entity_id", point_of_sale="point_of_sale_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    point_of_sale = models.ForeignKey(PointOfSale, models.PROTECT, null=True, related_name="+")
    # The first is the cover.
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=60)
    small_name = models.CharField(max_length=60)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta(ScopedModel.Meta):
        abstract = True


class Damage(DamageFacts):
    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="damages")

    class Meta(DamageFacts.Meta):
        verbose_name = "défaut"
        ordering = ["pk"]
        abstract = False
        triggers = [same_owner("point_of_sale"), same_owner("vehicle")]


class DamagePhoto(PhotoFacts):
    """Stands at its damage and in no gallery: an advert shows what one buys, a damage what is to be mended."""

    damage = models.ForeignKey(Damage, models.CASCADE, related_name="photos")

    class Meta(PhotoFacts.Meta):
        verbose_name = "photo de défaut"
        verbose_name_plural = "photos de défauts"
        ordering = ["position", "pk"]
        abstract = False
        triggers = [same_owner("point_of_sale"), same_owner("damage")]


class Cost(CostFacts):
    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="costs")

    class Meta(CostFacts.Meta):
        verbose_name = verbose_name_plural = "frais de remise en état"
        ordering = ["pk"]
        abstract = False
        triggers = [same_owner("point_of_sale"), same_owner("vehicle")]


class Photo(PhotoFacts):
    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="photos")

    class Meta(PhotoFacts.Meta):
        verbose_name = "photo de véhicule"
        verbose_name_plural = "photos de véhicules"
        ordering = ["position", "pk"]
        abstract = False
        triggers = [same_owner("point_of_sale"), same_owner("vehicle")]
