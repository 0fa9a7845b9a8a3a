"""What an erasure and a merge count: two « rendez-vous », two « frais de remise en état »."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('opportunities', '0013_of_customer'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='appointment',
            options={'base_manager_name': 'objects', 'ordering': ['starts_at', 'pk'], 'verbose_name': 'rendez-vous', 'verbose_name_plural': 'rendez-vous'},
        ),
        migrations.AlterModelOptions(
            name='tradeincost',
            options={'base_manager_name': 'objects', 'ordering': ['pk'], 'verbose_name': 'frais de remise en état', 'verbose_name_plural': 'frais de remise en état'},
        ),
    ]
