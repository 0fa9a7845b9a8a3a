"""The kinds of notifications of the opportunities."""

from openflex.notifications.enums import EmailChoice
from openflex.notifications.registry import NotificationKind, TargetSeen, register_kind
from opportunities.enums import NotificationKind as Kind
from opportunities.rights import VIEW

_SEEN = TargetSeen("opportunities.Opportunity", right=VIEW)


_TRADE_IN_SEEN = TargetSeen("opportunities.TradeIn", right=VIEW)


def register() -> None:
    for kind, icon, stays, by_email in (
        (Kind.COMMENT, "message-2", True, EmailChoice.NEVER),
        (Kind.MENTION, "message-2", True, EmailChoice.NEVER),
        (Kind.REQUEST, "hourglass", True, EmailChoice.AT_ONCE),
        (Kind.ANSWER, "check", True, EmailChoice.NEVER),
        (Kind.ASSIGNED, "target-arrow", False, EmailChoice.NEVER),
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
    for kind, icon, stays in ((Kind.TRADE_IN_ASKED, "hourglass", False), (Kind.TRADE_IN_DECIDED, "gauge", True)):
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
