"""What was valued so far was valued where the installation asks now."""

from django.conf import settings
from django.db import migrations, models


def mark(apps, schema_editor):
    if settings.VALUATION_PROVIDER["is_sandbox"]:
        valued = apps.get_model("opportunities", "TradeIn").objects.exclude(adjusted_value=None)
        valued.update(is_sandbox=True)


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0010_reminded_once"),
    ]

    operations = [
        migrations.AddField("tradein", "is_sandbox", models.BooleanField("bac à sable", default=False)),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
