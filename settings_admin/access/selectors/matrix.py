"""Users × rights: in which entities each right counts for each person, as far as the reader may see it."""

from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from settings_admin.access.models import Membership, User
from settings_admin.organisation.models import PointOfSale
from settings_admin.registries import all_rights

EVERYWHERE = "Toutes les entités"
SOME_SITES = "certains points de vente"


@dataclass(frozen=True)
class Assigned:
    """One membership with the names of its places; `sites` None: all of its entity, else those that the reader sees."""

    membership: Membership
    entity: str
    sites: tuple[str, ...] | None

    @property
    def is_everywhere(self) -> bool:
        return self.membership.entity_id is None

    @property
    def site_words(self) -> str:
        if self.sites is None:
            return "Tous"
        return ", ".join(self.sites) or SOME_SITES


def assigned(users: list[User]) -> dict[int, list[Assigned]]:
    """The memberships of these people that the reader may see; two statements."""
    sites = dict(PointOfSale.objects.order_by("name").values_list("pk", "name"))
    found: dict[int, list[Assigned]] = {}
    rows = (
        Membership.objects.filter(user__in=users)
        .select_related("user", "group", "entity", "added_by")
        .annotate(site_ids=ArrayAgg("points_of_sale", filter=Q(points_of_sale__isnull=False), default=[]))
        .order_by("group__name", "entity__name", "pk")
    )
    for row in rows:
        named = tuple(name for pk, name in sites.items() if pk in row.site_ids)
        entity = row.entity.name if row.entity else EVERYWHERE
        found.setdefault(row.user_id, []).append(Assigned(row, entity, None if row.is_whole else named))
    return found


def where_rights_count(held: list[Assigned]) -> dict[str, str]:
    """« Nord, Sud (Sud 1) » of each right that these memberships give; those over the holding count in the whole of it
    only."""
    return {code: words for code in all_rights() if (words := _where(code, held))}


def _where(code: str, held: list[Assigned]) -> str:
    giving = [one for one in held if code in one.membership.group.rights]
    if any(one.is_everywhere for one in giving):
        return EVERYWHERE
    if code.startswith("holding."):
        return ""
    words = []
    for entity in sorted({one.entity for one in giving}):
        parts = [one.sites for one in giving if one.entity == entity]
        if None in parts:
            words.append(entity)
        else:
            sites = sorted({site for part in parts for site in part or ()})
            words.append(f"{entity} ({', '.join(sites) or SOME_SITES})")
    return ", ".join(words)
