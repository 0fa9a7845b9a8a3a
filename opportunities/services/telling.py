"""Who is told of a trade-in estimate."""

from collections.abc import Iterable

from django.urls import reverse

from openflex.core.french import NBSP
from openflex.notifications.services import notify
from opportunities.enums import NotificationKind
from opportunities.models import Opportunity, TradeIn
from settings_admin.models import User


def tell_of_trade_in(
    trade_in: TradeIn,
    opportunity: Opportunity,
    *,
    recipients: Iterable[User],
    kind: NotificationKind,
    title: str,
    sentence: str,
    text: str,
    actor: User,
) -> None:
    """One entry for each person and estimate, which comes back as unread: what counts is how it stands now."""
    about = f"la reprise n°{NBSP}{trade_in.number} de {opportunity.customer.display_name}"
    notify(
        recipients=recipients,
        kind=kind,
        title=title,
        sentence=f"{actor.full_name} {sentence} {about}",
        text=text,
        url=reverse("opportunities:trade_in", args=[trade_in.pk]),
        target=trade_in,
        actor=actor,
        once=f"{kind}.{trade_in.pk}",
    )
