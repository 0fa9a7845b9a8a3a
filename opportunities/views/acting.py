"""What the dialogs of the opportunities share."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse

from openflex.core.dialogs import Dialog, acted
from openflex.core.errors import Refused
from opportunities.models import Opportunity
from settings_admin.access.requests import StaffRequest

# A form asks for a day and hours where a verb takes instants.
_FIELDS = {"starts_at": "starts", "ends_at": "ends"}


def sent(request: StaffRequest) -> QueryDict | None:
    """What a form was sent with; an empty one was sent too."""
    return request.POST if request.method == "POST" else None


def refuse(form: Any, refusal: Refused) -> None:
    """The refusal of a verb beside its field."""
    field = _FIELDS.get(refusal.field or "", refusal.field)
    form.add_error(field if field in form.fields else None, refusal.message)


def done(request: StaffRequest, opportunity: Opportunity, message: str) -> HttpResponse:
    return acted(request, message, "opportunities:page", opportunity.pk)


def dialog_of(
    opportunity: Opportunity,
    request: StaffRequest,
    title: str,
    verb: str,
    body: str = "forms/_dialog_fields.html",
    *,
    consequence: str = "",
    is_grave: bool = False,
    dismiss: str = "Annuler",
) -> Dialog:
    return Dialog(
        title=title,
        subtitle=f"{opportunity.customer_name} · n°\u00a0{opportunity.number}",
        url=request.get_full_path(),
        back=reverse("opportunities:page", args=[opportunity.pk]),
        verb=verb,
        body=body,
        consequence=consequence,
        is_grave=is_grave,
        dismiss=dismiss,
    )
