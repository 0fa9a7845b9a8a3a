"""Tasks."""

from django.db import models

from settings_admin.models import Entity, PointOfSale, User
from settings_admin.scoping import Audience, ScopedModel


class Errand(ScopedModel):
    audience = Audience(entity="entity_id", point_of_sale="point_of_sale_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    point_of_sale = models.ForeignKey(PointOfSale, models.PROTECT, null=True, related_name="+")
    assignee = models.ForeignKey(User, models.PROTECT, related_name="+")
    title = models.CharField("intitulé", max_length=80)
    is_done = models.BooleanField(default=False)

    class Meta(ScopedModel.Meta):
        verbose_name = "tâche"
        verbose_name_plural = "tâches"
        ordering = ["pk"]
