"""What people type about opportunities, their offers and their trade-ins."""

from opportunities.forms.opportunity import (
    AppointmentForm,
    CloseForm,
    CommentForm,
    CreateForm,
    EndAppointmentForm,
    ExchangeForm,
    MergeForm,
    OfferForm,
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
    "OfferForm",
    "ReassignForm",
    "SummaryForm",
    "TradeInConditionForm",
    "TradeInExpectationForm",
    "TradeInVehicleForm",
]
