"""Paid calls at one instant: the quota of the day is never passed, and nothing is locked while the provider answers."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from openflex.core.errors import Refused
from quotation.models import ProviderAnswer, ProviderCall, QuotationSettings
from quotation.services.asking import ask, ask_all
from settings_admin.access.selectors.belonging import belonging_of, scope_of
from settings_admin.scoping import scoped
from tests.concurrency.test_vehicles import together
from tests.quotation.asking_support import Questions, asker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("look_at_everything")]


def asking(cast, questions: Questions, name: str):
    return lambda: ask(asker(cast.north, cast.sam), questions.one(name))


def test_of_eight_at_one_instant_three_pass_a_quota_of_three(cast):
    QuotationSettings.objects.create(entity=cast.north, daily_quota=3)
    questions = Questions()
    answers = together(cast.sam, *(asking(cast, questions, f"car {number}") for number in range(8)))
    assert len(questions.sent) == 3
    assert [answer.code for answer in answers if isinstance(answer, Refused)] == ["quota_reached"] * 5
    assert sum(isinstance(answer, ProviderAnswer) for answer in answers) == 3
    assert ProviderCall.objects.filter(is_paid=True, outcome="ok").count() == ProviderCall.objects.count() == 3


def test_while_the_last_one_is_being_answered_another_is_refused_at_once(cast):
    """It neither passes nor waits: what is counted is in the ledger, and no lock is held during the call."""
    QuotationSettings.objects.create(entity=cast.north, daily_quota=1)
    refusals: list[Any] = []

    def somebody_else() -> None:
        try:
            with scoped(scope_of(cast.marc, belonging_of(cast.marc), "")):
                ask(asker(cast.north, cast.marc), Questions().one("clio"))
        except Refused as refusal:
            refusals.append(refusal.code)
        finally:
            connections.close_all()

    def answered(name: str) -> dict[str, str]:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(somebody_else).result()
        return {"name": name}

    with scoped(scope_of(cast.sam, belonging_of(cast.sam), "")):
        ask(asker(cast.north, cast.sam), Questions(answered).one("golf"))
    assert refusals == ["quota_reached"]
    assert ProviderCall.objects.get().outcome == "ok"


def test_two_calls_of_one_page_pass_together_or_not_at_all(cast):
    QuotationSettings.objects.create(entity=cast.north, daily_quota=3)
    questions = Questions()

    def pair(name: str):
        two = [questions.one(f"{name} 1"), questions.one(f"{name} 2")]
        return lambda: ask_all(asker(cast.north, cast.sam), two)

    answers = together(cast.sam, pair("a"), pair("b"))
    assert len(questions.sent) == 2
    assert sum(isinstance(answer, Refused) for answer in answers) == 1
