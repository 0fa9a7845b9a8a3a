"""*Sécurité des comptes*: who has a second factor, and whether everybody must."""

from django.contrib import messages
from django.http import HttpResponse

from openflex.core import htmx
from openflex.core.http import read_only, writes
from openflex.core.lists import build_list
from settings_admin.access import lists
from settings_admin.access.authority import MANAGE_HOLDING, MANAGE_USERS
from settings_admin.access.models import User
from settings_admin.access.requests import StaffRequest
from settings_admin.access.selectors.people import with_reach
from settings_admin.access.selectors.second_factor import accounts, coverage_of, has_second_factor
from settings_admin.access.services import second_factor
from settings_admin.guards import read_widely, right
from settings_admin.organisation.models import Holding
from settings_admin.scoping import current_scope


@right(MANAGE_HOLDING, on="scope")
@read_only
def account_security(request: StaffRequest) -> HttpResponse:
    read_widely(MANAGE_HOLDING)  # a holding requires it of everybody, whatever the top bar shows
    holding = Holding.objects.get()  # the scope knows one
    coverage = coverage_of(holding.pk)
    page = build_list(
        request,
        rows=accounts(holding.pk),
        table_class=lists.SecurityTable,
        filter_class=lists.UserFilter,
        sorts=lists.SECURITY_SORTS,
        default_sort=lists.DEFAULT_SORT,
        tabs=lists.security_tabs(coverage),
        prepare=_prepare,
    )
    context = {
        "holding": holding,
        "list": page,
        "coverage": coverage,
        "reader_has_it": has_second_factor(request.user),
    }
    response = htmx.render_part(request, "access/account_security.html", "list", context)
    if htmx.is_partial(request):
        response.headers["HX-Push-Url"] = f"{request.path}{page.address}"
    return response


def _prepare(people: list[User]) -> None:
    with_reach(people)
    if MANAGE_USERS not in current_scope().holding_rights:
        for person in people:
            vars(person)["is_only_named"] = True  # their page would be refused


@right(MANAGE_HOLDING, on="scope")
@writes("POST")
def require_second_factor(request: StaffRequest) -> HttpResponse:
    required = request.POST.get("required") == "yes"
    holding = Holding.objects.get()  # the scope knows one
    second_factor.require_second_factor(actor=request.user, holding_id=holding.pk, required=required)
    messages.success(request, f"Le second facteur est maintenant {'obligatoire' if required else 'facultatif'}.")
    return htmx.redirect(request, "access:account_security")
