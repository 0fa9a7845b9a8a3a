import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0008_test_drive_conditions"), ("quotation", "0012_answers_as_they_came")]

    operations = [
        migrations.AlterField(
            model_name="tradein",
            name="quotation",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="quotation.quotation",
                verbose_name="cotation",
            ),
        ),
    ]
