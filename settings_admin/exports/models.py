"""Exports that are written in the background, and the files they leave for a day."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from settings_admin.exports.enums import UNDER_WAY, ExportState
from settings_admin.scoping import Audience, ScopedModel


class Export(ScopedModel):
    """One list that one person asked to have as a file: `kind` names it, `query` is its address then.

    `reach` says where its rows lie; `held` where each right that the file rests on was held when it was written (both
    as `Reach.to_json`): whoever lost a part of it does not get the file. `run_id` is the run that writes it, of which
    there is one at a time; `alive_at` its last sign of life, or of being sent to the workers.
    """

    audience = Audience(user="user_id")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    query = models.TextField(blank=True)
    columns = models.JSONField(default=list)
    reach = models.JSONField()
    held = models.JSONField(default=dict)
    # Of all that decides what the file holds: the same one is not written twice at a time.
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=ExportState.choices, default=ExportState.WAITING)
    total = models.PositiveIntegerField(null=True)
    done = models.PositiveIntegerField(default=0)
    run_id = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    stored_as = models.CharField(max_length=100, blank=True)
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    alive_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "fingerprint"], condition=Q(state__in=UNDER_WAY), name="export_once_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["expires_at"], name="export_by_expiry")]

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    def is_ready(self, now: datetime) -> bool:
        return self.state == ExportState.DONE and now < self.expires_at
