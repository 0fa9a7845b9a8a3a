"""Series that only tests register, and the page as a browser goes through it."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.urls import reverse

from openflex.core.document_numbers import NumberFormat
from settings_admin.numbering import selectors, services
from settings_admin.registries import NumberingSeries, numbering_series
from tests.support.htmx import parse

TODAY = date(2026, 11, 26)


def series(key: str = "order", **more: Any) -> NumberingSeries:
    values: dict[str, Any] = {
        "label": "N° de commande",
        "description": "Imprimé sur le bon de commande",
        "family": "papers",
        "default": NumberFormat("C", 0, "-", 5),
        "restarts_each_year": False,
        "is_legal": False,
        "max_length": 20,
        "taken": taken(),
        **more,
    }
    return NumberingSeries(key=key, **values)


def taken(*texts: str) -> Any:
    def among(entity: Any, asked: Collection[str]) -> set[str]:
        return set(texts) & set(asked)

    return among


def take(entity: Any, key: str = "order", *, on: date = TODAY) -> str:
    return services.next_document_number(entity=entity, series=key, on=on)


def edit(cast: Any, key: str = "order", *, entity: Any = None, on: date = TODAY, **mine: Any) -> None:
    """As the form sends it, opened on what is saved now."""
    row = selectors.numbering_of(entity or cast.north, numbering_series()[key], on=on)
    edit_from(cast, key, base={name: getattr(row, name) for name in mine}, mine=mine, entity=entity, on=on)


def edit_from(
    cast: Any, key: str = "order", *, base: dict[str, Any], mine: dict[str, Any], entity: Any = None, on: date = TODAY
) -> None:
    """As a form sends it that was opened on `base`."""
    series = numbering_series()[key]
    services.edit_numbering(entity=entity or cast.north, series=series, base=base, mine=mine, actor=cast.alice, on=on)


def url(name: str, entity: Any, *more: str) -> str:
    return reverse(f"numbering:{name}", args=[entity.pk, *more])


def opened(client: Any, entity: Any, key: str = "stock") -> dict[str, str]:
    """What a browser would send for this series, untouched."""
    form = parse(client.get(f"{url('entity', entity)}?modifier={key}")).select_one("form[data-guard]")
    data = {control["name"]: control.get("value", "") for control in form.select("input[name]")}
    for choice in form.select("select[name]"):
        chosen = choice.select_one("option[selected]")
        data[choice["name"]] = chosen["value"] if chosen else ""
    return data


def send(client: Any, entity: Any, key: str = "stock", **typed: Any) -> Any:
    return client.post(url("save", entity, key), {**opened(client, entity, key), **typed})
