"""What is written down about everything: history, accesses, numbers, keys of forms, saved lists."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from settings_admin.records.enums import AccessKind
from settings_admin.scoping import Audience, ScopedModel

IN_THE_AUDIT_LOG = Q(is_audited=True)
APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class TimelineEntry(ScopedModel):
    """One line of the *Historique* of anything: who, when, what, old → new. Written by services, never changed.

    `target_type` is the model's label ("vehicles.vehicle"); `changes` maps a field to its old and new values as
    they are stored. `actor` null: the application itself; `actor_name` keeps the name of the day.

    `is_audited`: it stands in the audit log too, since its model was registered for it on that day
    (`registries.register_audit_targets`). Only such a line keeps `ip` and `device`, from where it was done.
    """

    audience = Audience(entity="entity_id", holding="holding_id")

    holding = models.ForeignKey("settings_admin.Holding", models.PROTECT, related_name="+")
    entity = models.ForeignKey("settings_admin.Entity", models.PROTECT, null=True, related_name="+")
    target_type = models.CharField(max_length=60)
    target_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=170, blank=True)
    changes = models.JSONField(default=dict)
    details = models.JSONField(default=dict)
    is_audited = models.BooleanField(default=False)
    ip = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["target_type", "target_id", "-at", "-id"], name="timeline_of_target"),
            # For the audit log (`audit.models`), which names a line by its id with the sign turned: few lines among
            # those of the stock.
            models.Index(fields=["holding", "-at"], condition=IN_THE_AUDIT_LOG, name="timeline_audited"),
            # What one person did; without it and its twin of the access log, the log is read whole for who did little.
            models.Index(fields=["actor", "-at"], condition=IN_THE_AUDIT_LOG, name="timeline_audited_of_actor"),
            models.Index(F("id") * -1, condition=IN_THE_AUDIT_LOG, name="timeline_audited_id"),
        ]
        triggers = [APPEND_ONLY]


class AccessLog(ScopedModel):
    """Who signed in, exported, or opened personal data: appended only, read by the audit log.

    `user` null: somebody who typed an address that no account has; the row belongs to nobody.
    """

    audience = Audience(entity="entity_id", holding="holding_id")

    holding = models.ForeignKey("settings_admin.Holding", models.PROTECT, null=True, related_name="+")
    entity = models.ForeignKey("settings_admin.Entity", models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=40)  # an AccessKind
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["holding", "-at"], name="access_log_by_time"),
            models.Index(fields=["holding", "kind", "-at"], name="access_log_by_kind"),
            models.Index(fields=["user", "-at"], name="access_log_of_person"),
            models.Index(
                fields=["target_id", "-at"],
                condition=Q(target_type="settings_admin.user"),
                name="access_log_about_person",
            ),
            # The rare acts that the audit log shows among changes of rights: looked for one by one without it.
            models.Index(
                fields=["holding", "-at"], condition=Q(kind=AccessKind.USERS_IMPORTED), name="access_log_of_imports"
            ),
        ]
        triggers = [APPEND_ONLY]


class DocumentCounter(ScopedModel):
    """Where one series of one entity stands; the row is locked while a number is taken.

    `last` is the number before the next one, `given` the last that was really given out: 0 as long as none was.
    """

    audience = Audience(entity="entity_id")

    entity = models.ForeignKey("settings_admin.Entity", models.PROTECT, related_name="+")
    series = models.CharField(max_length=40)
    last = models.BigIntegerField(default=0)
    given = models.BigIntegerField(default=0)

    class Meta(ScopedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["entity", "series"], name="counter_once")]


class IdempotencyKey(ScopedModel):
    """The key that a form carried: the same form sent twice has one effect and gets the first answer."""

    audience = Audience(user="user_id")

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    result = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)


class ListView(ScopedModel):
    """How one person likes one list: its columns and their order, and, with a name, a saved view."""

    audience = Audience(user="user_id")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="list_views")
    list_key = models.CharField(max_length=40)
    # Empty: the person's default columns of the list.
    name = models.CharField(max_length=60, blank=True)
    query = models.CharField(max_length=2000, blank=True)
    columns = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ScopedModel.Meta):
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "list_key", "name"], name="list_view_once")]
