"""What was valued so far was valued where the installation asks now."""

from django.conf import settings
from django.db import migrations, models


def mark(apps, schema_editor):
    if settings.VALUATION_PROVIDER["is_sandbox"]:
        valued = apps.get_model("vehicles", "Vehicle").objects.exclude(adjusted_market_value=None)
        valued.update(market_value_is_sandbox=True)


class Migration(migrations.Migration):
    dependencies = [
        ("vehicles", "0016_awarded_and_sorted"),
    ]

    operations = [
        migrations.AddField(
            "vehicle", "market_value_is_sandbox", models.BooleanField("valeur du bac à sable", default=False)
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
