import django.db.models.expressions
from django.db import migrations, models

# What the log held until now, by the names of the tables of *Paramètres*. Lines of a history are never changed: the
# trigger that says so looks away while they learn whether they are in the log.
MARK = r"""
ALTER TABLE settings_admin_timelineentry DISABLE TRIGGER USER;
UPDATE settings_admin_timelineentry SET is_audited = TRUE
WHERE target_type LIKE 'settings\_admin.%'
  AND NOT (target_type = 'settings_admin.usergroup' AND kind IN ('member_added', 'member_moved', 'member_removed'));
ALTER TABLE settings_admin_timelineentry ENABLE TRIGGER USER;
"""

# Both tables whole: a part that has a condition of its own would be read whole and sorted (`audit.models`).
LOG = """
CREATE VIEW settings_admin_auditline AS
SELECT id, at, holding_id, entity_id, user_id AS actor_id, ''::varchar AS actor_name, kind, target_type, target_id,
       '{}'::jsonb AS changes, details, ip, device, FALSE AS is_change, TRUE AS is_audited
FROM settings_admin_accesslog
UNION ALL
SELECT id * (-1), at, holding_id, entity_id, actor_id, actor_name, kind, target_type, target_id,
       changes, details, ip, device, TRUE, is_audited
FROM settings_admin_timelineentry
"""


class Migration(migrations.Migration):

    dependencies = [
        ('settings_admin', '0010_numbering'),
    ]

    operations = [
        migrations.RunSQL('DROP VIEW settings_admin_auditline'),
        migrations.RemoveIndex(model_name='timelineentry', name='timeline_of_settings'),
        migrations.RemoveIndex(model_name='timelineentry', name='timeline_of_settings_id'),
        migrations.AddField(
            model_name='timelineentry',
            name='is_audited',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='timelineentry',
            name='ip',
            field=models.GenericIPAddressField(null=True),
        ),
        migrations.AddField(
            model_name='timelineentry',
            name='device',
            field=models.CharField(blank=True, max_length=60, default=''),
            preserve_default=False,
        ),
        migrations.RunSQL(MARK),
        migrations.AddIndex(
            model_name='timelineentry',
            index=models.Index(condition=models.Q(('is_audited', True)), fields=['holding', '-at'], name='timeline_audited'),
        ),
        migrations.AddIndex(
            model_name='timelineentry',
            index=models.Index(django.db.models.expressions.CombinedExpression(models.F('id'), '*', models.Value(-1)), condition=models.Q(('is_audited', True)), name='timeline_audited_id'),
        ),
        migrations.AddIndex(
            model_name='accesslog',
            index=models.Index(condition=models.Q(('kind', 'users_imported')), fields=['holding', '-at'], name='access_log_of_imports'),
        ),
        migrations.RunSQL(LOG),
    ]
