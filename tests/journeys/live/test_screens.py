"""Two people in front of two screens, and the server behind them: what one does the other sees, through a crash too."""

import pytest
from playwright.sync_api import Page

from openflex.embedded import redis
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import remove_member
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.errands.models import Errand
from tests.errands.services import rename

# As a page of a module would hear it: what it names, and what it does with it. No page shows the errands of the tests.
FOLLOW = """topic => {
  window.heard = [];
  for (const kind of ["errand.renamed", "snapshot", "catch-up"]) {
    document.body.addEventListener(`live:${kind}`, ({ type, detail }) => {
      if (detail.topic === topic || detail.topics?.includes(topic)) heard.push([type, detail.payload?.title ?? null]);
    });
  }
  document.querySelector("main").dataset.liveTopics = topic;
  document.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true, detail: { target: document.body } }));
}"""


def wait_for(page: Page, *heard: list[object]) -> None:
    """Until the page has heard these, last."""
    page.wait_for_function(
        "last => JSON.stringify(heard.slice(-last.length)) === JSON.stringify(last)", arg=list(heard), timeout=20_000
    )


def has_heard(page: Page, kind: str, title: str) -> None:
    page.wait_for_function(
        "wanted => heard.some(one => JSON.stringify(one) === JSON.stringify(wanted))", arg=[kind, title], timeout=20_000
    )


def said(page: Page) -> list[str]:
    heard: list[str] = page.evaluate("heard.map(one => one.join(' '))")
    return heard


def test_two_screens_follow_each_other_through_crashes_until_the_right_is_withdrawn(cast, site, screen, own_redis):
    def change(title: str) -> None:
        with unscoped("another process"):
            rename(errand, title=title, actor=cast.vera)

    with unscoped("test data"):
        errand = Errand.objects.create(
            title="Appeler", entity=cast.north, point_of_sale=cast.north_1, assignee=cast.sam
        )
    sam, marc = screen(cast.sam), screen(cast.marc)
    for page in (sam, marc):
        page.evaluate(FOLLOW, f"errand.{errand.pk}")
        wait_for(page, ["live:snapshot", "Appeler"], ["live:catch-up", None])
    change("Rappeler")
    for page in (sam, marc):
        wait_for(page, ["live:errand.renamed", "Rappeler"])
        assert not page.get_by_text("Hors direct").first.is_visible()
        # Sockets need no hole in the content policy: a breach would stand here.
        assert page.errors == []

    site.kill()
    change("Passer la voir")
    for page in (sam, marc):
        page.get_by_role("status").get_by_text("Hors direct – reconnexion…").wait_for()
    site.start()
    for page in (sam, marc):
        wait_for(page, ["live:snapshot", "Passer la voir"], ["live:catch-up", None])
        page.get_by_text("Hors direct").first.wait_for(state="hidden")

    # Redis goes away: late and not lost. It comes back: at once again, without a page being loaded anew.
    redis.stop(own_redis)
    change("Sans Redis")
    for page in (sam, marc):
        has_heard(page, "live:snapshot", "Sans Redis")
    redis.ensure(own_redis)
    for number in range(100):  # until the process listens again
        change(f"Avec Redis {number}")
        for page in (sam, marc):
            page.wait_for_function(
                "title => heard.some(one => one[1] === title)", arg=f"Avec Redis {number}", timeout=20_000
            )
        if all(f"live:errand.renamed Avec Redis {number}" in said(page) for page in (sam, marc)):
            break
    else:
        pytest.fail("what is told through Redis is not heard again")

    with unscoped("another process"):
        group = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
        remove_member(actor=cast.alice, user=cast.sam, group=group, entity=cast.north)
    for title in ("Ne plus le lui dire", "Ni cela"):  # the second: when it is heard, everybody has been told the first
        change(title)
        has_heard(marc, "live:errand.renamed", title)
    # What he has heard last is left aside: the catch-up of an earlier snapshot comes a moment after it.
    assert not [one for one in said(sam) if "Ne plus le lui dire" in one or "Ni cela" in one]
