"""What somebody may ask for by the GDPR: their data as files, and to be forgotten."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from customers import exports, forms, selectors
from customers.selectors import EDIT
from customers.services import erasure, silence
from customers.views.acting import dialog_of
from openflex.core import htmx
from openflex.core.dialogs import render_dialog
from openflex.core.errors import Refused
from openflex.core.http import writes
from settings_admin.access.requests import StaffRequest, origin_of
from settings_admin.guards import get_for, right
from settings_admin.records.enums import AccessKind
from settings_admin.records.services import record_seen


@right("customers.export", on="row")
@writes("POST")
def everything(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Everything about one customer, as a ZIP; who took it is written down."""
    customer = get_for(request, selectors.customer_rows(), pk, right="customers.export")
    file = exports.dossier_file(customer)
    record_seen(user=request.user, kind=AccessKind.PERSONAL_DATA_EXPORTED, target=customer, **origin_of(request))
    return FileResponse(file, as_attachment=True, filename=f"client-{customer.pk}.zip", content_type="application/zip")


@right("customers.edit", on="row")
@writes("GET", "POST")
def keep(request: StaffRequest, pk: int) -> HttpResponse:
    """The erasure that is announced for years of silence is off, with why."""
    customer = get_for(request, selectors.customer_rows(), pk, right=EDIT)
    form = forms.KeepForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            silence.keep_on(
                customer=customer, reason=form.cleaned_data["reason"], actor=request.user, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "La fiche est gardée.")
            return htmx.redirect(request, "customers:page", pk)
    consequence = "Elle compte comme une fiche avec un contact d’aujourd’hui. Le motif reste dans l’historique."
    dialog = dialog_of(customer, request, "Garder la fiche", "Garder la fiche", consequence=consequence)
    return render_dialog(request, dialog, form=form)


@right("customers.erase", on="row")
@writes("GET", "POST")
def erase(request: StaffRequest, pk: int) -> HttpResponse:
    """The dialog says in figures what goes, and what the law keeps; sent, it cannot be undone."""
    customer = get_for(request, selectors.customer_rows(), pk, right="customers.erase")
    if request.method == "POST":
        erased = erasure.erase(customer=customer, actor=request.user, now=timezone.now())
        partly = "en partie\u00a0: la loi garde le reste" if erased.kept_because else "tout entier"
        messages.success(request, f"Le client est effacé, {partly}.")
        return htmx.redirect(request, "customers:page", pk)
    dialog = dialog_of(
        customer,
        request,
        "Effacer ce client",
        "Effacer définitivement",
        busy="Effacement…",
        icon="trash",
        body="customers/_erase_fields.html",
        is_grave=True,
    )
    return render_dialog(request, dialog, what=erasure.consequence_of(customer))
