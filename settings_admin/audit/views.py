"""*Journal d’audit*: who did what, when and from where."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from openflex.core import htmx
from openflex.core.http import read_only, writes
from openflex.core.lists import build_list
from settings_admin.access.requests import StaffRequest
from settings_admin.audit import lists, selectors
from settings_admin.audit.exports import AUDIT_LOG
from settings_admin.audit.history import make_ready
from settings_admin.exports.views import answer_export
from settings_admin.guards import right
from settings_admin.scoping import current_scope


@right(selectors.AUDIT, on="scope")
@read_only
def audit_log(request: StaffRequest) -> HttpResponse:
    scope = current_scope()
    page = build_list(
        request,
        rows=selectors.audit_lines(scope),
        table_class=lists.AuditTable,
        filter_class=lists.AuditFilter,
        sorts=lists.SORTS,
        default_sort=lists.DEFAULT_SORT,
        tabs=lists.tabs(),
        prepare=lambda lines: make_ready(lines, scope=scope),
    )
    context = {"list": page, "is_partial": htmx.is_partial(request)}
    response = htmx.render_part(request, "audit/log.html", "list", context)
    if context["is_partial"]:
        response.headers["HX-Push-Url"] = f"{request.path}{page.address}"
    return response


@right(selectors.AUDIT, on="scope")
@writes("POST")
def export_log(request: StaffRequest) -> HttpResponseBase:
    """Exactly what is filtered; that it was exported stands in the log, and in the file itself."""
    return answer_export(request, AUDIT_LOG, columns=())
