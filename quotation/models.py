"""What was asked of the provider, what it answered, and the quotations built on it."""

from decimal import Decimal
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F
from django.db.models.lookups import GreaterThan
from django.utils.functional import cached_property

from openflex.core.kept_json import KeptJSONField, unpacked
from openflex.core.search import FoldedText, search_condition
from quotation.enums import SENT, AnswerKind, CallName, QuotationState
from quotation.providers import failures
from settings_admin.models import Entity, PointOfSale
from settings_admin.scoping import Audience, ScopedManager, ScopedModel
from settings_admin.triggers import same_owner
from vehicles.enums import Energy, Gearbox, Origin, PlateCountry, VehicleKind
from vehicles.models import Vehicle
from vehicles.validators import format_plate


class QuotationSettings(ScopedModel):
    """What an entity decides about its quotations. `daily_quota`: paid calls a day (Europe/Paris) of all its people;
    null: as many as the installation says."""

    audience = Audience(entity="entity_id")

    entity = models.OneToOneField(Entity, models.CASCADE, related_name="quotation_settings")
    proposed_price_percent = models.DecimalField(
        "prix proposé (% de la valeur ajustée)",
        max_digits=5,
        decimal_places=2,
        default=Decimal(102),
        validators=[MinValueValidator(1), MaxValueValidator(200)],
    )
    daily_quota = models.PositiveIntegerField("appels payants par jour", null=True, blank=True)

    class Meta(ScopedModel.Meta):
        verbose_name = "réglages des cotations"


class ProviderCredentials(ScopedModel):
    """With what an entity signs in at the provider; those without a row sign in with what the installation has.

    Both texts are sealed (`openflex.core.sealing`); only `selectors.provider_of` opens them, to hand them on.
    """

    audience = Audience(entity="entity_id")

    entity = models.OneToOneField(Entity, models.CASCADE, related_name="+")
    client_id = models.TextField("identifiant client")
    client_secret = models.TextField("secret")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField("enregistrés le")

    class Meta(ScopedModel.Meta):
        verbose_name = "identifiants chez le fournisseur de cotes"


class FromProvider(ScopedModel):
    """What came of asking: of the market, or of the sandbox. A figure of the sandbox is never taken for the market's,
    whoever is the provider later."""

    is_sandbox = models.BooleanField("bac à sable", default=False)

    class Meta(ScopedModel.Meta):
        abstract = True

    @property
    def sandbox_answer(self) -> str:
        return "Oui" if self.is_sandbox else "Non"


class ProviderAnswer(FromProvider):
    """An answer as the provider gave it. The same question of the same entity is answered from here for 24 hours."""

    audience = Audience(entity="entity_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=AnswerKind.choices)
    # SHA-256 of what was asked, in canonical JSON.
    question = models.CharField(max_length=64)
    # What was asked, with what was taken for granted where nobody answered; null: from before it was kept.
    asked = KeptJSONField(null=True)
    # The list of the JSON objects that came, as they came.
    packed = models.BinaryField()
    answered_at = models.DateTimeField()

    class Meta(FromProvider.Meta):
        indexes = [models.Index(fields=["entity", "kind", "question", "-answered_at"], name="answer_of_question")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    @cached_property
    def raw(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = unpacked(bytes(self.packed))
        return found


class QuotationQuerySet(models.QuerySet["Quotation"]):
    def search(self, text: str) -> Self:
        """As in the stock: every word, or the whole with its spaces and signs removed; from three characters."""
        condition = search_condition(text)
        return self if condition is None else self.filter(condition)


QuotationManager = ScopedManager.from_queryset(QuotationQuerySet)


class Quotation(FromProvider):
    """A quick quotation: a draft kept at each field, then the value of a day. Amounts in EUR TTC.
    `is_sandbox` is that of its valuation."""

    audience = Audience(entity="entity_id", point_of_sale="point_of_sale_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    point_of_sale = models.ForeignKey(PointOfSale, models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField("état", max_length=12, choices=QuotationState.choices, default=QuotationState.DRAFT)
    vehicle = models.ForeignKey(Vehicle, models.SET_NULL, null=True, blank=True, related_name="+")
    # The quotation this one asks again with today's market: always the first of them.
    redone_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="redone")

    # 1. Configuration
    kind = models.CharField("genre", max_length=20, choices=VehicleKind.choices, default=VehicleKind.CAR)
    make = models.CharField("marque", max_length=80, blank=True)
    model = models.CharField("modèle", max_length=120, blank=True)
    version_code = models.CharField(max_length=200, blank=True)
    version = models.CharField("version", max_length=500, blank=True)
    catalogue_date = models.DateField("date catalogue", null=True, blank=True)
    doors = models.PositiveSmallIntegerField("portes", null=True, blank=True)
    price_new = models.DecimalField("prix catalogue", max_digits=10, decimal_places=2, null=True, blank=True)
    energy = models.CharField("énergie", max_length=20, choices=Energy.choices, blank=True)
    gearbox = models.CharField("boîte", max_length=12, choices=Gearbox.choices, blank=True)
    power_hp = models.PositiveSmallIntegerField("puissance (ch)", null=True, blank=True)

    # 2. Détails
    plate = models.CharField("immatriculation", max_length=20, blank=True)
    # Empty: in France.
    plate_country = models.CharField(
        "pays d’immatriculation", max_length=5, choices=PlateCountry.choices, blank=True, default=""
    )
    has_no_plate = models.BooleanField("VN ou véhicule sans plaque", default=False)
    vin = models.CharField("VIN", max_length=17, blank=True)
    first_registration = models.DateField("date MEC", null=True, blank=True)
    mileage_km = models.PositiveIntegerField("kilométrage", null=True, blank=True)
    first_hand = models.BooleanField("première main", null=True, blank=True)
    origin = models.CharField("origine VO", max_length=20, choices=Origin.choices, blank=True)
    exterior_colour = models.CharField("couleur extérieure", max_length=200, blank=True)
    interior_colour = models.CharField("couleur intérieure", max_length=200, blank=True)
    # What was typed and cannot be read yet, by field name: a draft loses nothing.
    unread = models.JSONField(default=dict)
    # What was chosen down the catalogue, in the provider's codes; null for a vehicle found by its plate.
    catalogue = models.JSONField(null=True)
    # A paid question went out then and its answer has not come: the same is not asked twice at once.
    asked_at = models.DateTimeField(null=True)

    # The answer
    market_value = models.DecimalField("valeur de marché", max_digits=10, decimal_places=2, null=True)
    mileage_adjustment = models.DecimalField("kilométrique", max_digits=10, decimal_places=2, null=True)
    age_adjustment = models.DecimalField("âge", max_digits=10, decimal_places=2, null=True)
    options_adjustment = models.DecimalField("options", max_digits=10, decimal_places=2, null=True)
    location_adjustment = models.DecimalField("localisation", max_digits=10, decimal_places=2, null=True)
    adjusted_value = models.DecimalField("valeur de marché ajustée", max_digits=10, decimal_places=2, null=True)
    value_date = models.DateField("valeur au", null=True)
    valued_at = models.DateTimeField("cotée le", null=True)
    # What-if: typed on the market study, blank until then.
    sale_price = models.DecimalField("prix de vente", max_digits=10, decimal_places=2, null=True, blank=True)
    plate_answer = models.ForeignKey(ProviderAnswer, models.PROTECT, null=True, related_name="+")
    valuation_answer = models.ForeignKey(ProviderAnswer, models.PROTECT, null=True, related_name="+")
    on_sale_answer = models.ForeignKey(ProviderAnswer, models.PROTECT, null=True, related_name="+")
    sold_answer = models.ForeignKey(ProviderAnswer, models.PROTECT, null=True, related_name="+")
    equipment_answer = models.ForeignKey(ProviderAnswer, models.PROTECT, null=True, related_name="+")
    colours_answer = models.ForeignKey(ProviderAnswer, models.PROTECT, null=True, related_name="+")

    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    search_text = models.GeneratedField(
        expression=FoldedText(F("plate"), F("vin"), F("make"), F("model"), F("version")),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects: ClassVar[QuotationManager] = QuotationManager()

    class Meta(FromProvider.Meta):
        verbose_name = "cotation"
        verbose_name_plural = "cotations"
        ordering = ["-changed_at", "-id"]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="quotation_search"),
            # Without the entity before them: an index that starts with it gives no order over several.
            models.Index(fields=["created_by", "changed_at", "id"], name="quotation_of_user"),
            models.Index(fields=["changed_at", "id"], name="quotation_by_change"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(adjusted_value__isnull=True)
                | models.Q(
                    adjusted_value=models.F("market_value")
                    + models.F("mileage_adjustment")
                    + models.F("age_adjustment")
                    + models.F("options_adjustment")
                    + models.F("location_adjustment")
                ),
                name="quotation_sum_is_exact",
            ),
            models.CheckConstraint(
                # All of its lines too: a sum with an unknown in it is neither true nor false, and would pass.
                condition=~models.Q(state="valued")
                | models.Q(
                    market_value__isnull=False,
                    mileage_adjustment__isnull=False,
                    age_adjustment__isnull=False,
                    options_adjustment__isnull=False,
                    location_adjustment__isnull=False,
                    adjusted_value__isnull=False,
                ),
                name="quotation_valued_has_a_value",
            ),
        ]
        triggers = [
            same_owner(parent)
            for parent in (
                "point_of_sale", "vehicle", "redone_from", "plate_answer", "valuation_answer", "on_sale_answer",
                "sold_answer", "equipment_answer", "colours_answer",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        """Nothing is known of a draft whose plate nobody could identify."""
        return f"{self.make} {self.model}".strip() or "Véhicule à identifier"

    @property
    def plate_display(self) -> str:
        return format_plate(self.plate, foreign=self.is_foreign)

    @property
    def is_foreign(self) -> bool:
        return bool(self.plate_country)

    @property
    def country_letters(self) -> str:
        """As they stand on the plate; empty for a French one, and when nobody said which country."""
        return "" if self.plate_country == PlateCountry.OTHER else self.plate_country


class ProviderCall(FromProvider):
    """One request to the provider, kept whatever came of it: the consumption is counted from these rows."""

    audience = Audience(entity="entity_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    quotation = models.ForeignKey(Quotation, models.SET_NULL, null=True, related_name="+")
    name = models.CharField("appel", max_length=12, choices=CallName.choices)
    # How often the provider may charge it: a question put three times, without a name of its own, is three.
    charges = models.PositiveSmallIntegerField("facturations possibles", default=0)
    is_paid = models.GeneratedField(
        expression=GreaterThan(F("charges"), 0),
        output_field=models.BooleanField(),
        db_persist=True,
        verbose_name="payant",
    )
    # HTTP status, or empty when nothing came back; `outcome` is "ok", SENT or the code of the failure.
    status = models.PositiveSmallIntegerField("statut HTTP", null=True)
    outcome = models.CharField("issue", max_length=40)
    duration_ms = models.PositiveIntegerField("durée (ms)")
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField("le")

    class Meta(FromProvider.Meta):
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["entity", "at", "id"], name="call_by_time"),
            models.Index(fields=["entity", "at"], condition=models.Q(charges__gt=0), name="paid_call_by_time"),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete), same_owner("quotation")]

    @property
    def outcome_label(self) -> str:
        """The title of its failure; a code that no failure has any more stands as it is."""
        words = {"ok": "Répondu", SENT: "Envoyé"}
        return words.get(self.outcome) or failures.titles().get(self.outcome, self.outcome)
