from django.db import migrations

# Both tables whole: a part that has a condition of its own would be read whole and sorted (`audit.models`).
LOG = """
CREATE OR REPLACE VIEW settings_admin_auditline AS
SELECT id, at, holding_id, entity_id, user_id AS actor_id, ''::varchar AS actor_name, kind, target_type, target_id,
       '{}'::jsonb AS changes, details, ip, device, FALSE AS is_change
FROM settings_admin_accesslog
UNION ALL
SELECT id * (-1), at, holding_id, entity_id, actor_id, actor_name, kind, target_type, target_id,
       changes, details, NULL::inet, ''::varchar, TRUE
FROM settings_admin_timelineentry
"""


class Migration(migrations.Migration):

    dependencies = [
        ('settings_admin', '0008_audit'),
    ]

    operations = [
        migrations.RunSQL(LOG, migrations.RunSQL.noop),
    ]
