"""The list of customers, as its readers meet it."""

from datetime import UTC, datetime

import pytest

from customers import enums
from customers.models import Customer
from customers.services.around import record_consent
from openflex.core.lists import PAGE_SIZE
from settings_admin.models import AccessLog
from settings_admin.scoping import unscoped
from tests.customers.way import LIST
from tests.make import make_customer
from tests.support.htmx import content, parse, swap
from tests.support.xlsx import rows_of

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


@pytest.fixture
def read(cast, client_for):
    client = client_for(cast.sam)

    def read(address=""):
        response = client.get(LIST + address)
        assert response.status_code == 200
        return parse(response)

    return read


def names(page):
    return [link.text.strip() for link in page.select("tbody a[data-row-link]")]


@pytest.fixture
def claire(cast):
    make_customer(entity=cast.north, birth_name="PERRIN", first_names="Luc", city="Mâcon", postcode="71000")
    return make_customer(
        entity=cast.north,
        civility="mrs",
        birth_name="MARTIN",
        used_name="D'HÉRÉ",
        first_names="Claire, Marie",
        email="claire.here@example.test",
        mobile="+33612345678",
        phone="+33385000001",
        city="Chalon-sur-Saône",
        postcode="71100",
        salesperson=cast.sam,
    )


@pytest.mark.parametrize(
    "words",
    ["claire", "CLAIRE MARTIN", "d’héré", "d'here", "claire.here@example.test", "0612345678", "06 12 34 56 78",
     "+33 6 12 34", "03 85 00 00 01", "chalon", "71100", "marie d'here chalon"],
)  # fmt: skip
def test_a_customer_is_found_by_what_one_knows_of_them(claire, read, words):
    assert names(read(f"?q={words.replace('+', '%2B')}")) == ["Claire D'HÉRÉ"]


def test_a_company_is_found_by_its_siret_and_shown_with_its_form(cast, read, claire):
    make_customer(entity=cast.north, company_name="Bâti Saône", legal_form="SARL", siret="73282932000074")
    assert names(read("?q=732 829 320 00074")) == ["SARL Bâti Saône"]
    assert names(read("?tab=companies")) == ["SARL Bâti Saône"]


@pytest.mark.parametrize("words", ["xyz", "0699999999", "claire.here@example.org"])
def test_what_nobody_has_finds_nobody(claire, read, words):
    page = read(f"?q={words}")
    assert names(page) == []
    assert "Aucun client avec cette recherche" in page.text


@pytest.mark.parametrize(
    "address",
    ["?city=chal", "?city=7110", "?email=with", "?salesperson={sam}", "?tab=mine", "?kind=person&email=with",
     "?consent=email", "?consent=objection"],
)  # fmt: skip
def test_filters_narrow_and_become_chips(cast, claire, read, address):
    with unscoped("test data"):
        for purpose, is_given in (("email", True), ("reuse", False)):
            record_consent(
                customer=claire,
                purpose=enums.ConsentPurpose(purpose),
                is_given=is_given,
                channel=enums.ConsentChannel.IN_PERSON,
                actor=cast.sam,
                at=NOON,
            )
    page = read(address.format(sam=cast.sam.pk))
    assert names(page) == ["Claire D'HÉRÉ"]
    assert page.select(".chip .chip-value") or "tab=" in address


def test_a_consent_counts_by_what_was_said_last(cast, claire, read):
    with unscoped("test data"):
        for minute, is_given in enumerate((True, False)):
            record_consent(
                customer=claire,
                purpose=enums.ConsentPurpose.SMS,
                is_given=is_given,
                channel=enums.ConsentChannel.BY_PHONE,
                actor=cast.sam,
                at=NOON.replace(minute=minute),
            )
    assert names(read("?consent=sms")) == []


def test_the_period_of_the_creation(cast, claire, read):
    with unscoped("test data"):
        Customer.objects.filter(pk=claire.pk).update(created_at=NOON)
    assert names(read("?since=20/11/2026&until=20/11/2026")) == ["Claire D'HÉRÉ"]
    assert names(read("?until=19/11/2026")) == []


@pytest.mark.parametrize(
    ("sort", "first"), [("name", "AUBERT"), ("-name", "ZOLA"), ("place", "ZOLA"), ("-created_at", "ZOLA")]
)
def test_the_list_is_sorted_by_its_heads(cast, read, sort, first):
    make_customer(entity=cast.north, birth_name="AUBERT", city="Mâcon")
    make_customer(entity=cast.north, birth_name="ZOLA", city="Autun")
    assert names(read(f"?sort={sort}"))[0] == first


def test_whoever_was_merged_or_erased_is_not_listed(cast, claire, read):
    make_customer(entity=cast.north, birth_name="DOUBLE", merged_into=claire)
    make_customer(entity=cast.north, birth_name="", kind="person", erased_at=NOON)
    assert names(read()) == ["Claire D'HÉRÉ", "Luc PERRIN"]


def test_a_sister_entity_has_customers_of_its_own(cast, client_for, claire):
    make_customer(entity=cast.south, birth_name="SUDISTE", first_names="Claire")
    page = parse(client_for(cast.eve).get(f"{LIST}?q=claire"))
    assert names(page) == ["Claire SUDISTE"]
    both = parse(client_for(cast.alice, scope="all").get(f"{LIST}?q=claire&sort=name"))
    assert names(both) == ["Claire D'HÉRÉ", "Claire SUDISTE"]
    assert {"Nord", "Sud"} <= {cell.text.strip() for cell in both.select("tbody td")}


def test_a_swapped_list_equals_a_reloaded_one(cast, client_for, claire):
    client, htmx = client_for(cast.marc), client_for(cast.marc, htmx=True)
    page = parse(client.get(LIST))
    swapped = swap(page, htmx.get(f"{LIST}?q=claire&sort=name"), target="#list")
    assert content(swapped) == content(parse(client.get(f"{LIST}?q=claire&sort=name")))


def test_the_export_writes_what_is_filtered_and_is_written_down(cast, client_for, claire):
    client = client_for(cast.marc)
    client.post(f"{LIST}colonnes/", {"column": ["name", "mobile", "born_on"]})
    (row,) = rows_of(client.post(f"{LIST}export/?q=claire"))
    assert row == {"Client": "Claire D'HÉRÉ", "Mobile": "+33612345678", "Né(e) le": None}
    with unscoped("the test looks at what was written"):
        assert AccessLog.objects.filter(kind="exported", user=cast.marc).exists()
    assert client_for(cast.sam).post(f"{LIST}export/").status_code == 403
    assert "Exporter" not in client_for(cast.sam).get(LIST).text


def test_pages_follow_one_another(cast, read):
    for number in range(PAGE_SIZE + 5):
        make_customer(entity=cast.north, birth_name=f"NOM {number:02}")
    first = read("?sort=name")
    assert len(names(first)) == PAGE_SIZE
    following = first.select_one("[rel=next]")["href"]
    assert names(read(following)) == [f"NOM {number}" for number in range(PAGE_SIZE, PAGE_SIZE + 5)]
