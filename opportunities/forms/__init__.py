"""What people type about opportunities, their offers and their trade-ins, and what an entity decides about them."""

from opportunities.forms.opportunity import (
    AnswerForm,
    AppointmentForm,
    CloseForm,
    CommentForm,
    CreateForm,
    EndAppointmentForm,
    ExchangeForm,
    MergeForm,
    OfferAnswerForm,
    OfferForm,
    PostponeForm,
    ReassignForm,
    SummaryForm,
)
from opportunities.forms.settings import (
    FiguresForm,
    MessageForm,
    ReasonForm,
)
from opportunities.forms.trade_ins import (
    AddTradeInForm,
    CancelEntryForm,
    DecideForm,
    EnterForm,
    FromQuotationForm,
    TradeInConditionForm,
    TradeInExpectationForm,
    TradeInVehicleForm,
)

__all__ = [
    "AddTradeInForm",
    "AnswerForm",
    "AppointmentForm",
    "CancelEntryForm",
    "CloseForm",
    "CommentForm",
    "CreateForm",
    "DecideForm",
    "EndAppointmentForm",
    "EnterForm",
    "ExchangeForm",
    "FiguresForm",
    "FromQuotationForm",
    "MergeForm",
    "MessageForm",
    "OfferAnswerForm",
    "OfferForm",
    "PostponeForm",
    "ReasonForm",
    "ReassignForm",
    "SummaryForm",
    "TradeInConditionForm",
    "TradeInExpectationForm",
    "TradeInVehicleForm",
]
