"""The bell's panel, the page with all, opening one, and where one wants to be told."""

from dataclasses import replace

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from openflex.core import htmx
from openflex.core.http import read_only, safe_next, writes
from openflex.core.lists import ListPage, build_list
from openflex.notifications import lists, selectors, services
from openflex.notifications.forms import PreferencesForm
from openflex.notifications.registry import kinds_for
from openflex.notifications.services.preferences import choose
from openflex.notifications.shell import Bell
from settings_admin.access.requests import SignedInRequest
from settings_admin.guards import signed_in


@signed_in
@read_only
def notification_list(request: SignedInRequest) -> HttpResponse:
    bell = Bell(request.user.pk)
    page = _build(request, bell)
    context = {"list": page, "entries": selectors.shown_to(request.user, page.rows), "bell": bell}
    return htmx.render_part(request, "notifications/list.html", "list", context)


def _build(request: SignedInRequest, bell: Bell) -> ListPage:
    count = bell.label if bell.unread else ""
    return build_list(
        request,
        rows=selectors.mine(),
        table_class=lists.NotificationTable,
        filter_class=lists.NotificationFilter,
        sorts=lists.SORTS,
        default_sort=lists.DEFAULT_SORT,
        tabs=[replace(tab, count=count) if tab.has_count else tab for tab in lists.TABS],
    )


@signed_in
@read_only
def panel(request: SignedInRequest) -> HttpResponse:
    """What the bell opens: the latest, fetched when it does."""
    rows = list(selectors.mine()[: selectors.LATEST])
    context = {"entries": selectors.shown_to(request.user, rows)}
    return htmx.render_part(request, "notifications/panel.html", "latest", context)


@signed_in
@read_only
def toast(request: SignedInRequest, pk: int) -> HttpResponse:
    """One that has just arrived, as it floats over any page; nothing (204) when it was read or may not be."""
    (entry,) = selectors.shown_to(request.user, [get_object_or_404(selectors.mine(), pk=pk)])
    if not entry.is_unread or not entry.is_visible:
        return HttpResponse(status=204)
    return render(request, "notifications/_toast.html", {"entry": entry})


@signed_in
@writes("POST")
def open_target(request: SignedInRequest, pk: int) -> HttpResponse:
    """Read, and on to where it leads; who may no longer see that stays with the list, where it says so."""
    (entry,) = selectors.shown_to(request.user, [get_object_or_404(selectors.mine(), pk=pk)])
    services.mark_read(user=request.user, pks=[pk])
    return htmx.redirect(request, entry.url or "notifications:list")


@signed_in
@writes("POST")
def read(request: SignedInRequest, pk: int) -> HttpResponse:
    services.mark_read(user=request.user, pks=[get_object_or_404(selectors.mine(), pk=pk).pk])
    return _answer_read(request)


@signed_in
@writes("POST")
def read_all(request: SignedInRequest) -> HttpResponse:
    services.mark_all_read(user=request.user)
    return _answer_read(request)


def _answer_read(request: SignedInRequest) -> HttpResponse:
    """The page is told as the socket would tell it; without a script one comes back to it."""
    if htmx.is_partial(request):
        return htmx.trigger(HttpResponse(status=204), htmx.NOTIFICATIONS, selectors.told_of(request.user.pk))
    return htmx.redirect(request, safe_next(request, default=reverse("notifications:list")))


@signed_in
@writes("GET", "POST")
def preferences(request: SignedInRequest) -> HttpResponse:
    kinds = kinds_for(request.user)
    chosen = selectors.wanted_of(request.user, kinds)
    form = PreferencesForm(request.POST if request.method == "POST" else None, kinds=kinds, chosen=chosen)
    if form.is_valid():
        choose(user=request.user, choices=form.choices)
        messages.success(request, "Vos préférences sont enregistrées.")
        return htmx.redirect(request, "notifications:preferences")
    context = {"form": form, "digest_hour": settings.NOTIFICATION_DIGEST_HOUR}
    return render(request, "notifications/preferences.html", context, status=422 if form.errors else 200)
