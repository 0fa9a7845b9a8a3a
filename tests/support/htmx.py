"""What htmx does to a page, done to its parsed text: a swapped page must equal a reloaded one, without a browser."""

from typing import Any

from bs4 import BeautifulSoup, Tag

from tests.support.html import parsed


def parse(response: Any) -> BeautifulSoup:
    return parsed(response.content)


def swap(page: BeautifulSoup, response: Any, *, target: str, select: str = "") -> BeautifulSoup:
    """Puts the answer (of it what `select` names) in the place of `target` (outerHTML, morphed or not), and what it
    holds out of band (`hx-swap-oob="true"`) in the place of the element of the same id."""
    answer = parse(response)
    if select:
        answer = _one(answer, select).extract()
    for piece in answer.select("[hx-swap-oob]"):
        assert piece["hx-swap-oob"] == "true", "only whole elements are swapped out of band"
        del piece["hx-swap-oob"]
        _one(page, f"#{piece['id']}").replace_with(piece.extract())
    _one(page, target).replace_with(answer)
    return page


def content(page: BeautifulSoup) -> str:
    """The page between its frames, without what differs from one request to the next."""
    main = parsed(str(_one(page, "main")))
    for token in main.select("[name=csrfmiddlewaretoken]"):
        token.decompose()
    # The address of the page at hand, put in by `surfaces.js` when its form is sent.
    for field in main.select("[data-here]"):
        del field["value"]
    # Each drawing of a form has a key of its own.
    for field in main.select("input[name=key]"):
        del field["value"]
    return "\n".join(line for line in main.prettify().splitlines() if line.strip())


def _one(page: BeautifulSoup, selector: str) -> Tag:
    found = page.select(selector)
    assert len(found) == 1, f"{len(found)} elements match {selector}"
    return found[0]
