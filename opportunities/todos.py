"""What the opportunities put on *Accueil*: customers to call, appointments, requests, what was written, offers."""

from typing import Any, Final

from django.db.models import Case, F, Q, Value, When
from django.urls import reverse

from openflex.core.dates import paris_day_bounds, today_paris
from openflex.core.dialogs import staying
from openflex.core.french import NBSP, counted, format_day, format_euros, format_time, long_day, relative_time
from openflex.core.keys import is_one_of
from openflex.core.todos import (
    RECEIVED_FOR,
    Act,
    Asked,
    Sought,
    Todo,
    TodoKind,
    TodoSource,
    Urgency,
    midnight,
    register_todos,
)
from openflex.notifications.models import Notification
from openflex.notifications.selectors import sentence_of
from opportunities import enums, selectors
from opportunities.history import url_of_comment
from opportunities.models import Appointment, Comment, Offer, Opportunity, OpportunitySettings, TradeIn
from opportunities.models.offers import expires_soon
from opportunities.rights import EDIT, SET_PRICE, VIEW
from settings_admin.scoping import current_scope

AGENDA: Final = 30
DEFAULT_DELAY: Final = OpportunitySettings().overdue_after_days
_PLANNED = enums.AppointmentState.PLANNED
_NEWS = (enums.NotificationKind.COMMENT, enums.NotificationKind.MENTION, enums.NotificationKind.ANSWER)


# --- customers to call ----------------------------------------------------------------------------
def _to_call(asked: Asked) -> Sought:
    """*En souffrance*, or with a next action that is due today."""
    late = Q(overdue_on__lte=asked.today)
    rows = Opportunity.objects.open().filter(selectors.followed_by(asked), late | Q(next_action_on=asked.today))
    read_from = Opportunity.objects.annotate(own_delay=F("entity__opportunity_settings__overdue_after_days"))
    kind = Case(When(late, then=Value("overdue")), default=Value("due"))
    read_from = read_from.select_related("customer", "vehicle", "salesperson")
    return Sought(rows, read_from, kind=kind, order=("overdue_on", "pk"), limit=asked.limit)


def _told_of_call(row: Any, asked: Asked) -> Todo:
    is_late = row.todo_kind == "overdue"
    acts = [Act("Relancer", "r", staying("opportunities:exchange", row.pk))]
    delay = row.own_delay or DEFAULT_DELAY
    if row.next_action_on and selectors.last_day_to_postpone(row, delay) > asked.today:
        acts.append(Act("Reporter", "p", staying("opportunities:postpone", row.pk)))
    return Todo(
        key=f"{row.todo_kind}-{row.pk}",
        kind=row.todo_kind,
        urgency=Urgency.LATE if is_late else Urgency.TODAY,
        at=midnight(row.overdue_on if is_late else asked.today),
        title=row.customer_name,
        about=_about(row),
        reason=selectors.why_overdue(row, asked.today) if is_late else _why_today(row),
        acts=_allowed(row, *acts),
        **_of(row, asked),
    )


def _why_today(row: Opportunity) -> str:
    return f"«{NBSP}{row.get_next_action_display()}{NBSP}» est prévu aujourd’hui{selectors.note_of(row)}."


# --- appointments ---------------------------------------------------------------------------------
def _appointments(asked: Asked) -> Sought:
    """Those of today, and past ones of which nobody wrote what came of them; beside them the agenda of today, what is
    over included, from the same statement."""
    start, end = paris_day_bounds(asked.today)
    is_open = Q(state=_PLANNED, opportunity__status=enums.Status.OPEN)
    # What stayed with somebody who left is for who follows the opportunity now.
    orphaned = Q(salesperson__is_active=False) & selectors.followed_by(asked, "opportunity__salesperson")
    rows = Appointment.objects.filter(
        selectors.followed_by(asked) | orphaned, Q(starts_at__gte=start) | is_open, starts_at__lt=end
    ).exclude(state=enums.AppointmentState.CANCELLED)
    kind = Case(
        When(is_open & Q(ends_at__lte=asked.now), then=Value("appointment_past")),
        When(is_open, then=Value("appointment")),
        default=Value("over"),
    )
    read_from = Appointment.objects.select_related(
        "opportunity__customer", "opportunity__vehicle", "salesperson", "vehicle"
    )
    return Sought(rows, read_from, kind=kind, order=("starts_at", "pk"), limit=max(asked.limit, AGENDA))


def _is_of_today(row: Any, asked: Asked) -> bool:
    return today_paris(row.starts_at) == asked.today


def _told_of_appointment(row: Any, asked: Asked) -> Todo:
    is_past = row.todo_kind == "appointment_past"
    return Todo(
        key=f"appointment-{row.pk}",
        kind=row.todo_kind,
        urgency=Urgency.LATE if is_past else Urgency.TODAY,
        at=row.starts_at,
        title=row.opportunity.customer_name,
        about=_about(row.opportunity),
        reason=_why_unended(row, asked) if is_past else _why_appointment(row),
        acts=_allowed(
            row,
            Act("Terminer", "t", staying("opportunities:end_appointment", row.pk)),
            Act("Déplacer", "p", staying("opportunities:move_appointment", row.pk)),
        ),
        **_of(row, asked, url=_page(row.opportunity_id)),
    )


def _why_unended(row: Appointment, asked: Asked) -> str:
    day = today_paris(row.starts_at)
    when = "aujourd’hui" if day == asked.today else f"le {long_day(day, with_year=False)}"
    what = f"{row.get_kind_display()} {when} à{NBSP}{format_time(row.starts_at)}"
    return f"{what}{NBSP}: personne n’a noté ce qu’il a donné."


def _why_appointment(row: Appointment) -> str:
    hours = f"de {format_time(row.starts_at)} à{NBSP}{format_time(row.ends_at)}"
    vehicle, note = (f", {row.vehicle}" if row.vehicle else ""), (f" ({row.note})" if row.note else "")
    return f"{row.get_kind_display()} aujourd’hui {hours}{vehicle}{note}."


# --- what colleagues ask and write ------------------------------------------------------------------
def _requests(asked: Asked) -> Sought:
    """Asked of the person, whatever day they look at the team's, and not answered yet."""
    # `isnull` says to the database that its index of waiting requests will do.
    rows = Comment.objects.filter(is_one_of("asked_of", RECEIVED_FOR), answered_by=None, asked_of__isnull=False)
    read_from = Comment.objects.select_related("opportunity__customer", "opportunity__vehicle", "author", "asked_of")
    order = (F("due_on").asc(nulls_last=True), "at", "pk")
    return Sought(rows, read_from, kind=Value("request"), order=order, limit=asked.limit)


def _told_of_request(row: Any, asked: Asked) -> Todo:
    due, urgency = row.due_on, Urgency.AWAITED
    if due is not None and due <= asked.today:
        urgency = Urgency.LATE if due < asked.today else Urgency.TODAY
    is_own = row.author_id == asked.user_id
    reason = _why_own_request(row, asked) if is_own else _why_request(row, asked, row.author.full_name)
    return Todo(
        key=f"request-{row.pk}",
        kind="request",
        urgency=urgency,
        at=midnight(due) if due else row.at,
        title=row.opportunity.customer_name,
        about=_about(row.opportunity),
        reason=reason,
        text=row.text,
        url=url_of_comment(row.opportunity_id, row.pk),
        acts=(Act("Répondre", "r", staying("opportunities:answer", row.pk)),),
        entity_id=row.entity_id,
        person=row.asked_of.full_name if row.asked_of_id != asked.user_id else "",
    )


def _why_request(row: Comment, asked: Asked, asker: str) -> str:
    if row.due_on is None:
        return f"{asker} vous l’a demandé le {format_day(today_paris(row.at))} et attend votre réponse."
    if row.due_on < asked.today:
        late = counted((asked.today - row.due_on).days, "jour")
        return f"{asker} attendait votre réponse le {format_day(row.due_on)}{NBSP}: {late} de retard."
    when = "aujourd’hui" if row.due_on == asked.today else f"pour le {format_day(row.due_on)}"
    return f"{asker} attend votre réponse {when}."


def _why_own_request(row: Comment, asked: Asked) -> str:
    """Of who asked a colleague and took over, or stands in for them: nobody else waits for it, and it is to be done."""
    if row.due_on is None:
        return f"Vous l’aviez demandé le {format_day(today_paris(row.at))}{NBSP}: c’est à vous de le faire désormais."
    when = "aujourd’hui" if row.due_on == asked.today else f"le {format_day(row.due_on)}"
    late = counted((asked.today - row.due_on).days, "jour")
    told = f" {late} de retard," if row.due_on < asked.today else ""
    return f"Vous l’aviez demandé pour {when}{NBSP}:{told} c’est à vous de le faire désormais."


def _news(asked: Asked) -> Sought:
    """Comments of managers, answers to one's requests, comments that name one: unread, of what one still sees."""
    rows = Notification.objects.filter(
        recipient=asked.user_id,
        read_at=None,
        kind__in=_NEWS,
        target_type=Opportunity._meta.label_lower,
        target_id__in=Opportunity.objects.order_by().values("pk"),
    )
    kind = Case(When(kind=enums.NotificationKind.ANSWER, then=Value("answer")), default=Value("comment"))
    read_from = Notification.objects.select_related("meant_for")
    return Sought(rows, read_from, kind=kind, order=("-changed_at", "-pk"), limit=asked.limit)


def _told_of_news(row: Any, asked: Asked) -> Todo:
    return Todo(
        key=f"news-{row.pk}",
        kind=row.todo_kind,
        urgency=Urgency.NEWS,
        at=row.changed_at,
        title=row.title,
        about="",
        reason=f"{sentence_of(row)}, et vous ne l’avez pas encore lu.",
        text=row.text,
        url=reverse("notifications:open", args=[row.pk]),
        opens_by_post=True,
        acts=(Act("Lu", "l", reverse("notifications:read", args=[row.pk]), is_post=True),),
        entity_id=row.entity_id,
        person=row.meant_for.full_name if row.meant_for else "",
    )


# --- offers ----------------------------------------------------------------------------------------
def _offers(asked: Asked) -> Sought:
    rows = Offer.objects.filter(
        expires_soon(asked.today),
        selectors.followed_by(asked, "opportunity__salesperson"),
        opportunity__status=enums.Status.OPEN,
    )
    read_from = Offer.objects.select_related("opportunity__customer", "opportunity__salesperson", "vehicle")
    return Sought(rows, read_from, kind=Value("offer"), order=("valid_until", "pk"), limit=asked.limit)


def _told_of_offer(row: Any, asked: Asked) -> Todo:
    is_last_day = row.valid_until == asked.today
    when = "aujourd’hui" if is_last_day else f"le {format_day(row.valid_until)}"
    what = "n’a pas été remise au client" if row.state == enums.OfferState.DRAFT else "est sans réponse du client"
    return Todo(
        key=f"offer-{row.pk}",
        kind="offer",
        urgency=Urgency.TODAY if is_last_day else Urgency.AHEAD,
        at=midnight(row.valid_until),
        title=row.opportunity.customer_name,
        about=f"{row}, {row.vehicle}",
        reason=f"L’offre de {format_euros(row.price)} expire {when} et {what}.",
        acts=_allowed(row, Act("Réponse", "r", staying("opportunities:answer_offer", row.pk))),
        **_of(row.opportunity, asked, url=reverse("opportunities:offer", args=[row.pk])),
    )


# --- trade-in estimates ------------------------------------------------------------------------------
def _trade_ins(asked: Asked) -> Sought:
    """Those whose price waits for the person's decision, wherever they decide, and decided ones of their customers who
    have not heard of it yet: nothing was done with the customer since."""
    to_decide = Q(state=enums.TradeInState.TO_APPROVE) & selectors.within(current_scope().granted(SET_PRICE))
    to_tell = selectors.followed_by(asked, "opportunity__salesperson") & Q(
        state__in=(enums.TradeInState.APPROVED, enums.TradeInState.DECLINED),
        decided_at__gt=F("opportunity__last_contact_at"),
    )
    rows = TradeIn.objects.filter(to_decide | to_tell, opportunity__status=enums.Status.OPEN)
    kind = Case(
        When(state=enums.TradeInState.TO_APPROVE, then=Value("trade_in_to_decide")), default=Value("trade_in_to_tell")
    )
    read_from = TradeIn.objects.select_related(
        "opportunity__customer", "opportunity__salesperson", "asked_by", "decided_by"
    )
    return Sought(rows, read_from, kind=kind, order=("asked_at", "pk"), limit=asked.limit)


def _told_of_trade_in(row: Any, asked: Asked) -> Todo:
    is_decision = row.todo_kind == "trade_in_to_decide"
    at = (row.asked_at if is_decision else row.decided_at) or row.created_at
    if is_decision:
        acts: tuple[Act, ...] = (Act("Décider", "d", staying("opportunities:decide_price", row.pk)),)
    else:
        acts = _allowed(row, Act("Relancer", "r", staying("opportunities:exchange", row.opportunity_id)))
    return Todo(
        key=f"trade-in-{row.pk}",
        kind=row.todo_kind,
        urgency=Urgency.AWAITED if is_decision else Urgency.TODAY,
        at=at,
        title=row.opportunity.customer_name,
        about=f"Reprise n°{NBSP}{row.number}, {row}",
        reason=_why_to_decide(row, asked) if is_decision else _why_to_tell(row),
        acts=acts,
        **_of(row.opportunity, asked, url=reverse("opportunities:trade_in", args=[row.pk])),
    )


def _why_to_decide(row: TradeIn, asked: Asked) -> str:
    who = row.asked_by.full_name if row.asked_by else "Un vendeur"
    since = relative_time(row.asked_at or row.created_at, asked.now)
    expected = f", le client attend {format_euros(row.expected_price)}" if row.expected_price else ""
    return f"{who} demande un prix de reprise {since}{expected}."


def _why_to_tell(row: TradeIn) -> str:
    who = row.decided_by.full_name if row.decided_by else "Le manager"
    if row.state == enums.TradeInState.DECLINED:
        return f"{who} a refusé l’estimation, le client ne le sait pas encore."
    return f"{who} a fixé le prix à {format_euros(row.price)}, le client ne le sait pas encore."


# --- what they share -------------------------------------------------------------------------------
def _page(pk: int) -> str:
    return reverse("opportunities:page", args=[pk])


def _about(opportunity: Opportunity) -> str:
    wanted = selectors.wanted(opportunity)
    return f"n°{NBSP}{opportunity.number}" + (f", {wanted}" if wanted else "")


def _of(row: Any, asked: Asked, *, url: str = "") -> dict[str, Any]:
    is_mine = row.salesperson_id == asked.user_id
    return {
        "url": url or _page(row.pk),
        "entity_id": row.entity_id,
        "person": "" if is_mine else row.salesperson.full_name,
    }


def _allowed(row: Any, *acts: Act) -> tuple[Act, ...]:
    return acts if current_scope().allows(EDIT, row.entity_id, row.point_of_sale_id) else ()


def _list_of_late(asked: Asked) -> str:
    mine = "" if asked.is_team else f"&salesperson={asked.user_id}"
    return f"{reverse('opportunities:list')}?tab=overdue{mine}"


def _list_of_offers(asked: Asked) -> str:
    return f"{reverse('opportunities:list')}?{'tab=team&' if asked.is_team else ''}offer=expires"


def _calendar(asked: Asked) -> str:
    return reverse("opportunities:calendar") + ("" if asked.is_team else "?qui=moi")


def register() -> None:
    register_todos(
        TodoSource(
            "opportunities", VIEW, order=10, seek=_to_call, tell=_told_of_call,
            kinds=(
                TodoKind("overdue", "En souffrance", "alarm", Urgency.LATE, "autre opportunité en souffrance",
                         "autres opportunités en souffrance", _list_of_late),
                TodoKind("due", "À faire aujourd’hui", "phone", Urgency.TODAY, "autre action prévue aujourd’hui",
                         "autres actions prévues aujourd’hui"),
            ),
        ),
        TodoSource(
            "appointments", VIEW, order=20, seek=_appointments, tell=_told_of_appointment, is_on_agenda=_is_of_today,
            kinds=(
                TodoKind("appointment_past", "Rdv à conclure", "calendar-exclamation", Urgency.LATE,
                         "autre rdv sans compte rendu", "autres rdv sans compte rendu"),
                TodoKind("appointment", "Rdv du jour", "calendar-check", Urgency.TODAY, "autre rdv aujourd’hui",
                         "autres rdv aujourd’hui", _calendar),
            ),
        ),
        TodoSource(
            "requests", VIEW, order=30, seek=_requests, tell=_told_of_request, is_everywhere=True,
            kinds=(
                TodoKind("request", "Demandes", "hourglass", Urgency.AWAITED, "autre demande", "autres demandes"),
            ),
        ),
        TodoSource(
            "news", VIEW, order=40, seek=_news, tell=_told_of_news, is_everywhere=True,
            kinds=(
                TodoKind("answer", "Réponses", "check", Urgency.NEWS, "autre réponse", "autres réponses",
                         lambda asked: reverse("notifications:list")),
                TodoKind("comment", "Commentaires", "message-2", Urgency.NEWS, "autre commentaire",
                         "autres commentaires", lambda asked: reverse("notifications:list")),
            ),
        ),
        TodoSource(
            "trade_ins", VIEW, order=25, seek=_trade_ins, tell=_told_of_trade_in, is_everywhere=True,
            kinds=(
                TodoKind("trade_in_to_decide", "Estimations à valider", "gauge", Urgency.AWAITED,
                         "autre estimation à valider", "autres estimations à valider",
                         lambda asked: reverse("opportunities:trade_ins_to_approve")),
                TodoKind("trade_in_to_tell", "Prix à annoncer", "arrows-exchange", Urgency.TODAY,
                         "autre prix de reprise à annoncer", "autres prix de reprise à annoncer"),
            ),
        ),
        TodoSource(
            "offers", VIEW, order=50, seek=_offers, tell=_told_of_offer,
            kinds=(
                TodoKind("offer", "Offres", "file-text", Urgency.AHEAD, "autre offre qui expire",
                         "autres offres qui expirent", _list_of_offers),
            ),
        ),
    )  # fmt: skip
