"""The states of an export."""

from typing import Final

from django.db.models import TextChoices


class ExportState(TextChoices):
    WAITING = "waiting", "En attente"
    RUNNING = "running", "En cours"
    DONE = "done", "Prêt"
    FAILED = "failed", "Échec"
    CANCELLED = "cancelled", "Annulé"


UNDER_WAY: Final = (ExportState.WAITING, ExportState.RUNNING)
ENDED_BADLY: Final = (ExportState.FAILED, ExportState.CANCELLED)
# Colour family and icon of the badge (design §3).
BADGES: Final = {
    ExportState.WAITING: ("mute", "hourglass"),
    ExportState.RUNNING: ("info", "progress"),
    ExportState.DONE: ("ok", "circle-check"),
    ExportState.FAILED: ("bad", "alert-triangle"),
    ExportState.CANCELLED: ("mute", "circle-x"),
}
