"""Accents fold in the search, as they do in the stock; the index serves it."""

import django.contrib.postgres.indexes
from django.db import migrations, models

import openflex.core.search


class Migration(migrations.Migration):
    dependencies = [("quotation", "0010_list_indexes")]

    operations = [
        migrations.AddField(
            model_name="quotation",
            name="search_text",
            field=models.GeneratedField(
                db_persist=True,
                expression=openflex.core.search.FoldedText(
                    models.F("plate"), models.F("vin"), models.F("make"), models.F("model"), models.F("version")
                ),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddIndex(
            model_name="quotation",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(models.F("search_text"), name="gin_trgm_ops"),
                name="quotation_search",
            ),
        ),
    ]
