"""The histories of *Paramètres*, and of a customer: read on to their first line, each line once."""

import pytest
from django.urls import reverse
from django.utils import timezone

from opportunities.models import OpportunitySettings, TradeIn
from opportunities.targets import FIGURES, MESSAGES, REASONS
from quotation.models import QuotationSettings
from settings_admin.access.history import told
from settings_admin.access.services.memberships import add_member, set_sites
from settings_admin.models import Membership, TimelineEntry
from settings_admin.records.enums import NUMBERING_CHANGED
from settings_admin.records.views import HISTORY_PAGE
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity
from tests.settings_admin.way import group_url, user_url
from tests.support.htmx import parse
from vehicles.models import VehicleSettings

pytestmark = pytest.mark.usefixtures("everything")
LINES = 2 * HISTORY_PAGE + 1


def tell(cast, target, kind, count, **facts):
    """As many lines, told by people whose names are their numbers."""
    TimelineEntry.objects.bulk_create(
        TimelineEntry(
            holding=cast.holding, entity=cast.north, target_type=target._meta.label_lower, target_id=target.pk,
            kind=kind, actor=cast.alice, actor_name=f"n°{number}", at=timezone.now(), **facts,
        )
        for number in range(count)
    )  # fmt: skip


def read_on(client, url):
    """Who stands in the lines of the page, then in what each « Afficher la suite » brings; how often it came."""
    page = parse(client.get(url)).select_one("ol.timeline:has(.timeline-more)")
    told, pages = [], 0
    while page is not None:
        told += [one.text for one in page.select("li .what > p:first-child > b") if one.text.startswith("n°")]
        pages += 1
        assert pages < 10, "it comes again and again"
        more = page.select_one(".timeline-more a")
        page = parse(client.get(more["hx-get"], headers={"HX-Request": "true"})) if more else None
    return told, pages


@pytest.fixture
def pages(cast, sellers):
    """Address → what its history is of, and the kind of a line."""
    quotations = QuotationSettings.objects.create(entity=cast.north)
    sales = OpportunitySettings.objects.create(entity=cast.north)
    rino, north = make_customer(entity=cast.north), cast.north
    opportunity = make_opportunity(customer=rino, salesperson=cast.sam, point_of_sale=cast.north_1)
    estimate = TradeIn.objects.create(
        entity=north, point_of_sale=cast.north_1, opportunity=opportunity, number=1, make="VOLKSWAGEN", model="Golf",
        created_by=cast.sam, created_at=timezone.now(),
    )  # fmt: skip
    preparation = VehicleSettings.objects.create(entity=cast.north)
    return {
        reverse("vehicles:settings_of", args=[north.pk]): (preparation, "changed"),
        f"{group_url(sellers)}?onglet=historique": (sellers, "group_changed"),
        f"{user_url(cast.sam)}?onglet=historique": (cast.sam, "person_changed"),
        f"{user_url(cast.momo)}?onglet=historique&droits=1": (cast.momo, "member_moved"),
        reverse("organisation:entity", args=[north.pk]): (north, "changed"),
        reverse("organisation:site", args=[cast.north_1.pk]): (cast.north_1, "changed"),
        reverse("numbering:entity", args=[north.pk]): (north, NUMBERING_CHANGED),
        reverse("quotation:provider", args=[north.pk]): (quotations, "changed"),
        reverse("opportunities:settings_figures_of", args=[north.pk]): (sales, FIGURES[0]),
        reverse("opportunities:settings_reasons_of", args=[north.pk]): (sales, REASONS[0]),
        reverse("opportunities:settings_messages_of", args=[north.pk]): (sales, MESSAGES[0]),
        reverse("customers:page", args=[rino.pk]): (rino, "changed"),
        reverse("opportunities:trade_in", args=[estimate.pk]): (estimate, "changed"),
    }


def test_a_long_history_is_read_on_to_its_first_line_each_once(cast, client_for, pages):
    client = client_for(cast.alice)
    for url, (target, kind) in pages.items():
        tell(cast, target, kind, LINES)
        told, count = read_on(client, url)
        assert (url, len(told), len(set(told)), count) == (url, LINES, LINES, 3)


def test_without_a_script_what_follows_is_a_page_that_leads_back_and_strangers_find_none(cast, client_for, pages):
    for url, (target, kind) in pages.items():
        tell(cast, target, kind, HISTORY_PAGE + 1)
        more = parse(client_for(cast.alice).get(url)).select_one(".timeline-more a")["href"]
        assert more.startswith(f"{url}&apres=" if "?" in url else f"{url}?apres=")
        page = parse(client_for(cast.alice).get(more))
        assert [one.text for one in page.select("h1, .timeline b")][:2] == ["Historique", "n°0"], url
        assert page.select_one(".breadcrumb a")["href"].split("?")[0] == url.split("?")[0]
        assert client_for(cast.otto).get(more).status_code == 404, url
        assert client_for(cast.alice).get(f"{more.rsplit('=')[0]}=²").status_code == 200, url


def test_a_move_and_a_yes_after_a_no_say_where_it_held_before(cast, client_for, as_user, sellers):
    with unscoped("the membership of the cast"):
        membership = Membership.objects.get(user=cast.momo, group=sellers)
    as_user(cast.alice, choice="all")
    set_sites(actor=cast.alice, membership=membership, points_of_sale=[cast.north_1])
    add_member(actor=cast.alice, user=cast.momo, group=sellers)
    page = parse(client_for(cast.alice, scope="all").get(f"{user_url(cast.momo)}?onglet=historique"))
    said = " ".join(page.select_one("ol.timeline").get_text(" ").split())
    assert "à Nord (Nord 1), jusque-là : Nord (Nord 2)" in said
    assert "toutes les entités, jusque-là : Nord (Nord 1)" in said
    # Whoever sees the South alone learns nothing of the North.
    entry = TimelineEntry.objects.filter(kind="member_added", target_id=cast.momo.pk).latest("pk")
    as_user(cast.eve)
    assert "Nord" not in told(entry).sentence
