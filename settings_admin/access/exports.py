"""Files about people: who is on the list, who has which right where; the model of an import, and its refused lines."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from openflex.core.cells import values_of
from openflex.core.chunks import in_chunks
from openflex.core.lists import filtered_rows
from openflex.core.xlsx import Sheet
from settings_admin.access import lists
from settings_admin.access.authority import MANAGE_SHARED_GROUPS, MANAGE_USERS
from settings_admin.access.models import User, UserGroup
from settings_admin.access.selectors import matrix
from settings_admin.access.selectors.people import colleagues, with_reach
from settings_admin.access.services.import_lines import COLUMNS, EVERYWHERE, JudgedLine
from settings_admin.access.services.imports import OWN_HEADS
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.registries import ExportKind, all_rights, right_label
from settings_admin.scoping import Scope, current_scope


def listed_users(query: QueryDict, now: datetime) -> QuerySet[User]:
    """The rows of the list at this address, in its order."""
    return filtered_rows(
        query,
        rows=colleagues(current_scope()),
        filter_class=lists.UserFilter,
        sorts=lists.SORTS,
        default_sort=lists.DEFAULT_SORT,
        tabs=lists.tabs(),
    )


def users_sheet(rows: QuerySet[User], columns: Sequence[str], now: datetime) -> Sheet:
    """The columns of the list; people are read by the thousand as the sheet is written."""
    table = lists.UserTable([])
    names = [column.name for column in table.columns]
    total, chunks = in_chunks(rows)
    return Sheet("Utilisateurs", [str(table.columns[name].header) for name in names], _listed(chunks, names), total)


def _listed(chunks: Iterator[list[User]], names: Sequence[str]) -> Iterator[list[Any]]:
    for chunk in chunks:
        with_reach(chunk)
        yield from values_of(lists.UserTable([]), chunk, names)


def rights_sheet(rows: QuerySet[User], columns: Sequence[str], now: datetime) -> Sheet:
    """One line a person with, under each right, the entities in which it counts; behind it, one line a membership."""
    total, chunks = in_chunks(rows)
    heads = ["Utilisateur", "E-mail", "État", *map(right_label, all_rights())]
    memberships = Sheet(
        "Affectations",
        ["Utilisateur", "E-mail", "Groupe", "Entité", "Points de vente", "Depuis", "Par"],
        _memberships(in_chunks(rows)[1]),
    )
    return Sheet("Droits", heads, _rights(chunks), total, others=[memberships])


def _rights(chunks: Iterator[list[User]]) -> Iterator[list[Any]]:
    for chunk in chunks:
        held = matrix.assigned(chunk)
        for user in chunk:
            where = matrix.where_rights_count(held.get(user.pk, []))
            yield [user.full_name, user.email, lists.state_of(user), *(where.get(code) for code in all_rights())]


def _memberships(chunks: Iterator[list[User]]) -> Iterator[list[Any]]:
    for chunk in chunks:
        held = matrix.assigned(chunk)
        for user in chunk:
            for one in held.get(user.pk, []):
                row = one.membership
                added_by = row.added_by.full_name if row.added_by else "OpenFlex"
                places = [one.entity, one.site_words]
                yield [user.full_name, user.email, row.group.name, *places, row.created_at, added_by]


USERS = ExportKind(
    key="users",
    label="Utilisateurs",
    file_name="utilisateurs",
    right=MANAGE_USERS,
    shaped_by=(),
    list_url="access:users",
    rows=listed_users,
    sheet=users_sheet,
)
USER_RIGHTS = ExportKind(
    key="user_rights",
    label="Droits des utilisateurs",
    file_name="droits",
    right=MANAGE_USERS,
    shaped_by=(),
    list_url="access:users",
    rows=listed_users,
    sheet=rights_sheet,
)


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
