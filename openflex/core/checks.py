"""System checks: rules of the house that hold at every start."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import Error, register
from django.db import models
from django.urls import URLResolver, get_resolver

DATE_SUFFIXES = ("_on", "_date", "_month", "_until", "first_registration", "catalogue_date")


@dataclass(frozen=True)
class Route:
    """One address of the site: its whole pattern and its whole name, "vehicles:list" say."""

    pattern: str
    name: str
    view: Any


def routes(resolver: URLResolver | None = None, prefix: str = "", namespace: str = "") -> Iterator[Route]:
    """Every route of the site; tests crawl the same list."""
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry, pattern, inner)
        else:
            yield Route(pattern, f"{namespace}{entry.name}", entry.callback)


def our_models() -> Iterator[type[models.Model]]:
    """The tables of this repository: of every installed app whose package stands at its top."""
    for config in apps.get_app_configs():
        if (settings.BASE_DIR / config.name.partition(".")[0]).is_dir():
            yield from config.get_models()


@register()
def every_view_declares_a_right(app_configs: Any, **kwargs: Any) -> list[Error]:
    return [
        Error(
            f"The view of route “{route.pattern}” declares no right.",
            hint="Decorate it with @right, @signed_in, @merchant_only or @public.",
            id="openflex.E001",
        )
        for route in routes()
        if not hasattr(route.view, "declared_right") and not _is_static(route.pattern)
    ]


def _is_static(pattern: str) -> bool:
    return pattern.lstrip("^").startswith(settings.STATIC_URL.lstrip("/"))


@register()
def names_say_what_time_they_hold(app_configs: Any, **kwargs: Any) -> list[Error]:
    """`…_at` is an instant, `…_on`, `…_date`, `…_month` and `…_until` are days: a reader never has to look it up."""
    errors = []
    for model in our_models():
        for field in model._meta.local_fields:
            is_instant = isinstance(field, models.DateTimeField)
            is_day = isinstance(field, models.DateField) and not is_instant
            # last_login is Django's own.
            if is_instant and field.name not in ("at", "last_login") and not field.name.endswith("_at"):
                message = f"{model.__name__}.{field.name} is an instant: call it …_at."
                errors.append(Error(message, id="openflex.E002"))
            if is_day and not field.name.endswith(DATE_SUFFIXES):
                errors.append(
                    Error(f"{model.__name__}.{field.name} is a day: call it …_on, …_date.", id="openflex.E003")
                )
    return errors
