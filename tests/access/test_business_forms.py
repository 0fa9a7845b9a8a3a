"""Every form of the business pages (customers, opportunities, estimates, stock): hostile text in each field is shown as
text or refused in words, and the number of somebody else's row in any field brings that row into none of ours.

Forms are found on the pages themselves: a new one is tried without a line here. The client of the tests raises whatever
a view raises: a request that is answered at all is no 500.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.apps import apps
from django.db import models, transaction
from django.test import Client

from settings_admin.models import Entity, PointOfSale, User
from settings_admin.scoping import unscoped
from tests.access import samples
from tests.access.crawl import ROUTES, Site
from tests.access.test_hostile_text import HOSTILE, held_as_text
from tests.make import make_customer, make_opportunity, make_quotation, make_vehicle
from tests.support.forms import Values, controls_of, kind_of, values_of
from tests.support.html import parsed

ROOMS = ("customers", "opportunities", "vehicles")
KINDS = ("text", "long", "nul", "number")
TEXT = {"text", "search", "email", "tel", "url", "number", "hidden", "textarea"}
CHOICES = {"select", "radio", "checkbox", "hidden"}
# Written, refused beside a field, in a toast, or not there for what stands in the form.
ANSWERS = {200, 204, 302, 303, 400, 403, 404, 409, 422}


@dataclass(frozen=True)
class Form:
    """As it stands on its page: where it is sent, what it holds, and of each field what kind it is."""

    action: str
    values: Values = field(compare=False)
    kinds: dict[str, str]


def drawn_forms(client: Client, url: str, *, room: str) -> Iterator[Form]:
    response = client.get(url)
    if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
        return
    page = parsed(response.content)
    for form in (page.select_one("main") or page).select("form[method=post]"):
        action = str(form.get("action") or url)
        if action.startswith(PREFIXES[room]):
            yield Form(action, values_of(form), {str(one["name"]): kind_of(one) for one in controls_of(form)})


PREFIXES = {"customers": "/clients/", "opportunities": "/opportunites/", "vehicles": "/vehicules/"}


@pytest.fixture
def site(cast) -> Site:
    return Site(cast, samples.build(cast))


def forms_of(site: Site, client: Client, room: str) -> list[Form]:
    found = {}
    for route in ROUTES:
        if route.room == room and "GET" in route.methods:
            for form in drawn_forms(client, site.url(route), room=room):
                found[form.action, tuple(form.kinds)] = form
    return list(found.values())


@pytest.mark.parametrize("room", ROOMS)
def test_every_field_takes_hostile_text_as_text(site, client_for, room, django_capture_on_commit_callbacks):
    client = client_for(site.cast.alice, scope=f"e{site.cast.north.pk}")
    tried = 0
    for form in forms_of(site, client, room):
        for name in (name for name, its_kind in form.kinds.items() if its_kind in TEXT):
            for kind in KINDS:
                text, point = HOSTILE[kind], transaction.savepoint()
                with django_capture_on_commit_callbacks(execute=True):
                    response = client.post(form.action, {**form.values, name: text})
                assert response.status_code in ANSWERS, (form.action, name, kind, response.status_code)
                if not response.streaming:
                    held_as_text(response, text)
                if response.status_code == 303 and kind == "text":
                    held_as_text(client.get(response["Location"]), text)
                transaction.savepoint_rollback(point)
            tried += 1
    assert tried >= 20


# --- Rows of others in forms of one's own -------------------------------------------------------------------


# Of a row of each kind that a form may name: whatever a field names, one try of it is enough.
THEIRS = 1_000_003


@pytest.fixture
def theirs(cast) -> set[type[models.Model]]:
    """Rows of another holding that all have that number; their kinds."""
    holding = cast.other_holding
    with unscoped("test data"):
        entity = Entity.objects.create(pk=THEIRS, holding=holding, name="Loin")
        site = PointOfSale.objects.create(pk=THEIRS, entity=entity, name="Loin 1")
        user = User.objects.create(pk=THEIRS, email="olga@example.test", holding=holding)
    customer = make_customer(pk=THEIRS, entity=entity, birth_name="AILLEURS")
    vehicle = make_vehicle(pk=THEIRS, entity=entity, point_of_sale=site)
    opportunity = make_opportunity(pk=THEIRS, customer=customer, point_of_sale=site, salesperson=user)
    quotation = make_quotation(pk=THEIRS, entity=entity, point_of_sale=site, created_by=user)
    return {type(row) for row in (customer, vehicle, opportunity, quotation, user, entity, site)}


def naming(theirs: set[type[models.Model]], holding_id: int) -> dict[str, int]:
    """How many rows of our holding name one of theirs, by column."""
    found = {}
    for model in (model for room in (*ROOMS, "quotation") for model in apps.get_app_config(room).get_models()):
        if "entity" not in {column.name for column in model._meta.fields}:
            continue
        ours = model._base_manager.filter(entity__holding=holding_id)
        for column in model._meta.fields:
            is_theirs = column.is_relation and column.related_model in theirs
            if is_theirs and (count := ours.filter(**{column.name: THEIRS}).count()):
                found[f"{model._meta.label}.{column.name}"] = count
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_the_number_of_another_holdings_row_brings_it_into_none_of_ours(site, client_for, theirs, room):
    assert {User, Entity, PointOfSale} < theirs
    client = client_for(site.cast.alice, scope=f"e{site.cast.north.pk}")
    tried, through = 0, []
    for form in forms_of(site, client, room):
        for name in (name for name, its_kind in form.kinds.items() if its_kind in CHOICES):
            point = transaction.savepoint()
            response = client.post(form.action, {**form.values, name: str(THEIRS)})
            assert response.status_code in ANSWERS, (form.action, name)
            tried += 1
            if response.status_code in (200, 204, 303):
                with unscoped("the test looks at what was written"):
                    if named := naming(theirs, site.cast.holding.pk):
                        through.append((form.action, name, named))
            transaction.savepoint_rollback(point)
    assert through == []
    assert tried >= 10
