"""Files about people: the model of an import, and its refused lines."""

from collections.abc import Sequence
from itertools import zip_longest

from openflex.core.xlsx import Sheet
from settings_admin.access.authority import MANAGE_SHARED_GROUPS, MANAGE_USERS
from settings_admin.access.models import UserGroup
from settings_admin.access.services.import_lines import COLUMNS, EVERYWHERE, JudgedLine
from settings_admin.access.services.imports import OWN_HEADS
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.scoping import Scope


def model_sheet(scope: Scope) -> Sheet:
    """An empty sheet with the columns of the import; behind it the groups, entities and sites that may be written in
    them, of where this person manages users."""
    groups = [group.name for group in UserGroup.objects.order_by("name")]
    entities = [entity.name for entity in Entity.objects.order_by("name")]
    if {MANAGE_USERS, MANAGE_SHARED_GROUPS} <= scope.holding_rights:
        entities.append(EVERYWHERE)
    sites = [
        f"{site.name} ({site.entity.name})"
        for site in PointOfSale.objects.select_related("entity").order_by("entity__name", "name")
    ]
    possible = Sheet(
        "Valeurs possibles",
        ["Groupes", "Entité", "Points de vente"],
        zip_longest(groups, entities, sites, fillvalue=""),
    )
    return Sheet("Utilisateurs", [column.label for column in COLUMNS], [], others=[possible])


def refused_sheet(lines: Sequence[JudgedLine]) -> Sheet:
    """The refused lines as they were sent, each with why: corrected, the same file can be sent again."""
    heads = [*(column.label for column in COLUMNS), *OWN_HEADS]
    rows = [
        [
            *(one.line.cells.get(column.key, "") for column in COLUMNS),
            one.number,
            " ".join(
                f"{problem.label}\u00a0: {problem.message}" if problem.column else problem.message
                for problem in one.problems
            ),
        ]
        for one in lines
    ]
    return Sheet("Lignes refusées", heads, rows)
