"""What people type about opportunities, their offers and their trade-ins."""

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
from opportunities.forms.trade_ins import (
    AddTradeInForm,
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
    "CloseForm",
    "CommentForm",
    "CreateForm",
    "DecideForm",
    "EndAppointmentForm",
    "EnterForm",
    "ExchangeForm",
    "FromQuotationForm",
    "MergeForm",
    "OfferAnswerForm",
    "OfferForm",
    "PostponeForm",
    "ReassignForm",
    "SummaryForm",
    "TradeInConditionForm",
    "TradeInExpectationForm",
    "TradeInVehicleForm",
]
