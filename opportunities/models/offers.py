"""Offers: one vehicle at a price, with what is taken in exchange. Amounts in EUR TTC."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q

from opportunities import enums
from opportunities.models.opportunity import Opportunity
from settings_admin.models import Entity, PointOfSale
from settings_admin.scoping import Audience, ScopedModel
from settings_admin.triggers import same_owner
from vehicles.enums import Badge
from vehicles.models import Vehicle

WARNED_DAYS: Final = 3


def expires_soon(today: date) -> Q:
    """Without the customer's answer, a few days before they hold no more."""
    waiting = Q(state__in=(enums.OfferState.DRAFT, enums.OfferState.SENT))
    return waiting & Q(valid_until__range=(today, today + timedelta(days=WARNED_DAYS)))


class Offer(ScopedModel):
    audience = Audience(entity="entity_id", point_of_sale="point_of_sale_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    point_of_sale = models.ForeignKey(PointOfSale, models.PROTECT, null=True, related_name="+")
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="offers")
    number = models.PositiveBigIntegerField("n°")
    state = models.CharField("état", max_length=10, choices=enums.OfferState.choices, default=enums.OfferState.DRAFT)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="+", verbose_name="véhicule")
    # The price of the stock on the day of the offer, beside what was offered.
    list_price = models.DecimalField("prix affiché TTC", max_digits=10, decimal_places=2, null=True)
    price = models.DecimalField("prix proposé TTC", max_digits=10, decimal_places=2)
    trade_in = models.ForeignKey(
        "opportunities.TradeIn", models.PROTECT, null=True, blank=True, related_name="offers", verbose_name="reprise"
    )
    # What the trade-in counts for in this offer: its price of the day, which a later decision does not change.
    trade_in_price = models.DecimalField(
        "valeur de reprise TTC", max_digits=10, decimal_places=2, null=True, blank=True
    )
    valid_until = models.DateField("valable jusqu’au")
    note = models.TextField("conditions particulières", max_length=2000, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("créée le")
    changed_at = models.DateTimeField(auto_now=True)

    # The FRE of both vehicles, put on by `selectors.beside`.
    vehicle_refurbishment: Decimal | None
    trade_in_refurbishment: Decimal | None

    class Meta(ScopedModel.Meta):
        verbose_name = "offre"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["entity", "number"], name="offer_number_once"),
            models.CheckConstraint(condition=Q(price__gt=0), name="offer_has_a_price"),
            models.CheckConstraint(
                condition=Q(trade_in__isnull=False) | Q(trade_in_price__isnull=True), name="offer_price_of_a_trade_in"
            ),
        ]
        indexes = [
            models.Index(fields=["opportunity", "created_at"], name="offer_of_opportunity"),
            models.Index(fields=["number"], name="offer_by_number"),
            models.Index(fields=["valid_until"], condition=Q(state__in=("draft", "sent")), name="offer_to_expire"),
        ]
        triggers = [same_owner(parent) for parent in ("point_of_sale", "opportunity", "vehicle", "trade_in")]

    def __str__(self) -> str:
        return f"Offre n°\u00a0{self.number}"

    @property
    def badge(self) -> Badge:
        return enums.OFFER_BADGES[enums.OfferState(self.state)]

    @property
    def balance(self) -> Decimal:
        """*Reste à payer*: what the customer pays besides the trade-in; negative, what we owe them."""
        return self.price - (self.trade_in_price or Decimal(0))

    @property
    def owed(self) -> Decimal:
        """The balance, whoever owes it."""
        return abs(self.balance)
