"""The summary of an opportunity, edited in place, also when somebody else saved it meanwhile."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.errors import Refused
from openflex.core.http import writes
from openflex.core.sections import SectionForm, told_of_conflict
from opportunities.forms import SummaryForm
from opportunities.rights import EDIT
from opportunities.services.follow_up import edit_opportunity
from opportunities.views.page import fetch, render_page
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.records.services import EditConflict


@right(EDIT, on="row")
@writes("POST")
def save_summary(request: StaffRequest, pk: int) -> HttpResponse:
    opportunity = fetch(request, pk, right=EDIT)
    form: SectionForm = SummaryForm(request.POST, instance=opportunity)
    if form.is_valid():
        base, mine = form.changes()
        try:
            edit_opportunity(opportunity=opportunity, base=base, mine=mine, actor=request.user, now=timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        except EditConflict as conflict:
            form = told_of_conflict(form, conflict.fields, now=fetch(request, pk, right=EDIT))
        else:
            messages.success(request, "Synthèse enregistrée.")
            return htmx.redirect(request, "opportunities:tab", pk, "synthese")
    return render_page(request, fetch(request, pk), tab="synthese", form=form, status=422)
