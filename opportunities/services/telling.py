"""Who is told what about an opportunity. Its customer is named to those who may know them (`named`)."""

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone

from customers.selectors import UNNAMED, may_be_named, of
from openflex.core.dates import today_paris
from openflex.core.french import NBSP
from openflex.core.realtime import publish_on_commit
from openflex.notifications.services import hold_bells, notify
from opportunities import waiting
from opportunities.enums import NotificationKind
from opportunities.models import Opportunity, TradeIn
from settings_admin.models import Entity, User
from settings_admin.scoping import unscoped


def named(
    opportunity: Opportunity, *, recipients: Iterable[User], sentence: Callable[[str], str], **told: Any
) -> None:
    """`notify`, with the sentence about the customer's name as each recipient may know it: « Pr RINO », « un client ».
    Last in a transaction, as `notify`."""
    people = list(recipients)
    if not people:
        return
    customer = opportunity.customer
    knowing = may_be_named(customer, to=people, today=today_paris(timezone.now()))
    if len({user.pk in knowing for user in people}) > 1:
        hold_bells(people)
    for name, is_known in ((customer.display_name, True), (UNNAMED, False)):
        group = [user for user in people if (user.pk in knowing) is is_known]
        if group:
            notify(recipients=group, sentence=sentence(name), **told)


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
    named(
        opportunity,
        recipients=recipients,
        sentence=lambda name: f"{actor.full_name} {sentence} la reprise n°{NBSP}{trade_in.number} {of(name)}",
        kind=kind,
        title=title,
        text=text,
        url=reverse("opportunities:trade_in", args=[trade_in.pk]),
        target=trade_in,
        actor=actor,
        once=f"{kind}.{trade_in.pk}",
    )


def tell_who_decides(trade_in: TradeIn) -> None:
    """Open lists of *Estimations à valider* see after the commit that it came, changed or went. Before the bells of
    recipients are locked: always in this order."""
    with unscoped("whoever decides there, whatever the actor sees"):
        # What each verb of an entity tells is true when it is told; rows that only name the entity do not wait for it.
        Entity.objects.select_for_update(of=("self",), no_key=True).get(pk=trade_in.entity_id)
        for topic in waiting.topics_of(trade_in):
            publish_on_commit(str(topic), waiting.CHANGED, waiting.state_of(topic))


def tell_who_decides_on(opportunity: Opportunity) -> None:
    """The same for the estimates of an opportunity that opens or closes: a price is decided while it is open."""
    for trade_in in TradeIn.objects.to_approve().filter(opportunity=opportunity):
        tell_who_decides(trade_in)
