"""*Nouveautés*: the notes of each version, marked as new until they were opened from the menu."""

from django.http import HttpResponse
from django.shortcuts import render

from openflex.core import htmx
from openflex.core.http import read_only, writes
from settings_admin import scoping
from settings_admin.access.news import RELEASES, newest, releases_for
from settings_admin.access.requests import StaffRequest
from settings_admin.access.services.account import see_version
from settings_admin.guards import staff_only


@staff_only
@read_only
def news(request: StaffRequest) -> HttpResponse:
    scope = scoping.current_scope()
    rights = {note.right for release in RELEASES for note in release.notes if note.right and scope.granted(note.right)}
    return render(request, "access/news.html", {"releases": releases_for(rights)})


@staff_only
@writes("POST")
def open_news(request: StaffRequest) -> HttpResponse:
    """From the menu: the newest version counts as seen, and its notes open."""
    see_version(user=request.user, version=newest())
    return htmx.redirect(request, "news")
