"""What is found everywhere, read where its right is held: pages and acts by their names, rows by their words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode

from openflex.core.finding import FindSource, Hit, beginnings, find_sources, found_pages
from openflex.core.http import row_number
from openflex.core.search import fold, is_long_enough
from settings_admin.access.shell import OWN_PAGES, may_enter
from settings_admin.registries import nav_entries, settings_pages
from settings_admin.scoping import Scope, current_scope, scoped

# Rows of one kind.
FEW: Final = 5


class _Named(NamedTuple):
    """A page or an act, with the `words` by which it is found; its address is only made where it is."""

    words: str
    label: str
    url_name: str
    icon: str
    about: str = ""


@dataclass(frozen=True)
class Group:
    """Hits of one kind; `more_url` leads to the list where there are more: with all of them, or (`is_wider`) with those
    of what the top bar shows, while these hits are of everywhere."""

    key: str
    label: str
    icon: str
    hits: Sequence[Hit]
    more_url: str = ""
    is_wider: bool = False


@dataclass(frozen=True)
class Findings:
    groups: Sequence[Group]
    # Too short a text for rows: only pages and acts were looked for.
    is_short: bool

    @property
    def count(self) -> int:
        return sum(len(group.hits) for group in self.groups)


def found_everywhere(text: str, *, places: Mapping[int, str], opened: Sequence[str] = ()) -> Findings:
    """Nothing typed: what was `opened` last, addresses as the browser keeps them, as far as it is still seen; what one
    may begin and where one may go. At most two statements for each source. `places`: the names of the entities, where
    rows shall tell whose they are."""
    scope = current_scope()
    is_short = not is_long_enough(text)
    groups = [
        Group("opened", "Ouverts récemment", "history", _opened(scope, opened, places)),
        Group("begin", "Commencer", "plus", _named_so(text, _beginnings(scope))),
        Group("go", "Aller à", "arrow-right", _named_so(text, _pages(scope, is_typed=bool(text)))),
    ]
    if not is_short:
        groups += [_group(source, scope, text, places) for source in find_sources() if scope.granted(source.right)]
    return Findings([group for group in groups if group.hits], is_short)


def _group(source: FindSource, scope: Scope, text: str, places: Mapping[int, str]) -> Group:
    held = scope.granted(source.right)
    with scoped(scope.narrowed(held)):
        hits = [replace(hit, place=places.get(hit.entity_id or 0, "")) for hit in source.find(text, FEW + 1)]
    has_list = source.list_url and len(hits) > FEW and scope.allows_somewhere(source.right)
    more_url = f"{reverse(source.list_url)}?{urlencode({'q': text})}" if has_list else ""
    is_wider = not scope.current.contains(held)
    return Group(source.key, source.label, source.icon, hits[:FEW], more_url, is_wider)


def _opened(scope: Scope, addresses: Iterable[str], places: Mapping[int, str]) -> list[Hit]:
    """In their order, each row once; one statement for each source."""
    sources = {page: source for source in find_sources() for page in source.pages if scope.granted(source.right)}
    rows: dict[tuple[str, int], FindSource] = {}
    for address in addresses:
        try:
            match = resolve(address)
        except Resolver404:
            continue
        pk = row_number(str(match.kwargs.get("pk", "")))
        if pk is not None and (source := sources.get(match.view_name)):
            rows.setdefault((source.key, pk), source)
    hits: dict[tuple[str, int], Hit] = {}
    for source in {source.key: source for source in rows.values()}.values():
        pks = [pk for key, pk in rows if key == source.key]
        with scoped(scope.narrowed(scope.granted(source.right))):
            told = {row.pk: source.told(row) for row in source.rows().filter(pk__in=pks).order_by("pk")}
        for pk, hit in told.items():
            place = places.get(hit.entity_id or 0, "")
            hits[source.key, pk] = replace(hit, icon=hit.icon or source.icon, place=place)
    return [hits[row] for row in rows if row in hits][:FEW]


def _beginnings(scope: Scope) -> Iterable[_Named]:
    for one in beginnings():
        if scope.allows_somewhere(one.right):
            yield _Named(f"{one.label} {one.words}", one.label, one.url_name, one.icon)


def _pages(scope: Scope, *, is_typed: bool) -> Iterable[_Named]:
    for entry in nav_entries():
        if may_enter(entry):
            yield _Named(entry.label, entry.label, entry.url_name, entry.icon)
    for own in OWN_PAGES:
        yield _Named(f"{own.label} {own.words}", own.label, own.url_name, own.icon)
    for one in found_pages() if is_typed else ():
        if scope.allows_somewhere(one.right):
            yield _Named(f"{one.label} {one.words}", one.label, one.url_name, one.icon)
    for page in settings_pages() if is_typed else ():
        if scope.allows_somewhere(page.right):
            about = f"Paramètres · {page.section.label}"
            yield _Named(f"{page.label} {page.description} paramètres", page.label, page.url_name, page.icon, about)


def _named_so(text: str, named: Iterable[_Named]) -> list[Hit]:
    """Those of which each typed word begins a word."""
    typed = fold(text).split()
    return [
        Hit(one.label, reverse(one.url_name), about=one.about, icon=one.icon)
        for one in named
        if all(any(word.startswith(start) for word in _words(one.words)) for start in typed)
    ]


def _words(name: str) -> list[str]:
    return fold(name).replace("’", " ").replace("-", " ").split()
