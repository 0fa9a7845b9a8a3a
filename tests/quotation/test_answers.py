"""Stored answers are read once: a page that is opened again fetches no advert from the database, and says the same."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.signals import template_rendered
from django.test.utils import CaptureQueriesContext

from quotation import answers
from quotation.models import ProviderAnswer
from settings_admin.scoping import unscoped
from tests.quotation.way import Way

RADARS = ("radar", "study", "radar", "price_details")


def test_a_radar_is_fetched_once_for_all_its_pages_and_not_at_all_by_who_has_just_asked(way: Way, monkeypatch):
    pk = way.valued().pk
    assert [_radars_fetched(way, name, pk) for name in RADARS] == [0, 0, 0, 0]
    monkeypatch.setattr(answers, "_radars", answers._Kept(answers.RADARS_KEPT))  # another process
    assert [_radars_fetched(way, name, pk) for name in RADARS] == [1, 0, 0, 0]


def _radars_fetched(way: Way, name: str, pk: int) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert way.get(name, pk).status_code == 200
    return sum(_fetches_a_radar(query["sql"]) for query in queries.captured_queries)


def _fetches_a_radar(sql: str) -> bool:
    """A radar is the row of its own table, read with what it is of."""
    return 'FROM "quotation_provideranswer"' in sql and '"kind"' in sql and '"packed"' in sql


def test_what_was_kept_and_drawn_says_what_is_read_anew(way: Way, monkeypatch):
    """The adverts that came with the value, and what was drawn of them for another order, filter, tab or quotation."""
    first, second = way.valued().pk, way.valued("FB-101-VP").pk
    looks: list[tuple[str, int, dict[str, str]]] = [
        (name, pk, query)
        for name in ("radar", "study")
        for pk in (first, second)
        for query in (
            {},
            {"sort": "mileage"},
            {"radius": "100"},
            {"state": "sold"},
            {"stars": "4"},
            {"state": "on_sale"},
        )
    ]
    kept = [[_said(way.get(name, pk, **query)) for name, pk, query in looks] for _ in range(2)][1]
    for (name, pk, query), said in zip(looks, kept, strict=True):
        caches["template_fragments"].clear()
        monkeypatch.setattr(answers, "_radars", answers._Kept(1))
        monkeypatch.setattr(answers, "_equipment", answers._Kept(1))
        assert _said(way.get(name, pk, **query)) == said, (name, pk, query)
    way.post("save_sale_price", first, sale_price="7 966,08")  # and of another price
    kept = [_said(way.get("study", first)) for _ in range(2)]
    caches["template_fragments"].clear()
    assert [_said(way.get("study", first)), *kept] == [kept[0]] * 3
    assert "7 966,08" in kept[0].replace("\u202f", " ")


@pytest.mark.usefixtures("templates_watched")
def test_the_same_adverts_are_drawn_once(way: Way):
    pk = way.valued().pk
    seen: list[str] = []

    def drawn(sender: Any, template: Any, **more: Any) -> None:
        seen.append(template.name or "")

    way.get("radar", pk)
    template_rendered.connect(drawn)
    try:
        way.get("radar", pk)
        assert "quotation/_stars.html" not in seen  # a part of each row
        way.get("radar", pk, sort="mileage")
        assert seen.count("quotation/_stars.html") == 5
    finally:
        template_rendered.disconnect(drawn)


def test_what_was_used_last_is_what_is_kept(way: Way):
    quotation = way.valued()
    held: answers._Kept[str] = answers._Kept(2)
    with unscoped("test"):
        one, two, three = quotation.on_sale_answer, quotation.sold_answer, quotation.valuation_answer
    for answer, text in ((one, "one"), (two, "two"), (one, "one"), (three, "three")):
        assert held.of(answer, lambda text=text: text) == text
    assert held.of(one, lambda: "again") == "one"
    assert held.of(two, lambda: "again") == "again"


def _said(page: Any) -> str:
    """What stands between the frames, to the letter, but for what each drawing of a form has of its own."""
    (main,) = re.findall("<main.*</main>", page.text, re.DOTALL)
    return re.sub('name="(?:key|csrfmiddlewaretoken)" [^>]*', "", main)


def test_an_answer_of_the_same_number_from_another_database_is_not_taken_for_it(way: Way):
    quotation = way.valued()
    with unscoped("test"):
        answer = quotation.on_sale_answer
        assert answers.radar(answer).listings
        answer.answered_at -= timedelta(microseconds=1)
        with pytest.raises(ProviderAnswer.DoesNotExist):
            answers.radar(answer)
