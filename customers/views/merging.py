"""Merging: the other file is looked for, both are compared choice by choice, then one is left."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render

from customers import selectors
from customers.models import Customer
from customers.services import merging
from openflex.core import htmx
from openflex.core.errors import Refused
from openflex.core.french import counted
from openflex.core.http import read_only, writes
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import get_for, right

MERGE = "customers.merge"
_LABELS = {"birth": "Naissance", "address": "Adresse", "identity": "Pièce d’identité"}


@right("customers.merge", on="row")
@read_only
def merge_find(request: StaffRequest, pk: int) -> HttpResponse:
    """Those who resemble, or who have the words that are searched."""
    customer = _listed(request, pk)
    words = request.GET.get("q", "").strip()[:200]
    facts = {name: getattr(customer, name) for name in (*_NAMES, "siret", "email", "phone", "mobile")}
    alike = selectors.duplicates_of(facts, entity_id=customer.entity_id, but=[pk])
    found = [one for one in selectors.search(words, entity_id=customer.entity_id) if one.pk != pk]
    context = {"customer": customer, "alike": alike, "found": found, "words": words}
    return htmx.render_part(request, "customers/merge_find.html", "found", context)


_NAMES = ("birth_name", "used_name", "first_names", "company_name")


@right("customers.merge", on="row")
@writes("GET", "POST")
def merge(request: StaffRequest, pk: int, other_pk: int) -> HttpResponse:
    """Both files beside one another; sent, one of them is left. What was done in another tab leads there too."""
    survivor = get_for(request, selectors.customer_rows(), pk, right=MERGE)
    absorbed = selectors.customer_rows().filter(pk=other_pk, entity=survivor.entity_id).first()
    if absorbed is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        try:
            taken = [key for key in merging.CHOICES if request.POST.get(key) == "other"]
            kept = merging.merge(survivor=survivor, absorbed=absorbed, taken=taken, actor=request.user)
        except Refused as error:
            refusal = error.message
        else:
            messages.success(request, "Les deux fiches n’en font plus qu’une.")
            return htmx.redirect(request, "customers:page", kept.pk)
    context = {**_comparison(survivor, absorbed, request), "refusal": refusal}
    return render(request, "customers/merge.html", context, status=422 if refusal else 200)


def _comparison(survivor: Customer, absorbed: Customer, request: StaffRequest) -> dict[str, Any]:
    lines = [
        {
            "key": one.key,
            "label": _LABELS.get(one.key) or selectors.fact_of(survivor, one.names[0]).label,
            "mine": _words(survivor, one),
            "theirs": _words(absorbed, one),
            "is_taken": request.POST.get(one.key) == "other" if request.method == "POST" else one.is_taken,
        }
        for one in merging.differences(survivor, absorbed)
    ]
    moved = merging.counts_of(absorbed)
    return {
        "survivor": survivor,
        "absorbed": absorbed,
        "lines": lines,
        "gains_notes": merging.both_notes(survivor, absorbed) != survivor.notes,
        "moved": ", ".join(f"{label}\u00a0: {count}" for label, count in moved),
        "moved_count": counted(sum(count for _, count in moved), "élément"),
    }


def _words(customer: Customer, one: merging.Difference) -> str:
    if one.key == "address":
        return ", ".join(customer.postal_lines) or "–"
    facts = [selectors.fact_of(customer, name).value for name in one.names]
    return ", ".join(fact for fact in facts if fact != "–") or "–"


def _listed(request: StaffRequest, pk: int) -> Customer:
    return get_for(request, selectors.listed_rows(), pk, right=MERGE)
