from django.db import migrations, models

import opportunities.enums


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0007_damage_photos")]

    operations = [
        migrations.AddField(
            model_name="opportunitysettings",
            name="test_drive_conditions",
            field=models.TextField(
                blank=True,
                default=opportunities.enums.USUAL_CONDITIONS,
                max_length=3000,
                verbose_name="conditions d’un essai",
            ),
        ),
    ]
