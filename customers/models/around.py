"""What belongs to a customer: other people, what they agreed to, the vehicles they own."""

from datetime import date

import pgtrigger
from django.db import models

from customers import enums, periods
from customers.models.customer import Customer
from settings_admin.models import Entity, User
from settings_admin.scoping import Audience, ScopedModel
from settings_admin.triggers import same_owner


class Contact(ScopedModel):
    """Somebody else to speak with: a spouse, the accountant of a company."""

    audience = Audience(entity="entity_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts")
    name = models.CharField("nom", max_length=120)
    role = models.CharField("rôle", max_length=80, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("adresse e-mail", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ScopedModel.Meta):
        verbose_name = "contact"
        verbose_name_plural = "contacts"
        ordering = ["id"]
        triggers = [same_owner("customer")]

    def __str__(self) -> str:
        return self.name


class Consent(ScopedModel):
    """One yes or no, with its day and its way: the last row of a purpose is what counts today.

    Appended only; two files of one person that are merged bring their answers together, so the customer may change.
    """

    audience = Audience(entity="entity_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="consents")
    purpose = models.CharField("objet", max_length=10, choices=enums.ConsentPurpose.choices)
    is_given = models.BooleanField("accord")
    channel = models.CharField("recueilli", max_length=16, choices=enums.ConsentChannel.choices)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="par")
    at = models.DateTimeField("le")

    class Meta(ScopedModel.Meta):
        verbose_name = "consentement"
        verbose_name_plural = "consentements"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["customer", "purpose", "-at", "-id"], name="consent_of_customer")]
        triggers = [
            same_owner("customer"),
            pgtrigger.Protect(
                name="append_only",
                operation=pgtrigger.UpdateOf("purpose", "is_given", "channel", "recorded_by_id", "at")
                | pgtrigger.Delete,
            ),
        ]

    def has_lapsed(self, customer: Customer, *, today: date) -> bool:
        """They agreed, and nobody had any contact with them since for so long that it counts no more."""
        since = customer.agreed_since_at
        is_silent = periods.has_lapsed(customer.last_contact_at, today=today)
        return self.is_given and (is_silent or (since is not None and self.at < since))


class OwnedVehicle(ScopedModel):
    """A vehicle that a customer drives, as far as we were told: what they may trade in one day."""

    audience = Audience(entity="entity_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="owned_vehicles")
    plate = models.CharField("immatriculation", max_length=20, blank=True)
    vin = models.CharField("VIN", max_length=17, blank=True)
    make = models.CharField("marque", max_length=60)
    model = models.CharField("modèle", max_length=80)
    version = models.CharField("version", max_length=160, blank=True)
    first_registration = models.DateField("date MEC", null=True, blank=True)
    mileage_km = models.PositiveIntegerField("kilométrage", null=True, blank=True)
    since_on = models.DateField("depuis le", null=True, blank=True)
    note = models.CharField("remarque", max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ScopedModel.Meta):
        verbose_name = "véhicule du client"
        verbose_name_plural = "véhicules du client"
        ordering = ["id"]
        indexes = [models.Index(fields=["plate"], condition=~models.Q(plate=""), name="owned_vehicle_plate")]
        triggers = [same_owner("customer")]

    def __str__(self) -> str:
        return f"{self.make} {self.model}".strip()
