"""`docs/rights.md` says who may do what: it is current, and each built-in group is answered as it says.

What a route declares is in the document by itself; what a right adds to other pages is asked for here (`PROBES`).
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from customers.models import CustomerImport
from opportunities.models import Opportunity
from quotation.models import Quotation
from settings_admin.access import rights_doc
from settings_admin.access.services.holdings import built_in_group
from settings_admin.models import User, UserImport
from settings_admin.registries import BuiltInGroup, all_acts, all_rights, nav_entries, settings_pages
from settings_admin.scoping import unscoped
from tests.access.crawl import ROUTES, Site, each_refusal_drawn_once
from tests.make import make_user
from tests.support.html import parsed
from vehicles.models import Vehicle

# Done, shown, or refused in words beside what was typed: not for want of a right.
ANSWERS = {200, 204, 302, 303, 409, 422}
MARGIN, MARKET = "Marge HT", "Position marché"
ROOT = Path(settings.BASE_DIR)


@pytest.fixture(params=BuiltInGroup)
def member(request: Any, site: Site) -> tuple[BuiltInGroup, User]:
    """Somebody of one built-in group, in Nord, who made the quotation there and sent the file of users: what is done
    with them may be tried."""
    user = make_member(site, request.param)
    with unscoped("test data"):
        Quotation.objects.update(created_by=user)
        UserImport.objects.update(created_by=user)
        CustomerImport.objects.update(created_by=user)
    return request.param, user


def make_member(site: Site, group: BuiltInGroup) -> User:
    entity = None if group == BuiltInGroup.HOLDING_ADMIN else site.cast.north
    return make_user(f"{group}@crawl.test", holding=site.cast.holding, group=group, entity=entity)


def answered(client: Client, method: str, url: str, data: dict[str, Any] | None = None) -> int:
    """The status of a request that leaves nothing behind."""
    cookies = client.cookies.copy()
    before = transaction.savepoint()  # an atomic block would be one too many for verbs that must be the outermost
    status = getattr(client, method)(url, data or {}).status_code
    transaction.savepoint_rollback(before)
    client.cookies = cookies
    return status


# --- The document -----------------------------------------------------------------------------------------


def test_every_route_is_told_in_words():
    """A new route: tell in its app's rights.py, by `register_acts`, what it lets one do."""
    assert [route.name for route in ROUTES if route.name not in all_acts()] == []
    names = {route.name for route in ROUTES}
    assert [name for name in all_acts() if name not in names] == []


def test_the_document_is_current():
    """Otherwise: `bin/manage write_rights_doc`."""
    assert (ROOT / rights_doc.PATH).read_text(encoding="utf-8") == rights_doc.text()


# --- What is answered -------------------------------------------------------------------------------------


@each_refusal_drawn_once()
def test_every_group_is_answered_as_the_document_says(site, client_for, member):
    group, user = member
    client = client_for(user)
    rights, addresses = all_rights(), {route.name: site.url(route) for route in ROUTES}
    # A picker says for which field of which entity it asks: else it is nobody's.
    asked = f"?field=choice&entity={site.cast.north.pk}"
    addresses |= {name: url + asked for name, url in addresses.items() if name.partition(":")[2].startswith("pick")}
    wrong = []
    for claim in rights_doc.claims():
        if claim.right not in rights:
            continue
        data = {"key": "statut"} if claim.url_name == "vehicles:save_section" else {}
        statuses = {
            method: answered(client, method.lower(), addresses[claim.url_name], data) for method in claim.methods
        }
        may = group in rights[claim.right].groups
        if not all(status in ANSWERS if may else status == 403 for status in statuses.values()):
            wrong.append((claim.url_name, claim.right, may, statuses))
    assert wrong == []


def test_whoever_is_signed_in_reaches_what_needs_no_right(site, client_for):
    client = client_for(site.cast.nobody)
    refused = [
        (claim.url_name, status)
        for claim in rights_doc.claims()
        if claim.right == "signed_in" and "GET" in claim.methods
        for status in [answered(client, "get", site.url(next(r for r in ROUTES if r.name == claim.url_name)))]
        if status == 403
    ]
    # Without a single page in it, *Paramètres* says what is missing.
    assert refused == [("access:settings", 403)]


def test_the_menus_open_what_the_document_says(client_for, member):
    group, user = member
    rights = all_rights()
    client = client_for(user)
    hub = client.get(reverse("access:settings"))
    shown = {link["href"] for link in parsed(hub.content).select("main a[href]")}
    expected = {reverse(page.url_name) for page in settings_pages() if group in rights[page.right].groups}
    assert {reverse(page.url_name) for page in settings_pages()} & shown == expected
    rail = {link["href"] for link in parsed(client.get("/vehicules/").content).select("nav a")}
    entries = [entry for entry in nav_entries() if entry.right]
    assert {reverse(entry.url_name) for entry in entries} & rail == {
        reverse(entry.url_name) for entry in entries if group in rights[entry.right].groups
    }


# --- What a right adds to other pages ---------------------------------------------------------------------


def sees_on_the_sheet(words: str) -> Callable[[Site, Client], bool]:
    def probe(site: Site, client: Client) -> bool:
        return words in client.get(reverse("vehicles:sheet", args=[_vehicle(site).pk])).text

    return probe


def edits_prices(site: Site, client: Client) -> bool:
    url = reverse("vehicles:save_section", kwargs={"pk": _vehicle(site).pk, "key": "prix"})
    status = answered(client, "post", url)
    assert status in (403, 422, 303)
    return status != 403


def continues_a_colleagues_quotation(site: Site, client: Client) -> bool:
    with unscoped("the test gives it to somebody else"):
        Quotation.objects.update(created_by=site.cast.sam)
        quotation = Quotation.objects.get()
    listed = client.get(reverse("quotation:list"), {"tab": "all"})
    continued = answered(client, "post", reverse("quotation:save_sale_price", args=[quotation.pk])) not in (403, 404)
    assert (listed.status_code == 200 and "Toutes les cotations" in listed.text) is continued
    return continued


def changes_a_shared_group(site: Site, client: Client) -> bool:
    with unscoped("the test looks for a group"):
        group = built_in_group(site.cast.holding, BuiltInGroup.SALESPERSON)
    renames = answered(client, "get", reverse("access:group_edit", args=[group.pk])) == 200
    url = reverse("access:group_add", args=[group.pk])
    sent = {"who": "invite", "email": "x@example.test", "first_name": "X", "last_name": "Y", "answer": "oui"}
    assert (answered(client, "post", url, sent) == 303) is renames
    return renames


def comments_as_manager(site: Site, client: Client) -> bool:
    """The comment box says who will be told."""
    with unscoped("the test looks for an opportunity"):
        opportunity = Opportunity.objects.get()
    page = client.get(reverse("opportunities:page", args=[opportunity.pk]))
    return page.status_code == 200 and "Votre commentaire préviendra" in page.text


PROBES: dict[str, Callable[[Site, Client], bool]] = {
    "vehicles.see_market_value": sees_on_the_sheet(MARKET),
    "vehicles.see_margin": sees_on_the_sheet(MARGIN),
    "vehicles.edit_prices": edits_prices,
    "quotation.manage": continues_a_colleagues_quotation,
    "holding.manage_shared_groups": changes_a_shared_group,
    "opportunities.comment_as_manager": comments_as_manager,
}


def _vehicle(site: Site) -> Vehicle:
    with unscoped("the test looks for a vehicle"):
        return Vehicle.objects.get(plate="GD642JM")


def test_what_is_said_in_words_is_asked_for():
    assert {code for code, right in all_rights().items() if right.lets} == PROBES.keys()


@pytest.mark.parametrize("code", PROBES)
def test_what_a_right_adds_to_other_pages_is_there_for_its_groups_only(site, client_for, code):
    right = all_rights()[code]
    may = {group for group in BuiltInGroup if PROBES[code](site, client_for(make_member(site, group)))}
    assert may == set(right.groups)


def test_a_right_that_opens_nothing_is_asked_for_nowhere():
    """« Aucune page ne demande encore ce droit » is true: its code stands in no source but where it is registered."""
    asked = {claim.right for claim in rights_doc.claims()} | PROBES.keys()
    sources = [
        path
        for app in ("openflex", "settings_admin", "customers", "vehicles", "quotation", "opportunities", "templates")
        for path in (ROOT / app).rglob("*")
        if path.suffix in (".py", ".html") and path.name != "rights.py" and "migrations" not in path.parts
    ]
    assert len(sources) > 200
    for code in all_rights().keys() - asked:
        assert [path.name for path in sources if re.search(rf'"{re.escape(code)}"', path.read_text())] == []
