"""The *Paramètres* page: every settings page this person may enter, under its heading."""

from itertools import groupby

from django.http import Http404, HttpResponse
from django.shortcuts import render

from openflex.core.http import read_only
from settings_admin import scoping
from settings_admin.access.requests import SignedInRequest
from settings_admin.guards import RightMissing, signed_in
from settings_admin.registries import SettingsSection, settings_pages


@signed_in
@read_only
def settings_hub(request: SignedInRequest) -> HttpResponse:
    scope = scoping.current_scope()
    if scope.merchant_id is not None:
        raise Http404
    pages = [page for page in settings_pages() if scope.allows_somewhere(page.right)]
    if not pages:
        raise RightMissing("settings.manage_users")
    sections = [
        (SettingsSection(section).label, list(grouped))
        for section, grouped in groupby(pages, lambda page: page.section)
    ]
    return render(request, "access/settings.html", {"sections": sections})
