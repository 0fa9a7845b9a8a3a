from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

# Their histories follow them.
RENAME = """
ALTER TABLE settings_admin_timelineentry DISABLE TRIGGER USER;
UPDATE settings_admin_timelineentry SET target_type = '{new}' WHERE target_type = '{old}';
ALTER TABLE settings_admin_timelineentry ENABLE TRIGGER USER;
"""
OLD, NEW = "vehicles.preparationsettings", "vehicles.vehiclesettings"


class Migration(migrations.Migration):

    dependencies = [
        ('settings_admin', '0013_invitations_due'),
        ('vehicles', '0024_covering_indexes'),
    ]

    operations = [
        migrations.RenameModel('PreparationSettings', 'VehicleSettings'),
        migrations.RunSQL(RENAME.format(old=OLD, new=NEW), RENAME.format(old=NEW, new=OLD)),
        migrations.AlterModelOptions(
            name='vehiclesettings',
            options={'base_manager_name': 'objects', 'verbose_name': 'réglages des véhicules'},
        ),
        migrations.AlterField(
            model_name='vehiclesettings',
            name='entity',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='vehicle_settings', to='settings_admin.entity'),
        ),
        migrations.AddField(
            model_name='vehiclesettings',
            name='holding_percent',
            field=models.DecimalField(decimal_places=2, default=Decimal('6'), max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='coût de détention par an'),
        ),
    ]
