"""*Créer un client*, with those who may be the same person shown while it is typed."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from customers import forms, selectors
from customers.selectors import Duplicate
from customers.services.creation import create_customer, has_created
from customers.views.picking import asked_to_create
from openflex.core import htmx
from openflex.core.http import read_only, row_number, writes
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.models import Entity
from settings_admin.scoping import current_scope


@right("customers.edit", on="scope")
@writes("GET", "POST")
def add_customer(request: StaffRequest) -> HttpResponse:
    """In the current scope: with several entities in it, the form asks which. Whoever resembles is shown first;
    `confirmed` says that they were seen."""
    form = forms.AddCustomerForm(request.POST if request.method == "POST" else None, entity=only_entity())
    found: list[Duplicate] = []
    if request.method == "POST" and form.is_valid():
        is_again = has_created(form.cleaned_data["key"], actor=request.user)
        found = [] if is_again else selectors.duplicates_of(form.telling(), entity_id=form.place.pk)
        if not found or request.POST.get("confirmed"):
            customer = create_customer(
                entity=form.place, actor=request.user, values=form.values(), key=form.cleaned_data["key"]
            )
            messages.success(request, "Le client est créé.")
            return htmx.redirect(request, "customers:page", customer.pk)
    status = 422 if form.errors or found else 200
    context = {"form": form, "duplicates": found, "is_refused": bool(found)}
    return htmx.render_part(request, "customers/add.html", "form", context, status=status)


@right("customers.edit", on="scope")
@read_only
def duplicates(request: StaffRequest) -> HttpResponse:
    """Who may be the person that is being typed; asked again while typing. With a `field`, for a picker
    (`customers.views.picking`): as choices of the form around it."""
    if "field" in request.GET:
        return _choices(request)
    form = forms.AddCustomerForm(request.GET, entity=only_entity())
    facts = form.telling()
    entity_id = _entity_id(request, form)
    found = selectors.duplicates_of(facts, entity_id=entity_id) if entity_id is not None else []
    context: dict[str, Any] = {"duplicates": found, "is_refused": False}
    return htmx.render_part(request, "customers/duplicates.html", "found", context)


def _choices(request: StaffRequest) -> HttpResponse:
    asked, entity = asked_to_create(request)
    form = forms.AddCustomerForm(request.GET, entity=entity, prefix=f"{asked.field}_new")
    context = {
        "duplicates": selectors.duplicates_of(form.telling(), entity_id=entity.pk),
        "field": asked.field,
        "chosen": row_number(request.GET.get(asked.field, "")),
    }
    return htmx.render_part(request, "customers/duplicates.html", "choices", context)


def only_entity() -> Entity | None:
    """The entity to create in; None when the scope holds several."""
    entities = list(current_scope().reach.entities)
    return Entity.objects.get(pk=entities[0]) if len(entities) == 1 else None


def _entity_id(request: StaffRequest, form: forms.AddCustomerForm) -> int | None:
    """Only one where this person may create customers: any other says nothing."""
    if form.only_entity is not None:
        return form.only_entity.pk
    asked = row_number(request.GET.get("entity", ""))
    return asked if asked in current_scope().reach.entities else None
