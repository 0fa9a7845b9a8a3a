"""*Sécurité des comptes*: who has a second factor, whether everybody must, and help for a lost telephone."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from openflex.core import htmx
from openflex.core.errors import Refused
from openflex.core.http import read_only, safe_next, writes
from settings_admin.access.authority import MANAGE_HOLDING, MANAGE_USERS
from settings_admin.access.fetching import colleague_for
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


@right(MANAGE_USERS, on="scope")
@writes("POST")
def reset_second_factor(request: StaffRequest, pk: int) -> HttpResponse:
    """From the page of a person, to which it leads back."""
    user = colleague_for(request, pk, right=MANAGE_USERS)
    try:
        second_factor.reset_second_factor(actor=request.user, user=user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Le second facteur de {user.full_name} est réinitialisé.")
    return htmx.redirect(request, safe_next(request, default=reverse("access:settings")))
