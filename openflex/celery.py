"""The Celery application and the beat schedule of every app: what runs at night is read here at one glance."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openflex.settings")

app = Celery("openflex")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["settings_admin.access", "settings_admin.exports"])

app.conf.beat_schedule = {
    "heartbeat": {"task": "openflex.core.tasks.heartbeat", "schedule": 10.0},
    "release-expired-holds": {"task": "vehicles.tasks.release_expired_holds", "schedule": 300.0},
    "remove-stray-photos": {"task": "vehicles.tasks.remove_stray_photos", "schedule": crontab(hour=4, minute=10)},
    "restart-stuck-exports": {"task": "settings_admin.exports.tasks.restart_stuck", "schedule": 60.0},
    "throw-away-old-exports": {"task": "settings_admin.exports.tasks.throw_away_old", "schedule": 600.0},
    "forget-old-imports": {"task": "settings_admin.access.tasks.forget_old_imports", "schedule": 600.0},
    "forget-last-year": {
        "task": "settings_admin.access.tasks.forget_last_year",
        "schedule": crontab(hour=4, minute=20),
    },
    "send-invitations-left-behind": {
        "task": "settings_admin.access.tasks.send_invitations_left_behind",
        "schedule": 300.0,
    },
    "forget-live-events": {"task": "openflex.live.tasks.forget_events", "schedule": 300.0},
    "send-digests": {"task": "openflex.notifications.tasks.send_digests", "schedule": 600.0},
    "send-emails-left-behind": {"task": "openflex.notifications.tasks.send_left_behind", "schedule": 300.0},
    "forget-old-notifications": {
        "task": "openflex.notifications.tasks.forget_old",
        "schedule": crontab(hour=3, minute=20),
    },
    "restart-stuck-customer-imports": {"task": "customers.tasks.restart_stuck_imports", "schedule": 60.0},
    "forget-old-customer-imports": {"task": "customers.tasks.forget_old_imports", "schedule": 600.0},
    "complete-erasures": {"task": "customers.tasks.complete_erasures", "schedule": crontab(hour=3, minute=40)},
    "forget-the-silent": {"task": "customers.tasks.forget_the_silent", "schedule": crontab(hour=2, minute=30)},
    "expire-offers-and-prices": {"task": "opportunities.tasks.expire_past", "schedule": crontab(hour=0, minute=10)},
    "remind-of-overdue": {"task": "opportunities.tasks.remind_of_overdue", "schedule": crontab(hour=7, minute=0)},
    "tell-teams": {"task": "opportunities.tasks.tell_teams", "schedule": crontab(hour=7, minute=10)},
    "clear-sessions": {"task": "openflex.core.tasks.clear_sessions", "schedule": crontab(hour=3, minute=10)},
}
