"""The store of a day, the quota, the ledger: what is asked of the provider at all, and what is written down of it."""

from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from django.db import DatabaseError, transaction

from openflex.core.errors import Refused
from quotation.enums import KEPT_FOR, AnswerKind, QuotationState
from quotation.models import ProviderAnswer, ProviderCall, QuotationSettings
from quotation.providers.failures import (
    BadCredentials,
    CallsSuspended,
    NotInSubscription,
    ProviderFailure,
    ServerError,
)
from quotation.services.asking import HasValue, ask, ask_all, claimed, keep_one, put
from settings_admin.scoping import unscoped
from tests.make import make_quotation
from tests.quotation.asking_support import NOON, Questions, asker


@pytest.fixture
def questions():
    return Questions()


@pytest.fixture
def in_north(cast, as_user):
    as_user(cast.sam)
    return cast


class TestStore:
    def test_the_same_question_is_answered_from_the_store_for_a_day(self, in_north, questions):
        first = ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        almost = NOON + KEPT_FOR - timedelta(seconds=1)
        assert ask(asker(in_north.north, in_north.sam, now=almost), questions.one("golf")) == first
        assert questions.sent == ["golf"]

    def test_a_day_later_it_is_asked_again(self, in_north, questions):
        first = ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        again = ask(asker(in_north.north, in_north.sam, now=NOON + KEPT_FOR), questions.one("golf"))
        assert again != first
        assert questions.sent == ["golf", "golf"]

    def test_another_question_and_another_kind_are_not_the_same(self, in_north, questions):
        who = asker(in_north.north, in_north.sam)
        ask(who, questions.one("golf"))
        ask(who, questions.one("clio"))
        ask(who, questions.one("golf", AnswerKind.EQUIPMENT))
        assert questions.sent == ["golf", "clio", "golf"]

    def test_a_colleague_of_the_entity_gets_it_too(self, in_north, questions):
        ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        ask(asker(in_north.north, in_north.marc), questions.one("golf"))
        assert questions.sent == ["golf"]

    def test_another_entitys_answer_is_never_used(self, cast, as_user, questions):
        """Even by somebody who belongs to both: each entity pays for what it asks."""
        as_user(cast.alice, choice="all")
        ask(asker(cast.south, cast.alice), questions.one("golf"))
        ask(asker(cast.north, cast.alice), questions.one("golf"))
        assert questions.sent == ["golf", "golf"]

    def test_fresh_passes_the_store_by_and_renews_it(self, in_north, questions):
        ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        later = NOON + timedelta(hours=1)
        fresh = ask(asker(in_north.north, in_north.sam, now=later, is_fresh=True), questions.one("golf"))
        assert ask(asker(in_north.north, in_north.sam, now=later), questions.one("golf")) == fresh
        assert questions.sent == ["golf", "golf"]

    def test_a_failure_is_not_kept(self, in_north):
        questions = Questions(lambda name: ServerError("Autovista", status=500))
        for _ in range(2):
            with pytest.raises(ServerError):
                ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        assert questions.sent == ["golf", "golf"]
        assert not ProviderAnswer.objects.exists()

    def test_what_was_asked_is_kept_beside_it(self, in_north, questions):
        answer = ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        assert ProviderAnswer.objects.get(pk=answer.pk).asked == {"about": "golf"}

    def test_what_the_provider_said_cannot_be_changed(self, in_north, questions):
        answer = ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            ProviderAnswer.objects.filter(pk=answer.pk).update(question="x")
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            answer.delete()


class TestTogether:
    def test_what_is_stored_is_not_asked_and_the_order_stays(self, in_north, questions):
        who = asker(in_north.north, in_north.sam)
        stored = ask(who, questions.one("b", AnswerKind.SOLD))
        answers = ask_all(who, [questions.one("a", AnswerKind.ON_SALE), questions.one("b", AnswerKind.SOLD)])
        assert answers[1] == stored
        assert [answer.raw for answer in answers] == [[{"name": "a"}], [{"name": "b"}]]

    def test_a_failure_stands_in_its_place_and_the_other_is_kept(self, in_north):
        questions = Questions(lambda name: {"name": name} if name == "b" else ServerError("Autovista", status=500))
        who = asker(in_north.north, in_north.sam)
        failed, answered = ask_all(who, [questions.one("a", AnswerKind.ON_SALE), questions.one("b", AnswerKind.SOLD)])
        assert isinstance(failed, ProviderFailure)
        assert answered.raw == [{"name": "b"}]

    def test_a_value_is_kept_while_its_adverts_are_on_their_way(self, in_north, questions):
        """The adverts come only once the value is there: waited for, it would never be."""
        who = asker(in_north.north, in_north.sam)
        value = put(who, [questions.one("golf")])
        assert not ProviderAnswer.objects.exists()
        is_kept = Event()

        def adverts(name):
            assert is_kept.wait(timeout=10)
            return {"name": name}

        def meanwhile():
            assert keep_one(value).raw == [{"name": "golf"}]
            is_kept.set()

        later = put(who, [Questions(adverts).one("a", AnswerKind.ON_SALE)], meanwhile=meanwhile)
        assert ProviderAnswer.objects.get().kind == AnswerKind.VALUATION
        assert keep_one(later).raw == [{"name": "a"}]
        assert list(ProviderCall.objects.order_by("pk").values_list("name", "outcome")) == [
            ("valuation", "ok"),
            ("on_sale", "ok"),
        ]

    def test_what_is_done_meanwhile_is_done_where_nothing_is_asked(self, in_north, questions):
        who, done = asker(in_north.north, in_north.sam), []
        stored = ask(who, questions.one("b", AnswerKind.SOLD))
        again = put(who, [questions.one("b", AnswerKind.SOLD)], meanwhile=lambda: done.append("kept"))
        assert (keep_one(again), done, questions.sent) == (stored, ["kept"], ["b"])

    def test_it_is_refused_inside_a_transaction(self, in_north, questions, django_db_blocker):
        """Django lets the transaction of a test itself pass: only one of our own counts."""
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        assert questions.sent == []


class TestQuota:
    def fill(self, cast, count, at=NOON, entity=None):
        ProviderCall.objects.bulk_create(
            ProviderCall(
                entity=entity or cast.north,
                user=cast.marc,
                name="plate",
                charges=1,
                outcome="ok",
                duration_ms=1,
                at=at,
            )
            for _ in range(count)
        )

    @pytest.mark.parametrize(
        ("quota", "said"), [(3, "3\u00a0appels payants par jour de Nord"), (1, "1\u00a0appel payant par jour de Nord")]
    )
    def test_it_refuses_before_anything_is_sent_and_says_what_can_be_done(self, in_north, questions, quota, said):
        QuotationSettings.objects.create(entity=in_north.north, daily_quota=quota)
        self.fill(in_north, quota)
        with pytest.raises(Refused) as refused:
            ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        assert refused.value.code == "quota_reached"
        assert said in refused.value.message
        assert "demain" in refused.value.message
        assert questions.sent == []

    def test_the_last_one_passes_and_two_at_once_do_not(self, in_north, questions):
        QuotationSettings.objects.create(entity=in_north.north, daily_quota=3)
        self.fill(in_north, 2)
        with pytest.raises(Refused):
            ask_all(asker(in_north.north, in_north.sam), [questions.one("golf"), questions.one("clio")])
        ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        assert questions.sent == ["golf"]

    def test_what_is_free_or_stored_passes_beyond_it(self, in_north, questions):
        ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        QuotationSettings.objects.create(entity=in_north.north, daily_quota=0)
        ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        ask(asker(in_north.north, in_north.sam), questions.one("golf", AnswerKind.EQUIPMENT))
        assert questions.sent == ["golf", "golf"]

    @pytest.mark.parametrize(
        ("made_at", "counts"),
        [
            # In December midnight in Paris is 23:00 UTC of the day before.
            (datetime(2024, 12, 1, 22, 59, 59, tzinfo=UTC), False),
            (datetime(2024, 12, 1, 23, 0, tzinfo=UTC), True),
            (datetime(2024, 12, 2, 22, 59, 59, tzinfo=UTC), True),
            (datetime(2024, 12, 2, 23, 0, tzinfo=UTC), False),
        ],
    )
    def test_the_day_is_the_one_of_paris(self, in_north, questions, made_at, counts):
        QuotationSettings.objects.create(entity=in_north.north, daily_quota=1)
        self.fill(in_north, 1, at=made_at)
        if counts:
            with pytest.raises(Refused):
                ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        else:
            ask(asker(in_north.north, in_north.sam), questions.one("golf"))

    def test_another_entitys_calls_do_not_count(self, cast, as_user, questions):
        as_user(cast.alice, choice="all")
        QuotationSettings.objects.create(entity=cast.north, daily_quota=1)
        self.fill(cast, 5, entity=cast.south)
        ask(asker(cast.north, cast.alice), questions.one("golf"))

    def test_the_usual_quota_comes_from_the_settings(self, in_north, questions, settings):
        settings.VALUATION_PROVIDER = {**settings.VALUATION_PROVIDER, "daily_quota": 2}
        self.fill(in_north, 2)
        with pytest.raises(Refused, match="quota de 2\u00a0appels"):
            ask(asker(in_north.north, in_north.sam), questions.one("golf"))


class TestLedger:
    def test_a_success_and_a_failure_leave_a_row_each(self, in_north):
        quotation = make_quotation(entity=in_north.north, created_by=in_north.sam)
        who = asker(in_north.north, in_north.sam, quotation=quotation)
        ask(who, Questions().one("golf"))
        with pytest.raises(ServerError):
            ask(who, Questions(lambda name: ServerError("Autovista", status=500)).one("clio"))
        rows = ProviderCall.objects.order_by("pk").values_list(
            "entity", "user", "quotation", "name", "is_paid", "status", "outcome", "duration_ms", "request_id", "at"
        )
        common = (in_north.north.pk, in_north.sam.pk, quotation.pk, "valuation", True)
        assert list(rows) == [
            (*common, 200, "ok", 120, "0123456789abcdef", NOON),
            (*common, 500, "server_error", 120, "0123456789abcdef", NOON),
        ]

    def test_an_answer_from_the_store_leaves_none(self, in_north, questions):
        for _ in range(2):
            ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        assert ProviderCall.objects.count() == 1

    def test_two_questions_of_one_act_are_written_once_each(self, in_north, questions):
        who = asker(in_north.north, in_north.sam)
        ask(who, questions.one("golf"))
        ask(who, questions.one("clio"))
        assert ProviderCall.objects.count() == 2

    def test_what_left_stays_counted_when_its_answer_is_never_known(self, in_north):
        """As when the process dies: what the provider charges, only it knows."""

        def died(name):
            raise KeyError(name)

        with pytest.raises(KeyError):
            ask(asker(in_north.north, in_north.sam), Questions(died).one("golf"))
        row = ProviderCall.objects.get()
        assert (row.is_paid, row.outcome, row.outcome_label) == (True, "sent", "Envoyé")

    def test_what_was_never_sent_is_not_counted(self, in_north):
        """The breaker is open."""
        questions = Questions(lambda name: CallsSuspended("Autovista"), attempts=0)
        with pytest.raises(CallsSuspended):
            ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        row = ProviderCall.objects.get()
        assert (row.is_paid, row.outcome) == (False, "suspended")

    @pytest.mark.parametrize("kind", [BadCredentials, NotInSubscription])
    def test_what_is_turned_away_at_the_door_leaves_the_quota_as_it_was(self, in_north, kind):
        """Wrong credentials for a whole day must not use up the day once they are right."""
        QuotationSettings.objects.create(entity=in_north.north, daily_quota=1)
        status = 403 if kind is NotInSubscription else 401
        refused = Questions(lambda name: kind("Autovista", status=status))
        for _ in range(3):
            with pytest.raises(kind):
                ask(asker(in_north.north, in_north.sam), refused.one("golf"))
        assert set(ProviderCall.objects.values_list("is_paid", "status")) == {(False, status)}
        ask(asker(in_north.north, in_north.sam), Questions().one("golf"))
        assert ProviderCall.objects.filter(is_paid=True).count() == 1

    def test_what_was_put_three_times_counts_three_times(self, in_north, questions):
        QuotationSettings.objects.create(entity=in_north.north, daily_quota=3)
        ask(asker(in_north.north, in_north.sam), Questions(attempts=3).one("golf", AnswerKind.PLATE))
        row = ProviderCall.objects.get()
        assert (row.charges, row.is_paid) == (3, True)
        with pytest.raises(Refused):
            ask(asker(in_north.north, in_north.sam), questions.one("clio"))
        assert questions.sent == []

    def test_no_row_can_be_taken_out(self, in_north, questions):
        ask(asker(in_north.north, in_north.sam), questions.one("golf"))
        with unscoped("test"), pytest.raises(DatabaseError, match="no_delete"), transaction.atomic():
            ProviderCall.objects.all().delete()


class TestClaim:
    def test_one_at_a_time(self, in_north):
        quotation = make_quotation(entity=in_north.north, created_by=in_north.sam)
        with claimed(quotation, now=NOON):
            with pytest.raises(Refused) as refused, claimed(quotation, now=NOON + timedelta(seconds=1)):
                pytest.fail("asked twice")
            assert refused.value.code == "being_asked"
        with claimed(quotation, now=NOON + timedelta(seconds=2)):
            pass

    def test_it_ends_with_a_failure(self, in_north):
        quotation = make_quotation(entity=in_north.north, created_by=in_north.sam)
        with pytest.raises(ServerError), claimed(quotation, now=NOON):
            raise ServerError("Autovista", status=500)
        with claimed(quotation, now=NOON):
            pass

    def test_what_an_answer_that_was_not_kept_wrote_off_is_written_off(self, in_north):
        quotation = make_quotation(entity=in_north.north, created_by=in_north.sam)

        def answer_that_is_rolled_back() -> None:
            quotation.asked_at = None
            raise ServerError("Autovista", status=500)

        with pytest.raises(ServerError), claimed(quotation, now=NOON):
            answer_that_is_rolled_back()
        with claimed(quotation, now=NOON):
            pass

    def test_a_draft_that_has_got_its_value_since_asks_nothing(self, in_north):
        draft = make_quotation(entity=in_north.north, created_by=in_north.sam)
        draft.state = QuotationState.DRAFT
        with pytest.raises(HasValue), claimed(draft, now=NOON):
            pytest.fail("asked")

    def test_what_a_process_that_died_left_is_forgotten(self, in_north):
        quotation = make_quotation(entity=in_north.north, created_by=in_north.sam, asked_at=NOON)
        with pytest.raises(Refused), claimed(quotation, now=NOON + timedelta(seconds=29)):
            pass
        with claimed(quotation, now=NOON + timedelta(seconds=30)):
            pass
