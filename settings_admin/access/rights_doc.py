"""`docs/rights.md`: who may do what, from what every route declares; `tests/access` holds it to what is answered."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from openflex.core.checks import routes
from openflex.core.french import NBSP
from settings_admin.registries import (
    BuiltInGroup,
    Right,
    all_acts,
    all_rights,
    module_label,
    nav_entries,
    settings_pages,
)

PATH = "docs/rights.md"
HEAD = f"""# Qui peut faire quoi

> Page écrite par `bin/manage write_rights_doc` d’après ce que chaque page déclare{NBSP}: ne la modifiez pas à la main.
> Les tests refusent une version qui n’est plus à jour, et demandent chaque page et chaque bouton au nom de chaque
> groupe pour vérifier que les réponses sont celles annoncées ici.

Une holding naît avec sept groupes partagés. Voici ce qu’ils permettent au départ. Un administrateur de holding peut
changer leurs droits, un administrateur d’entité créer des groupes locaux{NBSP}: ce que vos groupes permettent
aujourd’hui se lit dans *Paramètres › Groupes, utilisateurs et droits*.

- Un droit vaut là où la personne est affectée{NBSP}: dans toute la holding, dans une entité, ou dans certains de ses
  points de vente.
- Ce qui appartient à une autre entité n’existe pas pour elle{NBSP}: ni dans les listes, ni par son adresse.
- Sans le droit, le bouton ne s’affiche pas, et la demande est refusée même si on la fabrique.
- On ne donne que les droits que l’on a, là où on les a. Les droits «{NBSP}Holding{NBSP}» ne comptent que dans une
  affectation à toutes les entités.
"""
OTHERS = {
    "signed_in": f"Toute personne connectée, pour ses propres affaires{NBSP}:",
    "staff": f"Toute personne de la holding, pour elle-même{NBSP}:",
    "merchant": f"Les marchands, dans leur propre espace{NBSP}: aucune page du personnel n’existe pour eux.",
    "public": f"Sans se connecter{NBSP}:",
}


@dataclass(frozen=True)
class Claim:
    """One route, and the right that the document announces for it: a right, or one of `OTHERS`."""

    url_name: str
    words: str
    right: str
    methods: tuple[str, ...]


def claims() -> Iterator[Claim]:
    """Raises KeyError for a route that no app has told in words."""
    told = all_acts()
    for route in routes():
        if not hasattr(route.view, "declared_right"):
            continue
        act = told[route.name]
        methods = tuple(getattr(route.view, "http_methods", ("GET", "POST")))
        yield Claim(route.name, act.words, act.right or route.view.declared_right, methods)


def text() -> str:
    """The whole document, as Markdown."""
    by_right: dict[str, list[str]] = {}
    for claim in claims():
        words = by_right.setdefault(claim.right, [])
        if claim.words not in words:
            words.append(claim.words)
    lines = [HEAD, "## En un coup d’œil", "", *_table(), ""]
    module = ""
    for right in all_rights().values():
        if module != (module := module_label(right.code)):
            lines += [f"## {module}", ""]
        lines += [*_right(right, by_right.get(right.code, [])), ""]
    lines += ["## Sans droit particulier", ""]
    for key, sentence in OTHERS.items():
        lines += [sentence, "", *_bullets(by_right[key]), ""]
    return "\n".join(lines).rstrip() + "\n"


def _table() -> Iterator[str]:
    yield f"| Droit | {' | '.join(group.label for group in BuiltInGroup)} |"
    yield f"|---|{':-:|' * len(BuiltInGroup)}"
    for right in all_rights().values():
        cells = " | ".join("oui" if group in right.groups else "–" for group in BuiltInGroup)
        yield f"| {module_label(right.code)}{NBSP}: {right.label} | {cells} |"


def _right(right: Right, words: list[str]) -> Iterator[str]:
    yield f"### {right.label[:1].upper()}{right.label[1:]}"
    yield ""
    yield f"Groupes{NBSP}: {', '.join(group.label for group in BuiltInGroup if group in right.groups)}."
    if places := _places(right.code):
        yield f"Ouvre{NBSP}: {', '.join(places)}."
    yield ""
    yield from _bullets([*words, *right.lets])
    if not words and not right.lets:
        yield "Aucune page ne demande encore ce droit."


def _places(code: str) -> list[str]:
    """The entries of the rail and the pages of *Paramètres* that appear with the right."""
    rail = [f"*{entry.label}*" for entry in nav_entries() if entry.right == code]
    return rail + [f"*Paramètres › {page.label}*" for page in settings_pages() if page.right == code]


def _bullets(words: Iterable[str]) -> Iterator[str]:
    return (f"- {one}" for one in words)
