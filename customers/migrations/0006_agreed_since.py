from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0005_silence'),
    ]

    operations = [
        migrations.AddField(
            model_name='customer',
            name='agreed_since_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='accords depuis'),
        ),
    ]
