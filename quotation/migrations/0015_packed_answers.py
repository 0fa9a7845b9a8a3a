"""Answers are kept packed: the column holds bytes, those of the text that stood in it until they are read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quotation", "0014_charges_and_what_was_asked")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                # No UPDATE, which the rows refuse: what was kept stays as it came. There is no way back, what is packed
                # is no text.
                migrations.RunSQL(
                    "ALTER TABLE quotation_provideranswer ALTER COLUMN raw TYPE bytea USING convert_to(raw, 'UTF8');"
                    "ALTER TABLE quotation_provideranswer RENAME COLUMN raw TO packed;"
                )
            ],
            state_operations=[
                migrations.RenameField("provideranswer", "raw", "packed"),
                migrations.AlterField("provideranswer", "packed", models.BinaryField()),
            ],
        )
    ]
