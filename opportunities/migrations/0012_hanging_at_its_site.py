"""What an earlier merge moved to an opportunity of another site stayed at its own: it goes where it is read."""

from django.db import migrations

# A table, and by which column to which one that knows the site: from the top down, so that photos follow their estimate.
HANGING = (
    ("opportunity", "merged_into_id", "opportunity"),
    ("comment", "opportunity_id", "opportunity"),
    ("exchange", "opportunity_id", "opportunity"),
    ("appointment", "opportunity_id", "opportunity"),
    ("offer", "opportunity_id", "opportunity"),
    ("tradein", "opportunity_id", "opportunity"),
    ("tradeindamage", "trade_in_id", "tradein"),
    ("tradeincost", "trade_in_id", "tradein"),
    ("tradeinphoto", "trade_in_id", "tradein"),
    ("tradeindamagephoto", "damage_id", "tradeindamage"),
)


def follow(apps, schema_editor):
    for table, column, above in HANGING:
        schema_editor.execute(
            f"UPDATE opportunities_{table} AS hanging SET point_of_sale_id = above.point_of_sale_id "
            f"FROM opportunities_{above} AS above WHERE above.id = hanging.{column} "
            "AND hanging.point_of_sale_id IS DISTINCT FROM above.point_of_sale_id"
        )


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0011_is_sandbox")]

    operations = [migrations.RunPython(follow, migrations.RunPython.noop)]
