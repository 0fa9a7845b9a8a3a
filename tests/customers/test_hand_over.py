"""A leaver's customers go to a colleague who may work on them, each with its history."""

from customers.services import editing
from settings_admin.scoping import unscoped
from tests.customers.way import fresh, history
from tests.make import make_customer


def test_customers_are_counted_placed_and_handed_over(cast):
    mine = make_customer(entity=cast.north, birth_name="RINO", salesperson=cast.sam)
    others = make_customer(entity=cast.north, birth_name="AUTRE", salesperson=cast.marc)
    make_customer(entity=cast.north, birth_name="DOUBLE", salesperson=cast.sam, merged_into=mine)
    changed_at = fresh(mine).changed_at
    with unscoped("a leaver leaves nothing behind"):
        assert editing.followed_by(cast.sam).count() == 1
        assert list(editing.places_followed(cast.sam)) == [(cast.north.pk, None)]
        assert editing.hand_over(cast.sam, to=cast.marc, actor=cast.alice) == 1
        assert editing.followed_by(cast.sam).count() == 0
    assert fresh(mine).salesperson_id == fresh(others).salesperson_id == cast.marc.pk
    assert fresh(mine).changed_at == changed_at
    (entry,) = history(mine)
    assert (entry.kind, entry.changes) == ("handed_over", {"salesperson": [cast.sam.pk, cast.marc.pk]})
    assert history(others) == []


def test_leaving_asks_who_takes_them_over(cast, client_for):
    make_customer(entity=cast.north, birth_name="RINO", salesperson=cast.sam)
    page = client_for(cast.alice).get(f"/parametres/utilisateurs/{cast.sam.pk}/depart/")
    assert "Clients attitrés" in page.text
