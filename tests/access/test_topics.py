"""Every live topic × everybody who must not hear it: not one frame.

Kinds come from the registry itself: a new one is tried without a line here, except for its sample (`topics.py`).
"""

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.test import Client

from openflex.live.consumers import SIGNED_OUT
from openflex.live.registry import topic_kinds
from settings_admin.access.services import groups, memberships, people, sessions
from settings_admin.models import Membership, UserGroup
from settings_admin.scoping import unscoped
from tests.access.topics import samples
from tests.support.events import committed
from tests.support.sockets import MARK, OpenPage, here, page_of, session_of, tell

pytestmark = pytest.mark.usefixtures("sockets_here")

KINDS = sorted(topic_kinds().keys() - {"mark"})
# Another entity's administrator, another holding's, another site's seller, a colleague without any right, a merchant.
STRANGERS = ("eve", "otto", "momo", "nobody", "max")


@pytest.fixture(params=KINDS)
def sample(request, cast):
    build = samples(cast).get(request.param)
    if build is None:
        pytest.fail(f"tests/access/topics.py has no sample of the topic {request.param}")
    return build()


def on_topic(frames, topic):
    return [frame for frame in frames if frame.get("topic") == topic]


def test_there_are_topics_to_try():
    assert "errand" in KINDS


def test_who_may_hear_it_does(cast, sample):
    """The battery has something that could leak."""

    async def scenario():
        async with page_of(sample.seer, sample.topic) as page:
            assert (await page.next())["kind"] == "snapshot"
            await tell(sample.topic, secret=1)
            assert (await page.next())["payload"] == {"secret": 1}

    async_to_sync(scenario)()


def test_strangers_hear_nothing(cast, sample, client_for):
    async def scenario():
        for name in STRANGERS:
            async with page_of(getattr(cast, name), sample.topic) as page:
                await tell(sample.topic, secret=1)
                await page.say(again=[sample.topic])
                assert on_topic(await page.until_mark(), sample.topic) == [], name

    async_to_sync(scenario)()
    for name in STRANGERS:
        asked = client_for(getattr(cast, name)).get("/live/instantanes/", {"topics": sample.topic})
        assert asked.json() == {"snapshots": {}}, name


def test_where_no_socket_passes_the_same_is_asked_for(cast, sample, client_for):
    asked = client_for(sample.seer).get("/live/instantanes/", {"topics": f"{sample.topic} user.999999999 x"})
    assert list(asked.json()["snapshots"]) == [sample.topic]
    assert Client().get("/live/instantanes/", {"topics": sample.topic}).status_code == 302


@pytest.mark.parametrize("key", ["", "nonsense", "a" * 32, "é\x00"])
def test_the_anonymous_are_refused(db, key):
    async def scenario():
        assert not await OpenPage(key).opens()

    async_to_sync(scenario)()


@pytest.mark.parametrize(
    "origin",
    [
        "https://elsewhere.test",
        "https://testserver.elsewhere.test",
        "https://testserver:8443",
        "null",
        "",
        "testserver",
    ],
)
def test_pages_of_other_sites_are_refused(cast, origin):
    async def scenario():
        key = await here(session_of, cast.sam)
        assert not await OpenPage(key, origin=origin).opens()
        assert await OpenPage(key).opens()

    async_to_sync(scenario)()


def test_another_address_is_no_socket(cast):
    async def scenario():
        assert not await OpenPage(await here(session_of, cast.sam), path="/live/instantanes/").opens()

    async_to_sync(scenario)()


def test_no_host_but_ours_is_believed(cast):
    async def scenario():
        page = OpenPage(await here(session_of, cast.sam), origin="https://elsewhere.test", host="elsewhere.test")
        assert not await page.opens()

    async_to_sync(scenario)()


# --- What ends while the page is open ----------------------------------------------------------------------


def sign_out(cast, user, key):
    client = Client()
    client.cookies["openflex_session"] = key
    assert client.post("/deconnexion/").status_code == 302
    assert not Session.objects.filter(session_key=key).exists()


def end_everywhere(cast, user, key):
    Session.objects.all().delete()
    sessions.end_sessions(user)


def close_the_account(cast, user, key):
    people.leave(actor=cast.alice, user=user, successor=cast.marc)


ENDS = [sign_out, end_everywhere, close_the_account]


@pytest.mark.parametrize("end", ENDS)
def test_after_the_session_has_ended_nothing_is_heard(cast, sample, end):
    async def scenario():
        key = await here(session_of, sample.seer)
        page = OpenPage(key)
        assert await page.opens()
        await page.say(watch=[sample.topic])
        assert (await page.next())["kind"] == "snapshot"
        await here(act, key)
        await tell(sample.topic, secret=1)
        assert await page.socket.receive_output(timeout=10) == {"type": "websocket.close", "code": SIGNED_OUT}
        assert not await OpenPage(key).opens()

    def act(key):
        with committed():
            end(cast, sample.seer, key)

    async_to_sync(scenario)()


def leave_the_group(cast, user):
    for membership in Membership.objects.filter(user=user).select_related("group", "entity"):
        memberships.remove_member(actor=cast.alice, user=user, group=membership.group, entity=membership.entity)


def take_the_rights_from_the_group(cast, user):
    for group in UserGroup.objects.filter(memberships__user=user):
        groups.change_rights(actor=cast.alice, group=group, give=[], take=group.rights)


def move_to_another_site(cast, user):
    for membership in Membership.objects.filter(user=user).select_related("group", "entity"):
        memberships.set_sites(actor=cast.alice, membership=membership, points_of_sale=[cast.north_2])


@pytest.mark.parametrize("withdraw", [leave_the_group, take_the_rights_from_the_group, move_to_another_site])
def test_after_the_right_was_withdrawn_nothing_is_heard(cast, sample, withdraw):
    if sample.is_personal:
        pytest.skip("it is heard for being one's own: what ends it is the session")

    async def scenario():
        async with page_of(sample.seer, sample.topic) as page:
            assert (await page.next())["kind"] == "snapshot"
            await here(act)
            await tell(sample.topic, secret=1)
            await page.say(again=[sample.topic])
            assert on_topic(await page.until_mark(), sample.topic) == []

    def act():
        with unscoped("the test takes the right away"), committed():
            withdraw(cast, sample.seer)

    async_to_sync(scenario)()


def test_who_must_have_a_second_factor_and_has_none_hears_nothing(cast):
    from settings_admin.access.services.second_factor import require_second_factor

    def act():
        with committed():
            require_second_factor(actor=cast.alice, holding_id=cast.holding.pk, required=True)

    async def scenario():
        page = OpenPage(await here(session_of, cast.sam))
        assert await page.opens()
        await page.say(watch=[MARK])
        assert (await page.next())["kind"] == "snapshot"
        await here(act)
        assert await page.is_closed() == SIGNED_OUT
        assert not await OpenPage(await here(session_of, cast.sam)).opens()

    async_to_sync(scenario)()
