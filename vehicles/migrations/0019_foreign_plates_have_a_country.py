"""A plate is foreign when it has a country, « autre pays » where nobody said which, and French when it has none."""

from django.db import migrations


def say_the_country(apps, schema_editor):
    Vehicle = apps.get_model("vehicles", "Vehicle")
    Vehicle.objects.filter(plate_format="foreign", plate_country="").update(plate_country="other")
    Vehicle.objects.exclude(plate_format="foreign").exclude(plate_country="").update(plate_country="")


class Migration(migrations.Migration):
    dependencies = [
        ("vehicles", "0018_found_by_plate_and_vin"),
    ]

    operations = [
        migrations.RunPython(say_the_country, migrations.RunPython.noop),
    ]
