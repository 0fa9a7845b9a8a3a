"""What an entity decides about its vehicles."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import OuterRef, Value
from django.db.models.functions import Coalesce

from settings_admin.models import Entity
from settings_admin.scoping import Audience, ScopedModel
from vehicles import enums
from vehicles.validators import check_preparation_lines


def _of_cars() -> str:
    return "\n".join(enums.USUAL_OF_CARS)


def _of_motorcycles() -> str:
    return "\n".join(enums.USUAL_OF_MOTORCYCLES)


class VehicleSettings(ScopedModel):
    """An entity without a row has decided nothing: the usual holds. Of a preparation, one line of text for each line
    that its checklist begins with."""

    audience = Audience(entity="entity_id")

    entity = models.OneToOneField(Entity, models.CASCADE, related_name="vehicle_settings")
    holding_percent = models.DecimalField(
        "coût de détention par an",
        max_digits=5,
        decimal_places=2,
        default=enums.HOLDING_PERCENT,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    car_lines = models.TextField(
        "voitures et utilitaires", default=_of_cars, blank=True, validators=[check_preparation_lines]
    )
    motorcycle_lines = models.TextField(
        "motos, scooters et quads", default=_of_motorcycles, blank=True, validators=[check_preparation_lines]
    )

    class Meta(ScopedModel.Meta):
        verbose_name = "réglages des véhicules"

    def lines_of(self, kind: str) -> list[str]:
        """In their order; each vehicle adds its own and takes off what does not concern it."""
        text = self.motorcycle_lines if kind in enums.CATEGORY_L_KINDS else self.car_lines
        return text.splitlines()


def holding_percent() -> Coalesce:
    """Of a vehicle, as its entity decided it."""
    decided = VehicleSettings.objects.filter(entity=OuterRef("entity")).values("holding_percent")[:1]
    return Coalesce(decided, Value(enums.HOLDING_PERCENT), output_field=models.DecimalField())
