"""Stored answers are read once: a page that is opened again fetches no advert from the database, and says the same."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quotation import answers
from quotation.models import ProviderAnswer
from settings_admin.scoping import unscoped
from tests.quotation.way import Way
from tests.support.htmx import content, parse


def test_a_radar_is_fetched_once_for_all_its_pages(way: Way):
    pk = way.valued().pk
    fetched = [_radars_fetched(way, name, pk) for name in ("radar", "study", "radar", "price_details")]
    assert fetched == [1, 0, 0, 0]


def _radars_fetched(way: Way, name: str, pk: int) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert way.get(name, pk).status_code == 200
    return sum(_fetches_a_radar(query["sql"]) for query in queries.captured_queries)


def _fetches_a_radar(sql: str) -> bool:
    """Beside the quotation come the small answers only; a radar is the row of its own table."""
    return 'FROM "quotation_provideranswer"' in sql and '"raw"' in sql


def test_what_was_kept_says_what_is_read_anew(way: Way):
    pk = way.valued().pk
    kept = [_said(way.get("study", pk)) for _ in range(2)][1]
    answers._radar.cache_clear()
    assert _said(way.get("study", pk)) == kept


def _said(page: Any) -> str:
    return re.sub('name="key" [^>]*', "", content(parse(page)))  # each drawing of a form has a key of its own


def test_an_answer_of_the_same_number_from_another_database_is_not_taken_for_it(way: Way):
    quotation = way.valued()
    with unscoped("test"):
        answer = quotation.on_sale_answer
        assert answers.radar(answer).listings
        answer.answered_at -= timedelta(microseconds=1)
        with pytest.raises(ProviderAnswer.DoesNotExist):
            answers.radar(answer)
