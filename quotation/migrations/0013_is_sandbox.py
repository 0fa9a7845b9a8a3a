"""What was asked so far was asked where the installation asks now."""

from django.conf import settings
from django.db import migrations, models

LABEL = "bac à sable"
NOW = settings.VALUATION_PROVIDER["is_sandbox"]


def mark(apps, schema_editor):
    if NOW:
        apps.get_model("quotation", "Quotation").objects.exclude(valuation_answer=None).update(is_sandbox=True)


class Migration(migrations.Migration):
    dependencies = [
        ("quotation", "0012_answers_as_they_came"),
    ]

    operations = [
        # Filled by their default: answers are only appended.
        *(
            operation
            for model in ("provideranswer", "providercall")
            for operation in (
                migrations.AddField(model, "is_sandbox", models.BooleanField(LABEL, default=NOW)),
                migrations.AlterField(model, "is_sandbox", models.BooleanField(LABEL, default=False)),
            )
        ),
        migrations.AddField("quotation", "is_sandbox", models.BooleanField(LABEL, default=False)),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
