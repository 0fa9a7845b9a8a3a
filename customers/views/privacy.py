"""What somebody may ask for by the GDPR: their data as files, and to be forgotten."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from customers import exports, selectors
from customers.services import erasure
from openflex.core import htmx
from openflex.core.dialogs import Dialog, render_dialog
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
    record_seen(user=request.user, kind=AccessKind.EXPORTED, target=customer, **origin_of(request), label="Un client")
    return FileResponse(file, as_attachment=True, filename=f"client-{customer.pk}.zip", content_type="application/zip")


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
    dialog = Dialog(
        title="Effacer ce client",
        subtitle=customer.display_name,
        url=request.path,
        back=reverse("customers:page", args=[pk]),
        verb="Effacer définitivement",
        busy="Effacement…",
        icon="trash",
        body="customers/_erase_fields.html",
        is_grave=True,
    )
    return render_dialog(request, dialog, what=erasure.consequence_of(customer))
