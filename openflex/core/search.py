"""Text as searches compare it: lower case, without accents, folded by the database and by us alike.

The database folds by itself, in a generated column, so that rows copied in bulk can be searched like any other.
"""

import re
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

_ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ"
_PLAIN = "aaaaaaceeeeiiiinooooouuuuyy"
# The trigram index starts there.
SHORTEST = 3
# Figures of a SIREN, the shortest number that is written in groups.
LONG_NUMBER = 9
_GROUPS = re.compile(r"\+?[0-9]{1,5}(?:[\s.\-/]+[0-9]{1,5})+")


class FoldedText(models.Func):
    """Columns joined by spaces, in lower case without accents; immutable, hence good for a generated column."""

    template = f"translate(lower(%(expressions)s), '{_ACCENTED}', '{_PLAIN}')"
    arg_joiner = " || ' ' || "


def fold(text: str) -> str:
    """What `FoldedText` does, for the words of a search."""
    return text.lower().translate(str.maketrans(_ACCENTED, _PLAIN))


# Beyond, rows are too many to be asked for by their ids: words that many have.
MANY = 1000


def few_of(rows: QuerySet[Any]) -> list[int] | None:
    """The ids of these rows, in one statement; None when they are more than `MANY`.

    What a search does next depends on it, and the database cannot know beforehand: few are looked up by their ids,
    whereas of many the first in order are found soonest by reading in that order.
    """
    found = list(rows.order_by().values_list("pk", flat=True)[: MANY + 1])
    return None if len(found) > MANY else found


def search_condition(text: str, *, column: str = "search_text") -> Q | None:
    """Rows whose folded `column` contains every word, as it is written or without its signs (the plate in
    « GD-642-JM golf »), or the whole without spaces and signs (a plate, a telephone number). None below three
    characters, where there is nothing to look for."""
    if not is_long_enough(text):
        return None
    whole = _compact(fold(text))
    if is_in_groups(text):
        return Q(**{f"{column}__contains": whole})
    condition = contains_words(text, column=column)
    says_nothing_new = "@" in text or whole == fold(text).strip()
    return condition if says_nothing_new else condition | Q(**{f"{column}__contains": whole})


def is_in_groups(text: str) -> bool:
    """One number, written as it is shown: « 06 12 34 56 78 », « 732 829 320 00074 ». Its groups are no words: nearly
    every telephone has some of them."""
    return bool(_GROUPS.fullmatch(text.strip())) and len(_compact(text)) >= LONG_NUMBER


def is_long_enough(text: str) -> bool:
    return len(_compact(text)) >= SHORTEST


def contains_words(text: str, *, column: str = "search_text") -> Q:
    """Every word, however short: for rows that something else has narrowed down, for the index knows no short ones."""
    condition = Q()
    for word in fold(text).split():
        compact = _compact(word)
        if len(compact) >= SHORTEST and compact in word and "@" not in word:
            word = compact  # « martin, »: what has the word with its signs has it without
        if compact:
            condition &= _contains(column, word) | _without_signs(column, word)
    return condition


def _compact(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _without_signs(column: str, word: str) -> Q:
    """Nothing more to look for where it says nothing new, or is too short for the index."""
    compact = _compact(word)
    is_other = compact != word and len(compact) >= SHORTEST and "@" not in word
    return Q(**{f"{column}__contains": compact}) if is_other else Q()


def _contains(column: str, word: str) -> Q:
    """Of an e-mail address the index is asked for what stands before its @ alone: half of all rows have what stands
    behind, and reading which ones takes longer than all the rest."""
    name, at, behind = word.partition("@")
    if not behind or len(name) < SHORTEST:
        return Q(**{f"{column}__contains": word})
    return Q(**{f"{column}__contains": name + at}) & Q(GreaterThan(StrIndex(F(column), Value(word)), 0))
