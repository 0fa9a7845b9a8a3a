"""A file of customers: what each of its lines would do, then what came of it."""

from django.db import models

from customers.enums import IMPORTS_UNDER_WAY, ImportState, LineEffect
from settings_admin.models import Entity, User
from settings_admin.scoping import Audience, ScopedModel
from settings_admin.triggers import same_owner


class CustomerImport(ScopedModel):
    """`cells` are those of the file as they were read, [[2, {"email": "…"}]], until each line has a row of its own.

    `done` of `total` lines is how far the file was looked at, then how far its customers are created; `created` are
    those by now. `run_id` is the run that works on it, of which there is one at a time; `alive_at` its last sign of
    life, or of being sent to the workers. `fingerprint` is that of the file and the entity.
    """

    audience = Audience(user="created_by_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+", verbose_name="entité")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, default="")
    cells = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=ImportState.choices, default=ImportState.CHECKING)
    with_alike = models.BooleanField(default=False)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    run_id = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    alive_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["created_at"], name="customer_import_by_age")]

    @property
    def is_under_way(self) -> bool:
        return self.state in IMPORTS_UNDER_WAY


class CustomerImportLine(ScopedModel):
    """One line that was looked at and has created no customer: kept for a day. `problems` say why it is refused,
    [["email", "…"]], `alike` whom it resembles."""

    audience = Audience(user="created_by_id")

    customer_import = models.ForeignKey(CustomerImport, models.CASCADE, related_name="lines")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    cells = models.JSONField()
    effect = models.CharField(max_length=10, choices=LineEffect.choices)
    problems = models.JSONField(default=list)
    alike = models.CharField(max_length=250, blank=True)

    class Meta(ScopedModel.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["customer_import", "number"], name="customer_import_line_once"),
        ]
        indexes = [models.Index(fields=["customer_import", "effect", "number"], name="customer_import_by_effect")]
        triggers = [same_owner("customer_import", owner="created_by")]
