"""An auction sells once it is awarded; light commercial vehicles have a check of their emissions; two more sorts."""

from django.db import migrations, models

# What went as sold by auction was won.
AWARD = """
    UPDATE vehicles_hold SET awarded_at = vehicles_hold.created_at FROM vehicles_vehicle
    WHERE vehicles_vehicle.id = vehicles_hold.vehicle_id AND vehicles_hold.kind = 'auction'
    AND vehicles_vehicle.status IN ('delivery', 'out')
"""
# As `vehicles.inspection.pollution_deadline` counts it; no check is noted yet.
DUE = """
    UPDATE vehicles_vehicle
    SET inspection_due_on = LEAST(inspection_due_on, (inspection_on + interval '1 year')::date)
    WHERE kind = 'light_commercial' AND inspection_on IS NOT NULL AND inspection_result IN ('', 'favourable')
    AND NOT is_collector AND energy NOT IN ('electric', 'hydrogen')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0003_room_for_merged_notes'),
        ('settings_admin', '0013_invitations_due'),
        ('vehicles', '0015_damage_photos'),
    ]

    operations = [
        migrations.AddField(
            model_name='hold',
            name='awarded_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='vehicle',
            name='pollution_check_on',
            field=models.DateField(blank=True, null=True, verbose_name='date du contrôle pollution'),
        ),
        migrations.AddField(
            model_name='vehicle',
            name='type_rank',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(destination='scrap', stage='demonstrator', then=models.Value(0)), models.When(destination='private', stage='demonstrator', then=models.Value(1)), models.When(destination='trade', stage='demonstrator', then=models.Value(2)), models.When(destination='scrap', stage='new', then=models.Value(3)), models.When(destination='private', stage='new', then=models.Value(4)), models.When(destination='trade', stage='new', then=models.Value(5)), models.When(destination='scrap', stage='used', then=models.Value(6)), models.When(destination='private', stage='used', then=models.Value(7)), models.When(destination='trade', stage='used', then=models.Value(8)), default=None, output_field=models.SmallIntegerField()), null=True, output_field=models.SmallIntegerField()),
        ),
        migrations.AddIndex(
            model_name='vehicle',
            index=models.Index(models.F('type_rank'), models.F('id'), condition=models.Q(models.Q(('status', 'out'), _negated=True), ('is_archived', False)), name='vehicle_stock_by_type'),
        ),
        migrations.AddIndex(
            model_name='vehicle',
            index=models.Index(models.F('is_trade_in'), models.F('id'), condition=models.Q(models.Q(('status', 'out'), _negated=True), ('is_archived', False)), name='vehicle_stock_by_trade_in'),
        ),
        migrations.AddIndex(
            model_name='vehicle',
            index=models.Index(models.F('type_rank'), models.F('id'), condition=models.Q(models.Q(('status', 'out'), _negated=True), ('is_archived', False), _negated=True), name='vehicle_gone_by_type'),
        ),
        migrations.AddIndex(
            model_name='vehicle',
            index=models.Index(models.F('is_trade_in'), models.F('id'), condition=models.Q(models.Q(('status', 'out'), _negated=True), ('is_archived', False), _negated=True), name='vehicle_gone_by_trade_in'),
        ),
        migrations.RunSQL(AWARD, migrations.RunSQL.noop),
        migrations.RunSQL(DUE, migrations.RunSQL.noop),
    ]
