import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('settings_admin', '0009_audit_plain_view'),
    ]

    operations = [
        migrations.CreateModel(
            name='EntityNumbering',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series', models.CharField(max_length=40)),
                ('prefix', models.CharField(blank=True, max_length=6, validators=[django.core.validators.RegexValidator('\\A[A-Z0-9]*\\Z', 'Lettres sans accent et chiffres seulement.')], verbose_name='préfixe')),
                ('year_digits', models.PositiveSmallIntegerField(choices=[(0, 'Sans'), (2, '2 chiffres'), (4, '4 chiffres')], default=0, verbose_name='année')),
                ('separator', models.CharField(blank=True, choices=[('-', 'Tiret'), ('/', 'Barre oblique'), ('.', 'Point')], max_length=1, verbose_name='séparateur')),
                ('min_digits', models.PositiveSmallIntegerField(default=4, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(8)], verbose_name='chiffres au moins')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='settings_admin.entity', verbose_name='entité')),
            ],
            options={
                'verbose_name': 'numérotation',
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('entity', 'series'), name='numbering_once')],
            },
        ),
        migrations.AddField(
            model_name='documentcounter',
            name='given',
            field=models.BigIntegerField(default=0),
        ),
        # Until now a counter moved only by giving its number out.
        migrations.RunSQL('UPDATE settings_admin_documentcounter SET given = last', migrations.RunSQL.noop),
    ]
