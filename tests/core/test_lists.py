"""The list engine: addresses that say it all and nothing twice, heads that sort, columns and their feet."""

import django_filters
import django_tables2 as tables
import pytest
from django.db.models import Q

from openflex.core.filters import AmountRangeFilter, CheckboxesFilter
from openflex.core.lists import FigureColumn, ListTable, Tab, build_list, mean, total
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from vehicles.models import Vehicle


class Table(ListTable):
    model = tables.Column(verbose_name="Modèle")
    mileage_km = FigureColumn(lambda value: "–" if value is None else f"{value} km", verbose_name="Km", foot=mean)
    doors = FigureColumn(str, verbose_name="Portes", foot=total, largest_first=True)

    class Meta(ListTable.Meta):
        model = Vehicle
        fields = ()


class Filter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="model", lookup_expr="icontains")
    kind = CheckboxesFilter(choices=[("car", "Voiture"), ("quad", "Quad")], label="Genre")
    mileage_km = AmountRangeFilter(label="Kilométrage", unit="km")

    class Meta:
        model = Vehicle
        fields: list[str] = []


TABS = [Tab("", "Tout", Q()), Tab("cars", "Voitures", Q(kind="car"), count="2")]


@pytest.fixture
def build(cast, rf):
    with unscoped("the engine knows no scope"):
        make_vehicle(entity=cast.north, model="A", mileage_km=10, doors=3)
        make_vehicle(entity=cast.north, model="B", mileage_km=20, doors=5)
        make_vehicle(entity=cast.north, model="C", mileage_km=None, doors=5, kind="quad")

        def build(address="", **options):
            return build_list(
                rf.get(f"/liste/{address}"),
                rows=Vehicle.objects.all(),
                table_class=Table,
                filter_class=Filter,
                sorts={"model": "model", "mileage_km": "mileage_km", "doors": "doors"},
                default_sort="model",
                tabs=TABS,
                **options,
            )

        yield build


def models(page):
    return [row.model for row in page.rows]


def test_the_address_decides_tab_filter_search_sort_and_page(build):
    assert models(build()) == ["A", "B", "C"]
    assert models(build("?tab=cars&sort=-model")) == ["B", "A"]
    assert models(build("?q=b")) == ["B"]
    assert models(build("?kind=quad&kind=car&mileage_km_min=15")) == ["B"]
    first = build("?sort=model", page_size=2)
    assert models(first) == ["A", "B"]
    assert models(build(first.next_url, page_size=2)) == ["C"]


def test_the_address_keeps_what_was_chosen_and_nothing_empty(build):
    assert build("?q=&kind=&kind=quad&mileage_km_min=&sort=model").address == "?kind=quad&sort=model"
    assert build("?q=&kind=").address == ""


def test_links_keep_the_rest_and_drop_the_page(build):
    page = build("?kind=car&q=a&tab=cars&after=x&sort=-doors")
    (chip,) = page.chips
    assert (chip.label, chip.value, chip.url) == ("Genre", "Voiture", "?q=a&tab=cars&sort=-doors")
    assert page.reset_url == "?tab=cars&sort=-doors"
    assert page.export_query == "?kind=car&q=a&tab=cars&sort=-doors"
    assert [(tab.url, tab.is_current) for tab in page.tabs] == [
        ("?sort=-doors", False),
        ("?tab=cars&sort=-doors", True),
    ]
    assert page.kept_fields == [("kind", "car"), ("tab", "cars"), ("sort", "-doors")]
    assert page.hidden_fields == [("tab", "cars"), ("sort", "-doors")]


def test_a_first_click_sorts_figures_from_the_largest_when_so_said(build):
    heads = {column.name: column for column in build("?sort=model").table.columns}
    assert (heads["model"].sort_state, heads["model"].sort_url) == ("ascending", "?sort=-model")
    assert (heads["mileage_km"].sort_state, heads["mileage_km"].sort_url) == ("none", "?sort=mileage_km")
    assert heads["doors"].sort_url == "?sort=-doors"


def test_feet_sum_up_what_is_known_on_the_page(build):
    feet = {column.name: column.foot_text for column in build().table.columns}
    assert feet == {"model": "", "mileage_km": "15 km", "doors": "13"}
    assert {column.foot_text for column in build("?q=nothing").table.columns} == {""}


def test_columns_stand_in_the_chosen_order_and_the_others_are_offered(build):
    page = build(column_order=["doors", "nothing", "model"])
    assert [column.name for column in page.table.columns] == ["doors", "model"]
    assert [(choice.name, choice.is_shown) for choice in page.columns] == [
        ("doors", True),
        ("model", True),
        ("mileage_km", False),
    ]


def test_a_search_alone_is_a_filter_without_a_chip(build):
    page = build("?q=a")
    assert (page.chips, page.is_filtered) == ([], True)
    assert not build("?sort=doors").is_filtered


def test_an_average_is_rounded_half_away_from_zero():
    """As every figure of the house, not to the even one of the two."""
    assert [mean(values) for values in ([2, 3], [3, 4], [-2, -3], [1, 1, 2], [10**17 + 1, 10**17 + 2])] == [
        3, 4, -3, 1, 10**17 + 2,
    ]  # fmt: skip
    assert mean([]) is None
