"""Contacts, consents and vehicles of a customer: each act in its dialog, back on the page."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone

from customers import enums, forms, selectors
from customers.models import Contact, Customer, OwnedVehicle
from customers.selectors import EDIT
from customers.services import around
from customers.views.acting import dialog_of
from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.dialogs import render_dialog
from openflex.core.errors import Refused
from openflex.core.http import writes
from openflex.core.sections import reopened, tell_conflict
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import get_for, right
from settings_admin.records.services import EditConflict

PartT = TypeVar("PartT", Contact, OwnedVehicle)


@right("customers.edit", on="row")
@writes("GET", "POST")
def contact_add(request: StaffRequest, pk: int) -> HttpResponse:
    form = forms.ContactForm(_sent(request))
    return _add(request, pk, Contact, form, title="Ajouter un contact", verb="Ajouter le contact")


@right("customers.edit", on="row")
@writes("GET", "POST")
def contact_edit(request: StaffRequest, pk: int, part_pk: int) -> HttpResponse:
    customer, contact = _part(request, pk, Contact, part_pk)
    return _edit(request, customer, contact, forms.ContactForm, title="Modifier le contact")


@right("customers.edit", on="row")
@writes("GET", "POST")
def contact_remove(request: StaffRequest, pk: int, part_pk: int) -> HttpResponse:
    customer, contact = _part(request, pk, Contact, part_pk)
    return _remove(request, customer, contact, title="Retirer le contact")


@right("customers.edit", on="row")
@writes("GET", "POST")
def vehicle_add(request: StaffRequest, pk: int) -> HttpResponse:
    form = forms.OwnedVehicleForm(_sent(request), today=today_paris(timezone.now()))
    return _add(request, pk, OwnedVehicle, form, title="Ajouter un véhicule du client", verb="Ajouter le véhicule")


@right("customers.edit", on="row")
@writes("GET", "POST")
def vehicle_edit(request: StaffRequest, pk: int, part_pk: int) -> HttpResponse:
    customer, vehicle = _part(request, pk, OwnedVehicle, part_pk)
    form = partial(forms.OwnedVehicleForm, today=today_paris(timezone.now()))
    return _edit(request, customer, vehicle, form, title="Modifier le véhicule du client")


@right("customers.edit", on="row")
@writes("GET", "POST")
def vehicle_remove(request: StaffRequest, pk: int, part_pk: int) -> HttpResponse:
    customer, vehicle = _part(request, pk, OwnedVehicle, part_pk)
    return _remove(request, customer, vehicle, title="Retirer le véhicule du client")


@right("customers.edit", on="row")
@writes("GET", "POST")
def consent(request: StaffRequest, pk: int) -> HttpResponse:
    customer = _customer(request, pk)
    form = forms.ConsentForm(_sent(request), initial={"purpose": request.GET.get("objet", "")})
    if form.is_valid():
        data = form.cleaned_data
        try:
            around.record_consent(
                customer=customer,
                purpose=enums.ConsentPurpose(data["purpose"]),
                is_given=data["is_given"],
                channel=enums.ConsentChannel(data["channel"]),
                actor=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return htmx.redirect(request, "customers:page", pk)
    return _render(request, customer, form, title="Noter un consentement", verb="Enregistrer")


def _add(
    request: StaffRequest, pk: int, model: type[PartT], form: forms.PartForm, *, title: str, verb: str
) -> HttpResponse:
    customer = _customer(request, pk)
    if form.is_valid():
        try:
            key = form.cleaned_data["key"]
            around.add_part(model, customer=customer, values=form.values(), actor=request.user, key=key)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return htmx.redirect(request, "customers:page", pk)
    return _render(request, customer, form, title=title, verb=verb)


def _edit(
    request: StaffRequest, customer: Customer, part: PartT, opened: Callable[..., forms.PartForm], *, title: str
) -> HttpResponse:
    """`opened(data, instance=part)` is the form."""
    form = opened(_sent(request), instance=part)
    if form.is_valid():
        base, mine = form.changes()
        try:
            around.edit_part(part, base=base, mine=mine, actor=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        except EditConflict as conflict:
            fresh = opened(instance=_part(request, customer.pk, type(part), part.pk)[1])
            again = opened(reopened(form, on=fresh), instance=fresh.instance)
            form = tell_conflict(again, conflict.fields, saved=fresh)
        else:
            return htmx.redirect(request, "customers:page", customer.pk)
    return _render(request, customer, form, title=title, verb="Enregistrer")


def _remove(request: StaffRequest, customer: Customer, part: Contact | OwnedVehicle, *, title: str) -> HttpResponse:
    if request.method == "POST":
        around.remove_part(part, actor=request.user)
        messages.success(request, "C’est retiré.")
        return htmx.redirect(request, "customers:page", customer.pk)
    consequence = f"{part} ne figurera plus sur la fiche. L’historique garde la trace du retrait."
    return _render(request, customer, None, title=title, verb="Retirer", consequence=consequence, is_grave=True)


def _sent(request: StaffRequest) -> QueryDict | None:
    """What a form was sent with; an empty one was sent too."""
    return request.POST if request.method == "POST" else None


def _customer(request: StaffRequest, pk: int) -> Customer:
    return get_for(request, selectors.customer_rows(), pk, right=EDIT)


def _part(request: StaffRequest, pk: int, model: type[PartT], part_pk: int) -> tuple[Customer, PartT]:
    customer = _customer(request, pk)
    return customer, get_object_or_404(model, pk=part_pk, customer=customer)


def _render(
    request: StaffRequest, customer: Customer, form: Any, *, title: str, verb: str, **more: Any
) -> HttpResponse:
    return render_dialog(request, dialog_of(customer, request, title, verb, **more), form=form)
