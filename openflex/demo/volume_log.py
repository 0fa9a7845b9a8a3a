"""As many accesses and changes of *Paramètres* as a large group leaves in a year and more, written by COPY."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from openflex.demo.copying import copy_rows
from openflex.demo.world import World
from settings_admin.models import AccessLog, Entity, Holding, TimelineEntry, User
from settings_admin.records.enums import AccessKind

BATCH = 10_000
PEOPLE = 40  # of each holding
DAYS = 500

# Of a hundred accesses.
_KINDS = {
    AccessKind.SIGNED_IN: 45, AccessKind.PERSONAL_DATA_SEEN: 20, AccessKind.SIGNED_OUT: 14,
    AccessKind.SIGN_IN_FAILED: 9, AccessKind.EXPORTED: 8, AccessKind.SECOND_FACTOR_FAILED: 2,
    AccessKind.LOCKED_OUT: 1, AccessKind.PASSWORD_CHANGED: 1,
}  # fmt: skip
_DEVICES = ("Chrome sur Windows", "Edge sur Windows", "Safari sur iPhone", "Firefox sur Linux")
# What is changed of a person, and of an entity: kind, then field with old and new value, if any.
_OF_PEOPLE: tuple[tuple[str, dict[str, list[str]]], ...] = (
    ("person_changed", {"job_title": ["Vendeur", "Chef des ventes"]}),
    ("person_changed", {"phone": ["", "0385000000"]}),
    ("invited_again", {}),
    ("devices_signed_out", {}),
)
_OF_ENTITIES: tuple[tuple[str, dict[str, list[str]]], ...] = (
    ("changed", {"phone": ["0385000000", "0385000001"]}),
    ("changed", {"city": ["Dijon", "Beaune"]}),
)


@dataclass
class Office:
    """A holding whose log is being filled."""

    world: World
    random: Random
    holding: Holding
    people: Sequence[User]
    entities: Sequence[Entity]

    def access(self) -> AccessLog:
        random, user = self.random, self.random.choice(self.people)
        (kind,) = random.choices(list(_KINDS), list(_KINDS.values()))
        seen = random.choice(self.people) if kind == AccessKind.PERSONAL_DATA_SEEN else None
        entity = random.choice(self.entities) if kind == AccessKind.EXPORTED else None
        exported = {"list": "vehicles", "label": "Véhicules", "query": "", "rows": random.randrange(1, 900)}
        return AccessLog(
            holding_id=self.holding.pk,
            entity=entity,
            user=user,
            kind=kind.value,
            target_type=User._meta.label_lower if seen else "",
            target_id=seen.pk if seen else None,
            details=exported if entity else {},
            ip=f"192.0.2.{random.randrange(1, 255)}",
            device=random.choice(_DEVICES),
            at=self._at(),
        )

    def change(self) -> TimelineEntry:
        random, actor = self.random, self.random.choice(self.people)
        is_of_person = random.random() < 0.8
        target: User | Entity = random.choice(self.people) if is_of_person else random.choice(self.entities)
        kind, changes = random.choice(_OF_PEOPLE if is_of_person else _OF_ENTITIES)
        return TimelineEntry(
            holding_id=self.holding.pk,
            entity=target if isinstance(target, Entity) else None,
            target_type=target._meta.label_lower,
            target_id=target.pk,
            kind=kind,
            actor=actor,
            actor_name=actor.full_name,
            changes=changes,
            is_audited=True,
            ip=f"192.0.2.{random.randrange(1, 255)}",
            device=random.choice(_DEVICES),
            at=self._at(),
        )

    def _at(self) -> datetime:
        return self.world.now - timedelta(minutes=self.random.randrange(1, DAYS * 24 * 60))


def fill(world: World, admin: User, *, accesses: int, changes: int, tell: Callable[[str], None]) -> int:
    """Brings the log of this person's holding up to that many accesses and audited changes; returns how many were
    added. Each batch is a transaction of its own."""
    holding = Holding.objects.get(pk=admin.holding_id)
    with transaction.atomic():
        people = [admin, *_people(holding, admin.password)]
    entities = list(Entity.objects.filter(holding=holding).order_by("pk"))
    office = Office(world, Random(holding.name), holding, people, entities)
    added = 0
    for make, there, wanted in (
        (office.access, AccessLog.objects.filter(holding=holding), accesses),
        (office.change, TimelineEntry.objects.filter(holding=holding, is_audited=True), changes),
    ):
        missing = max(wanted - there.count(), 0)
        for first in range(0, missing, BATCH):
            with transaction.atomic():
                copy_rows([make() for _ in range(min(BATCH, missing - first))])
        added += missing
    tell(f"{holding.name}: {added} lines of the audit log added")
    return added


def _people(holding: Holding, password: str) -> list[User]:
    """Colleagues who did it all; they belong to no group, and their accounts are closed."""
    part = holding.name.rpartition(" ")[2].lower()
    emails = [f"volume-{part}-{number}@demo.test" for number in range(1, PEOPLE + 1)]
    known = set(User.objects.filter(email__in=emails).order_by("pk").values_list("email", flat=True))
    User.objects.bulk_create(
        User(email=email, first_name="Personne", last_name=email.split("-")[2].partition("@")[0], holding=holding,
             password=password, is_active=False)
        for email in emails if email not in known
    )  # fmt: skip
    return list(User.objects.filter(email__in=emails).order_by("pk"))
