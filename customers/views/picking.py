"""What the picker of the forms above asks (`customers.forms.picker`): matches, and a customer created in place."""

import re
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from customers import forms, selectors
from customers.models import Customer
from customers.selectors import EDIT, VIEW
from customers.services.creation import create_customer, has_created
from openflex.core import htmx
from openflex.core.http import read_only, row_number, writes
from openflex.core.search import SHORTEST
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import RightMissing, read_widely, right
from settings_admin.models import Entity
from settings_admin.scoping import current_scope

_FIELD = re.compile(r"[a-z][a-z0-9_]{0,40}")


@right("customers.view", on="scope")
@read_only
def pick(request: StaffRequest) -> HttpResponse:
    """The customers of the entity with the words typed so far, under the one that is chosen."""
    field, entity = asked(request, right=VIEW)
    words = request.GET.get(f"{field}_words", "").strip()[:200]
    chosen = row_number(request.GET.get(field, ""))
    rows = Customer.objects.listed().filter(entity=entity)
    context = {
        "field": field,
        "words": words,
        "too_short": sum(map(str.isalnum, words)) < SHORTEST,
        "chosen": rows.filter(pk=chosen).first() if chosen else None,
        "matches": selectors.search(words, entity_id=entity.pk),
        "is_required": False,
    }
    return render(request, "customers/_choices.html", context)


@right("customers.edit", on="scope")
@read_only
def pick_new(request: StaffRequest) -> HttpResponse:
    """The fields of a new customer in the place of their button, begun with what was searched; `close` puts it back."""
    field, entity = asked(request, right=EDIT)
    if request.GET.get("close"):
        context = {"field": field, "entity_id": entity.pk}
        return render(request, "customers/_pick_new_button.html", context)
    words = request.GET.get(f"{field}_words", "")
    initial = {"birth_name": words} if not any(map(str.isdecimal, words)) and "@" not in words else {}
    form = forms.AddCustomerForm(entity=entity, prefix=f"{field}_new", initial=initial)
    return _new(request, form, field=field, entity=entity)


@right("customers.edit", on="scope")
@writes("POST")
def pick_create(request: StaffRequest) -> HttpResponse:
    """Creates the customer and chooses them; nothing else of the form around is touched."""
    field, entity = asked(request, right=EDIT)
    form = forms.AddCustomerForm(request.POST, entity=entity, prefix=f"{field}_new")
    if not form.is_valid():
        return _new(request, form, field=field, entity=entity, status=422)
    is_again = has_created(form.cleaned_data["key"], actor=request.user)
    found = [] if is_again else selectors.duplicates_of(form.telling(), entity_id=entity.pk)
    if found and not request.POST.get("confirmed"):
        return _new(request, form, field=field, entity=entity, status=422, duplicates=found)
    customer = create_customer(entity=entity, actor=request.user, values=form.values(), key=form.cleaned_data["key"])
    context = {"field": field, "entity_id": entity.pk, "chosen": customer, "is_oob": True}
    response = render(request, "customers/_picked.html", context)
    return htmx.trigger(response, htmx.TOAST, {"level": "ok", "message": "Le client est créé et choisi."})


def _new(
    request: StaffRequest,
    form: forms.AddCustomerForm,
    *,
    field: str,
    entity: Entity,
    status: int = 200,
    duplicates: Any = (),
) -> HttpResponse:
    sent = ",".join(["csrfmiddlewaretoken", "confirmed", *(form.add_prefix(name) for name in form.fields)])
    context = {
        "form": form,
        "field": field,
        "entity_id": entity.pk,
        "duplicates": duplicates,
        "is_refused": bool(duplicates),
        "sent": sent,
        # Of what tells people apart, and whoever of them was chosen already.
        "telling": ",".join([field, *(form.add_prefix(name) for name in forms.TELLING)]),
    }
    return htmx.render_part(request, "customers/pick_new.html", "new", context, status=status)


def asked(request: StaffRequest, *, right: str) -> tuple[str, Entity]:
    """The field that asks and the entity it asks for: any of this person's, for a form may be of another than the
    current one. Raises Http404 for a stranger's, RightMissing where the right is not held."""
    field, entity_id = request.GET.get("field", "customer"), row_number(request.GET.get("entity", ""))
    scope = current_scope()
    if entity_id is None and len(scope.reach.entities) == 1:
        (entity_id,) = scope.reach.entities
    if entity_id not in scope.widest.entities or not _FIELD.fullmatch(field):
        raise Http404
    if not scope.allows(right, entity_id):
        raise RightMissing(right, entity_id)
    read_widely(right)
    return field, Entity.objects.select_related("holding").get(pk=entity_id)
