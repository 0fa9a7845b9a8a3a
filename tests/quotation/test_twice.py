"""A double click: each form of a quotation sent twice has the effect of once, asks the provider once, and leads to the
same place."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.urls import reverse

from quotation.models import Quotation
from settings_admin.models import PointOfSale
from settings_admin.scoping import unscoped
from tests.access.crawl import ROUTES
from tests.access.settings_forms import posting_routes
from tests.make import make_vehicle
from tests.quotation.way import GOLF, GOLF_DETAILS, Way
from tests.support.forms import form_to, values_of
from tests.support.html import parsed
from tests.support.rows import fingerprints

# A file of what is shown, and choices that stand in the address and the session until a version is picked.
KEPT_AT = ("changed_at",)
NOTHING_KEPT = {"quotation:export", "quotation:export_calls", "quotation:catalogue"}
CHOICES = {"kind": "car", "make": "VOLKSWAGEN", "model": "VOLKSWAGEN-GOLF-PLUS", "year": "2010", "expand": "on"}


def drawn(way: Way, page: str, form: str, pk: int) -> dict[str, Any]:
    """What a browser would send of the form `form` on the page `page` of this quotation."""
    url = reverse(f"quotation:{form}", args=[pk])
    found = form_to(parsed(way.get(page, pk).content), url)
    assert found is not None, f"{page} has no form that goes to {url}"
    return dict(values_of(found))


Sent = tuple[str, int | None, dict[str, Any]]


def identify(way: Way) -> Sent:
    return "identify", None, {"key": str(uuid4()), "plate": GOLF}


def identify_again(way: Way) -> Sent:
    return "identify_again", way.draft().pk, {"plate": "FB-201-TP"}


def choose_candidate(way: Way) -> Sent:
    draft = way.draft()
    page = parsed(way.get("configure", draft.pk).content)
    codes = {str(one["value"]) for one in page.select("[name=version_code]")} - {draft.version_code}
    return "choose_candidate", draft.pk, {"version_code": max(codes)}


def configure(way: Way) -> Sent:
    return "configure", way.draft().pk, dict(CHOICES)


def choose_from_catalogue(way: Way) -> Sent:
    return "choose_from_catalogue", None, {"key": str(uuid4()), **CHOICES, "version_code": a_version(way)}


def choose_again(way: Way) -> Sent:
    return "choose_again", way.draft().pk, {**CHOICES, "version_code": a_version(way)}


def a_version(way: Way) -> str:
    page = parsed(way.get("catalogue", **CHOICES).content)
    (first, *_) = page.select("[name=version_code]")
    return str(first["value"])


def save_draft(way: Way) -> Sent:
    draft = way.draft()
    return "save_draft", draft.pk, drawn(way, "details", "value", draft.pk) | {"mileage_km": "89 632"}


def fetch_equipment(way: Way) -> Sent:
    draft = way.draft()
    with unscoped("as if it had not come"):
        Quotation.objects.filter(pk=draft.pk).update(equipment_answer=None, colours_answer=None)
    return "fetch_equipment", draft.pk, {}


def value(way: Way) -> Sent:
    draft = way.draft()
    return "value", draft.pk, drawn(way, "details", "value", draft.pk) | GOLF_DETAILS


def fetch_adverts(way: Way) -> Sent:
    quotation = way.valued()
    with unscoped("as if they had not come"):
        Quotation.objects.filter(pk=quotation.pk).update(on_sale_answer=None, sold_answer=None)
    return "fetch_adverts", quotation.pk, {}


def redo(way: Way) -> Sent:
    quotation = way.valued()
    return "redo", quotation.pk, drawn(way, "radar", "redo", quotation.pk)


def copy(way: Way) -> Sent:
    quotation = way.valued()
    return "copy", quotation.pk, drawn(way, "radar", "copy", quotation.pk)


def save_sale_price(way: Way) -> Sent:
    return "save_sale_price", way.valued().pk, {"sale_price": "9 990"}


def value_vehicle(way: Way) -> Sent:
    with unscoped("test data"):
        site = PointOfSale.objects.select_related("entity").get(name="Nord 1")
    vehicle = make_vehicle(entity=site.entity, point_of_sale=site, plate="GD642JM", make="VOLKSWAGEN")
    return "value_vehicle", vehicle.pk, {}


FORMS: list[Callable[[Way], Sent]] = [
    identify, identify_again, choose_candidate, configure, choose_from_catalogue, choose_again, save_draft,
    fetch_equipment, value, fetch_adverts, redo, copy, save_sale_price, value_vehicle,
]  # fmt: skip


def test_every_form_of_the_quotations_is_sent_twice():
    """A new route that takes a POST: put the form that it takes into `FORMS`."""
    posting = {one.name for one in ROUTES if one.room == "quotation" and "POST" in one.methods} - set(posting_routes())
    assert posting == {f"quotation:{form.__name__}" for form in FORMS} | NOTHING_KEPT


def test_sent_twice_it_has_one_effect(way):
    """A draft that is kept again, the same, is kept at a later hour: that alone may differ."""
    found = []
    for form in FORMS:
        point = transaction.savepoint()
        name, pk, data = form(way)
        before = fingerprints(but=KEPT_AT)
        first = way.post(name, pk, **data)
        once = fingerprints(but=KEPT_AT)
        second = way.post(name, pk, **data)
        if first.status_code not in (200, 303) or once == before:
            found.append(f"{name}: {first.status_code}, nothing done")
        if changed := [table for table, mark in fingerprints(but=KEPT_AT).items() if mark != once[table]]:
            found.append(f"{name}: again in {changed}")
        if (second.status_code, second.get("Location")) != (first.status_code, first.get("Location")):
            found.append(f"{name}: {first.get('Location')}, then {second.status_code} {second.get('Location')}")
        transaction.savepoint_rollback(point)
    assert not found, "\n".join(found)
