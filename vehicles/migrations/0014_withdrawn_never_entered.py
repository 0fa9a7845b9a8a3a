"""What was withdrawn before it came has no day of entry; the kind of a plate is told in French."""

from django.db import migrations, models


def forget_expected_days(apps, schema_editor):
    Vehicle = apps.get_model("vehicles", "Vehicle")
    Vehicle.objects.filter(status="out", exit_reason="withdrawn").update(entered_on=None)


class Migration(migrations.Migration):
    dependencies = [
        ("vehicles", "0013_counted_from_an_index"),
    ]

    operations = [
        migrations.RunPython(forget_expected_days, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="vehicle",
            name="plate_format",
            field=models.CharField(
                blank=True,
                choices=[
                    ("siv", "SIV (AA-123-AA)"),
                    ("fni", "FNI (1234 AB 56)"),
                    ("moped", "Cyclomoteur"),
                    ("ww", "Provisoire WW"),
                    ("w_garage", "W garage"),
                    ("foreign", "Étrangère"),
                ],
                max_length=12,
                verbose_name="type de plaque",
            ),
        ),
    ]
