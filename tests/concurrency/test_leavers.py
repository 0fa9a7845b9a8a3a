"""Who leaves at the instant in which somebody writes to them, asks them, or merges their customers; and sheets of sites
beside people who come: nobody waits in a circle, and nothing stays with who is gone."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from customers.models import Customer
from customers.services import editing, merging
from openflex.core.errors import Refused
from opportunities.enums import AppointmentKind, Source
from opportunities.models import Appointment, Comment, Opportunity
from opportunities.services import appointments, comments, creation, follow_up
from settings_admin.access.services import people
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import Membership
from settings_admin.organisation.services import sheets
from settings_admin.registries import BuiltInGroup
from tests.concurrency.test_customers import behind
from tests.concurrency.test_vehicles import together
from tests.make import make_customer, make_opportunity

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("look_at_everything")]


@pytest.fixture
def successor(cast):
    """Somebody who sells all over Nord, as Sam does."""
    add_member(
        actor=None, user=cast.nobody, group=built_in_group(cast.holding, BuiltInGroup.SALESPERSON), entity=cast.north
    )
    return cast.nobody


def of(cast, salesperson, **fields):
    customer = make_customer(entity=cast.north, birth_name="RINO")
    return make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=salesperson, **fields)


def leaving(cast, successor):
    return lambda: people.leave(actor=cast.alice, user=cast.sam, successor=successor)


def commenting(cast, opportunity, *, is_from_manager=False, asked_of=None):
    return lambda: comments.add_comment(
        opportunity=opportunity, text="Il rappelle demain.", author=cast.alice, is_from_manager=is_from_manager,
        asked_of=asked_of, key=uuid4(), now=timezone.now(),
    )  # fmt: skip


def until(is_so: Callable[[], bool], *, at_most: int = 5) -> None:
    deadline = time.monotonic() + at_most
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.01)


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return int(cursor.fetchone()[0])


class TestAComment:
    def test_of_a_manager_on_what_is_handed_over_comes_through(self, cast, successor, monkeypatch):
        """It holds the opportunity and tells its salesperson while the act that closes his account waits for it."""
        opportunity = of(cast, cast.sam)
        holds, tell = Event(), comments.hold_bells

        def slowly(told):
            holds.set()
            until(lambda: waiting() > 0)
            tell(told)

        monkeypatch.setattr(comments, "hold_bells", slowly)

        def leave_then():
            assert holds.wait(timeout=5)
            return leaving(cast, successor)()

        comment, moved = together(cast.alice, commenting(cast, opportunity, is_from_manager=True), leave_then)
        opportunity.refresh_from_db()
        assert (opportunity.salesperson, moved) == (successor, {"opportunities": 1})
        assert Comment.objects.get() == comment
        cast.sam.refresh_from_db()
        assert not cast.sam.is_active

    @pytest.mark.parametrize("whose", ["sam", "momo"])
    def test_that_asks_who_leaves_is_handed_over_too(self, cast, successor, whose):
        """On their own opportunity, and on one of a colleague, of which they leave nothing else."""
        of(cast, cast.sam)
        opportunity = of(cast, getattr(cast, whose))
        behind(cast.alice, commenting(cast, opportunity, asked_of=cast.sam), leaving(cast, successor))
        assert Comment.objects.get().asked_of == successor

    @pytest.mark.parametrize("whose", ["sam", "momo"])
    def test_behind_the_act_it_asks_nobody_who_is_gone(self, cast, successor, whose):
        of(cast, cast.sam)
        opportunity = of(cast, getattr(cast, whose))
        answer = behind(cast.alice, leaving(cast, successor), commenting(cast, opportunity, asked_of=cast.sam))
        assert isinstance(answer, Refused)
        assert answer.field == "asked_of"
        assert not Comment.objects.exists()


class TestWhatIsGivenAtThatInstant:
    """To who leaves: refused behind the act, handed over when it came before."""

    def ways(self, cast) -> dict[str, Callable[[], Any]]:
        row, other, now = of(cast, cast.momo), of(cast, cast.momo), timezone.now()
        customer = make_customer(entity=cast.north, birth_name="ARNAUD")
        hours = {"starts_at": now + timezone.timedelta(days=3), "ends_at": now + timezone.timedelta(days=3, hours=1)}
        appointment = {"kind": AppointmentKind.MEETING, "salesperson": cast.sam, "vehicle": None, "note": "", **hours}
        return {
            "an opportunity": lambda: creation.create_opportunity(
                customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam, actor=cast.alice,
                values={"source": Source.INTERNAL}, key=uuid4(), now=now,
            ),
            "a colleague's": lambda: follow_up.reassign(opportunity=row, to=cast.sam, actor=cast.alice, now=now),
            "an appointment": lambda: appointments.plan_appointment(
                opportunity=other, values=appointment, actor=cast.alice, key=uuid4(), now=now
            ),
            "a customer": lambda: editing.edit_customer(
                customer=customer, base={"salesperson": None}, mine={"salesperson": cast.sam}, actor=cast.alice
            ),
        }  # fmt: skip

    def left_to(self, user) -> int:
        rows = (Opportunity.objects, Appointment.objects, Customer.objects)
        return sum(one.filter(salesperson=user).count() for one in rows)

    @pytest.mark.parametrize("what", ["an opportunity", "a colleague's", "an appointment", "a customer"])
    def test_before_the_act_it_is_handed_over(self, cast, successor, what):
        behind(cast.alice, self.ways(cast)[what], leaving(cast, successor))
        assert (self.left_to(cast.sam), self.left_to(successor)) == (0, 1)

    @pytest.mark.parametrize("what", ["an opportunity", "a colleague's", "an appointment", "a customer"])
    def test_behind_the_act_it_is_refused(self, cast, successor, what):
        answer = behind(cast.alice, leaving(cast, successor), self.ways(cast)[what])
        assert isinstance(answer, Refused)
        assert answer.code == "account_closed"
        assert self.left_to(cast.sam) == 0

    @pytest.mark.parametrize("first", ["merge", "act"])
    def test_whom_a_merge_takes_over_from_the_other_file_follows_nobody_after(self, cast, successor, first):
        kept, gone = (make_customer(entity=cast.north, birth_name="RINO") for _ in range(2))
        Customer.objects.filter(pk=gone.pk).update(salesperson=cast.sam)
        gone.refresh_from_db()

        def merge() -> Customer:
            return merging.merge(survivor=kept, absorbed=gone, taken=["salesperson"], actor=cast.alice)

        act = leaving(cast, successor)
        answer = behind(cast.alice, *((merge, act) if first == "merge" else (act, merge)))
        kept.refresh_from_db()
        if first == "merge":
            assert kept.salesperson == successor
        else:
            assert (answer.code, kept.salesperson) == ("account_closed", None)


def test_a_merge_of_two_customers_beside_the_act_waits_for_it_or_it_for_the_merge(cast, successor):
    """Both take the opportunities of one customer in one order, however their rows lie."""
    kept, gone = (make_customer(entity=cast.north, birth_name="RINO") for _ in range(2))
    rows = [make_opportunity(customer=gone, point_of_sale=cast.north_1, salesperson=cast.sam) for _ in range(3)]
    # The first one is written anew, behind the others: a statement that takes them as they lie comes to it last.
    for user in (cast.momo, cast.sam):
        Opportunity.objects.filter(pk=rows[0].pk).update(salesperson=user)

    def merge_then() -> Customer:
        until(lambda: waiting() > 0)  # the act, for the first one
        return merging.merge(survivor=kept, absorbed=gone, taken=(), actor=cast.alice)

    def run() -> list[Any]:
        try:
            return together(cast.alice, leaving(cast, successor), merge_then)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Opportunity.objects.select_for_update(of=("self",)).get(pk=rows[0].pk)
            answers = pool.submit(run)
            until(lambda: waiting() > 1)
            assert waiting() > 1
        moved, into = answers.result()
    assert moved == {"opportunities": 3}
    assert into == kept
    assert set(Opportunity.objects.values_list("customer", "salesperson")) == {(kept.pk, successor.pk)}


class TestASheetBesideANewMember:
    """Whoever joins at a site while its sheet, or that of its entity, is being saved: neither waits for the other."""

    def joining(self, cast):
        group = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
        return lambda: add_member(
            actor=cast.alice, user=cast.nobody, group=group, entity=cast.north, points_of_sale=[cast.north_2]
        )

    def saving(self, cast, sheet):
        if sheet == "site":
            return lambda: sheets.edit_site(
                row=cast.north_2, base={"phone": ""}, mine={"phone": "03 85 00 00 00"}, actor=cast.alice
            )
        return lambda: sheets.edit_entity(
            row=cast.north, base={"phone": ""}, mine={"phone": "03 85 00 00 00"}, actor=cast.alice
        )

    @pytest.mark.parametrize("sheet", ["site", "entity"])
    @pytest.mark.parametrize("first", ["joins", "saves"])
    def test_both_are_done_before_either_ends(self, cast, sheet, first):
        joins, saves = self.joining(cast), self.saving(cast, sheet)
        verbs = (joins, saves) if first == "joins" else (saves, joins)

        def run() -> Any:
            try:
                return together(cast.alice, verbs[1])[0]
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                verbs[0]()
                answer = pool.submit(run)
                until(lambda: answer.done() or waiting() > 0)
                assert answer.done(), "it waits for the one that has not ended"
            assert not isinstance(answer.result(), Exception)
        membership = Membership.objects.get(user=cast.nobody)
        assert list(membership.points_of_sale.all()) == [cast.north_2]
        row = cast.north_2 if sheet == "site" else cast.north
        row.refresh_from_db()
        assert row.phone == "03 85 00 00 00"
