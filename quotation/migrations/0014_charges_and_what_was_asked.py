"""Of a call so far nobody kept how often it was sent: one that was paid for counts as one."""

from django.db import migrations, models

import openflex.core.kept_json


def count(apps, schema_editor):
    apps.get_model("quotation", "ProviderCall").objects.filter(is_paid=True).update(charges=1)


class Migration(migrations.Migration):
    dependencies = [
        ("quotation", "0013_is_sandbox"),
    ]

    operations = [
        migrations.AddField("provideranswer", "asked", openflex.core.kept_json.KeptJSONField(null=True)),
        migrations.AddField(
            "providercall", "charges", models.PositiveSmallIntegerField("facturations possibles", default=0)
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
        migrations.RemoveIndex("providercall", "paid_call_by_time"),
        migrations.RemoveField("providercall", "is_paid"),
        migrations.AddField(
            "providercall",
            "is_paid",
            models.GeneratedField(
                expression=models.lookups.GreaterThan(models.F("charges"), 0),
                output_field=models.BooleanField(),
                db_persist=True,
                verbose_name="payant",
            ),
        ),
        migrations.AddIndex(
            "providercall",
            models.Index(fields=["entity", "at"], condition=models.Q(charges__gt=0), name="paid_call_by_time"),
        ),
    ]
