"""Photos of a vehicle, whoever holds them: a stay in the stock or a trade-in estimate.

Files are written before the rows that name them and removed after the rows are gone for good, so that no row ever names
a file that is not there. What a crash leaves behind is found at night (`remove_strays`).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Any, Final
from uuid import UUID, uuid4

from django.apps import apps
from django.db import transaction

from openflex.core import private_files
from openflex.core.errors import Refused
from openflex.core.photos import CleanImage, photo_drawn_anew
from settings_admin.models import User
from settings_admin.records import services as records
from settings_admin.scoping import unscoped
from vehicles.models.condition import PhotoFacts
from vehicles.services.condition import Owner, event, locked_owner

LARGE_SIDE: Final = 1920
SMALL_SIDE: Final = 480
MOST_PHOTOS: Final = 60
# A file older than this that no row names will never be named.
STRAY_AFTER: Final = timedelta(days=1)


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


def add_photos(*, owner: Owner, files: Sequence[SentFile], key: UUID, actor: User) -> Outcome:
    """Draws each file anew and adds it behind the photos that are there; one that is refused does not stop the others.

    `key` is the form's: what is sent a second time is added once. Raises what `locked_owner` raises.
    """
    outcome = Outcome()
    if records.answer_of(key) is not None:
        return outcome
    drawn = list(_drawn(files, outcome))
    if not drawn:
        return outcome
    with _kept([images for _, images in drawn]) as names:
        outcome.added = _name(owner, drawn, names, key=key, actor=actor, outcome=outcome)
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
        _remove_unnamed([name for both in names for name in both])
        return 0
    there = locked.photos.count()
    room = max(MOST_PHOTOS - there, 0)
    for (sent_as, _), both in zip(drawn[room:], names[room:], strict=True):
        outcome.refused.append((sent_as, f"Ce véhicule a déjà {MOST_PHOTOS}\u00a0photos."))
        _remove_unnamed(both)
    rows = [
        locked.photos.model(
            **{locked.photos.field.name: locked},
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
    locked.photos.model.objects.bulk_create(rows)
    if rows:
        event(locked, "photos_added", actor=actor, count=len(rows))
    return len(rows)


@transaction.atomic
def move_photo(*, owner: Owner, photo_pk: int, to: int, actor: User) -> None:
    """Puts a photo at place `to` (0: the cover; beyond the last: last). A photo that is gone moves nothing."""
    locked = locked_owner(owner)
    photos = list(locked.photos.order_by("position", "pk"))
    moved = next((photo for photo in photos if photo.pk == photo_pk), None)
    if moved is None:
        return
    cover = photos[0]
    photos.remove(moved)
    photos.insert(max(to, 0), moved)
    _number(locked, photos)
    if photos[0] != cover:
        event(locked, "cover_changed", actor=actor)


@transaction.atomic
def remove_photo(*, owner: Owner, photo_pk: int, actor: User) -> None:
    """Removed twice, it is removed once. The files follow on commit, unless another row names them."""
    locked = locked_owner(owner)
    photos = list(locked.photos.order_by("position", "pk"))
    gone = next((photo for photo in photos if photo.pk == photo_pk), None)
    if gone is None:
        return
    names = [gone.name, gone.small_name]
    photos.remove(gone)
    gone.delete()
    _number(locked, photos)
    event(locked, "photo_removed", actor=actor)
    _remove_unnamed(names)


@transaction.atomic
def copy_photos(*, source: Owner, target: Owner) -> int:
    """Gives `target`, which has none, the photos of `source`; how many. Both name the same files from then on: a file
    goes with the last row that names it. The source is locked, so that none of its files goes meanwhile."""
    locked = locked_owner(source, is_changed=False)
    rows = [
        target.photos.model(
            **{target.photos.field.name: target},
            entity_id=target.entity_id,
            point_of_sale_id=target.point_of_sale_id,
            **{name: getattr(photo, name) for name in ("position", "name", "small_name", "width", "height")},
        )
        for photo in locked.photos.order_by("position", "pk")
    ]
    return len(target.photos.model.objects.bulk_create(rows))


def _number(owner: Owner, photos: Sequence[PhotoFacts]) -> None:
    """Positions run from 0 without a gap: the cover is the one at 0, and one index read finds it."""
    changed = [photo for place, photo in enumerate(photos) if photo.position != place]
    for place, photo in enumerate(photos):
        photo.position = place
    owner.photos.model.objects.bulk_update(changed, ["position"])


def _remove_unnamed(names: Iterable[str]) -> None:
    # robust: what cannot be removed now is a stray for the night.
    transaction.on_commit(partial(remove_files_no_longer_named, list(names)), robust=True)


def remove_files_no_longer_named(names: Sequence[str]) -> None:
    """Called after the rows that named them are gone for good; every row counts, of whichever entity."""
    for name in set(names) - _names(among=names):
        private_files.remove(name, place="photos")


def remove_strays(*, now: datetime) -> int:
    """Files that no row names: of a process that went away between file and row, of rows that were erased. How many."""
    return private_files.remove_strays(known=_names(), before=now - STRAY_AFTER, place="photos")


def _names(*, among: Sequence[str] | None = None) -> set[str]:
    """The files that rows name, of every app that holds photos."""
    found: set[str] = set()
    holders: list[Any] = [model for model in apps.get_models() if issubclass(model, PhotoFacts)]
    with unscoped("a file belongs to every row that names it"):
        for rows in (holder.objects.order_by() for holder in holders):
            for column in ("name", "small_name"):
                named = rows if among is None else rows.filter(**{f"{column}__in": among})
                found.update(named.values_list(column, flat=True))
    return found
