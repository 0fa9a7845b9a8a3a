"""A file of customers between its preview and its confirmation."""

from django.db import models

from settings_admin.models import Entity, User
from settings_admin.scoping import Audience, ScopedModel


class CustomerImport(ScopedModel):
    """`lines` are the file's cells as they were read, [[2, {"email": "…"}]]; once it is confirmed only those of the
    refused lines are left, and after a day nothing."""

    audience = Audience(user="created_by_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+", verbose_name="entité")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    lines = models.JSONField(default=list)
    # What came of it, once confirmed: {"create": 470, "alike": 10, "refused": [[12, [["email", "…"]]]]}.
    outcome = models.JSONField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-created_at"]
