"""Text that means harm, typed into forms; and where it must not come through.

The client of the tests raises whatever a view raises: a request that is answered at all is no 500.
"""

from collections.abc import Callable, Collection
from typing import Any

from tests.support.html import parsed

HOSTILE = {
    # Markup, template, formula, SQL, path and a turn to the left, in what a name may hold.
    "text": "=1+1<script>alert(1)</script>{{ 7|add:7 }}';--../\u202e\"><img src=x>",
    "long": "é" * 20_000,
    "nul": "avant\x00après",
    "lines": "Nom\r\nBcc: pirate@example.test",
    "digit": "²",
    "number": "9" * 40,
}
# What a browser would run, load or follow if it came through as markup.
MARKUP = ("<script>alert(1)", "<img src=x")
DONE = {200, 204, 302, 303}
# What somebody types into; not what decides which other fields are read.
TYPED = {"text", "email", "tel", "url", "number", "textarea"}

# Sends a form with the text in these fields, asserts what must be true of any answer, undoes it, returns the answer.
Send = Callable[[Collection[str]], Any]


def held_as_text(response: Any, text: str, *, fields: Collection[str] = ()) -> None:
    """The page has no markup of the text; the fields, where they are still there, have the text itself."""
    if response.streaming:
        return
    assert not any(piece in response.text for piece in MARKUP)
    if "\x00" not in text and "\n" not in text:
        for control in parsed(response.content).find_all("input", attrs={"name": list(fields)}) if fields else ():
            if control.get("type", "text") in TYPED:
                assert control.get("value") in (text, text.strip(), text.lower())


def together(kinds: dict[str, str]) -> list[list[str]]:
    """The fields of a form by name, in groups that hold the text at the same time: what is typed; what it was opened
    with, which is read beside it; and the rest, which may decide what becomes of the others."""
    opened_with = [name for name in kinds if name.startswith("initial-")]
    typed = [name for name, kind in kinds.items() if kind in TYPED and name not in opened_with]
    rest = [name for name in kinds if name not in opened_with and name not in typed]
    return [group for group in (opened_with, typed, rest) if group]


def in_all_of(fields: Collection[str], send: Send) -> None:
    """Each of the fields takes the text: all at once; those that are refused beside their field get their own value
    back and the others go again, until they are taken. Where a form is turned away as a whole, for whichever of them,
    each is sent alone.

    It finds what a field alone would: a form reads all of its fields before it refuses one.
    """
    left = list(fields)
    while left:
        response = send(left)
        refused = refused_beside(response)
        if not refused.intersection(left):
            break
        left = [name for name in left if name not in refused]
    if len(left) > 1 and response.status_code not in DONE:
        for name in left:
            send([name])


def refused_beside(response: Any) -> set[str]:
    """The names of the fields that say themselves what is wrong."""
    if response.streaming or 'aria-invalid="true"' not in response.text:
        return set()
    return {str(one["name"]) for one in parsed(response.content).select('[name][aria-invalid="true"]')}
