"""Two files of one customer become one: the survivor has all that pointed at the other, whose history stays."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db import transaction
from django.db.models import ManyToOneRel
from django.utils import timezone

from customers.models import Customer
from customers.services.contact import let_lapse, note_contact
from customers.services.editing import GONE
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.fields import field_of
from openflex.core.french import format_day
from openflex.notifications.services import targets
from settings_admin.access.services.guarding import keep_open
from settings_admin.models import User
from settings_admin.records import services as records
from settings_admin.scoping import acting_for

# What is chosen field by field; the address and the identity document go whole, for halves of two are neither.
CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "civility": ("civility",),
    "birth_name": ("birth_name",),
    "used_name": ("used_name",),
    "first_names": ("first_names",),
    "sex": ("sex",),
    "birth": ("born_on", "birth_city", "birth_department", "birth_country"),
    "company_name": ("company_name",),
    "legal_form": ("legal_form",),
    "is_sole_trader": ("is_sole_trader",),
    "siret": ("siret",),
    "vat_number": ("vat_number",),
    "mobile": ("mobile",),
    "phone": ("phone",),
    "email": ("email",),
    "address": (
        "street_number", "street_extension", "street_type", "street_name", "address_extra", "hamlet", "postcode",
        "city", "country",
    ),
    "identity": (
        "identity_kind", "identity_number", "identity_issued_on", "identity_authority", "identity_until_on",
    ),
    "salesperson": ("salesperson",),
}  # fmt: skip


@dataclass(frozen=True)
class Pointing:
    """The rows of one table that point at a customer: « contacts »."""

    label: str
    relation: ManyToOneRel

    def rows(self, customer: Customer) -> Any:
        model: Any = self.relation.related_model
        return model.objects.filter(**{self.relation.field.name: customer})


def pointing() -> list[Pointing]:
    """Every table whose rows point at customers, those of the highest apps first: a verb of theirs locks its own rows
    and then those of apps below, and a merge that came from below would wait for it in a circle."""
    relations = [one for one in Customer._meta.get_fields(include_hidden=True) if isinstance(one, ManyToOneRel)]
    from_below = list(apps.app_configs)
    relations.sort(key=lambda one: from_below.index(one.related_model._meta.app_label), reverse=True)
    return [Pointing(str(one.related_model._meta.verbose_name_plural), one) for one in relations]


def _move(one: Pointing, *, gone: Customer, kept: Customer) -> int:
    """Row by row in one order, as every verb that takes several of them: two that begin at other ends would wait for
    each other."""
    rows = one.rows(gone)
    list(rows.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))
    return int(rows.update(**{one.relation.field.name: kept}))


def counts_of(customer: Customer) -> list[tuple[str, int]]:
    """How many rows of each table point at the customer, all over the entity; only those of which there are some."""
    with acting_for(customer.entity):
        counts = [(one.label, one.rows(customer).count()) for one in pointing()]
    return [(label, count) for label, count in counts if count]


@transaction.atomic
def merge(*, survivor: Customer, absorbed: Customer, taken: Iterable[str], actor: User) -> Customer:
    """Puts `absorbed` into `survivor`, which takes the CHOICES that `taken` names, its notes under its own, and all
    that points there.

    Done twice, in two tabs say, it has one effect. Raises Refused: "same", "other_entity", "other_kind", "gone" when
    one of them was merged elsewhere or erased meanwhile.
    """
    if survivor.pk == absorbed.pk:
        raise Refused("same", "Choisissez un autre client\u00a0: celui-ci est déjà là.")
    taken = set(taken)
    if "salesperson" in taken and absorbed.salesperson is not None:
        keep_open(absorbed.salesperson, field="salesperson")
    # In one order whichever survives: two merges the other way round wait for one another, and the second is refused.
    rows = Customer.objects.select_for_update(of=("self",)).select_related("entity").order_by("pk")
    locked = {one.pk: one for one in rows.filter(pk__in=[survivor.pk, absorbed.pk])}
    kept, gone = locked[survivor.pk], locked[absorbed.pk]
    if gone.merged_into_id == kept.pk:
        return kept
    _refuse(kept, gone)
    changed = [name for key in CHOICES if key in taken for name in CHOICES[key]]
    for name in changed:
        setattr(kept, name, getattr(gone, name))
    if not kept.is_company and not (kept.birth_name or kept.used_name):
        raise Refused("name", "Gardez au moins un nom.")
    if (notes := both_notes(kept, gone)) != kept.notes:
        kept.notes = notes
        changed.append("notes")
    people = {str(one.pk): one.full_name for one in (survivor.salesperson, gone.salesperson) if one is not None}
    records.save_changes(kept, fields=changed, actor=actor, kind="taken_over", details={"people": people})
    with acting_for(kept.entity):
        moved = {one.label: _move(one, gone=gone, kept=kept) for one in pointing()}
    targets.repoint(old=gone, new=kept)
    now = timezone.now()
    let_lapse(kept, at=now, merged=gone)
    kept.save(update_fields=["agreed_since_at"])
    note_contact(kept, at=now)
    gone.merged_into = kept
    gone.save(update_fields=["merged_into"])
    told = {label: count for label, count in moved.items() if count}
    records.record_event(kept, kind="merged", actor=actor, details={"absorbed": gone.pk, "moved": told})
    records.record_event(gone, kind="merged_away", actor=actor, details={"survivor": kept.pk})
    return kept


def both_notes(kept: Customer, gone: Customer) -> str:
    """No word of either is lost; where both said something, the other file's stand under it with whose they were."""
    if not kept.notes or gone.notes in kept.notes:
        return kept.notes or gone.notes
    day = format_day(today_paris(gone.created_at))
    return f"{kept.notes}\n\nNotes de la fiche fusionnée ({gone.display_name}, créée le {day})\u00a0:\n{gone.notes}"


def _refuse(kept: Customer, gone: Customer) -> None:
    if kept.entity_id != gone.entity_id:
        raise Refused("other_entity", "Ces clients sont de deux entités\u00a0: chacune garde le sien.")
    if kept.kind != gone.kind:
        raise Refused("other_kind", "Un particulier et une société ne se fusionnent pas.")
    if not (kept.is_listed and gone.is_listed):
        raise GONE


@dataclass(frozen=True)
class Difference:
    """One choice of a merge: what each of the two says. `is_taken`: the other one's is proposed."""

    key: str
    names: tuple[str, ...]
    is_taken: bool


def differences(survivor: Customer, absorbed: Customer) -> list[Difference]:
    """The choices in which the two differ; what only the other one knows is proposed to be taken over."""
    found = []
    for key, names in CHOICES.items():
        mine, theirs = (
            [getattr(one, field_of(Customer, name).attname) for name in names] for one in (survivor, absorbed)
        )
        if mine != theirs:
            found.append(Difference(key, names, is_taken=not any(_said(names, mine)) and any(_said(names, theirs))))
    return found


def _said(names: Iterable[str], values: Iterable[Any]) -> list[Any]:
    """The country alone says nothing: it is there from the start."""
    return [value for name, value in zip(names, values, strict=True) if name != "country"]
