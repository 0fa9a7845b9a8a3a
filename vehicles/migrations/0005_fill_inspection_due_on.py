"""Fills `inspection_due_on` of the rows that were there before the column was (0002)."""

from django.db import migrations

from vehicles import inspection
from vehicles.enums import InspectionResult, Stage, VehicleKind

BATCH = 1000


def fill(apps, schema_editor):
    """By the pure rules of the inspection, not by the model's; what has none (exempt, new) stays empty."""
    Vehicle = apps.get_model("vehicles", "Vehicle")
    unfilled = Vehicle.objects.filter(inspection_due_on=None).order_by("pk")
    last = 0
    while batch := list(unfilled.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        for vehicle in batch:
            vehicle.inspection_due_on = due_on(vehicle)
        known = [vehicle for vehicle in batch if vehicle.inspection_due_on is not None]
        Vehicle.objects.bulk_update(known, ["inspection_due_on"])


def due_on(vehicle):
    facts = inspection.InspectionFacts(
        kind=VehicleKind(vehicle.kind),
        first_registration=None if vehicle.stage == Stage.NEW else vehicle.first_registration,
        last_inspection=vehicle.inspection_on,
        next_inspection=vehicle.next_inspection_month,
        result=InspectionResult(vehicle.inspection_result or InspectionResult.FAVOURABLE),
        collector=vehicle.is_collector,
        licensed_sport=vehicle.is_licensed_sport,
    )
    return inspection.deadline(facts)


class Migration(migrations.Migration):
    atomic = False  # each batch by itself: no lock is held over the whole table

    dependencies = [
        ("vehicles", "0004_collector_and_sport"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
