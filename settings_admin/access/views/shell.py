"""Where one lands, which entity one works in, how one likes the interface."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from openflex.core import htmx
from openflex.core.http import public, read_only, safe_next, writes
from settings_admin import scoping
from settings_admin.access.middleware import SCOPE_CHOICE
from settings_admin.access.shell import PREFERENCES, may_enter
from settings_admin.guards import merchant_only, signed_in
from settings_admin.registries import all_rights, nav_entries, right_label

A_YEAR = 60 * 60 * 24 * 365


@signed_in
@read_only
def landing(request: HttpRequest) -> HttpResponse:
    """The first module this person may enter; a merchant's own space; or a page that says what is missing."""
    scope = scoping.current_scope()
    if scope.merchant_id is not None:
        return HttpResponseRedirect(reverse("priceback_home"))
    for entry in nav_entries():
        if may_enter(entry):
            return HttpResponseRedirect(reverse(entry.url_name))
    return render(request, "access/nowhere_to_go.html")


@public
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The 403 page (openflex/urls.py): it names the right that is missing, in the words of the rights matrix."""
    code = getattr(exception, "right", "")
    places = request.belonging.places if hasattr(request, "belonging") else []
    where = next((place.entity.name for place in places if place.entity.pk == getattr(exception, "entity_id", 0)), "")
    context = {"needed_right": right_label(code) if code in all_rights() else "", "where": where}
    return render(request, "errors/403.html", context, status=403)


@merchant_only
@read_only
def priceback_home(request: HttpRequest) -> HttpResponse:
    return render(request, "access/priceback_home.html")


@signed_in
@writes("POST")
def switch_scope(request: HttpRequest) -> HttpResponse:
    """Chooses the entity, the point of sale, or all my entities; what is not mine is ignored by `Belonging.current`."""
    request.session[SCOPE_CHOICE] = request.POST.get("scope", "")[:30]
    return htmx.redirect(request, safe_next(request, default=reverse("landing")))


@signed_in
@writes("POST")
def set_preference(request: HttpRequest) -> HttpResponse:
    """Theme, density, rail and shortcuts live in cookies: they belong to the screen and the keyboard one sits at."""
    response = htmx.redirect(request, safe_next(request, default=reverse("landing")))
    for name, allowed in PREFERENCES.items():
        value = request.POST.get(name)
        if value in allowed:
            response.set_cookie(
                f"openflex_{name}", value, max_age=A_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
    return response
