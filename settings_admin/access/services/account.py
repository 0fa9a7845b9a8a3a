"""What people change of their own account: name, function, phone, photo."""

from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from settings_admin.access.models import User, UserPhoto
from settings_admin.access.services.people import edit_person
from settings_admin.access.validators import clean_photo
from settings_admin.records.services import apply_edit, record_event

# One's address is one's login, and where one's rights are told: somebody else changes it.
OWN_FIELDS = ("first_name", "last_name", "job_title", "phone")


def edit_own_account(*, user: User, base: dict[str, Any], mine: dict[str, Any]) -> User:
    """Changes some of OWN_FIELDS; for staff with a line in their history. Raises EditConflict (see `apply_edit`)."""
    if foreign := set(mine) - set(OWN_FIELDS):
        raise ValueError(f"not one's own to change: {foreign}")
    if user.holding_id is not None:
        return edit_person(actor=user, user=user, base=base, mine=mine)
    with transaction.atomic():
        user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        user.save(update_fields=apply_edit(user, base=base, mine=mine))  # type: ignore[arg-type]
        return user


def set_photo(*, user: User, file: BinaryIO, size: int) -> None:
    """Keeps an image file as the person's photo. Raises Refused beside `photo` (see `clean_photo`)."""
    image = clean_photo(file, size=size)
    with transaction.atomic():
        _lock(user)
        values = {"content": image.content, "holding_id": user.holding_id, "merchant_id": user.merchant_id}
        UserPhoto.objects.update_or_create(user=user, defaults=values)
        user.photo_at = timezone.now()
        user.save(update_fields=["photo_at"])
        _record(user, "photo_changed")


@transaction.atomic
def remove_photo(*, user: User) -> None:
    """Initials again; without a photo, nothing happens."""
    _lock(user)
    removed, _ = UserPhoto.objects.filter(user=user).delete()
    if removed:
        user.photo_at = None
        user.save(update_fields=["photo_at"])
        _record(user, "photo_removed")


def _lock(user: User) -> None:
    """Two who send a first photo at once come one after the other."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _record(user: User, kind: str) -> None:
    """A merchant's people have no history: nobody but they themselves would read it."""
    if user.holding_id is not None:
        record_event(user, kind=kind, actor=user)


def see_version(*, user: User, version: str) -> None:
    """The person has opened the notes of this version; it is no longer marked as new for them."""
    User.objects.filter(pk=user.pk).exclude(seen_version=version).update(seen_version=version)
