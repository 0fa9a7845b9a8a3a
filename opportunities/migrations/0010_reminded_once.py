from django.db import migrations, models
from django.db.models import F
from django.utils import timezone


def note_reminders(apps, schema_editor):
    """Those of the days before, and of this morning, were told: nobody is told of all of them again."""
    opportunities = apps.get_model("opportunities", "Opportunity")
    rows = opportunities._base_manager.using(schema_editor.connection.alias)
    rows.filter(status="open", overdue_on__lte=timezone.localdate()).update(reminded_on=F("overdue_on"))


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0009_quotation_is_named")]

    operations = [
        migrations.AddField(
            model_name="opportunity",
            name="reminded_on",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.RunPython(note_reminders, migrations.RunPython.noop),
    ]
