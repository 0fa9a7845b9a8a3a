"""Text as searches compare it: lower case, without accents, folded by the database and by us alike.

The database folds by itself, in a generated column, so that rows copied in bulk can be searched like any other.
"""

from django.db import models
from django.db.models import Q

_ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ"
_PLAIN = "aaaaaaceeeeiiiinooooouuuuyy"
# The trigram index starts there.
SHORTEST = 3


class FoldedText(models.Func):
    """Columns joined by spaces, in lower case without accents; immutable, hence good for a generated column."""

    template = f"translate(lower(%(expressions)s), '{_ACCENTED}', '{_PLAIN}')"
    arg_joiner = " || ' ' || "


def fold(text: str) -> str:
    """What `FoldedText` does, for the words of a search."""
    return text.lower().translate(str.maketrans(_ACCENTED, _PLAIN))


def search_condition(text: str, *, column: str = "search_text") -> Q | None:
    """Rows whose folded `column` contains every word, or the whole with its spaces and signs removed (a plate, a
    telephone number). None below three characters, where there is nothing to look for."""
    words = fold(text).split()
    compact = "".join(character for character in fold(text) if character.isalnum())
    if len(compact) < SHORTEST:
        return None
    condition = Q()
    for word in words:
        condition &= Q(**{f"{column}__contains": word})
    return condition | Q(**{f"{column}__contains": compact})
