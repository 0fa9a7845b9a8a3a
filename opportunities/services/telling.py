"""Who is told what about an opportunity. Its customer is named to those who may know them (`named`)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from customers.selectors import UNNAMED, may_be_named, of
from customers.selectors import VIEW as VIEW_CUSTOMERS
from openflex.core.dates import today_paris
from openflex.core.french import NBSP, counted, format_day, long_instant
from openflex.core.realtime import publish_on_commit
from openflex.notifications.services import hold_bells, notify
from opportunities import selectors, waiting
from opportunities.enums import NotificationKind
from opportunities.models import Appointment, Follower, Opportunity, TradeIn
from settings_admin.models import Entity, User
from settings_admin.scoping import unscoped

# As many of those that are handed over at once are told by their numbers.
NUMBERED: Final = 20


def named(opportunity: Opportunity, *, recipients: Iterable[User], sentence: Callable[[str], str], **told: Any) -> None:
    """`notify`, with the sentence about the customer's name as each recipient may know it: « Pr RINO », « un client »;
    who may know it no more reads the latter. Last in a transaction, as `notify`."""
    people = list(recipients)
    if not people:
        return
    customer = opportunity.customer
    knowing = may_be_named(customer, to=people, today=today_paris(timezone.now()))
    if len({user.pk in knowing for user in people}) > 1:
        hold_bells(people)
    unnamed = sentence(UNNAMED)
    if group := [user for user in people if user.pk in knowing]:
        whole = sentence(customer.display_name)
        notify(recipients=group, sentence=whole, discreet=unnamed, needs=VIEW_CUSTOMERS, **told)
    if group := [user for user in people if user.pk not in knowing]:
        notify(recipients=group, sentence=unnamed, **told)


def who_follows(opportunity: Opportunity, *, besides: Iterable[User | None] = ()) -> list[User]:
    """Its salesperson, those who follow it, and those `besides`: once each, and of them those who may still open it."""
    followers = Follower.objects.filter(opportunity=opportunity).select_related("user")
    people = [*besides, opportunity.salesperson, *(one.user for one in followers)]
    return who_may_open(opportunity, (one for one in people if one is not None))


def who_may_open(opportunity: Opportunity, people: Iterable[User]) -> list[User]:
    readers = {user.pk for user in selectors.people_who_see(opportunity)}
    return list({user.pk: user for user in people if user.pk in readers}.values())


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


def tell_of_assignment(
    opportunity: Opportunity, *, to: User, instead_of: User | None = None, left: Sequence[Appointment] = (), actor: User
) -> None:
    """Who is handed an opportunity, with what is to be done. `instead_of`: the absent colleague it comes to them for;
    `left`: appointments that could not come along. Who takes it for themselves is told nothing."""
    if to == actor:
        return
    absent = f", en l’absence de {instead_of.full_name}" if instead_of else ""
    named(
        opportunity,
        recipients=[to],
        sentence=lambda name: (
            f"{actor.full_name} vous confie l’opportunité n°{NBSP}{opportunity.number} {of(name)}{absent}"
        ),
        kind=NotificationKind.ASSIGNED,
        title="Opportunité confiée",
        text="\n".join([*_to_do(opportunity), *_staying(left)]),
        url=reverse("opportunities:page", args=[opportunity.pk]),
        target=opportunity,
        actor=actor,
    )


def tell_of_taking(opportunity: Opportunity, *, old: User, to: User, actor: User) -> None:
    """Whom an opportunity is taken from: they need not see to it any more. Who hands it on themselves knows."""
    did = "suit désormais" if to == actor else f"a confié à {to.full_name}"
    named(
        opportunity,
        recipients=[old],
        sentence=lambda name: (
            f"{actor.full_name} {did} l’opportunité n°{NBSP}{opportunity.number} {of(name)}, que vous suiviez"
        ),
        kind=NotificationKind.ASSIGNED,
        title="Opportunité réaffectée",
        text="",
        url=reverse("opportunities:page", args=[opportunity.pk]),
        target=opportunity,
        actor=actor,
    )


def tell_of_merging(gone: Opportunity, kept: Opportunity, *, actor: User) -> None:
    """Whose opportunity went into a colleague's: they need not see to it any more."""
    if gone.salesperson_id == kept.salesperson_id:
        return
    named(
        kept,
        recipients=who_may_open(kept, [gone.salesperson]),
        sentence=lambda name: (
            f"{actor.full_name} a fusionné l’opportunité n°{NBSP}{gone.number} {of(name)}, que vous suiviez, avec la "
            f"n°{NBSP}{kept.number} de {kept.salesperson.full_name}"
        ),
        kind=NotificationKind.ASSIGNED,
        title="Opportunité fusionnée",
        text="",
        url=reverse("opportunities:page", args=[kept.pk]),
        target=kept,
        actor=actor,
    )


def tell_of_hand_over(
    opportunities: Sequence[Opportunity], *, of_leaver: User, to: User, left: Sequence[Appointment], actor: User
) -> None:
    """All that a leaver leaves, in one entry, which leads to the list; a single one is told as any other."""
    if len(opportunities) == 1:
        tell_of_assignment(opportunities[0], to=to, left=left, actor=actor)
        return
    lines = [" · ".join([f"n°{NBSP}{row.number}", *_to_do(row)]) for row in opportunities[:NUMBERED]]
    if len(opportunities) > NUMBERED:
        lines.append(f"et {counted(len(opportunities) - NUMBERED, 'autre')}")
    notify(
        recipients=[to],
        kind=NotificationKind.ASSIGNED,
        title="Opportunités confiées",
        sentence=f"{actor.full_name} vous confie {counted(len(opportunities), 'opportunité')} de {of_leaver.full_name}",
        text="\n".join([*lines, *_staying(left)]),
        url=reverse("opportunities:list"),
        target=opportunities[0],
        actor=actor,
    )


def tell_of_appointments(
    moved: Sequence[Appointment], *, of_leaver: User, to: User, left: Sequence[Appointment], actor: User
) -> None:
    """Appointments of a leaver on the opportunities of colleagues, in one entry, with those that could not come
    along."""
    if to == actor:
        return
    rows = [*moved, *left]
    lines = [
        f"{one.get_kind_display()} du {long_instant(one.starts_at)} · opportunité n°{NBSP}{one.opportunity.number}"
        for one in moved
    ]
    notify(
        recipients=[to],
        kind=NotificationKind.ASSIGNED,
        title="Rendez-vous confiés" if len(rows) > 1 else "Rendez-vous confié",
        sentence=f"{actor.full_name} vous confie {len(rows)} rendez-vous de {of_leaver.full_name}",
        text="\n".join([*lines[:NUMBERED], *_staying(left)]),
        url=reverse("opportunities:page", args=[rows[0].opportunity_id]),
        target=rows[0].opportunity,
        actor=actor,
    )


def _to_do(opportunity: Opportunity) -> list[str]:
    """What the customer wants, and what is to be done next."""
    lines = [selectors.wanted(opportunity)]
    if opportunity.next_action:
        due = f" le {format_day(opportunity.next_action_on)}" if opportunity.next_action_on else ""
        lines.append(f"{opportunity.get_next_action_display()}{due}")
    return [line for line in lines if line]


def _staying(left: Sequence[Appointment]) -> list[str]:
    return [
        f"{one.get_kind_display()} du {long_instant(one.starts_at)}{NBSP}: resté à {one.salesperson.full_name}, "
        "vous êtes déjà en rendez-vous. Déplacez-le."
        for one in left
    ]
