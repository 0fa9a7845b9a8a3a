"""A customer's page: its sections read, or one of them open for editing, and all that belongs to the customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponsePermanentRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone

from customers import forms, registry, selectors
from customers.models import Customer
from customers.periods import has_lapsed
from customers.selectors import EDIT, VIEW
from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.http import read_only
from settings_admin.access.requests import StaffRequest, origin_of
from settings_admin.guards import get_for, right
from settings_admin.records.services import record_personal_data
from settings_admin.records.views import History, is_reading_on, older, read_history
from settings_admin.scoping import current_scope

TEMPLATE = "customers/page.html"
HISTORY_SHORT = 4


@dataclass(frozen=True)
class Section:
    """A card of the page: its form, and the fields it shows when read."""

    key: str
    title: str
    form: type[forms.SectionForm]
    fields: tuple[str, ...]


PERSON = (
    "civility", "birth_name", "used_name", "first_names", "sex", "born_on", "birth_city", "birth_department",
    "birth_country", "is_sole_trader",
)  # fmt: skip
TRADER = ("siret", "vat_number")
COMPANY = ("company_name", "legal_form", *TRADER)
ADDRESS = (
    "street_number", "street_extension", "street_type", "street_name", "address_extra", "hamlet", "postcode", "city",
    "country",
)  # fmt: skip
IDENTITY = ("identity_kind", "identity_number", "identity_issued_on", "identity_authority", "identity_until_on")


def sections_of(customer: Customer) -> dict[str, Section]:
    if customer.is_company:
        identity = Section("identite", "Société", forms.CompanyForm, COMPANY)
    else:
        fields = (*PERSON, *TRADER) if customer.is_sole_trader else PERSON
        identity = Section("identite", "Identité", forms.PersonForm, fields)
    found = (
        identity,
        Section("coordonnees", "Coordonnées", forms.ReachForm, ("mobile", "phone", "email")),
        Section("adresse", "Adresse", forms.AddressForm, ADDRESS),
        Section("piece", "Pièce d’identité", forms.IdentityDocumentForm, IDENTITY),
        Section("suivi", "Suivi", forms.FollowUpForm, ("salesperson", "notes")),
    )
    return {section.key: section for section in found}


@right("customers.view", on="row")
@read_only
def customer_page(request: StaffRequest, pk: int) -> HttpResponse:
    """`?modifier=adresse` opens that section for editing, for those who may. The address of a customer who was merged
    into another one leads there."""
    customer = get_for(request, selectors.customer_rows(), pk, right=VIEW)
    if customer.merged_into_id is not None:
        return HttpResponsePermanentRedirect(reverse("customers:page", args=[customer.merged_into_id]))
    record_personal_data(user=request.user, target=customer, **origin_of(request))
    if is_reading_on(request):
        url = reverse("customers:page", args=[pk])
        return older(request, _history(request, customer), of=customer.display_name, url=url)
    section = sections_of(customer).get(request.GET.get("modifier", ""))
    if section is None or not may(EDIT, customer) or not customer.is_listed:
        return render_page(request, customer)
    form = section_form(section, customer, away=(away := away_today(customer)))
    # Whoever opens a section is about to type in it.
    next(iter(form.fields.values())).widget.attrs["autofocus"] = True
    return render_page(request, customer, section=section, form=form, away=away)


def render_page(
    request: StaffRequest,
    customer: Customer,
    *,
    section: Section | None = None,
    form: forms.SectionForm | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    """The page, with one section open when it has a form; the page and its fragment are the same template."""
    context = {**_context(request, customer, away=extra.pop("away", None)), "section": section, "form": form, **extra}
    return htmx.render_part(request, TEMPLATE, "sheet", context, status=status)


def section_form(
    section: Section, customer: Customer, *, data: QueryDict | None = None, away: Mapping[int, str] | None = None
) -> forms.SectionForm:
    options: dict[str, Any] = {"instance": customer, "today": _today()}
    if section.form is forms.FollowUpForm:
        options["away"] = away or {}
    return section.form(data, **options)


def away_today(customer: Customer) -> dict[int, str]:
    return selectors.away_on(_today(), entity_id=customer.entity_id)


def may(code: str, customer: Customer) -> bool:
    return current_scope().allows(code, customer.entity_id)


def _today() -> date:
    return today_paris(timezone.now())


def _history(request: StaffRequest, customer: Customer) -> History:
    url = reverse("customers:page", args=[customer.pk])
    return read_history(request, selectors.history_of(customer), told=selectors.in_words, url=url)


def _context(request: StaffRequest, customer: Customer, *, away: Mapping[int, str] | None) -> dict[str, Any]:
    history = _history(request, customer)
    consents = selectors.consents_of(customer, today=_today())
    away = away_today(customer) if away is None else away
    return {
        "customer": customer,
        "sheet_url": reverse("customers:page", args=[customer.pk]),
        "sections": [
            {
                "key": section.key,
                "title": section.title,
                "facts": [selectors.fact_of(customer, name) for name in section.fields],
            }
            for section in sections_of(customer).values()
        ],
        "may_edit": may(EDIT, customer) and customer.is_listed,
        "may_merge": may("customers.merge", customer) and customer.is_listed,
        "may_export": may("customers.export", customer),
        "may_erase": may("customers.erase", customer) and customer.is_listed,
        "contacts": list(customer.contacts.all()),
        "owned_vehicles": list(customer.owned_vehicles.all()),
        "consents": consents,
        "is_silent": has_lapsed(customer.last_contact_at, today=_today()),
        "objects": any(one.is_objection for one in consents),
        "stands_in": away.get(customer.salesperson_id or 0, ""),
        "panels": [panel for panel in registry.panels() if may(panel.right, customer)],
        "history": history.lines,
        "more_url": history.more_url,
        "latest": history.lines[:HISTORY_SHORT],
    }
