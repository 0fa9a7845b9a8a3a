"""The entities that are there get the reasons that a new one starts with."""

from django.db import migrations

# As `enums.USUAL_REASONS` was on the day of this migration.
REASONS = {
    "lost": ["Prix", "Prix de reprise", "Délai de livraison", "Financement refusé", "Véhicule vendu", "Sans réponse du client"],
    "dropped": ["Projet abandonné", "Projet reporté", "Coordonnées inexactes", "Doublon"],
    "won": ["Vendu hors OpenFlex", "Vendu par un autre site"],
}


def give(apps, schema_editor):
    Entity, CloseReason = apps.get_model("settings_admin", "Entity"), apps.get_model("opportunities", "CloseReason")
    CloseReason._base_manager.using(schema_editor.connection.alias).bulk_create(
        [
            CloseReason(entity=entity, status=status, label=label)
            for entity in Entity._base_manager.all()
            for status, labels in REASONS.items()
            for label in labels
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0001_initial")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
