"""What a test leaves to the next (tests/support/database.py)."""

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from settings_admin.models import DistributedRight, User
from tests.cast import cast_on_stage
from tests.make import make_customer, make_opportunity, make_vehicle
from tests.support.database import empty_tables
from tests.support.rows import filled_tables

OF_MIGRATIONS = (ContentType, Permission, DistributedRight)


def test_all_that_was_committed_goes_and_what_the_migrations_filled_stays(transactional_db):
    kept = [model.objects.count() for model in OF_MIGRATIONS]
    cast = cast_on_stage()
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    customer = make_customer(entity=cast.north)
    make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam, vehicle=vehicle)
    assert len(filled_tables()) > 10
    empty_tables()
    assert filled_tables() == set()
    assert [model.objects.count() for model in OF_MIGRATIONS] == kept
    assert all(kept)
    # The same people stand there again, with the same keys.
    assert cast_on_stage().sam == cast.sam == User.objects.get(email="sam@example.test")
