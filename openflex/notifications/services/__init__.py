"""The verbs of the notifications; `notify` is the one entry for the apps above."""

from openflex.notifications.services.inbox import hold_bells, mark_all_read, mark_read, notify
from openflex.notifications.services.targets import forget, repoint

__all__ = ["forget", "hold_bells", "mark_all_read", "mark_read", "notify", "repoint"]
