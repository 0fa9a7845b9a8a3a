"""What was marked as being prepared before there were checklists gets the usual lines of its kind, none of them done."""

from django.db import migrations

OF_CARS = (
    "Lavage et nettoyage intérieur",
    "Révision mécanique",
    "Pneus et freins",
    "Carrosserie et jantes",
    "Contrôle technique",
    "Essai routier",
    "Photos",
)
OF_MOTORCYCLES = (
    "Lavage",
    "Révision mécanique",
    "Pneus, freins et transmission",
    "Carénages et selle",
    "Contrôle technique",
    "Essai routier",
    "Photos",
)
CATEGORY_L = ("motorcycle", "scooter", "quad")
BATCH = 500


def give_lists(apps, schema_editor):
    Vehicle = apps.get_model("vehicles", "Vehicle")
    PreparationTask = apps.get_model("vehicles", "PreparationTask")
    rows = Vehicle.objects.filter(is_being_prepared=True, preparation_tasks=None).order_by("pk")
    tasks = (
        PreparationTask(
            vehicle_id=row["pk"],
            entity_id=row["entity"],
            point_of_sale_id=row["point_of_sale"],
            label=label,
            position=position,
        )
        for row in rows.values("pk", "entity", "point_of_sale", "kind")
        for position, label in enumerate(OF_MOTORCYCLES if row["kind"] in CATEGORY_L else OF_CARS)
    )
    PreparationTask.objects.bulk_create(tasks, batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [
        ("vehicles", "0021_preparation_tasks"),
    ]

    operations = [
        migrations.RunPython(give_lists, migrations.RunPython.noop),
    ]
