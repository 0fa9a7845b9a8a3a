"""Photos of a vehicle and of its damage, whoever holds them: a stay in the stock or a trade-in estimate.

Files are written before the rows that name them and removed after the rows are gone for good, so that no row ever names
a file that is not there. What a crash leaves behind is found at night (`photo_files.remove_strays`).
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from openflex.core import private_files
from openflex.core.errors import Refused
from openflex.core.photos import CleanImage, photo_drawn_anew
from settings_admin.models import User
from settings_admin.records import services as records
from vehicles.models.condition import PhotoFacts
from vehicles.services.condition import Owner, event, facts_of, locked_owner, tell_changed
from vehicles.services.photo_files import remove_unnamed

LARGE_SIDE: Final = 1920
SMALL_SIDE: Final = 480
MOST_PHOTOS: Final = 60
MOST_OF_A_DAMAGE: Final = 10


@dataclass(frozen=True)
class SentFile:
    """One file as it was sent; `size` in bytes."""

    name: str
    file: Any
    size: int


@dataclass
class Outcome:
    """What became of the files: how many photos were added, and why each of the others was refused."""

    added: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def add_photos(
    *, owner: Owner, damage_pk: int | None = None, files: Sequence[SentFile], key: UUID, actor: User
) -> Outcome:
    """Draws each file anew and adds it behind the photos of the vehicle, or of one of its damages; one that is refused
    does not stop the others.

    `key` is the form's: what is sent a second time is added once. Raises what `locked_owner` raises, and
    Refused("gone") for a damage that was removed.
    """
    outcome = Outcome()
    if records.answer_of(key) is not None:
        return outcome
    drawn = list(_drawn(files, outcome))
    if not drawn:
        return outcome
    with _kept([images for _, images in drawn]) as names:
        outcome.added = _name(owner, damage_pk, drawn, names, key=key, actor=actor, outcome=outcome)
    return outcome


def _drawn(files: Sequence[SentFile], outcome: Outcome) -> Iterator[tuple[str, list[CleanImage]]]:
    """Before any transaction: it takes its time."""
    for sent in files:
        try:
            images = photo_drawn_anew(sent.file, size=sent.size, field="photos", sides=(LARGE_SIDE, SMALL_SIDE))
        except Refused as refusal:
            outcome.refused.append((sent.name, refusal.message))
        else:
            yield sent.name, images


@contextmanager
def _kept(photos: Sequence[list[CleanImage]]) -> Iterator[list[list[str]]]:
    """The images as files, and their names; when what names them fails, they are gone again."""
    with ExitStack() as undo:
        names: list[list[str]] = []
        for images in photos:
            names.append([])
            for image in images:
                name = _new_name()
                undo.callback(private_files.remove, name, place="photos")
                private_files.keep(name, BytesIO(image.content), place="photos")
                names[-1].append(name)
        yield names
        undo.pop_all()


def _new_name() -> str:
    name = uuid4().hex
    return f"{name[:2]}/{name}.webp"


@transaction.atomic
def _name(
    owner: Owner,
    damage_pk: int | None,
    drawn: Sequence[tuple[str, list[CleanImage]]],
    names: Sequence[list[str]],
    *,
    key: UUID,
    actor: User,
    outcome: Outcome,
) -> int:
    """The rows; how many. Files that there is no room for, and those of a form sent twice, are removed on commit."""
    locked = locked_owner(owner)
    try:
        records.use_key(key, user=actor)
    except Refused:  # the same form, sent a moment ago
        remove_unnamed([name for both in names for name in both])
        return 0
    holder = _holder(locked, damage_pk)
    what, most = ("Ce véhicule", MOST_PHOTOS) if damage_pk is None else ("Ce défaut", MOST_OF_A_DAMAGE)
    there = holder.photos.count()
    room = max(most - there, 0)
    for (sent_as, _), both in zip(drawn[room:], names[room:], strict=True):
        outcome.refused.append((sent_as, f"{what} a déjà {most}\u00a0photos."))
        remove_unnamed(both)
    rows = [
        holder.photos.model(
            **{holder.photos.field.name: holder},
            entity_id=locked.entity_id,
            point_of_sale_id=locked.point_of_sale_id,
            position=there + number,
            name=large,
            small_name=small,
            width=images[0].width,
            height=images[0].height,
        )
        for number, ((_, images), (large, small)) in enumerate(zip(drawn[:room], names[:room], strict=True))
    ]
    holder.photos.model.objects.bulk_create(rows)
    if rows and damage_pk is None:
        event(locked, "photos_added", actor=actor, count=len(rows))
    elif rows:
        event(locked, "damage_photos_added", actor=actor, count=len(rows), **{"is": facts_of(holder, "damage")})
    return len(rows)


def _holder(locked: Any, damage_pk: int | None) -> Any:
    """What the photos hang on: the owner, or one of its damages. Raises Refused("gone")."""
    if damage_pk is None:
        return locked
    damage = locked.damages.filter(pk=damage_pk).first()
    if damage is None:
        raise Refused("gone", "Ce défaut a été retiré entre-temps.")
    return damage


@transaction.atomic
def move_photo(*, owner: Owner, photo_pk: int, to: int, actor: User) -> None:
    """Puts a photo at place `to` (0: the cover; beyond the last: last). A photo that is gone moves nothing."""
    locked = locked_owner(owner)
    photos = list(locked.photos.order_by("position", "pk"))
    moved = next((photo for photo in photos if photo.pk == photo_pk), None)
    if moved is None:
        return
    was = list(photos)
    photos.remove(moved)
    photos.insert(max(to, 0), moved)
    _number(locked, photos)
    if photos[0] != was[0]:
        event(locked, "cover_changed", actor=actor)
    elif photos != was:
        tell_changed(locked, actor=actor)


@transaction.atomic
def remove_photo(*, owner: Owner, damage_pk: int | None = None, photo_pk: int, actor: User) -> None:
    """Removed twice, it is removed once. The files follow on commit, unless another row names them. Raises
    Refused("gone") for a damage that was removed."""
    locked = locked_owner(owner)
    holder = _holder(locked, damage_pk)
    photos = list(holder.photos.order_by("position", "pk"))
    gone = next((photo for photo in photos if photo.pk == photo_pk), None)
    if gone is None:
        return
    names = [gone.name, gone.small_name]
    photos.remove(gone)
    gone.delete()
    _number(holder, photos)
    if damage_pk is None:
        event(locked, "photo_removed", actor=actor)
    else:
        event(locked, "damage_photo_removed", actor=actor, was=facts_of(holder, "damage"))
    remove_unnamed(names)


@transaction.atomic
def copy_photos(*, source: Owner, target: Owner, damages: Sequence[tuple[Any, Any]] = ()) -> None:
    """Gives `target`, which has none, the photos of `source`, and each second one of `damages` those of the first. Both
    name the same files from then on: a file goes with the last row that names it. The source is locked, so that none
    of its files goes meanwhile."""
    locked = locked_owner(source, is_changed=False)
    for old, new in ((locked, target), *damages):
        new.photos.model.objects.bulk_create(
            new.photos.model(
                **{new.photos.field.name: new},
                entity_id=target.entity_id,
                point_of_sale_id=target.point_of_sale_id,
                **{name: getattr(photo, name) for name in ("position", "name", "small_name", "width", "height")},
            )
            for photo in old.photos.order_by("position", "pk")
        )


def _number(holder: Any, photos: Sequence[PhotoFacts]) -> None:
    """Positions run from 0 without a gap: the cover is the one at 0, and one index read finds it."""
    changed = [photo for place, photo in enumerate(photos) if photo.position != place]
    for place, photo in enumerate(photos):
        photo.position = place
    holder.photos.model.objects.bulk_update(changed, ["position"])
