"""The people of the holding, as far as somebody may see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.sessions.models import Session
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from settings_admin.access.models import Membership, User, UserGroup, UserPhoto
from settings_admin.access.selectors.belonging import Place
from settings_admin.organisation.models import PointOfSale
from settings_admin.records.models import TimelineEntry
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


def account_facts(*, now: datetime) -> dict[str, Any]:
    """What the page of a person tells of their account, annotated to them: `has_second_factor`, `session_count` and
    `invited_by`, the name of who opened it, None for who came otherwise."""
    alive = Session.objects.filter(expire_date__gt=now).values("session_key")
    theirs = UserSession.objects.filter(user=OuterRef("pk"), session_key__in=alive)
    counted = theirs.order_by().values("user").annotate(found=Count("pk")).values("found")
    invited = TimelineEntry.objects.filter(
        target_type=User._meta.label_lower, target_id=OuterRef("pk"), kind="invited"
    ).order_by("at", "pk")
    return {
        "has_second_factor": Exists(Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)),
        "session_count": Coalesce(Subquery(counted), 0),
        "invited_by": Subquery(invited.values("actor_name")[:1]),
    }


@dataclass(frozen=True)
class Assignment:
    """One membership with its entities and their sites, as far as the reader may see them; `is_everywhere`: the whole
    holding, of which they may see only some."""

    membership: Membership
    places: list[Place]
    # May the reader end or change it? Set by whoever asks.
    may_change: bool = False

    @property
    def sites(self) -> list[PointOfSale]:
        return [site for place in self.places for site in place.points_of_sale]

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
        are_more = self.has_unseen_sites
        return " et ".join([*([names] if names else []), *(["d’autres points de vente"] if are_more else [])])

    @property
    def has_unseen_sites(self) -> bool:
        return not self.membership.is_whole and len(sites_of(self.membership)) > len(self.sites)

    @property
    def place_words(self) -> str:
        """« toutes les entités », « Nord », « Nord (Nord 2) »"""
        if self.membership.entity is None:
            return "toutes les entités"
        return f"{self.membership.entity.name} ({self.site_words})" if self.site_words else self.membership.entity.name


def with_sites(memberships: QuerySet[Membership]) -> QuerySet[Membership]:
    """Each with `site_ids`: all of its sites, those that the reader does not see too."""
    return memberships.annotate(site_ids=ArrayAgg("points_of_sale", filter=Q(points_of_sale__isnull=False), default=[]))


def sites_of(membership: Membership) -> frozenset[int]:
    """Of a membership read `with_sites`."""
    return frozenset(membership.site_ids)  # type: ignore[attr-defined]


def memberships_of(user: User) -> list[Membership]:
    """Those that the reader may see, by group, with their sites; one statement."""
    rows = Membership.objects.filter(user=user).select_related("group__entity", "entity", "added_by")
    return list(with_sites(rows).order_by("group__name", "entity__name"))


def assignments(memberships: Iterable[Membership], *, places: list[Place]) -> list[Assignment]:
    """Memberships read `with_sites`, each with those of the reader's `places` in which it holds; no statement."""
    return [
        Assignment(
            membership,
            [_part_of(place, membership) for place in places if membership.entity_id in (None, place.entity.pk)],
        )
        for membership in memberships
    ]


def _part_of(place: Place, membership: Membership) -> Place:
    if membership.is_whole:
        return place
    chosen = sites_of(membership)
    return Place(place.entity, False, [site for site in place.points_of_sale if site.pk in chosen])


@dataclass(frozen=True)
class HeldRight:
    """A right, and the assignments that give it: why this person can do X. `would_give`: groups that would."""

    right: Right
    given_by: list[Assignment]
    would_give: list[str]


def rights_of(held: list[Assignment], *, names_others: bool = True) -> list[tuple[str, list[HeldRight]]]:
    """Every right under its module, with what gives it; rights over the holding count in the whole holding only.

    `names_others`: of those that nothing gives, the groups that would; one statement more.
    """
    groups = list(UserGroup.objects.order_by("name")) if names_others else []
    modules: dict[str, list[HeldRight]] = {}
    for code, right in all_rights().items():
        given_by = [
            one
            for one in held
            if code in one.membership.group.rights and (one.is_everywhere or not code.startswith("holding."))
        ]
        would_give = [] if given_by else [group.name for group in groups if code in group.rights]
        modules.setdefault(module_label(code), []).append(HeldRight(right, given_by, would_give))
    return list(modules.items())


@dataclass(frozen=True)
class ModuleLine:
    """One module on a person's page: how many of its rights they hold, by which groups, and where."""

    module: str
    held: int
    total: int
    groups: list[str]
    reach: str


def by_module(modules: list[tuple[str, list[HeldRight]]]) -> list[ModuleLine]:
    """Those that give nothing last. Where there are several places, a right may be held in some of them only: the tab
    of the rights tells which."""
    lines = []
    for module, rights in modules:
        giving = {one.membership.pk: one for held in rights for one in held.given_by}.values()
        where = sorted({one.place_words for one in giving})
        lines.append(
            ModuleLine(
                module,
                sum(bool(held.given_by) for held in rights),
                len(rights),
                sorted({one.membership.group.name for one in giving}),
                "toutes les entités" if any(one.is_everywhere for one in giving) else ", ".join(where),
            )
        )
    return sorted(lines, key=lambda line: not line.held)


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
