"""The answer to a date of inspection that is being typed, whatever the form that asks."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict

from openflex.core import htmx
from vehicles import forms
from vehicles.forms.inspection import InspectionDates


def answer_proposal(request: HttpRequest, form: Callable[[QueryDict], InspectionDates]) -> HttpResponse:
    """The field of the next inspection, filled with what is typed leads to, and the reason."""
    context = {**forms.proposed_inspection(request.GET, form=form), "propose_url": request.path}
    return htmx.render_part(request, "vehicles/inspection_proposal.html", "field", context)
