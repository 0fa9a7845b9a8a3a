"""No page of the customers asks the database more than 12 times, nor more often when there is more to show."""

from datetime import UTC, datetime

import pytest

from customers.models import Consent, Contact, Customer, OwnedVehicle
from settings_admin.models import TimelineEntry
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_user
from tests.vehicles.test_statements import COUNTS, MANY, MOST, statements


def fill(cast, count):
    """Customers that differ in who follows them; the first has as much of everything."""
    people = [make_user(f"p{count}-{number}@x.test", holding=cast.holding) for number in range(count)]
    rows = [
        make_customer(entity=cast.north, birth_name=f"NOM {number}", city="Mâcon", email="x@x.test", salesperson=who)
        for number, who in enumerate(people)
    ]
    first = rows[0]
    with unscoped("test data"):
        for number, who in enumerate(people):
            Contact.objects.create(entity=cast.north, customer=first, name=f"C {number}")
            OwnedVehicle.objects.create(entity=cast.north, customer=first, make="R", model=f"C {number}")
            Consent.objects.create(
                entity=cast.north, customer=first, purpose="email", is_given=True, channel="online", recorded_by=who,
                at=datetime(2026, 1, 1, tzinfo=UTC),
            )  # fmt: skip
            TimelineEntry.objects.create(
                holding=cast.holding, entity=cast.north, target_type="customers.customer", target_id=first.pk,
                kind="changed", actor=who, changes={"salesperson": [cast.sam.pk, who.pk]},
                at=datetime(2026, 1, 1, tzinfo=UTC),
            )  # fmt: skip
    return rows


@pytest.mark.parametrize(
    "address",
    [
        "/clients/",
        "/clients/?q=nom&sort=name&email=with",
        "/clients/?sort=place&consent=email",
        "/clients/export/",
        "/clients/creer/",
        "/clients/ressemblants/?kind=person&email=x@x.test",
        "/clients/{pk}/",
        "/clients/{pk}/?modifier=suivi",
        "/clients/{pk}/contacts/ajouter/",
    ],
)
def test_the_number_of_statements_is_small_and_does_not_grow(cast, client_for, address):
    client = client_for(cast.alice, scope=f"e{cast.north.pk}")
    seen = {}
    for count in COUNTS:
        with unscoped("test data"):
            Customer.objects.filter(email="x@x.test").update(email="", merged_into=None, birth_name="PASSÉ", city="")
            Customer.objects.filter(birth_name="PASSÉ").update(erased_at=datetime(2026, 1, 1, tzinfo=UTC))
        rows = fill(cast, count)
        url = address.format(pk=rows[0].pk)
        if "?modifier" in url:
            client.get(url)  # the look is written down once, by the page that leads here
        seen[count] = statements(client, url)
    assert len(seen[MANY]) <= MOST, "\n".join(seen[MANY])
    # A page that is full reads no second segment of rows without a value.
    assert len(seen[1]) == len(seen[3]) >= len(seen[MANY]), "\n".join(seen[MANY])
