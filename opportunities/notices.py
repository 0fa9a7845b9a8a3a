"""The kinds of notifications of the opportunities."""

from collections.abc import Collection
from typing import Any

from openflex.notifications.enums import EmailChoice
from openflex.notifications.registry import NotificationKind, TargetSeen, register_kind
from opportunities.enums import NotificationKind as Kind
from opportunities.rights import REASSIGN, VIEW
from settings_admin.scoping import current_scope

_SEEN = TargetSeen("opportunities.Opportunity", right=VIEW)


class TeamSeen:
    """`can_see` of a digest, whose target is an entity: whoever still hands opportunities on there."""

    def __call__(self, user: Any, notification: Any) -> bool:
        return notification.target_id in self.among({notification.target_id})

    def among(self, targets: Collection[int]) -> set[int]:
        return set(targets) & current_scope().granted(REASSIGN).entities


_TRADE_IN_SEEN = TargetSeen("opportunities.TradeIn", right=VIEW)


def register() -> None:
    for kind, icon, stays, by_email in (
        (Kind.COMMENT, "message-2", True, EmailChoice.NEVER),
        (Kind.MENTION, "message-2", True, EmailChoice.NEVER),
        (Kind.REQUEST, "hourglass", True, EmailChoice.AT_ONCE),
        (Kind.ANSWER, "check", True, EmailChoice.NEVER),
        (Kind.ASSIGNED, "target-arrow", False, EmailChoice.NEVER),
        (Kind.REMINDER, "alarm", False, EmailChoice.NEVER),
        (Kind.OFFER_EXPIRED, "calendar-clock", False, EmailChoice.NEVER),
    ):
        register_kind(
            NotificationKind(
                key=kind,
                label=kind.label,
                icon=icon,
                stays=stays,
                email_default=by_email,
                can_see=_SEEN,
                verb="Ouvrir l’opportunité",
            )
        )
    register_kind(
        NotificationKind(
            key=Kind.TEAM_DIGEST,
            label=Kind.TEAM_DIGEST.label,
            icon="users",
            stays=False,
            email_default=EmailChoice.NEVER,
            can_see=TeamSeen(),
            verb="Voir la liste",
        )
    )
    for kind, icon, stays in (
        (Kind.TRADE_IN_ASKED, "hourglass", False),
        (Kind.TRADE_IN_DECIDED, "gauge", True),
        (Kind.TRADE_IN_EXPIRED, "calendar-clock", False),
        (Kind.TRADE_IN_REOPENED, "lock-open", True),
        (Kind.ENTRY_CANCELLED, "arrow-back-up", False),
    ):
        register_kind(
            NotificationKind(
                key=kind,
                label=kind.label,
                icon=icon,
                stays=stays,
                email_default=EmailChoice.NEVER,
                can_see=_TRADE_IN_SEEN,
                verb="Ouvrir l’estimation",
            )
        )
