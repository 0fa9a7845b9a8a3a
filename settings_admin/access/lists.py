"""The lists of users: all of them, and how their accounts are protected."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, OuterRef, Q, QuerySet

from openflex.core import french
from openflex.core.filters import CheckboxesFilter, SearchFilter
from openflex.core.lists import FigureColumn, ListTable, PartColumn, Tab, cell
from settings_admin.access.models import Membership, User, UserGroup
from settings_admin.access.selectors.people import looked_for
from settings_admin.access.selectors.second_factor import EQUIPPED, UNEQUIPPED, Coverage

SORTS = {"name": "last_name", "email": "email", "last_login": "last_login", "created_at": "created_at"}
DEFAULT_SORT = "name"
SECURITY_SORTS = {"name": "last_name", "email": "email", "last_login": "last_login"}
INVITED = Q(is_active=True, password__startswith=UNUSABLE_PASSWORD_PREFIX)


def tabs() -> list[Tab]:
    return [
        Tab("", "Actifs", Q(is_active=True), has_count=False),
        Tab("invited", "Invités", INVITED, has_count=False),
        Tab("left", "Désactivés", Q(is_active=False), has_count=False),
    ]


def state_of(user: User) -> str:
    if not user.is_active:
        return "Désactivé"
    return "Actif" if user.has_usable_password() else "Invité"


class UserTable(ListTable):
    name = PartColumn(
        "access/cells/user.html",
        export=lambda user: user.full_name,
        verbose_name="Nom",
        attrs=cell("cell-title", "pin-1"),
    )
    email = tables.Column(verbose_name="E-mail", attrs=cell("muted", "cell-sub"))
    job_title = tables.Column(verbose_name="Fonction", attrs=cell("muted", fact="Fonction", priority=1))
    groups = tables.Column(accessor="group_names", verbose_name="Groupes", attrs=cell("clip", fact="Groupes"))
    reach = tables.Column(accessor="reach", verbose_name="Portée", attrs=cell("clip", fact="Portée"))
    state = PartColumn("access/cells/state.html", export=state_of, verbose_name="État", attrs=cell("cell-badges"))
    created_at = FigureColumn(french.format_instant, verbose_name="Depuis", largest_first=True, priority=2)
    last_login = FigureColumn(
        french.format_instant, fact="Connexion", verbose_name="Dernière connexion", largest_first=True, head="two-lines"
    )

    class Meta(ListTable.Meta):
        model = User
        fields = ()


def security_tabs(coverage: Coverage) -> list[Tab]:
    """Those to whom something is to be said come first."""
    return [
        Tab("", "Sans second facteur", UNEQUIPPED, count=french.format_number(coverage.without_it)),
        Tab("with", "Avec un second facteur", EQUIPPED, count=french.format_number(coverage.with_it)),
    ]


class SecurityTable(ListTable):
    name = PartColumn(
        "access/cells/user.html",
        export=lambda user: user.full_name,
        verbose_name="Nom",
        attrs=cell("cell-title", "pin-1"),
    )
    email = tables.Column(verbose_name="E-mail", attrs=cell("muted", "cell-sub"))
    groups = tables.Column(accessor="group_names", verbose_name="Groupes", attrs=cell("clip", fact="Groupes"))
    state = PartColumn("access/cells/state.html", export=state_of, verbose_name="État", attrs=cell("cell-badges"))
    equipped_at = FigureColumn(french.format_instant, fact="Second facteur", verbose_name="Second facteur depuis")
    last_login = FigureColumn(
        french.format_instant, fact="Connexion", verbose_name="Dernière connexion", largest_first=True, head="two-lines"
    )

    class Meta(ListTable.Meta):
        model = User
        fields = ()


class UserFilter(filters.FilterSet):
    q = SearchFilter(method="search")
    group = CheckboxesFilter(method="in_groups", label="Groupe")

    class Meta:
        model = User
        fields: list[str] = []

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Two entities may each have a group of the same name.
        self.filters["group"].extra["choices"] = [
            (str(group.pk), f"{group.name} ({group.entity.name})" if group.entity else group.name)
            for group in UserGroup.objects.select_related("entity").order_by("name", "entity__name")
        ]

    def search(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        return looked_for(rows, value)

    def in_groups(self, rows: QuerySet[User], name: str, value: list[str]) -> QuerySet[User]:
        return (
            rows.filter(Exists(Membership.objects.filter(user=OuterRef("pk"), group__in=[int(pk) for pk in value])))
            if value
            else rows
        )
