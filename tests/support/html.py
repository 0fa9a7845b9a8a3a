"""Pages read by Beautiful Soup: the tree that it would make itself, made in a third of its time.

Reading pages is a good part of what the tests do. What is written as our templates write it is read here, by one
expression; anything else (a `&` in a text, an attribute without quotes, a tag that does not end) is left to Beautiful
Soup. That both make the same tree is proved by tests/platform/test_html.py.
"""

import re
from html import unescape
from typing import Any

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.builder._htmlparser import HTMLParserTreeBuilder
from bs4.element import Comment, Doctype

_TOKEN = re.compile(
    r"""(?P<text>[^<]+)
      | </(?P<end>[a-z][a-z0-9-]*)>
      | <(?P<start>[a-z][a-z0-9-]*)(?P<attributes>(?:\s+[^\s"'<>/=]+(?:="[^"]*"|='[^']*')?)*)\s*(?P<empty>/?)>
      | <!--(?P<comment>.+?)-->
      | <!DOCTYPE[ ](?P<doctype>[^>]+)>""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:="([^"]*)"|='([^']*)')?""")
_UNUSUAL = re.compile(r"&(?!(?:amp|lt|gt|quot|nbsp|#x27|#39);)")
_RAW = {name: re.compile(rf"(.*?)(?=</{name}>)", re.DOTALL) for name in ("script", "style")}


def parsed(markup: str | bytes) -> BeautifulSoup:
    return BeautifulSoup(markup.decode() if isinstance(markup, bytes) else markup, builder=_QuickBuilder)


class _Unusual(Exception):
    pass


class _QuickBuilder(HTMLParserTreeBuilder):
    def feed(self, markup: str) -> None:  # type: ignore[override]
        try:
            _Tree(self).build(markup)
        except _Unusual:
            assert self.soup is not None
            self.soup.reset()
            super().feed(markup)


class _Tree:
    """Nodes are copied from one that Beautiful Soup made of each kind, and linked by hand."""

    def __init__(self, builder: Any) -> None:
        self.builder, self.soup = builder, builder.soup
        self.open: list[Any] = [self.soup]
        self.last: Any = None
        self.strings = {kind: vars(kind("")) for kind in {NavigableString, *builder.string_containers.values()}}
        self.tags: dict[str, dict[str, Any]] = {}
        # Where text is not like other text: as deep as the outermost of these that is open.
        self.apart = {*builder.string_containers, *builder.preserve_whitespace_tags}
        self.apart_from: int | None = None

    def build(self, markup: str) -> None:
        at, end = 0, len(markup)
        while at < end:
            found = _TOKEN.match(markup, at)
            if found is None or _UNUSUAL.search(found["text"] or ""):
                raise _Unusual
            at = found.end()
            if text := found["text"]:
                self.string(unescape(text))
            elif name := found["end"]:
                self.close(name.lower())
            elif name := found["start"]:
                name = name.lower()
                self.start(name, found["attributes"], is_empty=bool(found["empty"]))
                if name in _RAW and not found["empty"]:
                    raw = _RAW[name].match(markup, at)
                    if raw is None:
                        raise _Unusual
                    at = raw.end()
                    if raw[1]:
                        self.string(raw[1])
            elif text := found["comment"]:
                self.link(Comment(text))
            else:
                self.link(Doctype(found["doctype"]))

    def string(self, text: str) -> None:
        names = [] if self.apart_from is None else [tag.name for tag in self.open[self.apart_from :]]
        if not text.strip(BeautifulSoup.ASCII_SPACES) and self.builder.preserve_whitespace_tags.isdisjoint(names):
            text = "\n" if "\n" in text else " "
        kind: Any = NavigableString
        for name in names:
            kind = self.builder.string_containers.get(name, kind)
        node = str.__new__(kind, text)
        vars(node).update(self.strings[kind])
        self.link(node)

    def start(self, name: str, attributes: str, *, is_empty: bool) -> None:
        if name not in self.tags:
            self.tags[name] = vars(Tag(self.soup, self.builder, name, None, None, self.builder.attribute_dict_class()))
        node = Tag.__new__(Tag)
        values = self.builder.attribute_dict_class()
        vars(node).update(self.tags[name], attrs=values, contents=[], _namespaces={})
        if attributes:
            lists = self.builder.cdata_list_attributes
            for key, quoted, otherwise in _ATTRIBUTE.findall(attributes):
                key, value = key.lower(), quoted or otherwise
                if "&" in value:
                    value = unescape(value)
                is_list = key in lists["*"] or key in lists.get(name, ())
                values[key] = self.builder.attribute_value_list_class(value.split()) if is_list else value
            if name == "meta":
                self.builder.set_up_substitutions(node)
        self.link(node)
        if not is_empty and name not in self.builder.empty_element_tags:
            if name in self.apart and self.apart_from is None:
                self.apart_from = len(self.open)
            self.open.append(node)

    def close(self, name: str) -> None:
        for depth in range(len(self.open) - 1, 0, -1):
            if self.open[depth].name == name:
                del self.open[depth:]
                if self.apart_from is not None and depth <= self.apart_from:
                    self.apart_from = None
                break

    def link(self, node: Any) -> None:
        parent, own = self.open[-1], vars(node)
        own["parent"], own["previous_element"] = parent, self.last
        if self.last is not None:
            self.last.next_element = node
        if parent.contents:
            own["previous_sibling"] = parent.contents[-1]
            parent.contents[-1].next_sibling = node
        parent.contents.append(node)
        self.last = node
