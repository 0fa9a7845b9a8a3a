"""Customers merged, edited, imported, erased and referred to at one instant: nobody is left half in two files."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from customers.models import Customer, CustomerImport
from customers.services import around, editing, erasure, import_runs, imports, merging, silence
from openflex.core.errors import Refused
from opportunities.enums import Source
from opportunities.models import Opportunity
from opportunities.services.comments import add_comment
from opportunities.services.creation import create_opportunity
from settings_admin.access.selectors.belonging import belonging_of, scope_of
from settings_admin.models import TimelineEntry
from settings_admin.scoping import scoped
from tests.concurrency.test_vehicles import together
from tests.make import make_customer, make_customer_import, make_opportunity, make_vehicle
from vehicles.models import Hold
from vehicles.services import holds, stock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("look_at_everything")]


@pytest.fixture
def pair(cast):
    return [make_customer(entity=cast.north, birth_name="RINO", email=f"{name}@example.test") for name in "ab"]


def merging_into(cast, kept, gone, *taken):
    return lambda: merging.merge(survivor=kept, absorbed=gone, taken=taken, actor=cast.alice)


def behind(
    user: Any, first: Callable[[], Any], second: Callable[[], Any], *, then: Callable[[Any], Any] = lambda done: None
) -> Any:
    """What `second` answers, which begins when `first` is done and not committed yet, and waits for it. `then` goes on
    with what the first has made, once the second waits."""
    scope = scope_of(user, belonging_of(user), "")

    def run() -> Any:
        try:
            return together(user, second)[0]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with scoped(scope), transaction.atomic():
            done = first()
            answer = pool.submit(run)
            for _ in range(500):
                if answer.done() or _somebody_waits():
                    break
                time.sleep(0.01)
            then(done)
        return answer.result()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def states() -> list[tuple[int | None, bool]]:
    return [(one.merged_into_id, one.erased_at is not None) for one in Customer.objects.order_by("pk")]


def test_two_merges_that_cross_leave_one_file(cast, pair):
    first, second = pair
    answers = together(cast.alice, merging_into(cast, first, second), merging_into(cast, second, first))
    (refusal,) = [one for one in answers if isinstance(one, Refused)]
    assert refusal.code == "gone"
    (kept,) = [one for one in answers if isinstance(one, Customer)]
    assert sorted(str(into) for into, _ in states()) == sorted(["None", str(kept.pk)])
    assert TimelineEntry.objects.filter(kind="merged").count() == 1


def test_one_file_is_not_merged_into_two(cast, pair):
    first, second = pair
    third = make_customer(entity=cast.north, birth_name="RINO")
    answers = together(cast.alice, merging_into(cast, first, third), merging_into(cast, second, third))
    assert [one.code for one in answers if isinstance(one, Refused)] == ["gone"]
    third.refresh_from_db()
    assert third.merged_into in pair


class TestBehindAMerge:
    """What was begun on a file that is being merged away is refused, or goes where the file goes; never beside it."""

    def test_an_edit_of_the_file_that_goes_is_refused(self, cast, pair):
        kept, gone = pair
        edit = {"base": {"city": ""}, "mine": {"city": "AUTUN"}}
        answer = behind(
            cast.alice,
            merging_into(cast, kept, gone),
            lambda: editing.edit_customer(customer=gone, actor=cast.alice, **edit),
        )
        assert answer is editing.GONE
        gone.refresh_from_db()
        assert gone.city == ""

    def test_an_edit_of_the_file_that_stays_is_kept_beside_what_was_taken_over(self, cast, pair):
        kept, gone = pair
        edit = {"base": {"city": ""}, "mine": {"city": "AUTUN"}}
        behind(
            cast.alice,
            merging_into(cast, kept, gone, "email"),
            lambda: editing.edit_customer(customer=kept, actor=cast.alice, **edit),
        )
        kept.refresh_from_db()
        assert (kept.city, kept.email) == ("AUTUN", "b@example.test")

    def test_what_would_point_at_the_file_that_goes_is_refused(self, cast, pair):
        kept, gone = pair
        vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
        for begun in (
            lambda: create_opportunity(
                customer=gone, point_of_sale=cast.north_1, salesperson=cast.sam, actor=cast.alice,
                values={"source": Source.INTERNAL}, key=uuid4(), now=timezone.now(),
            ),
            lambda: holds.reserve(vehicle=vehicle, customer=gone, actor=cast.alice),
            lambda: stock.edit_vehicle(
                vehicle=vehicle, base={"supplier": None}, mine={"supplier": gone}, actor=cast.alice
            ),
        ):  # fmt: skip
            answer = behind(cast.alice, merging_into(cast, kept, gone), begun)
            assert isinstance(answer, Refused), begun
            Customer.objects.filter(pk=gone.pk).update(merged_into=None)
        assert not Opportunity.objects.exists()
        assert not Hold.objects.exists()
        vehicle.refresh_from_db()
        assert vehicle.supplier is None


class TestErasure:
    def test_at_once_with_a_merge_nothing_is_said_of_who_is_erased(self, cast, pair):
        """Whichever comes first: merged, then the file that stays is erased with both, or erased and not merged."""
        kept, gone = pair
        together(
            cast.alice,
            merging_into(cast, kept, gone, "email"),
            lambda: erasure.erase(customer=kept, actor=cast.alice, now=timezone.now()),
        )
        kept.refresh_from_db()
        gone.refresh_from_db()
        assert kept.erased_at is not None
        assert (kept.email, kept.birth_name) == ("", "")
        assert gone.merged_into_id is None or (gone.email, gone.birth_name) == ("", "")

    def test_behind_a_merge_it_forgets_both(self, cast, pair):
        kept, gone = pair
        behind(
            cast.alice,
            merging_into(cast, kept, gone, "email"),
            lambda: erasure.erase(customer=kept, actor=cast.alice, now=timezone.now()),
        )
        assert [(one.email, one.birth_name) for one in Customer.objects.all()] == [("", ""), ("", "")]

    def test_a_merge_sent_again_at_once_with_the_erasure_does_not_wait_for_ever(self, cast, pair):
        """Both take the two files in one order, whichever is the older."""
        gone, kept = pair
        merging_into(cast, kept, gone)()
        for _ in range(5):
            answers = together(
                cast.alice,
                merging_into(cast, kept, gone),
                lambda: erasure.erase(customer=kept, actor=cast.alice, now=timezone.now()),
            )
            assert len(answers) == 2
            Customer.objects.update(erased_at=None, birth_name="RINO")

    def test_of_the_file_that_goes_it_is_refused_and_names_the_other(self, cast, pair):
        kept, gone = pair
        make_opportunity(customer=gone, point_of_sale=cast.north_1, salesperson=cast.sam)
        answer = behind(
            cast.alice,
            merging_into(cast, kept, gone),
            lambda: erasure.erase(customer=gone, actor=cast.alice, now=timezone.now()),
        )
        assert answer is erasure.MERGED
        assert Opportunity.objects.get().customer == kept


class TestTheNight:
    """Whoever is being worked on when the night forgets the silent ones stays, or is refused beside what was typed."""

    @pytest.fixture
    def silent(self, cast):
        long_ago = timezone.now() - timedelta(days=4000)
        customer = make_customer(entity=cast.north, birth_name="MUET", email="muet@example.test")
        Customer.objects.update(
            created_at=long_ago, changed_at=long_ago, last_contact_at=long_ago, erase_on=timezone.now().date()
        )
        return customer

    def night(self):
        return silence.erase_silent(now=timezone.now() + timedelta(days=1))

    def test_who_is_edited_at_that_instant_stays(self, cast, silent):
        edit = {"base": {"city": ""}, "mine": {"city": "AUTUN"}}
        erased = behind(
            cast.alice,
            lambda: editing.edit_customer(customer=silent, actor=cast.alice, **edit),
            self.night,
        )
        assert erased == 0
        silent.refresh_from_db()
        assert (silent.email, silent.city, silent.erase_on) == ("muet@example.test", "AUTUN", None)

    def test_of_whom_a_comment_is_written_at_that_instant_stays(self, cast, silent):
        long_ago = timezone.now() - timedelta(days=4000)
        opportunity = make_opportunity(
            customer=silent, point_of_sale=cast.north_1, salesperson=cast.sam, status="lost", closed_at=long_ago,
            overdue_on=None, created_at=long_ago, changed_at=long_ago, last_contact_at=long_ago,
        )  # fmt: skip
        comment = {"text": "Il rappelle", "author": cast.alice, "is_from_manager": False, "key": uuid4()}
        erased = behind(
            cast.alice,
            lambda: add_comment(opportunity=opportunity, now=timezone.now(), **comment),
            self.night,
        )
        assert erased == 0
        silent.refresh_from_db()
        assert silent.email == "muet@example.test"

    def test_an_edit_behind_it_is_refused(self, cast, silent):
        edit = {"base": {"city": ""}, "mine": {"city": "AUTUN"}}
        answer = behind(
            cast.alice, self.night, lambda: editing.edit_customer(customer=silent, actor=cast.alice, **edit)
        )
        assert answer is editing.GONE
        silent.refresh_from_db()
        assert (silent.email, silent.city) == ("", "")

    def test_two_nights_at_once_erase_once(self, cast, silent):
        assert sorted(together(cast.alice, self.night, self.night)) == [0, 1]
        assert TimelineEntry.objects.filter(kind="erased").count() == 1


def imported(cast, **fields):
    lines = [[number, {"birth_name": f"IMPORTÉ{number}", "first_names": "Rose"}] for number in range(2, 12)]
    return make_customer_import(entity=cast.north, created_by=cast.alice, lines=lines, **fields)


def test_an_import_confirmed_in_three_tabs_creates_once(cast):
    row = imported(cast)
    answers = together(
        cast.alice,
        *(
            lambda: imports.confirm(
                actor=cast.alice, row=CustomerImport.objects.get(pk=row.pk), with_alike=False, now=timezone.now()
            )
            for _ in range(3)
        ),
    )
    assert [one.code for one in answers if isinstance(one, Refused)] == ["already_confirmed"] * 2
    assert Customer.objects.count() == TimelineEntry.objects.filter(kind="imported").count() == 10
    row.refresh_from_db()
    assert (row.state, row.created, row.done) == ("done", 10, 10)


def test_an_import_sent_to_three_workers_is_done_once(cast, monkeypatch):
    monkeypatch.setattr(import_runs, "BATCH", 2)
    row = imported(cast, state="creating", confirmed_at=timezone.now())
    together(cast.alice, *(lambda: import_runs.run(row.pk, now=timezone.now()) for _ in range(3)))
    assert Customer.objects.count() == TimelineEntry.objects.filter(kind="imported").count() == 10


def test_a_contact_added_at_once_with_a_merge_is_with_the_file_that_stays_or_refused(cast, pair):
    kept, gone = pair
    add = {"values": {"name": "Luc"}, "actor": cast.alice, "key": uuid4()}
    together(
        cast.alice,
        merging_into(cast, kept, gone),
        lambda: around.add_part(around.Contact, customer=gone, **add),
    )
    assert not around.Contact.objects.filter(customer=gone).exists()
