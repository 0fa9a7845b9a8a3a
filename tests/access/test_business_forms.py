"""Every form of the business pages (customers, opportunities, estimates, stock): hostile text in each field is shown as
text or refused in words, and the number of somebody else's row in any field brings that row into none of ours.

Forms are found on the pages themselves: a new one is tried without a line here. The client of the tests raises whatever
a view raises: a request that is answered at all is no 500.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client

from settings_admin.models import Entity, PointOfSale, User
from settings_admin.scoping import unscoped
from tests.access import samples
from tests.access.crawl import ROUTES, Site
from tests.access.hostile import HOSTILE, TYPED, held_as_text, in_all_of, together
from tests.make import make_customer, make_opportunity, make_quotation, make_vehicle
from tests.support.forms import Values, controls_of, kind_of, values_of
from tests.support.html import parsed

ROOMS = ("customers", "opportunities", "vehicles")
KINDS = ("text", "long", "nul", "number")
TEXT = TYPED | {"search", "hidden"}
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

    def send(form: Form, kind: str, names: Collection[str]) -> Any:
        text, point = HOSTILE[kind], transaction.savepoint()
        # Markup stands in whole pages, where one goes on to as well; the rest is answered as a script asks.
        headers = {} if kind == "text" else {"HX-Request": "true"}
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post(form.action, form.values | dict.fromkeys(names, text), headers=headers)
        assert response.status_code in ANSWERS, (form.action, names, kind, response.status_code)
        held_as_text(response, text)
        if response.status_code == 303 and kind == "text":
            held_as_text(client.get(response["Location"]), text)
        transaction.savepoint_rollback(point)
        return response

    tried = 0
    for form in forms_of(site, client, room):
        kinds = {name: its_kind for name, its_kind in form.kinds.items() if its_kind in TEXT}
        for names in together(kinds):
            for kind in KINDS:
                in_all_of(names, partial(send, form, kind))
            tried += len(names)
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
    """How many rows of our holding name one of theirs, by column; in one statement."""
    models_of = (model for room in (*ROOMS, "quotation") for model in apps.get_app_config(room).get_models())
    counts = [
        f"SELECT '{model._meta.label}.{column.name}', count(*) FROM \"{model._meta.db_table}\" t"
        f' JOIN "{Entity._meta.db_table}" e ON e.id = t.entity_id'
        f' WHERE e.holding_id = %(holding)s AND t."{column.column}" = %(theirs)s HAVING count(*) > 0'
        for model in models_of
        if "entity" in {column.name for column in model._meta.fields}
        for column in model._meta.fields
        if column.is_relation and column.related_model in theirs
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(counts), {"holding": holding_id, "theirs": THEIRS})
        return dict(cursor.fetchall())


@pytest.mark.parametrize("room", ROOMS)
def test_the_number_of_another_holdings_row_brings_it_into_none_of_ours(site, client_for, theirs, room):
    assert {User, Entity, PointOfSale} < theirs
    client = client_for(site.cast.alice, scope=f"e{site.cast.north.pk}")
    tried, through = 0, []
    for form in forms_of(site, client, room):
        for name in (name for name, its_kind in form.kinds.items() if its_kind in CHOICES):
            point = transaction.savepoint()
            response = client.post(form.action, {**form.values, name: str(THEIRS)}, headers={"HX-Request": "true"})
            assert response.status_code in ANSWERS, (form.action, name)
            tried += 1
            if response.status_code in (200, 204, 303) and (named := naming(theirs, site.cast.holding.pk)):
                through.append((form.action, name, named))
            transaction.savepoint_rollback(point)
    assert through == []
    assert tried >= 10
