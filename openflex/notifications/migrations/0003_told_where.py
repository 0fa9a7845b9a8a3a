from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_discreet_sentence")]

    operations = [
        migrations.RenameModel("EmailPreference", "Preference"),
        migrations.AddField(
            model_name="preference",
            name="is_in_app",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="notification",
            name="is_in_app",
            field=models.BooleanField(default=True),
        ),
    ]
