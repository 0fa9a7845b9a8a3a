"""What the bell of two colleagues holds to begin with: exports of the days before, whose files are gone by now."""

from openflex.demo.world import World
from openflex.notifications.models import Notification
from openflex.notifications.services.exports import EXPORT_ENDED

# Who, how many days ago, minutes after midnight, of how many rows, read or not.
EXPORTS = (
    ("manager", 1, 9 * 60 + 12, "306\u00a0lignes", False),
    ("manager", 4, 17 * 60 + 40, "298\u00a0lignes", True),
    ("vo", 2, 11 * 60 + 5, "306\u00a0lignes", False),
)


def seed(world: World) -> None:
    for name, days_ago, minutes, rows, is_read in EXPORTS:
        at = world.instant(world.day(days_ago), minutes)
        Notification.objects.create(
            recipient=world.users[name],
            kind=EXPORT_ENDED.key,
            title="Export prêt",
            sentence=f"Votre export «\u00a0Véhicules\u00a0» est prêt\u00a0: {rows}.",
            url="/mes-exports/",
            target_type="settings_admin.export",
            target_id=0,
            created_at=at,
            changed_at=at,
            read_at=at if is_read else None,
        )
