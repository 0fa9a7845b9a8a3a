"""What the apps above tell the customers: panels for their page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Panel:
    """A part of a customer's page that an app above draws: fetched when the page is there, from `url_name`, which takes
    the customer's pk. It shows to those who hold `right` on the customer."""

    key: str
    title: str
    url_name: str
    right: str
    order: int


_panels: dict[str, Panel] = {}


def register_panels(*panels: Panel) -> None:
    for panel in panels:
        _panels[panel.key] = panel


def panels() -> list[Panel]:
    return sorted(_panels.values(), key=lambda panel: panel.order)
