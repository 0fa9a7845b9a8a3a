"""Colleagues write about an opportunity, ask each other, and are told at once."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import Truncator

from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.french import NBSP, counted
from openflex.notifications.services import hold_bells, notify
from opportunities import history, selectors
from opportunities.enums import COMMENT_LENGTH, NotificationKind
from opportunities.models import Comment, Mention, Opportunity
from opportunities.services.keeping import keep, locked, tell_open_pages
from opportunities.services.telling import NUMBERED, who_follows
from settings_admin.access.services.guarding import keep_open
from settings_admin.models import User
from settings_admin.records import services as records


@transaction.atomic
def add_comment(
    *,
    opportunity: Opportunity,
    text: str,
    author: User,
    is_from_manager: bool,
    asked_of: User | None = None,
    due_on: date | None = None,
    answers: Comment | None = None,
    key: UUID,
    now: datetime,
) -> Comment:
    """Appends a comment, which is no contact with the customer. In this order: the comment, who is named in it
    (« @Prénom NOM » of somebody who may see the opportunity), the request it answers, the history, who is told.

    Told, once each and never the author: whom it asks, who asked what it answers, who is named, and, of a manager's
    comment (`is_from_manager`: by right, on this opportunity), the salesperson and the followers.
    `key` is the form's: sent twice, it gives the comment of the first. Raises Refused beside `text` (empty, too long,
    a request answered already), `asked_of` (cannot see it) and `due_on` (nobody is asked, a day that is past).
    """
    text = text.strip()
    if not text:
        raise Refused("empty", "Écrivez votre commentaire.", "text")
    if len(text) > COMMENT_LENGTH:
        raise Refused(
            "too_long", f"Un commentaire a au plus {COMMENT_LENGTH:_}".replace("_", NBSP) + " caractères.", "text"
        )
    if due_on is not None and asked_of is None:
        raise Refused("nobody_asked", "Indiquez à qui vous le demandez, ou retirez la date.", "due_on")
    if due_on is not None and due_on < today_paris(now):
        raise Refused("past", "Cette date est passée\u00a0: choisissez aujourd’hui ou un jour à venir.", "due_on")
    used = records.take_key(key, what="comment", user=author)
    if isinstance(used, int):
        return Comment.objects.get(pk=used)
    if asked_of is not None:
        keep_open(asked_of, field="asked_of")
    row = locked(opportunity)
    readers = selectors.people_who_see(row)
    if asked_of is not None and asked_of not in readers:
        raise Refused("asked_of", f"{asked_of.full_name} n’a pas accès à cette opportunité.", "asked_of")
    comment = Comment.objects.create(
        entity_id=row.entity_id,
        point_of_sale_id=row.point_of_sale_id,
        opportunity=row,
        author=author,
        is_from_manager=is_from_manager,
        text=text,
        at=now,
        asked_of=asked_of,
        due_on=due_on,
    )
    records.answer_key(used, what="comment", made=comment)
    named = selectors.named_in(text, readers)
    Mention.objects.bulk_create([Mention(entity_id=row.entity_id, comment=comment, user=user) for user in named])
    if answers is not None:
        _answer(answers, comment)
    records.record_event(row, kind="comment", actor=author, details={"comment": comment.pk})
    keep(row, actor=author, now=now)
    _tell(row, comment, named=named, answers=answers)
    return comment


def hand_on_requests(requests: QuerySet[Comment], *, old: User, to: User, actor: User) -> int:
    """Inside the leaver's transaction, their opportunities locked: what was asked of `old` is asked of `to`, who is
    told of all of it at once. Each opportunity tells it in its history. What `to` had asked stays to be done, by `to`.
    Returns how many."""
    rows = list(requests.select_related("opportunity", "author").order_by("pk").select_for_update(of=("self",)))
    Comment.objects.filter(pk__in=[row.pk for row in rows]).update(asked_of=to)
    for row in rows:
        details = {"comment": row.pk, "was_of": old.full_name, "of": to.full_name}
        records.record_event(row.opportunity, kind="request_handed_over", actor=actor, details=details)
        tell_open_pages(row.opportunity)
    if rows and to != actor:
        asked = [
            f"n°{NBSP}{row.opportunity.number} · {'vous' if row.author == to else row.author.full_name}{NBSP}: "
            f"{Truncator(row.text).chars(_QUOTED)}"
            for row in rows[:NUMBERED]
        ]
        if len(rows) > NUMBERED:
            asked.append(f"et {counted(len(rows) - NUMBERED, 'autre')}")
        notify(
            recipients=[to],
            kind=NotificationKind.REQUEST,
            title=_TITLES[NotificationKind.REQUEST] if len(rows) == 1 else "Des demandes pour vous",
            sentence=f"{actor.full_name} vous confie {counted(len(rows), 'demande')} faite"
            f"{'s' if len(rows) > 1 else ''} à {old.full_name}",
            text="\n".join(asked),
            url=history.url_of_comment(rows[0].opportunity_id, rows[0].pk),
            target=rows[0].opportunity,
            actor=actor,
        )
    return len(rows)


# How much of each of several requests an entry quotes.
_QUOTED = 200
_TITLES = {
    NotificationKind.COMMENT: "Nouveau commentaire",
    NotificationKind.MENTION: "Vous êtes cité",
    NotificationKind.REQUEST: "Une demande pour vous",
    NotificationKind.ANSWER: "Réponse à votre demande",
}
_SENTENCES = {
    NotificationKind.COMMENT: "a commenté l’opportunité",
    NotificationKind.MENTION: "vous cite dans l’opportunité",
    NotificationKind.REQUEST: "vous demande quelque chose dans l’opportunité",
    NotificationKind.ANSWER: "a répondu à votre demande dans l’opportunité",
}


def _answer(request: Comment, comment: Comment) -> None:
    """A request is answered once: by the first answer that is written."""
    updated = Comment.objects.filter(
        pk=request.pk, opportunity=comment.opportunity_id, asked_of__isnull=False, answered_by__isnull=True
    ).update(answered_by=comment)
    if not updated:
        raise Refused("answered", "Quelqu’un a déjà répondu à cette demande.", "text")


def _tell(opportunity: Opportunity, comment: Comment, *, named: Iterable[User], answers: Comment | None) -> None:
    followers = who_follows(opportunity) if comment.is_from_manager else []
    # The most pressing reason comes first: each person is told once.
    reasons: list[tuple[NotificationKind, list[User]]] = [
        (NotificationKind.REQUEST, [comment.asked_of] if comment.asked_of else []),
        (NotificationKind.ANSWER, [answers.author] if answers else []),
        (NotificationKind.MENTION, list(named)),
        (NotificationKind.COMMENT, followers),
    ]
    hold_bells(user for _, people in reasons for user in people if user.pk != comment.author_id)
    told = {comment.author_id}
    for kind, people in reasons:
        recipients = [user for user in people if user.pk not in told]
        told |= {user.pk for user in recipients}
        if recipients:
            notify(
                recipients=recipients,
                kind=kind,
                title=_TITLES[kind],
                sentence=f"{comment.author.full_name} {_SENTENCES[kind]} n°{NBSP}{opportunity.number}",
                text=comment.text,
                url=history.url_of_comment(opportunity.pk, comment.pk),
                target=opportunity,
                actor=comment.author,
            )
