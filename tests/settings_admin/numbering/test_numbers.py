"""Numbers that are taken, and formats that change meanwhile: no gap, no number twice, nothing written anew."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openflex.core.document_numbers import NumberFormat
from openflex.core.errors import Refused
from settings_admin import registries
from settings_admin.models import DocumentCounter, EntityNumbering, TimelineEntry
from settings_admin.numbering import selectors
from settings_admin.records.services import EditConflict
from settings_admin.registries import numbering_series, register_numbering
from settings_admin.scoping import OutOfScope, unscoped
from tests.make import make_vehicle
from tests.settings_admin.numbering.way import edit, edit_from, series, take, taken
from vehicles.models import Vehicle
from vehicles.services.stock import add_vehicle


@pytest.fixture(autouse=True)
def _own_series(monkeypatch):
    """What a test registers is gone after it."""
    monkeypatch.setattr(registries, "_numbering", numbering_series())


@pytest.fixture
def north(cast, as_user):
    as_user(cast.alice, choice="all")
    return cast.north


def refusal_of(cast, key="order", **mine):
    with pytest.raises(Refused) as refused:
        edit(cast, key, **mine)
    return refused.value.code, refused.value.field


# --- Taking ------------------------------------------------------------------------------------------------


def test_a_series_counts_on_in_each_entity_as_its_app_says(cast, north):
    register_numbering(series())
    assert [take(north) for _ in range(3)] == ["C-00001", "C-00002", "C-00003"]
    assert take(cast.south) == "C-00001"
    assert take(north, on=date(2027, 1, 2)) == "C-00004"


def test_a_series_that_restarts_begins_again_with_the_year(north):
    assert [take(north, "stock"), take(north, "stock")] == ["26-0001", "26-0002"]
    assert take(north, "stock", on=date(2027, 1, 1)) == "27-0001"
    assert take(north, "stock") == "26-0003"


def test_a_number_grows_beyond_its_figures(north):
    with unscoped("test data"):
        DocumentCounter.objects.create(entity=north, series="stock-26", last=9999, given=9999)
    assert take(north, "stock") == "26-10000"


def test_a_vehicle_enters_under_the_number_of_its_entity(cast, north, time_machine):
    time_machine.move_to("2026-11-26T10:00:00+00:00", tick=False)

    def add():
        values = {"make": "RENAULT", "model": "CLIO", "kind": "car"}
        vehicle = add_vehicle(entity=north, point_of_sale=None, actor=cast.alice, values=values, key=uuid4())
        return vehicle.stock_number

    assert add() == "26-0001"
    edit(cast, "stock", prefix="VO", year_digits=4)
    assert add() == "VO-2026-0002"
    assert sorted(Vehicle.objects.values_list("stock_number", flat=True)) == ["26-0001", "VO-2026-0002"]


def test_a_text_that_is_there_already_is_not_given_again_though_the_taker_does_not_see_it(cast, as_user):
    make_vehicle(entity=cast.north, point_of_sale=cast.north_1, stock_number="26-0001")
    make_vehicle(entity=cast.north, point_of_sale=cast.north_1, stock_number="26-0003")
    make_vehicle(entity=cast.south, stock_number="26-0002")  # another entity's is another number
    as_user(cast.momo)  # of the second site only
    assert not Vehicle.objects.filter(point_of_sale=cast.north_1).exists()
    assert [take(cast.north, "stock") for _ in range(3)] == ["26-0002", "26-0004", "26-0005"]


def test_thousands_that_came_from_elsewhere_are_passed_in_a_few_statements(north):
    register_numbering(series(taken=taken(*(f"C-{number:05d}" for number in range(1, 2001)))))
    with CaptureQueriesContext(connection) as statements:
        assert take(north) == "C-02001"
    assert len(statements) < 8  # the texts are asked for in memory here; the numbering itself asks for little


def test_an_old_text_that_a_new_format_would_write_again_is_passed_over(cast, north):
    """A2026 and 1, A20 and 261: written alike, by two formats of one series."""
    given: list[str] = []
    register_numbering(
        series(
            "mixed",
            default=NumberFormat("A", 4, "", 1),
            restarts_each_year=True,
            taken=lambda entity, texts: set(given) & set(texts),
        )
    )
    given += [take(north, "mixed") for _ in range(3)]
    assert given == ["A20261", "A20262", "A20263"]
    then = date(2020, 5, 4)
    edit(cast, "mixed", year_digits=2)
    edit(cast, "mixed", on=then, next_number=261)
    assert [take(north, "mixed", on=then), take(north, "mixed")] == ["A20264", "A264"]


# --- The format --------------------------------------------------------------------------------------------


def test_what_is_given_stays_and_the_count_goes_on(cast, north):
    register_numbering(series())
    assert take(north) == "C-00001"
    edit(cast, prefix="BC", separator="/", year_digits=2, min_digits=3)
    assert [take(north), take(cast.south)] == ["BC/26/002", "C-00001"]
    edit(cast, prefix="C", separator="-", year_digits=0, min_digits=5)
    assert take(north) == "C-00003"


@pytest.mark.parametrize(
    ("mine", "refused"),
    [
        ({"year_digits": 0}, ("year_needed", "year_digits")),
        ({"prefix": "VO2", "separator": ""}, ("ambiguous", "prefix")),
        ({"min_digits": 4}, ("too_short", "min_digits")),
        ({"prefix": "ABCDEF", "year_digits": 4, "separator": "-"}, ("too_long", "prefix")),
    ],
)
def test_a_format_that_would_be_ambiguous_or_too_long_or_too_short_is_refused(cast, north, mine, refused):
    with unscoped("test data"):
        DocumentCounter.objects.create(entity=north, series="small-26", last=12_345, given=12_345)
    default = NumberFormat("A", 2, "-", 5)
    register_numbering(series("small", default=default, restarts_each_year=True, max_length=15))
    assert refusal_of(cast, "small", **mine) == refused
    assert not EntityNumbering.objects.exists()
    assert take(north, "small") == "A-26-12346"


def test_two_series_of_a_family_are_never_written_alike(cast, north):
    register_numbering(
        series(),
        series("offer", label="N° d’offre", default=NumberFormat("O", 0, "-", 5)),
        series("parcel", label="N° de colis", family="parcels", default=NumberFormat("P", 0, "-", 5)),
    )
    assert refusal_of(cast, "offer", prefix="C") == ("like_another", "prefix")
    edit(cast, "parcel", prefix="C")  # read nowhere beside an order
    edit(cast, "order", prefix="BC")
    edit(cast, "offer", prefix="C")
    # In another entity nothing was changed, and an offer there may not look like an order.
    with pytest.raises(Refused):
        edit(cast, "offer", entity=cast.south, prefix="C")


def test_an_app_that_names_a_series_like_another_does_not_start():
    register_numbering(series())
    with pytest.raises(ValueError, match="could be read as"):
        register_numbering(series("invoice", default=NumberFormat("C", 0, "-", 3)))


def test_of_two_editors_of_the_same_part_the_second_is_told(cast, north):
    register_numbering(series())
    edit(cast, prefix="BC")
    with pytest.raises(EditConflict) as conflict:
        edit_from(cast, base={"prefix": "C"}, mine={"prefix": "CD"})
    assert conflict.value.fields == ["prefix"]
    edit_from(cast, base={"separator": "-"}, mine={"separator": "/"})
    assert take(north) == "BC/00001"


# --- The first number --------------------------------------------------------------------------------------


def test_a_group_goes_on_from_the_numbers_of_its_former_software(cast, north):
    register_numbering(series())
    edit(cast, next_number=40_000)
    edit(cast, next_number=4_127)  # a slip, mended before the first was given
    assert [take(north), take(north)] == ["C-04127", "C-04128"]
    assert refusal_of(cast, next_number=4_128) == ("given_out", "next_number")
    assert refusal_of(cast, next_number=1) == ("given_out", "next_number")
    edit(cast, next_number=5_000)
    edit(cast, next_number=4_500)  # none was given since
    assert take(north) == "C-04500"


def test_a_legal_series_that_has_begun_leaves_no_gap(cast, north):
    register_numbering(series(is_legal=True, restarts_each_year=True, default=NumberFormat("C", 2)))
    edit(cast, next_number=300)
    assert take(north) == "C-26-0300"
    assert refusal_of(cast, next_number=400) == ("legal_gap", "next_number")
    # Nor by the turn of a year.
    with pytest.raises(Refused):
        edit(cast, on=date(2027, 1, 5), next_number=5)
    assert take(north, on=date(2027, 1, 5)) == "C-27-0001"
    edit(cast, entity=cast.south, next_number=2)  # which has given out none


def test_a_number_taken_while_the_form_was_open_is_told(cast, north):
    register_numbering(series())
    take(north)
    with pytest.raises(EditConflict) as conflict:
        edit_from(cast, base={"next_number": 1}, mine={"next_number": 50})
    assert conflict.value.fields == ["next_number"]
    assert take(north) == "C-00002"


# --- Its history -------------------------------------------------------------------------------------------


def test_each_change_stands_in_the_history_of_the_entity(cast, north):
    edit(cast, "stock", prefix="VO", next_number=12)
    edit(cast, "stock", prefix="VO")  # as it is
    (entry,) = TimelineEntry.objects.filter(kind="numbering_changed")
    assert (entry.target_type, entry.target_id, entry.actor) == ("settings_admin.entity", north.pk, cast.alice)
    (line,) = selectors.in_words(selectors.history_of(north))
    assert line.sentence == "a changé la numérotation (N° de stock)"
    assert [(change.label, change.old, change.new) for change in line.changes] == [
        ("Format", "26-0001", "VO-26-0001"),
        ("Prochain numéro", "1", "12"),
    ]


def test_numbers_of_an_entity_are_its_own_to_take_and_to_write(cast, as_user):
    as_user(cast.eve)
    with pytest.raises(OutOfScope):
        take(cast.north, "stock")
