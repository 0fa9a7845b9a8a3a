"""What is to be done before a vehicle can be shown: the lines of its checklist."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Value
from django.db.models.functions import Coalesce, Concat, JSONObject, NullIf, Trim

from settings_admin.models import Entity, PointOfSale
from settings_admin.scoping import Audience, ScopedModel
from settings_admin.triggers import same_owner
from vehicles import enums
from vehicles.models.vehicle import Vehicle


class PreparationTask(ScopedModel):
    """One line of the checklist of *En préparation*. While one is not ticked, the vehicle is being prepared
    (`Vehicle.is_being_prepared`), unless it was closed with what is left."""

    audience = Audience(entity="entity_id", point_of_sale="point_of_sale_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    point_of_sale = models.ForeignKey(PointOfSale, models.PROTECT, null=True, related_name="+")
    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="preparation_tasks")
    label = models.CharField("ligne", max_length=enums.PREPARATION_LINE_LENGTH)
    position = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField("fait le", null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta(ScopedModel.Meta):
        verbose_name = "ligne de préparation"
        verbose_name_plural = "lignes de préparation"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(done_at=None, done_by=None) | models.Q(done_at__isnull=False),
                name="preparation_task_done_by_someone_at_some_time",
            )
        ]
        triggers = [same_owner("point_of_sale"), same_owner("vehicle")]

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class TaskLine:
    """A line as the sheet shows it; `done_by` is a name."""

    pk: int
    label: str
    done_at: datetime | None
    done_by: str | None


def checklist() -> ArraySubquery:
    """The lines of a vehicle, as an annotation: a page of vehicles asks for them in its one statement."""
    tasks = PreparationTask.objects.filter(vehicle=OuterRef("pk")).order_by("position", "pk")
    names = Trim(Concat("done_by__first_name", Value(" "), "done_by__last_name"))
    name = Coalesce(NullIf(names, Value("")), "done_by__email")
    return ArraySubquery(tasks.values(json=JSONObject(pk="pk", label="label", done_at="done_at", done_by=name)))


def task_lines(vehicle: Vehicle) -> list[TaskLine]:
    """Of a row with its `checklist`."""
    return [
        TaskLine(one["pk"], one["label"], one["done_at"] and datetime.fromisoformat(one["done_at"]), one["done_by"])
        for one in vehicle.checklist
    ]
