"""Who is told, once, and in whose place."""

from datetime import date

import pytest

from settings_admin.models import User
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.notifications.way import SECRET, away, entries_of, tell

TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)


def told(*users):
    return [len(entries_of(user)) for user in users]


def test_each_recipient_has_an_entry_with_the_whole_text(cast, vehicle):
    tell(cast.sam, cast.vera, about=vehicle, actor=cast.marc, text=SECRET * 800)
    assert told(cast.sam, cast.vera, cast.momo) == [1, 1, 0]
    (entry,) = entries_of(cast.sam)
    assert entry.text == SECRET * 800
    assert (entry.entity_id, entry.target_type, entry.target_id) == (cast.north.pk, "vehicles.vehicle", vehicle.pk)
    assert (entry.actor_id, entry.read_at) == (cast.marc.pk, None)


def test_the_author_is_never_told(cast, vehicle):
    tell(cast.marc, cast.sam, about=vehicle, actor=cast.marc)
    assert told(cast.marc, cast.sam) == [0, 1]


def test_nor_as_the_substitute_of_somebody_who_is_away(cast, vehicle):
    away(cast.sam, cast.marc, on=TODAY)
    tell(cast.sam, about=vehicle, actor=cast.marc)
    assert told(cast.marc, cast.sam) == [0, 1]


def test_somebody_named_twice_is_told_once(cast, vehicle):
    tell(cast.sam, User.objects.get(pk=cast.sam.pk), about=vehicle)
    assert told(cast.sam) == [1]


def test_a_leaver_is_told_nothing(cast, vehicle):
    User.objects.filter(pk=cast.sam.pk).update(is_active=False)
    tell(User.objects.get(pk=cast.sam.pk), about=vehicle)
    assert told(cast.sam) == [0]


def test_the_substitute_of_somebody_absent_is_told_too(cast, vehicle):
    away(cast.sam, cast.vera, on=TODAY)
    tell(cast.sam, about=vehicle, actor=cast.marc)
    assert told(cast.sam, cast.vera) == [1, 1]
    assert entries_of(cast.vera)[0].meant_for == cast.sam
    assert entries_of(cast.sam)[0].meant_for is None


def test_not_before_the_absence_begins(cast, vehicle):
    away(cast.sam, cast.vera, on=TOMORROW)
    tell(cast.sam, about=vehicle)
    assert told(cast.sam, cast.vera) == [1, 0]


def test_a_substitute_who_may_not_see_it_is_not_told(cast):
    """Momo works at the second site only: the one for whom she stands in gets it alone, and a substitute on the way to
    her who may see it gets it in her place."""
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    away(cast.sam, cast.momo, on=TODAY)
    tell(cast.sam, about=vehicle)
    assert told(cast.sam, cast.momo) == [1, 0]
    away(cast.adele, cast.vera, on=TODAY)
    away(cast.vera, cast.momo, on=TODAY)
    tell(cast.adele, about=vehicle)
    assert told(cast.adele, cast.vera, cast.momo) == [1, 1, 0]


def test_two_who_stand_in_for_each_other_are_told_for_themselves(cast, vehicle):
    away(cast.sam, cast.vera, on=TODAY)
    away(cast.vera, cast.sam, on=TODAY)
    tell(cast.sam, about=vehicle)
    assert told(cast.sam, cast.vera) == [1, 0]


def test_a_substitute_who_is_told_anyway_is_told_once_and_for_themselves(cast, vehicle):
    away(cast.sam, cast.vera, on=TODAY)
    tell(cast.sam, cast.vera, about=vehicle)
    assert told(cast.sam, cast.vera) == [1, 1]
    assert entries_of(cast.vera)[0].meant_for is None


def test_once_is_one_entry_updated_in_place(cast, vehicle, time_machine):
    tell(cast.sam, cast.vera, about=vehicle, once="bid-1", text="70 000 €")
    time_machine.shift(60)
    tell(cast.sam, about=vehicle, once="bid-1", text="70 100 €", title="Surenchère")
    (entry,) = entries_of(cast.sam)
    assert (entry.text, entry.title, entry.count) == ("70 100 €", "Surenchère", 2)
    assert (entry.changed_at - entry.created_at).total_seconds() == pytest.approx(60, abs=5)
    assert [one.text for one in entries_of(cast.vera)] == ["70 000 €"]


def test_once_comes_back_as_unread_and_counts_from_the_reading_on(cast, vehicle, client_for):
    tell(cast.sam, about=vehicle, once="bid-1")
    tell(cast.sam, about=vehicle, once="bid-1")
    (entry,) = entries_of(cast.sam)
    client_for(cast.sam).post(f"/notifications/{entry.pk}/lire/")
    assert entries_of(cast.sam)[0].read_at is not None
    tell(cast.sam, about=vehicle, once="bid-1")
    (entry,) = entries_of(cast.sam)
    assert (entry.read_at, entry.count) == (None, 1)


def test_other_keys_and_no_key_are_entries_of_their_own(cast, vehicle):
    for once in ("bid-1", "bid-2", "", ""):
        tell(cast.sam, about=vehicle, once=once)
    assert told(cast.sam) == [4]


@pytest.mark.parametrize("url", ["https://evil.test/", "//evil.test/", "vehicules/", "javascript:alert(1)"])
def test_it_leads_nowhere_but_into_the_application(cast, vehicle, url):
    with pytest.raises(ValueError, match="into the application"):
        tell(cast.sam, about=vehicle, url=url)


def test_a_kind_that_nobody_registered_is_a_defect(cast, vehicle):
    with pytest.raises(KeyError):
        tell(cast.sam, about=vehicle, kind="unheard_of")


def test_many_recipients_take_no_more_statements_than_few(cast, vehicle, django_assert_max_num_queries):
    """Besides what each one's screens are told: four statements a recipient."""
    with unscoped("test data"), django_assert_max_num_queries(7 + 2 * 4):
        tell(cast.sam, cast.vera, about=vehicle)
    with unscoped("test data"), django_assert_max_num_queries(7 + 6 * 4):
        tell(cast.sam, cast.vera, cast.adele, cast.marc, cast.alice, cast.momo, about=vehicle)
