"""A double click: each form of customers, opportunities, estimates and stock sent twice has the effect of once, and
leads to the same place; and the pages that tell of it can be read.

Forms are filled in as they stand on their page. A route that takes a POST and has no form here fails. Those of
*Paramètres* stand in `test_settings_twice.py`, those of quotations in `tests/quotation/test_twice.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from customers.models import Customer, CustomerImport, CustomerImportLine
from openflex.core.dates import today_paris
from opportunities.models import (
    Appointment,
    CloseReason,
    MessageTemplate,
    Offer,
    Opportunity,
    OpportunitySettings,
    TradeIn,
    TradeInPhoto,
)
from settings_admin.scoping import unscoped
from tests.access import samples
from tests.access.crawl import ROUTES, Site
from tests.access.settings_forms import posting_routes
from tests.make import make_opportunity
from tests.support.forms import form_to, values_of
from tests.support.html import parsed
from tests.support.rows import fingerprints
from vehicles.models import Hold, Photo, Vehicle

ROOMS = ("customers", "opportunities", "vehicles")

# They change nothing that is kept: a file of what is shown, columns of a list, a file of one customer, a file that is
# kept for a day and does nothing before it is confirmed.
NOTHING_TWICE = {
    "customers:export", "opportunities:export", "vehicles:export", "customers:everything", "customers:import",
    "opportunities:export_trade_ins_to_approve",
}  # fmt: skip
# Where what was done is told of afterwards. The client of the tests raises whatever a view raises.
TOLD_ON = (
    "audit:log", "dashboard:home", "notifications:list", "customers:page", "opportunities:page",
    "opportunities:trade_in", "vehicles:sheet",
)  # fmt: skip
# What they take away is not there the second time, which says so and does nothing.
GONE = {"customers:contact_remove", "customers:vehicle_remove"}


@dataclass(frozen=True)
class Form:
    """One form: where it goes, on which page it stands (that of the route itself, unless named), what is typed."""

    name: str
    typed: dict[str, Any] = field(default_factory=dict)
    page: str = ""
    given: Callable[[Site], Any] = lambda site: None
    query: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    # Acts of one button carry nothing that their page would have to be read for.
    is_button: bool = False

    def __str__(self) -> str:
        return f"{self.name} {self.typed}"


def image() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (60, 30), "navy").save(out, "PNG")
    return SimpleUploadedFile("photo.png", out.getvalue(), "image/png")


def change(model: Any, **values: Any) -> Callable[[Site], Any]:
    """The sampled row of this kind as the act needs it."""
    names = {Opportunity: "page", TradeIn: "trade_in", Offer: "offer", Vehicle: "sheet"}
    room = "vehicles" if model is Vehicle else "opportunities"

    def write(site: Site) -> None:
        pk = site.parameters[f"{room}:{names[model]}"]()["pk"]
        model.objects.filter(pk=pk).update(**values)

    return write


def erased_soon(site: Site) -> None:
    Customer.objects.filter(**site.parameters["customers:keep"]()).update(erase_on="2030-01-26")


def held(site: Site) -> None:
    vehicle = Vehicle.objects.get(**site.parameters["vehicles:sheet"]())
    place = {"entity": vehicle.entity, "point_of_sale": vehicle.point_of_sale}
    until = timezone.now() + timedelta(hours=2)
    Hold.objects.create(**place, vehicle=vehicle, kind="reservation", label="M. Petit", until_at=until)


def prepared(site: Site) -> None:
    Vehicle.objects.filter(**site.parameters["vehicles:sheet"]()).update(is_being_prepared=True)


def entered(site: Site) -> None:
    expected = Vehicle.objects.get(status="pre_entry")
    change(TradeIn, **{**PRICED, "state": "entered"}, decided_by=site.cast.marc, vehicle=expected)(site)


def second_photo(model: Any, shown: str) -> Callable[[Site], Any]:
    def write(site: Site) -> None:
        photo = model.objects.get(pk=site.parameters[shown]()["pk"])
        photo.pk, photo.position = None, 1
        photo.save(force_insert=True)

    return write


def another(site: Site) -> None:
    """A second opportunity of the same customer, to be merged into."""
    first = Opportunity.objects.get(**site.parameters["opportunities:page"]())
    cast = site.cast
    make_opportunity(customer=first.customer, point_of_sale=cast.north_1, salesperson=cast.sam, number=99_000)


def closed(site: Site) -> None:
    by = {
        "closed_at": timezone.now(),
        "closed_by": site.cast.sam,
        "close_reason": CloseReason.objects.get(),
        "overdue_on": None,
    }
    change(Opportunity, status="lost", **by)(site)


def began(site: Site) -> None:
    pk = site.parameters["opportunities:end_appointment"]()["pk"]
    now = timezone.now()
    Appointment.objects.filter(pk=pk).update(starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1))


def chosen_customer(site: Site) -> dict[str, Any]:
    return {"customer": site.parameters["customers:page"]()["pk"]}


def chosen_vehicle(site: Site) -> dict[str, Any]:
    return {"vehicle": site.parameters["vehicles:sheet"]()["pk"]}


def chosen_reason(site: Site) -> dict[str, Any]:
    with unscoped("the only one of the sampled entity"):
        return {"reason": CloseReason.objects.filter(status="lost").get().pk}


COMPLETE = change(TradeIn, mileage_km=89_000, first_registration="2019-04-23", has_no_plate=True)
WAITING = {"state": "to_approve", "asked_at": timezone.now()}
TODAY = today_paris(timezone.now())
TOMORROW = f"{TODAY + timedelta(days=1):%d/%m/%Y}"
AHEAD = TODAY + timedelta(days=30)
PRICED = {"state": "approved", "price": "9000", "valid_until": AHEAD, "decided_at": timezone.now()}


def priced(state: str) -> Callable[[Site], Any]:
    return lambda site: change(TradeIn, **{**PRICED, "state": state}, decided_by=site.cast.marc)(site)


def interrupted(site: Site) -> None:
    CustomerImport.objects.update(state="failed", failure="Interrompu.", confirmed_at=timezone.now())


COST = {"kind": "tyres", "description": "Pneus avant", "planned": "240"}
DAMAGE = {"zone": "front", "description": "Rayure", "cost": "150"}

CUSTOMERS = [
    Form("customers:choose_columns", {"column": ["name", "city"]}, is_button=True),
    Form("customers:add", {"birth_name": "NEUVE", "first_names": "Anne"}),
    Form("customers:import_preview", is_button=True),
    Form("customers:import_resume", given=interrupted, is_button=True),
    Form(
        "customers:pick_create",
        {"customer_new-key": str(uuid4()), "customer_new-kind": "person", "customer_new-birth_name": "NEUF"},
        query="?field=customer",
        is_button=True,
    ),
    Form("customers:merge", {"birth_name": "mine"}),
    Form("customers:erase"),
    Form("customers:keep", {"reason": "Projet au printemps"}, given=erased_soon),
    Form("customers:save_section", {"street_name": "du Port", "city": "MÂCON"}, page="customers:page",
         query="?modifier=adresse"),
    Form("customers:contact_add", {"name": "Luc PETIT"}),
    Form("customers:contact_edit", {"role": "comptable"}),
    Form("customers:contact_remove"),
    Form("customers:consent", {"is_given": "true"}),
    Form("customers:vehicle_add", {"make": "PEUGEOT", "model": "208"}),
    Form("customers:vehicle_edit", {"note": "À reprendre"}),
    Form("customers:vehicle_remove"),
]  # fmt: skip

OPPORTUNITIES = [
    Form("opportunities:create", {"customer": chosen_customer, "next_action": ""}),
    Form("opportunities:create_for", {"next_action": ""}),
    Form("opportunities:save_summary", {"wish": "Une citadine"}, page="opportunities:tab", query="?modifier=1"),
    Form("opportunities:comment", {"text": "Vu avec @Marc Nom"}, page="opportunities:page"),
    Form("opportunities:make_offer", {"vehicle": chosen_vehicle, "price": "17 900"}),
    Form("opportunities:exchange", {"text": "Rappeler lundi", "outcome": "reached", "next_action": ""}),
    Form("opportunities:postpone", {"to": TOMORROW, "reason": "En congé"},
         given=change(Opportunity, next_action="call", next_action_on=TODAY)),
    Form("opportunities:answer", {"text": "17 500"}),
    Form("opportunities:answer_offer", {"state": "sent"}),
    Form("opportunities:move_offer", {"state": "accepted"}, is_button=True),
    Form("opportunities:move_offer", {"state": "sent"}, is_button=True),
    Form("opportunities:plan", {"day": TOMORROW, "starts": "14:00", "ends": "15:00"}),
    Form("opportunities:plan", {"day": TOMORROW, "starts": "14:00", "ends": "15:00", "vehicle": chosen_vehicle},
         parameters={"kind": "essai"}),
    Form("opportunities:move_appointment", {"starts": "10:00", "ends": "11:00"}),
    Form("opportunities:end_appointment", {"state": "done", "outcome": "Il réfléchit"}, given=began),
    Form("opportunities:cancel_appointment", {"outcome": "Malade"}),
    Form("opportunities:stars", {"stars": "3"}, is_button=True),
    Form("opportunities:follow", {"follow": "yes"}, is_button=True),
    Form("opportunities:reassign", {"salesperson": lambda site: {"salesperson": site.cast.marc.pk}}),
    Form("opportunities:close", {"reason": chosen_reason, "note": "Trop cher"}),
    Form("opportunities:reopen", given=closed,
         is_button=True),
    Form("opportunities:merge", given=another),
    Form("opportunities:add_trade_in", {"kind": "car", "make": "RENAULT", "model": "CLIO", "has_no_plate": "on"}),
    Form("opportunities:trade_in_create", {"customer": chosen_customer, "destination": "new"}),
    Form("opportunities:save_trade_in", {"version": "TDI Carat", "has_no_plate": "on"}, page="opportunities:trade_in",
         query="?modifier=vehicule"),
    Form("opportunities:trade_in_add_photos", {"photos": image()}, page="opportunities:trade_in"),
    Form("opportunities:trade_in_move_photo", {"to": "1"},
         given=second_photo(TradeInPhoto, "opportunities:trade_in_photo"), is_button=True),
    Form("opportunities:trade_in_remove_photo"),
    Form("opportunities:trade_in_add_damage_photos", {"photos": image()}, page="opportunities:trade_in"),
    Form("opportunities:trade_in_remove_damage_photo"),
    Form("opportunities:trade_in_add_part", COST),
    Form("opportunities:trade_in_add_part", DAMAGE, parameters={"what": "defauts"}),
    Form("opportunities:trade_in_edit_part", {"planned": "300"}),
    Form("opportunities:trade_in_remove_part"),
    Form("opportunities:ask_price", given=COMPLETE,
         is_button=True),
    Form("opportunities:take_back", given=change(TradeIn, **WAITING), is_button=True),
    Form("opportunities:decide_price", {"price": "9 000", "decision": "approve"}, given=change(TradeIn, **WAITING)),
    Form("opportunities:decide_price", {"reason": "Trop usé", "decision": "decline"},
         given=change(TradeIn, **WAITING)),
    Form("opportunities:answer_price", {"state": "accepted"}, given=priced("approved"), is_button=True),
    Form("opportunities:answer_price", {"state": "refused"}, given=priced("approved"), is_button=True),
    Form("opportunities:reopen_trade_in", {"reason": "Kilométrage faux"}, given=priced("approved")),
    Form("opportunities:enter_trade_in", given=priced("accepted")),
    Form("opportunities:cancel_entry", given=entered),
]  # fmt: skip

VEHICLES = [
    Form("vehicles:choose_columns", {"column": ["vehicle", "price"]}, is_button=True),
    Form("vehicles:add", {
        "make": "RENAULT", "model": "CLIO", "plate": "FB201TP", "first_registration": "08/03/2022",
        "mileage_km": "12000",
    }),
    Form("vehicles:save_section", {"key_number": "12"}, page="vehicles:sheet", query="?modifier=statut"),
    Form("vehicles:move", {"status": "arrived"}),
    Form("vehicles:move", {"status": "out", "exit_reason": "scrap"}),
    Form("vehicles:correct_exit", {"act": "undo", "why": "confondu"}),
    Form("vehicles:correct_exit", {"act": "correct", "left_on": "02/11/2026", "why": "confondu"}),
    Form("vehicles:change_site"),
    Form("vehicles:reserve", {"label": "M. Petit"}),
    Form("vehicles:release", given=held, is_button=True),
    Form("vehicles:archive", {"value": "true"}, is_button=True),
    Form("vehicles:start_preparation", is_button=True),
    Form("vehicles:tick_task", {"done": "on"}, is_button=True),
    Form("vehicles:add_task", {"label": "Double des clés"}, given=prepared, page="vehicles:sheet"),
    Form("vehicles:remove_task", is_button=True),
    Form("vehicles:close_preparation", given=prepared),
    Form("vehicles:add_photos", {"photos": image()}, page="vehicles:sheet"),
    Form("vehicles:move_photo", {"to": "1"}, given=second_photo(Photo, "vehicles:photo"), is_button=True),
    Form("vehicles:remove_photo"),
    Form("vehicles:add_damage_photos", {"photos": image()}, page="vehicles:sheet"),
    Form("vehicles:remove_damage_photo"),
    Form("vehicles:add_part", COST),
    Form("vehicles:add_part", DAMAGE, parameters={"what": "defauts"}),
    Form("vehicles:edit_part", {"planned": "300"}),
    Form("vehicles:remove_part"),
]  # fmt: skip
FORMS = {"customers": CUSTOMERS, "opportunities": OPPORTUNITIES, "vehicles": VEHICLES}


def test_every_form_of_the_business_pages_is_sent_twice():
    """A new route that takes a POST: put the form that it takes into one of the lists above."""
    posting = {one.name for one in ROUTES if one.room in ROOMS and "POST" in one.methods} - set(posting_routes())
    assert posting == {form.name for forms in FORMS.values() for form in forms} | NOTHING_TWICE


@pytest.fixture
def site(cast) -> Site:
    site = Site(cast, samples.build(cast))
    with unscoped("test data"):
        OpportunitySettings.objects.create(entity=cast.north, trade_in_photos=0)
        sent = CustomerImport.objects.get()
        sent.created_by, sent.total = cast.alice, 1
        sent.save()
        CustomerImportLine.objects.create(
            customer_import=sent, created_by=cast.alice, number=2, cells={"birth_name": "IMPORTÉE"}, effect="create"
        )
        assert CloseReason.objects.exists()
        assert MessageTemplate.objects.exists()
    return site


def filled_in(client: Client, site: Site, form: Form) -> tuple[str, dict[str, Any]]:
    """Where it goes, and all that a browser would send."""
    where = {**site.parameters.get(form.name, dict)(), **form.parameters}
    url = reverse(form.name, kwargs=where) + (form.query if form.is_button else "")
    values: dict[str, Any] = {}
    if not form.is_button:
        page = reverse(form.page, kwargs=site.parameters.get(form.page, dict)()) if form.page else url
        response = client.get(page + form.query)
        assert response.status_code == 200, (str(form), page, response.status_code)
        drawn = form_to(parsed(response.content), url)
        assert drawn is not None, f"{page}{form.query} has no form that goes to {url}"
        values, url = dict(values_of(drawn)), str(drawn["action"])
    for name, typed in form.typed.items():
        values |= typed(site) if callable(typed) else {name: typed}
    return url, values


def click(client: Client, url: str, values: dict[str, Any], capture: Any) -> Any:
    for value in values.values():
        if hasattr(value, "seek"):
            value.seek(0)
    with capture(execute=True):
        return client.post(url, values)


@pytest.mark.parametrize("room", ROOMS)
def test_sent_twice_it_has_one_effect(site, client_for, django_capture_on_commit_callbacks, room):
    client = client_for(site.cast.alice, scope=f"e{site.cast.north.pk}")
    found = []
    for form in FORMS[room]:
        point = transaction.savepoint()
        mail.outbox.clear()
        with unscoped("the row as the act needs it"):
            form.given(site)
        url, values = filled_in(client, site, form)
        before = fingerprints()
        first = click(client, url, values, django_capture_on_commit_callbacks)
        once, letters = fingerprints(), len(mail.outbox)
        second = click(client, url, values, django_capture_on_commit_callbacks)
        if first.status_code not in (200, 303) or once == before:
            found.append(f"{form}: {first.status_code}, nothing done {errors_in(first)}")
        if changed := [table for table, mark in fingerprints().items() if mark != once[table]]:
            found.append(f"{form}: again in {changed}")
        if len(mail.outbox) != letters:
            found.append(f"{form}: told again")
        if form.name in GONE:
            if second.status_code != 404:
                found.append(f"{form}: {second.status_code}")
        elif (second.status_code, second.get("Location")) != (first.status_code, first.get("Location")):
            found.append(f"{form}: {first.status_code}, then {second.status_code} {errors_in(second)}")
        read_all(client, site)
        transaction.savepoint_rollback(point)
    assert not found, "\n".join(found)


def read_all(client: Client, site: Site) -> None:
    for name in TOLD_ON:
        answer = client.get(reverse(name, kwargs=site.parameters.get(name, dict)()))
        assert answer.status_code in (200, 301, 303, 404), name  # merged into another row, or away


@pytest.mark.parametrize("name", sorted(NOTHING_TWICE))
def test_what_changes_nothing_is_told_of_too(site, client_for, name):
    client = client_for(site.cast.alice, scope=f"e{site.cast.north.pk}")
    client.post(reverse(name, kwargs=site.parameters.get(name, dict)()))
    read_all(client, site)


def errors_in(response: Any) -> list[str]:
    if response.streaming or response.status_code in (200, 303):
        return []
    page = parsed(response.content)
    return [" ".join(one.text.split()) for one in page.select(".error, [role=alert], .field-error, h1")][:4]
