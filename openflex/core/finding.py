"""What « Rechercher partout » finds, as each app tells it: rows by their words, and what one may begin.

Each app registers its sources and its acts from `AppConfig.ready()`; the search itself (`openflex/search`) stands above
all of them. Pages come from the menus that `settings_admin.registries` knows, and those that stand in none from here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class Hit:
    """One row, a page, or something to begin: what it is called, what else tells it apart, and where it leads."""

    title: str
    url: str
    about: str = ""
    plate: str = ""  # a French one, as it is written there, with its department where that is known
    department: str = ""
    icon: str = ""  # of its own, where it is not its source's
    shape: str = ""  # of what is shown by a picture: the silhouette, as long as there is no `picture` (its address)
    picture: str = ""
    entity_id: int | None = None
    place: str = ""  # the name of that entity, told to those who work in several by the search itself


@dataclass(frozen=True)
class FindSource:
    """Rows for those who hold `right`, read in all their entities where they hold it, whatever the top bar shows.

    `find(text, limit)` returns at most `limit` of them, the likeliest first, of a text with at least three letters or
    digits; it may cost two statements. `list_url`: the list, which takes the same words as `?q=`. `pages`: the names of
    the pages of one row, by its `pk`; `rows`: those that the scope has, of which `told` tells one.
    """

    key: str
    label: str
    icon: str
    right: str
    order: int
    find: Callable[[str, int], Sequence[Hit]]
    rows: Callable[[], QuerySet[Any]]
    told: Callable[[Any], Hit]
    pages: frozenset[str]
    list_url: str = ""


@dataclass(frozen=True)
class Beginning:
    """What one begins from anywhere: « Ajouter un véhicule ». `words`: what it may be looked for by besides."""

    label: str
    icon: str
    url_name: str
    right: str
    order: int
    words: str = ""


@dataclass(frozen=True)
class FoundPage:
    """A page that stands in no menu, found by its words: « Agenda »."""

    label: str
    icon: str
    url_name: str
    right: str
    words: str = ""


_sources: dict[str, FindSource] = {}
_beginnings: dict[str, Beginning] = {}
_pages: dict[str, FoundPage] = {}


def register_sources(*sources: FindSource) -> None:
    for source in sources:
        _sources[source.key] = source


def find_sources() -> list[FindSource]:
    return sorted(_sources.values(), key=lambda source: source.order)


def register_beginnings(*beginnings: Beginning) -> None:
    for one in beginnings:
        _beginnings[one.url_name] = one


def beginnings() -> list[Beginning]:
    return sorted(_beginnings.values(), key=lambda one: one.order)


def register_found_pages(*pages: FoundPage) -> None:
    for one in pages:
        _pages[one.url_name] = one


def found_pages() -> list[FoundPage]:
    return list(_pages.values())
