"""*Accueil* as somebody sees it: its rows with their reasons, and what each test puts there."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from openflex.core.dates import add_years, today_paris
from opportunities.models import Appointment, Comment, Offer, TradeIn
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity, make_vehicle
from tests.support.htmx import parse

HOME = "/accueil/"


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    """Appointments of today stay today's."""
    with time_machine.travel("2026-11-24T12:00:00+01:00", tick=True):
        yield


@pytest.fixture
def today() -> Any:
    return today_paris(timezone.now())


@pytest.fixture
def rows(client_for: Callable[..., Any]) -> Callable[..., dict[str, str]]:
    """`rows(user, "?type=…")`: title → the sentence that says why it is there, from top to bottom."""

    def read(user: Any, address: str = "", **options: Any) -> dict[str, str]:
        response = client_for(user, **options).get(HOME + address)
        assert response.status_code == 200
        return {
            row.select_one("[data-row-link]").text: row.select_one(".todo-why").text.strip()
            for row in parse(response).select("li.todo")
        }

    return read


@pytest.fixture
def act(client_for: Callable[..., Any]) -> Callable[..., Any]:
    """`act(user, key, **data)` does what the key does on the first row that offers it, as the dialog sends it."""

    def send(user: Any, key: str, **data: Any) -> Any:
        client = client_for(user, htmx=True)
        control = parse(client.get(HOME)).select_one(f'[data-row-key="{key}"]')
        url = control["href"] if control.name == "a" else control.find_parent("form")["action"]
        return client.post(url, {"key": str(uuid.uuid4()), **data})

    return send


class Things:
    """Makes one thing of each kind, Sam's at Nord 1 unless it is told otherwise."""

    def __init__(self, cast: Any) -> None:
        self.cast = cast

    def opportunity(self, name: str = "RINO", **fields: Any) -> Any:
        place = {"point_of_sale": self.cast.north_1, "salesperson": self.cast.sam, **fields}
        entity = place["point_of_sale"].entity
        return make_opportunity(customer=make_customer(entity=entity, birth_name=name), **place)

    def late(self, name: str = "RINO", *, days: int = 2, **fields: Any) -> Any:
        due = today_paris(timezone.now()) - timedelta(days=days)
        values = {"next_action": "call", "next_action_on": due, "overdue_on": due + timedelta(days=1), **fields}
        return self.opportunity(name, **values)

    def due_today(self, name: str = "RINO", **fields: Any) -> Any:
        today = today_paris(timezone.now())
        return self.opportunity(
            name, next_action="send_offer", next_action_on=today, overdue_on=today + timedelta(days=1), **fields
        )

    def appointment(self, name: str = "RINO", *, hours: float, **fields: Any) -> Any:
        row = self.opportunity(name, **fields)
        start = timezone.now() + timedelta(hours=hours)
        with unscoped("test data"):
            return Appointment.objects.create(
                **self.place(row), kind="meeting", salesperson=row.salesperson, starts_at=start,
                ends_at=start + timedelta(minutes=30), created_by=row.salesperson,
            )  # fmt: skip

    def request(self, name: str = "RINO", *, of: Any, due_in: int | None = None, **fields: Any) -> Any:
        row = self.opportunity(name, **fields)
        due = None if due_in is None else today_paris(timezone.now()) + timedelta(days=due_in)
        with unscoped("test data"):
            return Comment.objects.create(
                **self.place(row), author=self.cast.marc, text="Quel prix\u00a0?", at=timezone.now(), asked_of=of,
                due_on=due,
            )  # fmt: skip

    def offer(self, name: str = "RINO", *, days: int = 1, **fields: Any) -> Any:
        row = self.opportunity(name, **fields)
        vehicle = self.inspected(entity=row.entity, point_of_sale=row.point_of_sale, sale_price=17_500)
        now = timezone.now()
        with unscoped("test data"):
            return Offer.objects.create(
                **self.place(row), number=26_000 + row.pk, vehicle=vehicle, price=17_500, state="sent",
                valid_until=today_paris(now) + timedelta(days=days), created_by=row.salesperson, created_at=now,
            )  # fmt: skip

    def trade_in(self, name: str = "RINO", *, state: str = "to_approve", told: bool = False, **fields: Any) -> Any:
        row = self.opportunity(name, **fields)
        now = timezone.now()
        with unscoped("test data"):
            if not told:
                type(row).objects.filter(pk=row.pk).update(last_contact_at=now - timedelta(hours=3))
            return TradeIn.objects.create(
                **self.place(row), number=465_000 + row.pk, make="VOLKSWAGEN", model="Golf Plus", plate="GD642JM",
                first_registration="2010-04-23", mileage_km=89_632, state=state, expected_price=8_500,
                asked_by=row.salesperson, asked_at=now - timedelta(hours=2), created_by=row.salesperson,
                created_at=now - timedelta(hours=2),
                **({} if state == "to_approve" else {
                    "decided_by": self.cast.marc, "decided_at": now - timedelta(hours=1), "price": 7_600,
                    "valid_until": today_paris(now) + timedelta(days=10),
                }),
            )  # fmt: skip

    def vehicle(self, model: str = "Clio", **fields: Any) -> Any:
        values = {"status": "for_sale", "model": model, "make": "RENAULT", "sale_price": 9_900, **fields}
        return self.inspected(entity=self.cast.north, point_of_sale=self.cast.north_1, **values)

    @staticmethod
    def inspected(*, inspection_due_on: Any = None, **fields: Any) -> Any:
        """A vehicle whose inspection is due on that day, or on none that is known."""
        if inspection_due_on is None:
            return make_vehicle(**fields, first_registration=None)
        return make_vehicle(**fields, inspection_on=add_years(inspection_due_on, -2))

    @staticmethod
    def place(row: Any) -> dict[str, Any]:
        return {"entity": row.entity, "point_of_sale": row.point_of_sale, "opportunity": row}


@pytest.fixture
def things(cast: Any) -> Things:
    return Things(cast)
