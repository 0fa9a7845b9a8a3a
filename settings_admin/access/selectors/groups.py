"""Groups, their people and their rights, as the settings pages show them."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from settings_admin.access.models import Membership, User, UserGroup
from settings_admin.access.selectors.people import looked_for, sites_of, with_sites
from settings_admin.organisation.models import Entity
from settings_admin.registries import all_rights, module_label
from settings_admin.scoping import current_scope


def groups() -> QuerySet[UserGroup]:
    """Those of the current scope and the shared ones, shared first, each with the number of active people that may be
    seen in it."""
    # The scope holds the memberships too: of a shared group, those of my entities and of the whole holding.
    counted = (
        Membership.objects.filter(group=OuterRef("pk"), user__is_active=True)
        .order_by()
        .values("group")
        .annotate(people=Count("user", distinct=True))
        .values("people")
    )
    return (
        UserGroup.objects.select_related("entity")
        .annotate(people=Coalesce(Subquery(counted), 0))
        .order_by(F("entity__name").asc(nulls_first=True), "name")
    )


def listed_groups() -> list[UserGroup]:
    """The shared groups and those of the entities chosen in the top bar, whatever wider scope the page reads in."""
    chosen = current_scope().current.entities
    return [group for group in groups() if group.entity_id is None or group.entity_id in chosen]


def joinable_groups(entities: list[Entity]) -> QuerySet[UserGroup]:
    """The shared groups and those of `entities`."""
    joinable = UserGroup.objects.filter(Q(entity=None) | Q(entity__in=entities)).select_related("entity")
    return joinable.order_by(F("entity__name").asc(nulls_first=True), "name")


def offered_groups(entities: list[Entity], *, but_of: User, rights: Collection[str]) -> QuerySet[UserGroup]:
    """Of these, the groups that give none but these rights, and in which the person (`but_of`) is not everywhere."""
    offered = joinable_groups(entities).filter(rights__contained_by=list(rights))
    inside = Membership.objects.filter(user=but_of, group=OuterRef("pk"), is_whole=True, entity=OuterRef("entity"))
    everywhere = Membership.objects.filter(user=but_of, group=OuterRef("pk"), entity=None)
    return offered.exclude(Exists(inside) | Exists(everywhere))


@dataclass
class Member:
    """One person of a group with all the places where they are in it."""

    user: User
    memberships: list[Membership] = field(default_factory=list)
    # May the reader take them out of the group somewhere? Set by whoever asks.
    may_leave: bool = False

    @property
    def places(self) -> list[tuple[Membership, str]]:
        """Each entity with the sites that the reader sees; "" for all of them."""
        return [(one, "" if one.is_whole else _site_words(one)) for one in self.memberships]

    @property
    def is_everywhere(self) -> bool:
        return any(membership.entity_id is None for membership in self.memberships)

    @property
    def since(self) -> Membership:
        return min(self.memberships, key=lambda membership: membership.created_at)


def _site_words(membership: Membership) -> str:
    seen = [site.name for site in membership.points_of_sale.all()]
    return ", ".join([*seen, *(["d’autres points de vente"] if len(sites_of(membership)) > len(seen) else [])])


def people_of(group: UserGroup, *, words: str = "") -> QuerySet[User]:
    """The group's people whom the reader may see and whom the words look for."""
    inside = Membership.objects.filter(group=group, user=OuterRef("pk"))
    return looked_for(User.objects.filter(Exists(inside)), words)


def members_of(group: UserGroup, people: list[User]) -> list[Member]:
    """These people with their places in the group that the reader may see, in the same order; two statements."""
    rows = (
        with_sites(Membership.objects.filter(group=group, user__in=people))
        .select_related("entity")
        .prefetch_related("points_of_sale")
        .order_by("entity__name")
    )
    members = {user.pk: Member(user) for user in people}
    for membership in rows:
        members[membership.user_id].memberships.append(membership)
    return list(members.values())


def compared(first: UserGroup, second: UserGroup) -> list[tuple[str, list[tuple[str, bool, bool]]]]:
    """Every right under its module's name: its label, whether the first and the second group give it."""
    modules: dict[str, list[tuple[str, bool, bool]]] = {}
    for code, right in all_rights().items():
        line = (right.label, code in first.rights, code in second.rights)
        modules.setdefault(module_label(code), []).append(line)
    return list(modules.items())
