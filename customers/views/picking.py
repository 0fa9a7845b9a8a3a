"""What the picker of the forms above asks (`customers.forms.picker`): matches, and a customer created in place."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from customers import forms, selectors
from customers.forms.picker import CUSTOMERS
from customers.selectors import EDIT
from customers.services.creation import create_customer, has_created
from openflex.core import htmx
from openflex.core.http import read_only, writes
from settings_admin import picking
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.models import Entity
from settings_admin.picking import Asked, asked_by


@right("customers.view", on="scope")
@read_only
def pick(request: StaffRequest) -> HttpResponse:
    return picking.choices(request, CUSTOMERS)


@right("customers.edit", on="scope")
@read_only
def pick_new(request: StaffRequest) -> HttpResponse:
    """The fields of a new customer in the place of their button, begun with what was searched; `close` puts it back."""
    asked, entity = asked_to_create(request)
    if request.GET.get("close"):
        context = {"asked": asked, "field": asked.field}
        return render(request, "customers/_pick_new_button.html", context)
    words = request.GET.get(f"{asked.field}_words", "")
    initial = {"birth_name": words} if not any(map(str.isdecimal, words)) and "@" not in words else {}
    form = forms.AddCustomerForm(entity=entity, prefix=f"{asked.field}_new", initial=initial)
    return _new(request, form, asked=asked)


@right("customers.edit", on="scope")
@writes("POST")
def pick_create(request: StaffRequest) -> HttpResponse:
    """Creates the customer and chooses them; nothing else of the form around is touched."""
    asked, entity = asked_to_create(request)
    form = forms.AddCustomerForm(request.POST, entity=entity, prefix=f"{asked.field}_new")
    if not form.is_valid():
        return _new(request, form, asked=asked, status=422)
    is_again = has_created(form.cleaned_data["key"], actor=request.user)
    found = [] if is_again else selectors.duplicates_of(form.telling(), entity_id=entity.pk)
    if found and not request.POST.get("confirmed"):
        return _new(request, form, asked=asked, status=422, duplicates=found)
    customer = create_customer(entity=entity, actor=request.user, values=form.values(), key=form.cleaned_data["key"])
    context = {"kind": CUSTOMERS, "asked": asked, "field": asked.field, "chosen": customer, "is_oob": True}
    response = render(request, "customers/_picked.html", context)
    return htmx.trigger(response, htmx.TOAST, {"level": "ok", "message": "Le client est créé et choisi."})


def _new(
    request: StaffRequest,
    form: forms.AddCustomerForm,
    *,
    asked: Asked,
    status: int = 200,
    duplicates: Any = (),
) -> HttpResponse:
    sent = ",".join(["csrfmiddlewaretoken", "confirmed", *(form.add_prefix(name) for name in form.fields)])
    context = {
        "form": form,
        "asked": asked,
        "field": asked.field,
        "duplicates": duplicates,
        "is_refused": bool(duplicates),
        "sent": sent,
        # Of what tells people apart, and whoever of them was chosen already.
        "telling": ",".join([asked.field, *(form.add_prefix(name) for name in forms.TELLING)]),
    }
    return htmx.render_part(request, "customers/pick_new.html", "new", context, status=status)


def asked_to_create(request: StaffRequest) -> tuple[Asked, Entity]:
    asked = asked_by(request, right=EDIT)
    return asked, Entity.objects.select_related("holding").get(pk=asked.entity_id)
