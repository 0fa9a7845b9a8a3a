"""The words of opportunities, offers and trade-in estimates: codes, French labels, which state may follow which."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import TextChoices

from openflex.core.dates import PARIS
from vehicles.enums import Badge


class Status(TextChoices):
    OPEN = "open", "En cours"
    WON = "won", "Gagnée"
    LOST = "lost", "Perdue"
    DROPPED = "dropped", "Abandonnée"


CLOSED: Final = frozenset({Status.WON, Status.LOST, Status.DROPPED})
# Closing by hand asks why, in the words of the entity.
CLOSED_WITH_REASON: Final = (Status.LOST, Status.DROPPED, Status.WON)
USUAL_REASONS: Final[Mapping[str, tuple[str, ...]]] = {
    Status.LOST: (
        "Prix", "Prix de reprise", "Délai de livraison", "Financement refusé", "Véhicule vendu",
        "Sans réponse du client",
    ),
    Status.DROPPED: ("Projet abandonné", "Projet reporté", "Coordonnées inexactes", "Doublon"),
    Status.WON: ("Vendu hors OpenFlex", "Vendu par un autre site"),
}  # fmt: skip
STATUS_BADGES: Final[Mapping[str, Badge]] = {
    Status.OPEN: Badge("info", "progress"),
    Status.WON: Badge("ok", "circle-check"),
    Status.LOST: Badge("mute", "circle-x"),
    Status.DROPPED: Badge("outline", "circle-minus"),
}
OVERDUE_BADGE: Final = Badge("bad", "alarm")
OVERDUE_LABEL: Final = "En cours - En souffrance"


def status_label(status: str, *, is_overdue: bool) -> str:
    """As a list shows it: « En cours - En souffrance »."""
    return OVERDUE_LABEL if is_overdue else str(Status(status).label)


class Source(TextChoices):
    """Where the customer's wish came from."""

    INTERNAL = "internal", "Demande interne"
    WEBSITE = "website", "Site"
    PHONE = "phone", "Téléphone"
    WALK_IN = "walk_in", "Passage"
    PORTAL = "portal", "Portail"


class NextAction(TextChoices):
    """What is to be done next with the customer."""

    CALL = "call", "Relancer le client"
    SEND_OFFER = "send_offer", "Envoyer l’offre"
    MEETING = "meeting", "Rdv"
    TEST_DRIVE = "test_drive", "Rdv essai"
    REVIEW_TRADE_IN = "review_trade_in", "Revoir le prix de reprise"
    SIGNATURE = "signature", "Signature"
    DELIVERY = "delivery", "Livraison"
    OTHER = "other", "Autre action"


def overdue_from(*, next_action_on: date | None, last_contact_at: datetime, delay_days: int) -> date:
    """The first day (Europe/Paris) on which an open opportunity is *en souffrance*: the day after its next action was
    due, or once nothing was done with the customer for `delay_days` days, whichever comes first.

    A colleague's comment is no contact (`last_contact_at` does not move with it).
    """
    silent_from = last_contact_at.astimezone(PARIS).date() + timedelta(days=delay_days)
    return silent_from if next_action_on is None else min(silent_from, next_action_on + timedelta(days=1))


class ExchangeMeans(TextChoices):
    """How one spoke with the customer."""

    CALL = "call", "Appel"
    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"
    VISIT = "visit", "Visite"


# What a written message goes by.
MESSAGE_MEANS: Final = (ExchangeMeans.EMAIL, ExchangeMeans.SMS)


@dataclass(frozen=True)
class UsualMessage:
    means: ExchangeMeans
    label: str
    subject: str
    body: str


# What a new entity starts with; the places are those of `messages.PLACES`.
USUAL_MESSAGES: Final = (
    UsualMessage(
        ExchangeMeans.EMAIL,
        "Première réponse",
        "Votre demande\u00a0: {véhicule}",
        "Bonjour {civilité} {nom},\n\nMerci de votre intérêt. Je m’occupe de votre demande ({véhicule}) et je vous "
        "appelle rapidement. Quel moment vous conviendrait\u00a0?\n\n{vendeur}\n{point de vente}\n{téléphone}",
    ),
    UsualMessage(
        ExchangeMeans.EMAIL,
        "Relance après une offre",
        "Notre offre\u00a0: {véhicule}",
        "Bonjour {civilité} {nom},\n\nAvez-vous pu regarder notre offre ({véhicule})\u00a0? Je reste à votre "
        "disposition pour en parler, ou pour un essai.\n\n{vendeur}\n{point de vente}\n{téléphone}",
    ),
    UsualMessage(
        ExchangeMeans.SMS,
        "Rappelez-moi",
        "",
        "Bonjour {civilité} {nom}, j’ai essayé de vous joindre ({véhicule}). Rappelez-moi quand vous voulez\u00a0: "
        "{téléphone}. {vendeur}, {point de vente}",
    ),
)


class ExchangeOutcome(TextChoices):
    REACHED = "reached", "Joint"
    MESSAGE_LEFT = "message_left", "Message laissé"
    NO_ANSWER = "no_answer", "Pas de réponse"
    WRONG_NUMBER = "wrong_number", "Mauvais numéro"


class AppointmentKind(TextChoices):
    MEETING = "meeting", "Rdv"
    TEST_DRIVE = "test_drive", "Rdv essai"


class AppointmentState(TextChoices):
    PLANNED = "planned", "Prévu"
    DONE = "done", "Fait"
    MISSED = "missed", "Client absent"
    CANCELLED = "cancelled", "Annulé"


# What an agreement says as long as the entity has not written its own; as much as stands on its one page.
CONDITIONS_LENGTH: Final = 3000
USUAL_CONDITIONS: Final = (
    "Le conducteur est titulaire d’un permis de conduire valide pour ce véhicule et en a présenté l’original.\n"
    "Il conduit lui-même, sans avoir bu d’alcool ni pris de stupéfiants, et respecte le code de la route. Les "
    "contraventions relevées pendant l’essai sont à sa charge.\n"
    "Il ne prête ni ne transporte rien contre paiement, ne fume pas dans le véhicule et suit l’itinéraire convenu.\n"
    "Il rend le véhicule à l’heure prévue, dans l’état où il l’a reçu, et signale aussitôt tout accident, panne ou "
    "dommage."
)


class OfferState(TextChoices):
    DRAFT = "draft", "Brouillon"
    SENT = "sent", "Remise au client"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"
    EXPIRED = "expired", "Expirée"


OFFER_BADGES: Final[Mapping[OfferState, Badge]] = {
    OfferState.DRAFT: Badge("outline", "pencil"),
    OfferState.SENT: Badge("info", "send"),
    OfferState.ACCEPTED: Badge("ok", "circle-check"),
    OfferState.REFUSED: Badge("mute", "circle-x"),
    OfferState.EXPIRED: Badge("mute", "calendar-clock"),
}
# What a button of its page says.
OFFER_ACTS: Final[Mapping[OfferState, str]] = {
    OfferState.SENT: "Remettre au client",
    OfferState.ACCEPTED: "Le client accepte",
    OfferState.REFUSED: "Le client refuse",
}
OFFER_TRANSITIONS: Final[Mapping[str, tuple[OfferState, ...]]] = {
    OfferState.DRAFT: (OfferState.SENT, OfferState.ACCEPTED, OfferState.REFUSED, OfferState.EXPIRED),
    OfferState.SENT: (OfferState.ACCEPTED, OfferState.REFUSED, OfferState.EXPIRED),
    OfferState.ACCEPTED: (OfferState.REFUSED,),
    # A customer thinks better of it while it is valid, or the wrong button was pressed.
    OfferState.REFUSED: (OfferState.SENT, OfferState.ACCEPTED),
    OfferState.EXPIRED: (),
}


class TradeInState(TextChoices):
    DRAFT = "draft", "Brouillon"
    TO_APPROVE = "to_approve", "À valider"
    APPROVED = "approved", "Validée"
    DECLINED = "declined", "Refusée par le manager"
    ACCEPTED = "accepted", "Acceptée par le client"
    REFUSED = "refused", "Refusée par le client"
    EXPIRED = "expired", "Expirée"
    ENTERED = "entered", "Entrée en stock"


TRADE_IN_TRANSITIONS: Final[Mapping[str, tuple[TradeInState, ...]]] = {
    TradeInState.DRAFT: (TradeInState.TO_APPROVE,),
    TradeInState.TO_APPROVE: (TradeInState.APPROVED, TradeInState.DECLINED, TradeInState.DRAFT),
    # A manager may think again, and ask for another price, as long as the customer has not answered.
    TradeInState.APPROVED: (
        TradeInState.APPROVED, TradeInState.ACCEPTED, TradeInState.REFUSED, TradeInState.EXPIRED,
    ),
    TradeInState.DECLINED: (TradeInState.DRAFT, TradeInState.TO_APPROVE),
    TradeInState.ACCEPTED: (TradeInState.ENTERED, TradeInState.REFUSED),
    TradeInState.REFUSED: (TradeInState.TO_APPROVE,),
    TradeInState.EXPIRED: (TradeInState.TO_APPROVE,),
    # While its vehicle is *pré-rentrée*, its entry may be cancelled.
    TradeInState.ENTERED: (TradeInState.ACCEPTED,),
}  # fmt: skip
TRADE_IN_BADGES: Final[Mapping[TradeInState, Badge]] = {
    TradeInState.DRAFT: Badge("outline", "pencil"),
    TradeInState.TO_APPROVE: Badge("warn", "hourglass"),
    TradeInState.APPROVED: Badge("ok", "circle-check"),
    TradeInState.DECLINED: Badge("bad", "ban"),
    TradeInState.ACCEPTED: Badge("ok", "check"),
    TradeInState.REFUSED: Badge("mute", "circle-x"),
    TradeInState.EXPIRED: Badge("mute", "calendar-clock"),
    TradeInState.ENTERED: Badge("info", "building-warehouse"),
}


class CancelReason(TextChoices):
    """Why the entry of a trade-in into the stock is cancelled."""

    SALE_CANCELLED = "sale_cancelled", "Vente annulée"
    KEPT = "kept", "Le client garde son véhicule"
    MISTAKE = "mistake", "Entrée faite par erreur"
    OTHER = "other", "Autre motif"


# What a manager may open again, with a reason, to put it right: until it is in stock. In no table of moves, which is
# for those who go on with it.
REOPENABLE: Final = frozenset(
    {
        TradeInState.APPROVED, TradeInState.DECLINED, TradeInState.ACCEPTED, TradeInState.REFUSED, TradeInState.EXPIRED,
    }
)  # fmt: skip
# What may still be typed into it.
EDITABLE: Final = frozenset({TradeInState.DRAFT, TradeInState.TO_APPROVE, TradeInState.DECLINED, TradeInState.EXPIRED})


def trade_in_refusal(state: str, target: TradeInState) -> str:
    """Why an estimate cannot go from `state` to `target`; empty when it can."""
    if target in TRADE_IN_TRANSITIONS[state]:
        return ""
    return (
        f"Une estimation «\u00a0{TradeInState(state).label.lower()}\u00a0» ne peut pas devenir "
        f"«\u00a0{target.label.lower()}\u00a0»."
    )


COMMENT_LENGTH: Final = 20_000


class NotificationKind(TextChoices):
    """What one is told about an opportunity, with its label in *Mon compte*."""

    COMMENT = "opportunity_comment", "Commentaire d’un manager"
    MENTION = "opportunity_mention", "Commentaire où je suis cité"
    REQUEST = "opportunity_request", "Demande d’un collègue"
    ANSWER = "opportunity_answer", "Réponse à ma demande"
    ASSIGNED = "opportunity_assigned", "Opportunité qui m’est confiée ou retirée"
    REMINDER = "opportunity_reminder", "Rappel d’une opportunité en souffrance"
    TEAM_DIGEST = "opportunity_team_digest", "Opportunités en souffrance de mon équipe"
    OFFER_EXPIRED = "offer_expired", "Offre qui a expiré"
    TRADE_IN_ASKED = "trade_in_asked", "Estimation de reprise à valider"
    TRADE_IN_DECIDED = "trade_in_decided", "Prix de reprise décidé"
    TRADE_IN_EXPIRED = "trade_in_expired", "Prix de reprise qui a expiré"
    TRADE_IN_REOPENED = "trade_in_reopened", "Estimation de reprise rouverte"
    ENTRY_CANCELLED = "trade_in_entry_cancelled", "Entrée en stock annulée"
