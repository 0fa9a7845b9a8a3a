"""What pages say of a long silence: since when, for which day, how a file is kept, which consents count no more."""

from datetime import UTC, datetime, timedelta

import pytest

from customers import enums
from customers.services import around, contact, silence
from customers.services.merging import merge
from settings_admin.models import TimelineEntry
from settings_admin.scoping import unscoped
from tests.customers.test_silence import old_opportunity, silent
from tests.customers.way import LIST, fresh, history, path
from tests.make import make_customer
from tests.support.htmx import parse
from tests.support.xlsx import rows_of


@pytest.fixture(autouse=True)
def _look_at_everything():
    with unscoped("the test looks at what was written"):
        yield


def at_once(cast, **fields):
    """Announced as of today: pages know no other day."""
    customer = silent(cast, since=datetime(2020, 1, 1, tzinfo=UTC), **fields)
    silence.announce(now=datetime.now(UTC))
    return fresh(customer)


def french(day):
    return day.strftime("%d/%m/%Y")


def test_the_page_says_since_when_and_for_which_day(cast, client_for):
    customer = at_once(cast)
    page = parse(client_for(cast.sam).get(path(customer)))
    assert "Sans contact depuis le 01/01/2020." in page.text
    assert f"Cette fiche sera effacée le {french(customer.erase_on)}." in page.text
    assert "Garder la fiche" in page.text
    # Who may not edit reads it and is offered nothing.
    page = parse(client_for(cast.vera).get(path(customer)))
    assert "Sans contact depuis le 01/01/2020." in page.text
    assert "Garder la fiche" not in page.text


def test_the_file_is_kept_with_a_reason(cast, client_for):
    customer = at_once(cast)
    client = client_for(cast.sam)
    refused = client.post(path(customer, "garder/"), {"reason": "  "})
    assert refused.status_code == 422
    assert "Dites pourquoi cette fiche reste utile." in refused.content.decode()
    for _ in range(2):
        assert client.post(path(customer, "garder/"), {"reason": "Projet au printemps"}).status_code in (302, 303)
    page = parse(client.get(path(customer)))
    assert "Sans contact depuis" not in page.text
    assert "a gardé la fiche (Projet au printemps)" in page.text
    assert [line.kind for line in history(customer)] == ["kept"]
    assert silence.erase_silent(now=datetime.now(UTC) + timedelta(days=61)) == 0
    assert fresh(customer).email


def test_the_list_has_a_tab_of_them(cast, client_for):
    customer = at_once(cast)
    make_customer(entity=cast.north, birth_name="BAVARD")
    page = parse(client_for(cast.sam).get(f"{LIST}?tab=erased_soon"))
    (row,) = page.select("tbody tr")
    assert "MUET" in row.text
    assert french(customer.erase_on) in row.select_one(".badge").text


def agreed(customer, cast, at):
    customer.consents.create(
        entity=cast.north, purpose="email", is_given=True, channel="in_person", recorded_by=cast.sam, at=at
    )


def test_a_consent_counts_no_more_after_three_years_of_silence(cast, client_for):
    long_ago = datetime(2023, 1, 2, tzinfo=UTC)
    client_of_old = silent(cast, since=long_ago)
    old_opportunity(client_of_old, cast, at=long_ago, status="won")
    agreed(client_of_old, cast, long_ago)
    lately = make_customer(entity=cast.north, birth_name="BAVARD")
    agreed(lately, cast, long_ago)
    silence.announce(now=datetime.now(UTC))

    client = client_for(cast.marc)
    page = parse(client.get(path(client_of_old)))
    assert "accord qui ne vaut plus après trois ans sans contact, à redemander" in page.text
    assert "Plus de prospection" in page.text
    assert "d’accord" in parse(client.get(path(lately))).select_one("#consentements").text
    found = parse(client.get(f"{LIST}?consent=email"))
    assert [link.text.strip() for link in found.select("tbody a[data-row-link]")] == ["BAVARD"]
    rows = rows_of(client.post(f"{LIST}export/?consent=email"))
    assert [row["Client"] for row in rows] == ["BAVARD"]


def test_who_agrees_again_after_that_is_noted_again(cast, client_for):
    customer = silent(cast, since=datetime(2023, 1, 2, tzinfo=UTC))
    old_opportunity(customer, cast, at=datetime(2023, 1, 2, tzinfo=UTC), status="won")
    agreed(customer, cast, datetime(2023, 1, 2, tzinfo=UTC))
    silence.announce(now=datetime.now(UTC))
    said = {"purpose": enums.ConsentPurpose.EMAIL, "is_given": True, "channel": enums.ConsentChannel.BY_PHONE}
    for _ in range(2):
        around.record_consent(customer=fresh(customer), actor=cast.sam, at=datetime.now(UTC), **said)
    assert customer.consents.count() == 2


LONG_AGO = datetime(2023, 1, 2, tzinfo=UTC)


def lapsed(cast):
    """Who agreed to e-mails years ago, and was silent since."""
    customer = silent(cast, since=LONG_AGO)
    old_opportunity(customer, cast, at=LONG_AGO, status="won")
    agreed(customer, cast, LONG_AGO)
    silence.announce(now=datetime.now(UTC))
    return fresh(customer)


def counts(client, customer):
    """Whether the page says so, and the list finds them."""
    says = "d’accord" in parse(client.get(path(customer))).select_one("#consentements").text
    found = parse(client.get(f"{LIST}?consent=email")).select("tbody a[data-row-link]")
    assert says is any(link["href"] == path(customer) for link in found)
    return says


def test_a_new_contact_revives_no_agreement_that_had_lapsed(cast, client_for):
    customer, client = lapsed(cast), client_for(cast.marc)
    contact.note_contact(customer, at=datetime.now(UTC))
    page = client.get(path(customer))
    assert "Plus de prospection" not in page.text
    assert "accord qui ne vaut plus après trois ans sans contact, à redemander" in page.text
    assert not counts(client, customer)
    said = {"purpose": enums.ConsentPurpose.EMAIL, "is_given": True, "channel": enums.ConsentChannel.BY_PHONE}
    around.record_consent(customer=customer, actor=cast.sam, at=datetime.now(UTC), **said)
    assert counts(client, customer)


def test_nor_does_one_that_the_night_finds(cast, client_for):
    customer = lapsed(cast)
    place = {"entity": cast.north, "holding": cast.holding, "actor": cast.sam}
    TimelineEntry.objects.create(
        target_type="customers.customer", target_id=customer.pk, kind="changed", at=datetime.now(UTC), **place
    )
    silence.announce(now=datetime.now(UTC))
    assert fresh(customer).last_contact_at > LONG_AGO
    assert not counts(client_for(cast.marc), customer)


@pytest.mark.parametrize("survives", [True, False])
def test_nor_does_the_file_of_somebody_who_came_back_as_another(cast, client_for, survives):
    old, new = lapsed(cast), make_customer(entity=cast.north, birth_name="MUET")
    kept, gone = (old, new) if survives else (new, old)
    merge(survivor=kept, absorbed=gone, taken=(), actor=cast.alice)
    client = client_for(cast.marc)
    assert not counts(client, kept)
    # What they agreed to as that other person counts.
    agreed(kept, cast, datetime.now(UTC) - timedelta(hours=1))
    assert counts(client, kept)


def test_a_contact_within_three_years_keeps_what_was_agreed_to(cast, client_for):
    spoken = datetime.now(UTC) - timedelta(days=365 * 3 - 5)
    customer = silent(cast, since=spoken)
    agreed(customer, cast, spoken)
    contact.note_contact(fresh(customer), at=datetime.now(UTC))
    assert counts(client_for(cast.marc), customer)


def test_no_answer_is_noted_twice_for_a_refusal_which_never_lapses(cast):
    customer = lapsed(cast)
    said = {"purpose": enums.ConsentPurpose.SMS, "is_given": False, "channel": enums.ConsentChannel.BY_PHONE}
    customer.consents.create(entity=cast.north, recorded_by=cast.sam, at=LONG_AGO, **said)
    assert around.record_consent(customer=customer, actor=cast.sam, at=datetime.now(UTC), **said) is None
