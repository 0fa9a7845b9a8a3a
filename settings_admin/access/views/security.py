"""*Sécurité des comptes*: who has a second factor, and whether everybody must."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from openflex.core import htmx
from openflex.core.http import read_only, writes
from settings_admin.access.authority import MANAGE_HOLDING
from settings_admin.access.requests import StaffRequest
from settings_admin.access.selectors.second_factor import equipped_people
from settings_admin.access.services import second_factor
from settings_admin.guards import right
from settings_admin.organisation.models import Holding


@right(MANAGE_HOLDING, on="scope")
@read_only
def account_security(request: StaffRequest) -> HttpResponse:
    holding = Holding.objects.get()  # the scope knows one
    context = {"holding": holding, "people": equipped_people(holding.pk)}
    return render(request, "access/account_security.html", context)


@right(MANAGE_HOLDING, on="scope")
@writes("POST")
def require_second_factor(request: StaffRequest) -> HttpResponse:
    required = request.POST.get("required") == "yes"
    holding = Holding.objects.get()  # the scope knows one
    second_factor.require_second_factor(actor=request.user, holding_id=holding.pk, required=required)
    messages.success(request, f"Le second facteur est maintenant {'obligatoire' if required else 'facultatif'}.")
    return htmx.redirect(request, "access:account_security")
