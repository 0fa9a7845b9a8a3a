"""What the apps above tell the customers: panels for their page, what a law keeps of who is erased, their files."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Subquery


@dataclass(frozen=True)
class Panel:
    """A part of a customer's page that an app above draws: fetched when the page is there, from `url_name`, which takes
    the customer's pk. It shows to those who hold `right` on the customer."""

    key: str
    title: str
    url_name: str
    right: str
    order: int


_panels: dict[str, Panel] = {}


def register_panels(*panels: Panel) -> None:
    for panel in panels:
        _panels[panel.key] = panel


def panels() -> list[Panel]:
    return sorted(_panels.values(), key=lambda panel: panel.order)


@dataclass(frozen=True)
class Keeper:
    """What a law keeps of a customer who asked to be erased, as an app above knows it.

    `reason(customer)` says in French why, with the article, or nothing when it does not hold; `columns` of the customer
    stay as long as it does.
    """

    key: str
    columns: tuple[str, ...]
    reason: Callable[[Any], str]


_keepers: dict[str, Keeper] = {}


def register_keepers(*keepers: Keeper) -> None:
    for keeper in keepers:
        _keepers[keeper.key] = keeper


def keepers() -> list[Keeper]:
    return list(_keepers.values())


# What an app above ends when customers are erased: (their pks, who erases them, now).
Ending = Callable[[Collection[int], Any, datetime], None]
_endings: dict[str, Ending] = {}


def register_ending(key: str, end: Ending) -> None:
    """`end` runs inside the erasure, in the scope of the customers' entity, before their rows are emptied: nobody is
    left with something to do for who is forgotten."""
    _endings[key] = end


def endings() -> list[Ending]:
    return list(_endings.values())


@dataclass(frozen=True)
class OwnedFile:
    """A photo of the private storage that says something of a customer; `path` is its place among what is handed out
    to them, in words."""

    path: str
    name: str


@dataclass(frozen=True)
class Dealings:
    """What an app above knows of what was done with customers, in expressions over a query of them.

    `contacts(now)`: instants of what people did until then, the latest of each sort. `is_client`: something was sold to
    them or bought from them, and stays so. `is_open(now)`: conditions under which nobody forgets them. `hold(pks)`
    locks what else somebody could be writing on, as a merge would after its customers.
    """

    key: str
    contacts: Callable[[datetime], list[Any]]
    is_client: Callable[[], Any]
    is_open: Callable[[datetime], list[Any]]
    hold: Callable[[Collection[int]], None]


def latest(rows: Any, column: str, *, per: str) -> Any:
    """The latest of these rows, of which `per` says to whom they belong, as an expression; null when there are none."""
    return Subquery(rows.order_by().values(per).annotate(latest_of_all=Max(column)).values("latest_of_all"))


_dealings: dict[str, Dealings] = {}


def register_dealings(dealings: Dealings) -> None:
    _dealings[dealings.key] = dealings


def all_dealings() -> list[Dealings]:
    return list(_dealings.values())


PhotoSource = Callable[[Any], Iterator[OwnedFile]]
_photo_sources: dict[str, PhotoSource] = {}


def register_photos(key: str, source: PhotoSource) -> None:
    """`source(customer)` gives the photos that an app above keeps of a customer."""
    _photo_sources[key] = source


def photos_of(customer: Any) -> Iterator[OwnedFile]:
    for source in _photo_sources.values():
        yield from source(customer)
