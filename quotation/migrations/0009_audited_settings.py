from django.db import migrations

# Credentials and settings of the entities stand in the audit log from now on, what was done before included.
MARK = """
ALTER TABLE settings_admin_timelineentry DISABLE TRIGGER USER;
UPDATE settings_admin_timelineentry SET is_audited = TRUE WHERE target_type = 'quotation.quotationsettings';
ALTER TABLE settings_admin_timelineentry ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('quotation', '0008_plate_country'),
        ('settings_admin', '0011_audited'),
    ]

    operations = [
        migrations.RunSQL(MARK, migrations.RunSQL.noop),
    ]
