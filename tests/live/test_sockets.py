"""What a page hears: the state of its topics, then what happens, in order; and nothing that is not for this person."""

import asyncio
import json

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from openflex.core import realtime
from openflex.core.realtime import publish_on_commit
from openflex.live import consumers, hub, ledger
from openflex.live.models import Event
from settings_admin.scoping import unscoped
from tests.errands.models import Errand
from tests.errands.services import rename
from tests.support.events import assert_replays, committed
from tests.support.sockets import MARK, OpenPage, here, page_of, session_of, tell

pytestmark = pytest.mark.usefixtures("sockets_here")


@pytest.fixture
def errand(cast):
    with unscoped("test data"):
        return Errand.objects.create(title="Appeler", entity=cast.north, point_of_sale=cast.north_1, assignee=cast.sam)


@pytest.fixture
def topic(errand):
    return f"errand.{errand.pk}"


def run(scenario):
    async_to_sync(scenario)()


def test_a_page_gets_the_state_then_what_happens_numbered(cast, errand, topic):
    def act():
        with unscoped("another process"), committed():
            rename(errand, title="Rappeler", actor=cast.marc)

    async def scenario():
        async with page_of(cast.sam, topic) as page:
            first = await page.next()
            assert first == {
                "number": 0,
                "topic": topic,
                "kind": "snapshot",
                "is_behind": True,
                "payload": {"title": "Appeler", "is_done": False},
            }
            await here(act)
            assert await page.next() == {
                "number": 1,
                "topic": topic,
                "kind": "errand.renamed",
                "payload": {"title": "Rappeler", "by": cast.marc.full_name},
            }
            await tell(topic)
            assert (await page.next())["number"] == 2

    run(scenario)


def test_the_events_of_a_task_replayed_are_its_state(cast, errand, topic):
    with unscoped("the verb is tried as another process would"):
        assert_replays(topic, user=cast.sam, act=lambda: rename(errand, title="Rappeler", actor=cast.marc))


def test_two_pages_hear_the_same_and_one_that_leaves_takes_nothing_with_it(cast, topic):
    async def scenario():
        async with page_of(cast.sam, topic) as one:
            async with page_of(cast.marc, topic) as other:
                await one.next(), await other.next()
                await tell(topic, count=1)
                assert await one.next() == await other.next()
            await tell(topic, count=2)
            assert (await one.next())["payload"] == {"count": 2}

    run(scenario)


def test_a_page_asks_again_when_a_number_is_missing(cast, topic):
    async def scenario():
        async with page_of(cast.sam, topic) as page:
            await page.next()
            await tell(topic)
            await page.next()
            await page.say(again=[topic, "user.1", "nonsense"])
            again = await page.next()
            assert (again["kind"], again["number"], again["is_behind"]) == ("snapshot", 1, True)
            assert await page.until_mark() == []

    run(scenario)


def test_a_page_that_asks_whether_the_server_is_there_is_answered(cast, topic):
    async def scenario():
        async with page_of(cast.sam, topic) as page:
            await page.next()
            for nonsense in (1, "true", None):
                await page.say(beat=nonsense)
            await page.say(beat=True)
            assert await page.next() == {"kind": "beat"}
            await tell(topic)
            assert (await page.next())["number"] == 1

    run(scenario)


def test_topics_come_and_go_with_what_the_page_shows(cast, topic):
    async def scenario():
        async with page_of(cast.sam) as page:
            await page.say(watch=[MARK, topic])
            assert (await page.next())["kind"] == "snapshot"
            await page.say(watch=[MARK])
            assert await page.until_mark() == []
            await tell(topic)
            assert await page.until_mark() == []
            await page.say(watch=[MARK, topic])
            assert (await page.next())["kind"] == "snapshot"

    run(scenario)


def test_a_page_knows_whether_something_was_told_since_it_was_drawn(cast, topic):
    now = int(timezone.now().timestamp())

    async def scenario():
        await tell(topic)
        async with page_of(cast.sam) as page:
            for drawn, is_behind in ((now, True), (now + 60, False), (now - 3600, True), ("x", True), (None, True)):
                await page.say(watch=[MARK, topic], drawn=drawn)
                assert (await page.next())["is_behind"] is is_behind
                await page.say(watch=[MARK])

    run(scenario)


def test_what_is_told_while_the_state_is_read_comes_after_it(cast, topic, monkeypatch):
    """And may come although the state has it already: it is never lost between the two."""
    read = consumers.sights_by_session

    def slow(*args, **kwargs):
        seen = read(*args, **kwargs)
        if seen and topic in seen:
            with committed():
                publish_on_commit(topic, "meanwhile", {})
        return seen

    monkeypatch.setattr(consumers, "sights_by_session", slow)

    async def scenario():
        async with page_of(cast.sam, topic) as page:
            frames = [await page.next(), await page.next()]
            assert [(frame["kind"], frame["number"]) for frame in frames] == [("snapshot", 0), ("meanwhile", 1)]

    run(scenario)


def test_what_redis_lost_is_found_in_the_ledger(cast, topic, monkeypatch):
    monkeypatch.setattr(hub, "ROUND", 0.02)

    async def scenario():
        async with page_of(cast.sam, topic) as page:
            await page.next()
            await here(ledger.write, [topic])  # committed, and the process that told it was killed
            again = await page.next()
            assert (again["topic"], again["kind"], again["is_behind"]) == (topic, "snapshot", True)
            await tell(topic)
            assert (await page.next())["kind"] == "told"
            await asyncio.sleep(0.2)
            assert await page.until_mark() == []  # looked at once, and what was heard is not lost

    run(scenario)


def test_what_was_told_before_a_process_listened_is_not_lost(cast, topic, monkeypatch):
    monkeypatch.setattr(hub, "ROUND", 0.02)

    async def scenario():
        await here(ledger.write, [topic])
        async with page_of(cast.sam, topic) as page:
            await page.next()
            await asyncio.sleep(0.2)
            assert await page.until_mark() == []

    run(scenario)


def test_a_page_that_does_not_read_delays_nobody_and_starts_over(cast, topic):
    told = consumers.UNREAD + consumers.WAITING + 10

    async def scenario():
        async with page_of(cast.sam, topic) as stalled, page_of(cast.marc, topic) as page:
            await stalled.next(), await page.next()
            for number in range(told):
                await tell(topic, number=number)
                assert (await page.next())["payload"] == {"number": number}
                await page.say(read=1)
            sent = []
            while not await stalled.socket.receive_nothing(timeout=0.1):
                sent.append((await stalled.next())["payload"]["number"])
            assert sent == list(range(len(sent)))
            assert consumers.UNREAD - 2 <= len(sent) <= consumers.UNREAD
            await stalled.say(read=2 * consumers.UNREAD)
            over = [await stalled.next() for _ in range(3)]
            assert [frame["kind"] for frame in over] == ["resync", "snapshot", "snapshot"]
            assert {frame["topic"]: frame["number"] for frame in over[1:]}[topic] == told
            assert await stalled.until_mark() == []

    run(scenario)


def test_nonsense_from_a_browser_is_answered_by_nothing(cast, topic):
    nonsense = [
        *("[]", "null", "x", '{"watch": 1}', '{"watch": [1, null, ["a"]]}', "[" * 3_900),
        *('{"read": "x"}', '{"again": [{}]}'),
        '{"watch": ["' + "a" * 5_000 + '"]}',
        '{"watch": ["user.²", "errand.1.a.b", "__class__.1"], "drawn": 1e300}',
    ]

    async def scenario():
        async with page_of(cast.sam, topic) as page:
            await page.next()
            for text in nonsense:
                await page.socket.send_to(text_data=text)
                await page.say(watch=[MARK, topic, "mark.2"])
                while (frame := await page.next())["topic"] != "mark.2":
                    assert frame["kind"] == "snapshot"
                await page.say(watch=[MARK, topic])
                assert await page.until_mark() == []

    run(scenario)


def test_a_page_watches_sixty_topics_at_most(cast):
    async def scenario():
        async with page_of(cast.sam, *(f"mark.{number}" for number in range(2, 80))) as page:
            frames = [await page.next() for _ in range(59)]
            assert [frame["topic"] for frame in frames] == [f"mark.{number}" for number in range(2, 61)]
            assert await page.until_mark() == []

    run(scenario)


def test_the_end_of_a_session_closes_its_page_and_no_other(cast, topic):
    async def scenario():
        async with page_of(cast.sam, topic) as other:
            await other.next()
            ended = OpenPage(await here(session_of, cast.marc))
            assert await ended.opens()
            await ended.say(watch=[topic])
            assert (await ended.next())["kind"] == "snapshot"
            await here(deactivate)
            assert await ended.is_closed() == consumers.SIGNED_OUT
            await tell(topic)
            assert (await other.next())["kind"] == "told"

    def deactivate():
        from settings_admin.access.services.people import leave

        with committed():
            leave(actor=cast.alice, user=cast.marc, successor=None)

    run(scenario)


def test_a_session_that_is_too_old_is_noticed_without_being_told(cast, topic, monkeypatch):
    monkeypatch.setattr(hub, "ROUND", 0.02)
    monkeypatch.setattr(hub, "CHECKED_EVERY", 0.01)

    async def scenario():
        page = OpenPage(await here(session_of, cast.sam))
        assert await page.opens()
        await here(forget_sessions)
        assert await page.is_closed() == consumers.SIGNED_OUT

    def forget_sessions():
        from django.contrib.sessions.models import Session

        Session.objects.all().delete()

    run(scenario)


def test_frames_are_written_once_however_many_watch(cast, topic, monkeypatch):
    written = []
    dumps = json.dumps
    monkeypatch.setattr(realtime.json, "dumps", lambda *args, **kwargs: written.append(args) or dumps(*args, **kwargs))

    async def scenario():
        async with page_of(cast.sam, topic) as one, page_of(cast.marc, topic) as other:
            await one.next(), await other.next()
            written.clear()
            await tell(topic, count=1)
            await one.next(), await other.next()

    run(scenario)
    assert len(written) == 1


def test_old_events_are_forgotten(db):
    ledger.write(["user.1"])
    Event.objects.update(written_at=timezone.now() - ledger.KEPT)
    ledger.write(["user.2"])
    ledger.forget(now=timezone.now())
    assert [event.topic for event in Event.objects.all()] == ["user.2"]
