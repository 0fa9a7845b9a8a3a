"""What is to be done before a vehicle can be shown: the lines of its checklist, and what an entity begins one with."""

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
from vehicles.validators import check_preparation_lines


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


def _of_cars() -> str:
    return "\n".join(enums.USUAL_OF_CARS)


def _of_motorcycles() -> str:
    return "\n".join(enums.USUAL_OF_MOTORCYCLES)


class PreparationSettings(ScopedModel):
    """What an entity begins a preparation with, one line of text for each of the checklist; one without a row begins
    with the usual lines."""

    audience = Audience(entity="entity_id")

    entity = models.OneToOneField(Entity, models.CASCADE, related_name="preparation_settings")
    car_lines = models.TextField(
        "voitures et utilitaires", default=_of_cars, blank=True, validators=[check_preparation_lines]
    )
    motorcycle_lines = models.TextField(
        "motos, scooters et quads", default=_of_motorcycles, blank=True, validators=[check_preparation_lines]
    )

    class Meta(ScopedModel.Meta):
        verbose_name = "préparation des véhicules"

    def lines_of(self, kind: str) -> list[str]:
        """In their order; each vehicle adds its own and takes off what does not concern it."""
        text = self.motorcycle_lines if kind in enums.CATEGORY_L_KINDS else self.car_lines
        return text.splitlines()


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
