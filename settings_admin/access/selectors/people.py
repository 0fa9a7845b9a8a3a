"""The people of the holding, as far as somebody may see them."""

from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, OuterRef, Q, QuerySet

from settings_admin.access.models import Membership, User, UserGroup, UserPhoto
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.registries import Right, all_rights, module_label
from settings_admin.scoping import Scope, current_scope

MANAGE_USERS = "settings.manage_users"


def colleagues(scope: Scope) -> QuerySet[User]:
    """Those of the holding who belong to what queries see now, or to the whole holding; people who belong nowhere
    yet are for those who manage users of the whole holding. Never a merchant's people, never another holding's."""
    if scope.holding_id is None:
        return User.objects.none()
    staff = User.objects.filter(holding_id=scope.holding_id)
    # The scope holds this when it runs.
    condition = Q(Exists(Membership.objects.filter(user=OuterRef("pk"))))
    if MANAGE_USERS in scope.holding_rights:
        condition |= Q(pk__in=staff.filter(memberships=None).values("pk"))
    return staff.filter(condition)


def looked_for(people: QuerySet[User], words: str) -> QuerySet[User]:
    """Those in whose name, address or function each of the words stands."""
    for word in words.split():
        people = people.filter(
            Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
            | Q(job_title__icontains=word)
        )
    return people


def photo_of(pk: int, *, reader: User) -> UserPhoto | None:
    """The photo of the reader, of a colleague whom queries see now, or of somebody of the same merchant company."""
    photos = UserPhoto.objects.select_related("user").filter(user=pk)
    if pk != reader.pk and reader.holding_id is not None:
        photos = photos.filter(user__in=colleagues(current_scope()))
    return photos.first()


@dataclass(frozen=True)
class PlaceDetail:
    """An entity of an assignment and its sites, as far as the reader may see them."""

    entity: Entity
    sites: list[PointOfSale]


@dataclass(frozen=True)
class Assignment:
    """One membership with the detail of its places; `is_everywhere`: the whole holding, of which the reader may see
    only some entities."""

    membership: Membership
    places: list[PlaceDetail]
    # May the reader end or change it? Set by whoever asks.
    may_change: bool = False

    @property
    def sites(self) -> list[PointOfSale]:
        return [site for place in self.places for site in place.sites]

    @property
    def is_everywhere(self) -> bool:
        return self.membership.entity_id is None

    @property
    def site_count(self) -> int:
        return len(self.sites)

    @property
    def site_words(self) -> str:
        """« Nord 1, Nord 2 », of sites that the reader does not see only that there are more; "" where it holds at all
        of them."""
        if self.membership.is_whole:
            return ""
        names = ", ".join(site.name for site in self.sites)
        are_more = len(_chosen_sites(self.membership)) > len(self.sites)
        return " et ".join([*([names] if names else []), *(["d’autres points de vente"] if are_more else [])])


def assignments_of(user: User) -> list[Assignment]:
    """The person's memberships that the reader may see, each with its entities and sites; three statements."""
    memberships = list(
        Membership.objects.filter(user=user)
        .select_related("group__entity", "entity", "added_by")
        .annotate(site_ids=ArrayAgg("points_of_sale", filter=Q(points_of_sale__isnull=False), default=[]))
        .order_by("group__name", "entity__name")
    )
    entities = list(Entity.objects.filter(holding=user.holding_id))
    sites = list(PointOfSale.objects.filter(entity__in=entities))
    return [
        Assignment(
            membership,
            [
                PlaceDetail(entity, _sites_in(membership, entity, sites))
                for entity in entities
                if membership.entity_id in (None, entity.pk)
            ],
        )
        for membership in memberships
    ]


def _sites_in(membership: Membership, entity: Entity, sites: list[PointOfSale]) -> list[PointOfSale]:
    chosen = _chosen_sites(membership)
    return [site for site in sites if site.entity_id == entity.pk and (membership.is_whole or site.pk in chosen)]


def _chosen_sites(membership: Membership) -> list[int]:
    chosen: list[int] = membership.site_ids  # type: ignore[attr-defined]
    return chosen


@dataclass(frozen=True)
class HeldRight:
    """A right, and the assignments that give it: why this person can do X. `would_give`: groups that would."""

    right: Right
    given_by: list[Assignment]
    would_give: list[str]


def rights_of(assignments: list[Assignment], *, names_others: bool = True) -> list[tuple[str, list[HeldRight]]]:
    """Every right under its module, with what gives it; rights over the holding count in the whole holding only.

    `names_others`: of those that nothing gives, the groups that would; one statement more.
    """
    groups = list(UserGroup.objects.order_by("name")) if names_others else []
    modules: dict[str, list[HeldRight]] = {}
    for code, right in all_rights().items():
        given_by = [
            one
            for one in assignments
            if code in one.membership.group.rights and (one.is_everywhere or not code.startswith("holding."))
        ]
        would_give = [] if given_by else [group.name for group in groups if code in group.rights]
        modules.setdefault(module_label(code), []).append(HeldRight(right, given_by, would_give))
    return list(modules.items())


def with_reach(users: list[User]) -> None:
    """Notes on each of the page's people their groups and the entities they are in, as the reader may see them."""
    found: dict[int, list[Membership]] = {}
    for membership in Membership.objects.filter(user__in=users).select_related("group", "entity"):
        found.setdefault(membership.user_id, []).append(membership)
    for user in users:
        held = found.get(user.pk, [])
        facts = vars(user)
        facts["group_names"] = ", ".join(sorted({membership.group.name for membership in held}))
        entities = sorted({membership.entity.name for membership in held if membership.entity})
        everywhere = any(membership.entity_id is None for membership in held)
        facts["reach"] = "Toutes les entités" if everywhere else ", ".join(entities)
