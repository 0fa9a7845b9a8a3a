"""What an erasure and a merge count: two « rendez-vous », two « frais de remise en état »."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('vehicles', '0025_vehicle_settings'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='cost',
            options={'base_manager_name': 'objects', 'ordering': ['pk'], 'verbose_name': 'frais de remise en état', 'verbose_name_plural': 'frais de remise en état'},
        ),
    ]
