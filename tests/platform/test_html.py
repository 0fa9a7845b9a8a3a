"""The quick reader of pages makes the tree that Beautiful Soup makes by itself (tests/support/html.py)."""

from typing import Any

import pytest
from bs4 import BeautifulSoup, NavigableString
from bs4.builder._htmlparser import HTMLParserTreeBuilder
from django.urls import reverse

from tests.make import make_customer, make_opportunity, make_vehicle
from tests.support.html import parsed

LINKS = ("parent", "next_element", "previous_element", "next_sibling", "previous_sibling")
PAGES = ("dashboard:home", "vehicles:list", "vehicles:add", "opportunities:list", "customers:list", "quotation:start",
         "access:settings")  # fmt: skip


def told(markup_tree: BeautifulSoup) -> list[Any]:
    """Of each node what it is, what it says, and which those around it are."""
    nodes = [markup_tree, *markup_tree.descendants]
    place = {id(node): number for number, node in enumerate(nodes)}
    return [
        (
            type(node),
            node if isinstance(node, NavigableString) else (node.name, list(node.attrs.items())),
            [place.get(id(getattr(node, link))) for link in LINKS],
        )
        for node in nodes
    ]


def assert_same_tree(markup: str) -> None:
    ours, theirs = parsed(markup), BeautifulSoup(markup, "html.parser")
    assert told(ours) == told(theirs)
    assert str(ours) == str(theirs)


@pytest.mark.parametrize("url_name", PAGES)
def test_of_our_pages(cast, client_for, monkeypatch, url_name):
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, plate="GD642JM")
    customer = make_customer(entity=cast.north, birth_name="D’ARC & <b>FILS</b>", first_names='"L\'" Île')
    make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam, vehicle=vehicle)
    response = client_for(cast.alice, scope=f"e{cast.north.pk}").get(reverse(url_name))
    assert response.status_code == 200
    assert_same_tree(response.text)
    # Nothing on it had to be left to the slow reader.
    monkeypatch.delattr(HTMLParserTreeBuilder, "feed")
    assert parsed(response.text).select_one("main")


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "rien <b>du tout",
        "<tr><td>un<td>deux</tr>",
        "<p>un & deux &copy; &eacute &#233; &#x27;</p>",
        '<a href="?a=1&amp;b=\'" data-x=\'{"a": "é &amp; &lt;"}\' CLASS=\' un\tdeux \' hidden>x</a>',
        "<a href=nu class>x</a>",
        "<a href='?mode=plaque&vierge=1&copy=2&amp'>x</a>",
        '<p id="a" id="b">x</p>',
        "<ul><li>un</ul></li></p>deux",
        "<p>  \n </p><pre>  \n <b>  </b></pre><textarea>\n\n</textarea> \n <i>\u00a0</i>",
        "<br></br><img src='x'/><input><svg><path d='M0'/><g/></svg>",
        "<script>if (a < b) { '<p>' }</script><style>a > b {}</style><script></script><script src='x'/>",
        "<script>never closed",
        "<template><p> <b>x</b></p> </template> y",
        "<!DOCTYPE html><!-- un <b> --><html lang='fr'><meta charset='utf-8'><!----></html>\n",
        "1 < 2 > 0 <<b>>x</b>",
        '<p\u00e9 title="un\n> deux">x</p>',
    ],
)
def test_of_what_nobody_should_write(markup):
    assert_same_tree(markup)
