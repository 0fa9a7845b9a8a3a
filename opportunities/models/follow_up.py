"""What was said about an opportunity and done with its customer: comments, exchanges, appointments."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from opportunities import enums
from opportunities.models.opportunity import Opportunity
from settings_admin.models import Entity, PointOfSale
from settings_admin.scoping import Audience, ScopedModel
from settings_admin.triggers import same_owner
from vehicles.models import Vehicle


class Comment(ScopedModel):
    """What a colleague wrote about an opportunity. A *request* waits for an answer, which is a comment too."""

    audience = Audience(entity="entity_id", point_of_sale="point_of_sale_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    point_of_sale = models.ForeignKey(PointOfSale, models.PROTECT, null=True, related_name="+")
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # What the author was when it was written: a right that is taken back later does not rewrite the past.
    is_from_manager = models.BooleanField(default=False)
    text = models.TextField("commentaire", max_length=20_000)
    at = models.DateTimeField("le")

    # A request: to whom, by when, and the comment that answered it.
    asked_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="demandé à"
    )
    due_on = models.DateField("réponse attendue le", null=True, blank=True)
    answered_by = models.OneToOneField("self", models.PROTECT, null=True, related_name="answers")

    class Meta(ScopedModel.Meta):
        verbose_name = "commentaire"
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_of__isnull=False) | Q(due_on__isnull=True, answered_by__isnull=True),
                name="comment_request_is_asked_of_somebody",
            )
        ]
        indexes = [
            models.Index(fields=["opportunity", "at", "id"], name="comment_of_opportunity"),
            models.Index(
                fields=["asked_of", "due_on"],
                condition=Q(asked_of__isnull=False, answered_by__isnull=True),
                name="comment_request_waiting",
            ),
            models.Index(
                fields=["author"],
                condition=Q(asked_of__isnull=False, answered_by__isnull=True),
                name="comment_request_of_author",
            ),
        ]
        triggers = [same_owner("point_of_sale"), same_owner("opportunity"), same_owner("answered_by")]


class Mention(ScopedModel):
    """A colleague named in a comment with @."""

    audience = Audience(entity="entity_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    comment = models.ForeignKey(Comment, models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta(ScopedModel.Meta):
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="mention_once")]
        triggers = [same_owner("comment")]


class MessageTemplate(ScopedModel):
    """A message of the entity to its customers, with places that the opportunity fills (`messages.PLACES`)."""

    audience = Audience(entity="entity_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    means = models.CharField(
        "envoyé par", max_length=8, choices=[(one.value, one.label) for one in enums.MESSAGE_MEANS]
    )
    label = models.CharField("nom", max_length=80)
    subject = models.CharField("objet", max_length=160, blank=True)
    body = models.TextField("texte", max_length=4000)
    is_active = models.BooleanField("proposé", default=True)

    class Meta(ScopedModel.Meta):
        verbose_name = "modèle de message"
        ordering = ["label", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "label"],
                name="message_template_once",
                violation_error_message="Ce nom est déjà pris.",
            )
        ]

    def __str__(self) -> str:
        return self.label


class Exchange(ScopedModel):
    """A contact with the customer: a call, a message, a visit, and what came of it. Appended only."""

    audience = Audience(entity="entity_id", point_of_sale="point_of_sale_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    point_of_sale = models.ForeignKey(PointOfSale, models.PROTECT, null=True, related_name="+")
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="exchanges")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    means = models.CharField("par", max_length=8, choices=enums.ExchangeMeans.choices)
    outcome = models.CharField("résultat", max_length=14, choices=enums.ExchangeOutcome.choices, blank=True)
    subject = models.CharField("objet", max_length=160, blank=True)
    text = models.TextField("ce qui a été dit", max_length=4000, blank=True)
    at = models.DateTimeField("le")

    class Meta(ScopedModel.Meta):
        verbose_name = "échange"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["opportunity", "at", "id"], name="exchange_of_opportunity")]
        triggers = [same_owner("point_of_sale"), same_owner("opportunity")]


class _Span(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


def _one_at_a_time(column: str, name: str) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=name,
        expressions=[
            (_Span("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
            (column, RangeOperators.EQUAL),
        ],
        condition=Q(state="planned"),
    )


class Appointment(ScopedModel):
    """A *rdv*, or a *rdv essai* with the vehicle, the licence and the agreement that is printed."""

    audience = Audience(entity="entity_id", point_of_sale="point_of_sale_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    point_of_sale = models.ForeignKey(
        PointOfSale, models.PROTECT, null=True, related_name="+", verbose_name="point de vente"
    )
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="appointments")
    kind = models.CharField("nature", max_length=12, choices=enums.AppointmentKind.choices)
    salesperson = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="avec")
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="véhicule"
    )
    starts_at = models.DateTimeField("de")
    ends_at = models.DateTimeField("à")
    note = models.CharField("précision", max_length=200, blank=True)
    # A test drive: the licence that was shown, and the kilometres at its two ends.
    licence_number = models.CharField("n° de permis", max_length=20, blank=True)
    licence_issued_on = models.DateField("permis délivré le", null=True, blank=True)
    mileage_out_km = models.PositiveIntegerField("km au départ", null=True, blank=True)
    mileage_back_km = models.PositiveIntegerField("km au retour", null=True, blank=True)
    state = models.CharField(
        "état", max_length=10, choices=enums.AppointmentState.choices, default=enums.AppointmentState.PLANNED
    )
    outcome = models.CharField("compte rendu", max_length=2000, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    # Put on by the calendar.
    may_move: bool

    class Meta(ScopedModel.Meta):
        verbose_name = verbose_name_plural = "rendez-vous"
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_after_start"),
            models.CheckConstraint(
                condition=Q(kind="meeting") | Q(vehicle__isnull=False), name="test_drive_has_a_vehicle"
            ),
            # Whoever drives or is driven is in one place at a time, whatever entity the other appointment is of.
            _one_at_a_time("salesperson", "appointment_salesperson_free"),
            _one_at_a_time("vehicle", "appointment_vehicle_free"),
        ]
        indexes = [
            models.Index(fields=["entity", "starts_at"], name="appointment_by_day"),
            models.Index(fields=["salesperson", "starts_at"], name="appointment_of_salesperson"),
        ]
        triggers = [same_owner("point_of_sale"), same_owner("opportunity"), same_owner("vehicle")]

    @property
    def is_planned(self) -> bool:
        return self.state == enums.AppointmentState.PLANNED

    @property
    def is_test_drive(self) -> bool:
        return self.kind == enums.AppointmentKind.TEST_DRIVE

    @property
    def mark(self) -> str:
        """Changes with whatever is moved: hours, colleague, vehicle."""
        return f"{self.starts_at.timestamp()} {self.ends_at.timestamp()} {self.salesperson_id} {self.vehicle_id}"
