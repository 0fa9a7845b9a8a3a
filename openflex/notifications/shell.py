"""What the frame of every page shows of the notifications: the bell's count."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from openflex.notifications.selectors import MOST_COUNTED, unread_of


@dataclass
class Bell:
    user_id: int

    @cached_property
    def unread(self) -> int:
        """Asked for where a whole page is drawn; a fragment has no bell, and costs nothing."""
        return unread_of(self.user_id)

    @property
    def as_of(self) -> str:
        """Seconds; what is younger is new to the page."""
        return f"{timezone.now().timestamp():.6f}"

    @property
    def label(self) -> str:
        return f"{MOST_COUNTED}+" if self.unread > MOST_COUNTED else str(self.unread)


def bell(request: HttpRequest) -> dict[str, Any]:
    """Context processor; nobody signed in: no bell."""
    user = getattr(request, "user", None)
    return {"bell": Bell(user.pk) if user is not None and user.is_authenticated else None}
