"""An instant is called …_at, as everywhere."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("opportunities", "0005_settings_pages"),
    ]

    operations = [
        migrations.AlterModelOptions(name="follower", options={"abstract": False, "base_manager_name": "objects", "ordering": ["since_at", "pk"]}),
        migrations.RenameField(model_name="follower", old_name="since", new_name="since_at"),
    ]
