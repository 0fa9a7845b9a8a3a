"""Strict readers of environment variables: a value is right or start-up is refused with a sentence.

Every reader accepts `NAME` or, for container secrets, `NAME_FILE` (the path of a file holding the value).
An empty value counts as unset, because `NAME=${NAME:-}` is how compose files pass optional ones.
A reader without `default` makes its variable required.
"""

import os
import re
from pathlib import Path
from typing import Any, Final, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")


class _Required:
    """The type of REQUIRED, no value that a caller could mean."""


REQUIRED: Final = _Required()

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0"})
_SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?", re.ASCII)
_POSTGRES_SCHEMES = ("postgres://", "postgresql://")


def text(name: str, *, default: str | _Required = REQUIRED) -> str:
    value = _read(name)
    return _default(name, default) if value is None else value


def flag(name: str, *, default: bool | _Required = REQUIRED) -> bool:
    value = _read(name)
    if value is None:
        return _default(name, default)
    word = value.lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")


def number(
    name: str,
    *,
    default: int | _Required = REQUIRED,
    minimum: int | None = None,
    maximum: int | None = None,
) -> int:
    value = _read(name)
    if value is None:
        return _default(name, default)
    try:
        result = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
    if minimum is not None and result < minimum:
        raise ImproperlyConfigured(f"{name} must be at least {minimum}, not {result}.")
    if maximum is not None and result > maximum:
        raise ImproperlyConfigured(f"{name} must be at most {maximum}, not {result}.")
    return result


def seconds(name: str, *, default: float | _Required = REQUIRED, minimum: float, maximum: float) -> float:
    """A whole number of seconds, or one with a point: 2.5."""
    value = _read(name)
    if value is None:
        return _default(name, default)
    if not _SECONDS.fullmatch(value):
        raise ImproperlyConfigured(f"{name} must be a number of seconds like 2.5, not {value!r}.")
    result = float(value)
    if not minimum <= result <= maximum:
        raise ImproperlyConfigured(f"{name} must be from {minimum:g} to {maximum:g} seconds, not {value}.")
    return result


def words(name: str, *, default: list[str] | _Required = REQUIRED) -> list[str]:
    """A comma-separated list."""
    value = _read(name)
    if value is None:
        return list(_default(name, default))
    result = [word.strip() for word in value.split(",")]
    if "" in result:
        raise ImproperlyConfigured(f"{name} must be a list separated by single commas, not {value!r}.")
    return result


def secret(name: str, *, default: str | _Required = REQUIRED, minimum_length: int = 0) -> str:
    """Never shown in a message. A default other than "" serves only while DEBUG is on: production must set its own."""
    value = _read(name)
    if value is None:
        if default and not flag("DEBUG", default=False):
            raise ImproperlyConfigured(f"{name} (or {name}_FILE) must be set when DEBUG is off.")
        return _default(name, default)
    if len(value) < minimum_length:
        raise ImproperlyConfigured(f"{name} must be at least {minimum_length} characters long.")
    return value


def database(name: str, *, default: str | _Required = REQUIRED) -> dict[str, Any]:
    """Django's settings of one PostgreSQL database, from its address.

    The address may carry a password: no message repeats it.
    """
    value = _read(name)
    address = _default(name, default) if value is None else value
    example = "postgres://user:password@host:5432/name"
    if not address.startswith(_POSTGRES_SCHEMES):
        raise ImproperlyConfigured(f"{name} must be the address of a PostgreSQL database, like {example}.")
    try:
        settings: dict[str, Any] = dict(environ.Env.db_url_config(address))
    except (ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured(f"{name} cannot be read; it must look like {example}.") from None
    if not settings.get("NAME"):
        raise ImproperlyConfigured(f"{name} names no database; it must look like {example}.")
    return settings


def _default(name: str, default: T | _Required) -> T:
    if isinstance(default, _Required):
        raise ImproperlyConfigured(f"{name} (or {name}_FILE) must be set.")
    return default


def _read(name: str) -> str | None:
    value = os.environ.get(name, "").strip()
    path = os.environ.get(f"{name}_FILE", "").strip()
    if value and path:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
    if path:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read: {reason}.") from None
        if not value:
            raise ImproperlyConfigured(f"{name}_FILE names an empty file.")
    return value or None
