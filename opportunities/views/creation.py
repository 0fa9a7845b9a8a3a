"""*Créer une opportunité*, by hand or from the page of a customer, which lists theirs."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone

from customers.models import Customer
from customers.selectors import VIEW as VIEW_CUSTOMERS
from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.http import read_only, row_number, writes
from opportunities import selectors
from opportunities.enums import Status
from opportunities.forms import CreateForm
from opportunities.models import Opportunity
from opportunities.rights import EDIT, VIEW
from opportunities.services.creation import create_opportunity
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import RightMissing, get_for, right
from settings_admin.models import Entity
from settings_admin.scoping import current_scope


@right(EDIT, on="scope")
@writes("GET", "POST")
def create(request: StaffRequest) -> HttpResponse:
    """In the current scope; with several entities in it, `entite` says which, and a page asks for it first."""
    entity = _entity(request)
    if entity is None:
        entities = Entity.objects.filter(pk__in=current_scope().reach.entities).order_by("name", "pk")
        return htmx.render_part(request, "opportunities/choose_entity.html", "entities", {"entities": entities})
    return _create(request, entity)


@right(EDIT, on="row")
@writes("GET", "POST")
def create_for(request: StaffRequest, pk: int) -> HttpResponse:
    """From the page of a customer: of their entity, whatever the top bar shows."""
    customer = get_for(request, Customer.objects.listed().select_related("entity"), pk, right=EDIT)
    return _create(request, customer.entity, customer=customer)


def _create(request: StaffRequest, entity: Entity, *, customer: Customer | None = None) -> HttpResponse:
    form = _form(request, entity, customer=customer)
    if "customer" not in form.fields:  # nobody without a customer
        raise RightMissing(VIEW_CUSTOMERS, entity.pk)
    if form.is_valid():
        data = form.cleaned_data
        try:
            opportunity = create_opportunity(
                customer=data["customer"],
                point_of_sale=data["point_of_sale"],
                salesperson=data["salesperson"],
                actor=request.user,
                values=form.values(),
                key=data["key"],
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"L’opportunité n°\u00a0{opportunity.number} est créée.")
            return htmx.redirect(request, "opportunities:page", opportunity.pk)
    # The picker has chosen a customer: only what they have open already is asked for.
    is_chosen = request.GET.get("part") == "standing" and request.method == "GET"
    chosen = request.GET.get("customer") if is_chosen else form["customer"].value()
    context = {"form": form, "entity": entity, "standing": _standing(row_number(str(chosen or "")), entity)}
    part = "standing" if is_chosen else "form"
    return htmx.render_part(request, "opportunities/create.html", part, context, status=422 if form.errors else 200)


def _standing(customer_id: int | None, entity: Entity) -> list[Opportunity]:
    """What this customer has open there already and the person may see: what changed last, three at most."""
    if customer_id is None or not current_scope().allows(VIEW, entity.pk):
        return []
    rows = selectors.listed_rows().filter(customer=customer_id, entity=entity, status=Status.OPEN)
    standing = list(rows.order_by("-changed_at", "-pk")[:3])
    selectors.show(standing, today=today_paris(timezone.now()))
    return standing


@right(VIEW, on="row")
@read_only
def of_customer(request: StaffRequest, pk: int) -> HttpResponse:
    """The panel on the page of a customer."""
    customer = get_for(request, Customer.objects.listed(), pk, right=VIEW)
    rows = list(selectors.opportunity_rows().filter(customer=customer).order_by("-changed_at", "-pk")[:20])
    selectors.show(rows, today=today_paris(timezone.now()))
    context = {
        "customer": customer,
        "opportunities": rows,
        "may_create": current_scope().allows(EDIT, customer.entity_id),
    }
    return htmx.render_part(request, "opportunities/of_customer.html", "panel", context)


def _entity(request: StaffRequest) -> Entity | None:
    reach = current_scope().reach
    asked = row_number(request.GET.get("entite", ""))
    if asked is None and len(reach.entities) == 1:
        (asked,) = reach.entities
    return Entity.objects.filter(pk=asked).first() if asked in reach.entities else None


def _form(request: StaffRequest, entity: Entity, *, customer: Customer | None) -> CreateForm:
    reach = current_scope().reach
    sites = selectors.sites_of(entity, reach)
    initial: dict[str, Any] = {
        "salesperson": request.user.pk,
        "customer": customer and customer.pk,
        "next_action_on": selectors.next_working_day(today_paris(timezone.now())),
    }
    if len(sites) == 1:
        initial["point_of_sale"] = sites[0].pk
    people = selectors.people_with(EDIT, entity_id=entity.pk, point_of_sale_id=None)
    sent = request.POST if request.method == "POST" else None
    return CreateForm(
        sent,
        entity=entity,
        people=people,
        sites=entity.points_of_sale.filter(pk__in=[site.pk for site in sites]).order_by("name", "pk"),
        initial=initial,
    )
