"""Accesses, and changes of what apps registered for it, read as one log."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from settings_admin.records.models import IN_THE_AUDIT_LOG, TimelineEntry
from settings_admin.scoping import Audience, ScopedManager, ScopedModel


class AuditManager(ScopedManager["AuditLine"]):
    def get_queryset(self) -> models.QuerySet["AuditLine"]:
        # Here and not in the view: a part of a union that has a condition of its own is read whole and sorted,
        # whatever its indexes, where the last forty lines are asked for.
        return super().get_queryset().filter(IN_THE_AUDIT_LOG)


class AuditLine(ScopedModel):
    """One line of the audit log: a row of the access log, or (`is_change`) an audited line of a history, with the sign
    of its id turned. A view of the database: written by `records.services`.

    Somebody put into a group stands in two histories, theirs and the group's: here it is theirs.
    """

    audience = Audience(entity="entity_id", holding="holding_id")
    objects: ClassVar[AuditManager] = AuditManager()

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    holding = models.ForeignKey("settings_admin.Holding", models.DO_NOTHING, null=True, related_name="+")
    entity = models.ForeignKey("settings_admin.Entity", models.DO_NOTHING, null=True, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+")
    actor_name = models.CharField(max_length=170)
    kind = models.CharField(max_length=40)
    target_type = models.CharField(max_length=60)
    target_id = models.BigIntegerField(null=True)
    changes = models.JSONField()
    details = models.JSONField()
    ip = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=60)
    is_change = models.BooleanField()
    is_audited = models.BooleanField()

    class Meta(ScopedModel.Meta):
        managed = False
        db_table = "settings_admin_auditline"
        ordering = ["-at", "-id"]

    def as_entry(self) -> TimelineEntry:
        """The line of the history that this one is, for who puts histories into words."""
        names = ("at", "actor_id", "actor_name", "kind", "target_type", "target_id", "changes", "details")
        return TimelineEntry(**{name: getattr(self, name) for name in names})
