"""The holding, its entities and their points of sale; the merchant companies that buy from them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from settings_admin.scoping import Audience, ScopedModel
from settings_admin.triggers import same_owner


class Holding(ScopedModel):
    audience = Audience(holding="id")

    name = models.CharField("nom", max_length=120)
    requires_second_factor = models.BooleanField("second facteur obligatoire", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ScopedModel.Meta):
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def holding_id(self) -> int:
        """Its own: the history asks every row for the holding it belongs to."""
        return self.pk


class Entity(ScopedModel):
    """A legal company of the holding."""

    audience = Audience(entity="id")

    holding = models.ForeignKey(Holding, models.PROTECT, related_name="entities")
    name = models.CharField("nom", max_length=120)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    vat_number = models.CharField("numéro de TVA", max_length=20, blank=True)
    street = models.CharField("adresse", max_length=200, blank=True)
    postcode = models.CharField("code postal", max_length=10, blank=True)
    city = models.CharField("ville", max_length=100, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("adresse e-mail", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ScopedModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint("holding", "name", name="entity_name_unique_in_holding"),
            models.UniqueConstraint(
                fields=["holding", "siren"], condition=~models.Q(siren=""), name="entity_siren_unique_in_holding"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PointOfSale(ScopedModel):
    """A site of an entity. `vehicle_kinds` are the codes of the kinds sold there (the *motos* edition is this list).

    `opening_hours` maps a day ("mon" … "sun") to its periods, [["09:00", "12:00"], ["14:00", "19:00"]]; a day left
    out is closed.
    """

    audience = Audience(entity="entity_id", point_of_sale="id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="points_of_sale")
    name = models.CharField("nom", max_length=120)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    street = models.CharField("adresse", max_length=200, blank=True)
    postcode = models.CharField("code postal", max_length=10, blank=True)
    city = models.CharField("ville", max_length=100, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("adresse e-mail", blank=True)
    opening_hours = models.JSONField("horaires d’ouverture", default=dict, blank=True)
    latitude = models.DecimalField("latitude", max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("longitude", max_digits=9, decimal_places=6, null=True, blank=True)
    brands = ArrayField(models.CharField(max_length=60), verbose_name="marques", default=list, blank=True)
    vehicle_kinds = ArrayField(
        models.CharField(max_length=20), verbose_name="genres de véhicules", default=list, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ScopedModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint("entity", "name", name="point_of_sale_name_unique_in_entity"),
        ]

    def __str__(self) -> str:
        return self.name


class Logo(ScopedModel):
    """The logo of an entity or of one of its sites, as documents print it.

    Kept in the database: it is small (re-encoded to a few dozen KB), and backups and papers never miss it.
    """

    audience = Audience(entity="entity_id", point_of_sale="point_of_sale_id")

    entity = models.ForeignKey(Entity, models.CASCADE, related_name="logos")
    point_of_sale = models.ForeignKey(PointOfSale, models.CASCADE, null=True, blank=True, related_name="logos")
    content = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["entity", "point_of_sale"], name="logo_once", nulls_distinct=False),
        ]
        triggers = [same_owner("point_of_sale")]


class Merchant(ScopedModel):
    """A trade buyer's company, outside every holding; the auctions say which entities it works with."""

    audience = Audience(merchant="id")

    name = models.CharField("raison sociale", max_length=120)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    postcode = models.CharField("code postal", max_length=10, blank=True)
    city = models.CharField("ville", max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ScopedModel.Meta):
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
