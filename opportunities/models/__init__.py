"""Tables of the opportunities."""

from opportunities.models.follow_up import Appointment, Comment, Exchange, Mention, MessageTemplate
from opportunities.models.offers import Offer
from opportunities.models.opportunity import CloseReason, Follower, Opportunity, OpportunitySettings
from opportunities.models.trade_in import TradeIn, TradeInCost, TradeInDamage, TradeInDamagePhoto, TradeInPhoto

__all__ = [
    "Appointment",
    "CloseReason",
    "Comment",
    "Exchange",
    "Follower",
    "Mention",
    "MessageTemplate",
    "Offer",
    "Opportunity",
    "OpportunitySettings",
    "TradeIn",
    "TradeInCost",
    "TradeInDamage",
    "TradeInDamagePhoto",
    "TradeInPhoto",
]
