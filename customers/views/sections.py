"""Saving a section of a customer's page, also when somebody else saved it meanwhile."""

from django.http import Http404, HttpResponse
from django.urls import reverse

from customers import forms, selectors
from customers.models import Customer
from customers.selectors import EDIT
from customers.services.editing import edit_customer
from customers.views.page import Section, render_page, section_form, sections_of
from openflex.core import htmx
from openflex.core.errors import Refused
from openflex.core.http import writes
from openflex.core.sections import reopened
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import get_for, right
from settings_admin.records.selectors import last_change_of
from settings_admin.records.services import EditConflict


@right("customers.view", on="row")
@writes("POST")
def save_section(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    """Saves what this editor changed. `keep_theirs` names the fields whose saved value stays, after a conflict."""
    customer = get_for(request, selectors.customer_rows(), pk, right=EDIT)
    section = sections_of(customer).get(key)
    if section is None:
        raise Http404
    form = section_form(section, customer, data=request.POST)
    if not form.is_valid():
        return render_page(request, customer, section=section, form=form, status=422)
    base, mine = form.changes(keep=request.POST.get("keep_theirs", "").split(","))
    try:
        edit_customer(customer=customer, base=base, mine=mine, actor=request.user)
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return render_page(request, customer, section=section, form=form, status=422)
    except EditConflict as conflict:
        return _conflict(request, customer, section, form, conflict.fields)
    return _saved(request, customer, section)


def _saved(request: StaffRequest, customer: Customer, section: Section) -> HttpResponse:
    """The page again, in the place of the form: neither the scrolling nor the focus is lost."""
    url = reverse("customers:page", args=[customer.pk])
    if not htmx.is_partial(request):
        return htmx.redirect(request, url)
    response = render_page(request, selectors.customer_rows().get(pk=customer.pk), saved_section=section)
    response.headers["HX-Replace-Url"] = url
    return htmx.trigger(response, htmx.TOAST, {"level": "ok", "message": f"{section.title}\u00a0: enregistré."})


def _conflict(
    request: StaffRequest, customer: Customer, section: Section, form: forms.SectionForm, fields: list[str]
) -> HttpResponse:
    """The form again, opened on what the other one saved, with what this person typed still in its fields."""
    saved = selectors.customer_rows().get(pk=customer.pk)
    again = section_form(section, saved, data=reopened(form, on=section_form(section, saved)))
    again.is_valid()
    conflict = {
        "lines": [
            selectors.conflict_line(saved, name, mine=form.cleaned_data[name]) for name in fields if name in form.fields
        ],
        "fields": ",".join(fields),
        "entry": last_change_of(saved, fields[0]),
    }
    return render_page(request, saved, section=section, form=again, status=422, conflict=conflict)
