"""Filters and tags of every template: figures as the French write them, icons, addresses."""

import re
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.http import HttpRequest
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone

from openflex.core import french, static_files
from openflex.core.dates import in_paris
from openflex.core.filters import unread_note

register = template.Library()

register.filter("euros", french.format_euros)
register.filter("km", french.format_km)
register.filter("percent", french.format_percent)
register.filter("days", french.format_days)
register.filter("number", french.format_number)
register.filter("day", french.format_day)
register.filter("month", french.format_month)
register.filter("siren", french.format_siren)
register.filter("siret", french.format_siret)
register.filter("phone", french.format_phone)
register.filter("counted", french.counted)
register.filter("plural", french.plural)
register.filter("ended", french.ended)
register.filter("of_name", french.of_name)
register.filter("unread_note", unread_note)


@register.filter
def hidden_initial(field: BoundField) -> str:
    """The value a field was opened with, for one that is drawn box by box; nothing when its form does not keep it."""
    return field.as_hidden(only_initial=True) if field.field.show_hidden_initial else ""


@register.filter
def long_instant(value: datetime | None) -> str:
    """« 2 décembre 2024 à 14:42 », on a French clock."""
    return french.long_instant(value) if value else french.NO_VALUE


@register.filter
def iso(value: datetime) -> str:
    """What stands in `<time datetime>`; `date:"c"` says the same in ten times the time."""
    return in_paris(value).isoformat()


@register.filter
def clock_time(value: datetime | None) -> str:
    """« 14:42 », on a French clock."""
    return french.format_time(value) if value else french.NO_VALUE


@register.filter
def ago(value: datetime | None) -> str:
    return french.relative_time(value, timezone.now()) if value else french.NO_VALUE


@register.filter
def signed_euros(value: Decimal | None) -> str:
    """A difference: « +90,00 € », « −950,00 € »."""
    return french.format_euros(value, signed=True)


@register.filter
def signed_percent(value: Decimal | None) -> str:
    return french.format_percent(value, signed=True)


@register.filter
def percent_one(value: Decimal | None) -> str:
    """« 105,4 % »"""
    return french.format_percent(value, decimals=1)


@register.filter
def percent_short(value: Decimal) -> str:
    """« 102 % », with decimals only where there are some."""
    return french.format_percent_short(value)


@register.filter
def number_typed(value: Decimal) -> str:
    """An amount as a field takes it: « 9 394,20 »."""
    return french.format_number(value, decimals=2)


@register.filter
def yes_no(value: bool | None) -> str:
    """A fact that may be unknown: Oui, Non, –."""
    return french.NO_VALUE if value is None else "Oui" if value else "Non"


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, size: int = 16, label: str = "") -> str:
    """An icon of the vendored sprite; without a label it is hidden from screen readers.

    Written once for each of its forms: a list has two hundred of them. And drawn where it stands: what is used out of
    another file is shown a frame after what is swapped, and has all of it laid out twice.
    """
    drawing = _drawings().get(name, "")  # one that is missing stops no page
    form = {"size": size, "label": label, "drawing": drawing, "is_filled": name.endswith("-filled")}
    return get_template("components/icon.html").render(form)


@cache
def _drawings() -> dict[str, str]:
    """Name → the lines of the icon, in one path; `bin/vendor` cuts them from the drawings of Tabler."""
    text = (settings.BASE_DIR / "static/vendor/icons.svg").read_text(encoding="utf-8")
    symbols = re.findall(r'<symbol id="([^"]+)"(.*?)</symbol>', text)
    return {name: "".join(re.findall(r' d="([^"]+)"', drawing)) for name, drawing in symbols}


@register.simple_tag
@cache
def same_for_all(name: str) -> str:
    """A part of every page that says the same on each and to everybody, drawn once for the process: it is given nothing
    of either."""
    return get_template(name).render({})


@register.simple_tag
@cache
def sprite() -> str:
    """The address of the icons, for rows that draw hundreds of the same one; looked up once for the process."""
    return static("vendor/icons.svg")


@register.simple_tag
def style_sheets() -> list[str]:
    """The addresses of the style sheets that every page links, in the order of the cascade."""
    return [static(name) for name in static_files.style_sheets()]


@register.simple_tag
def row_url(name: str, pk: int) -> str:
    """What `{% url name pk %}` says, for lists: there it took a twentieth of the page's time."""
    before, after = _around_pk(name)
    return f"{before}{pk}{after}"


@cache
def _around_pk(name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[_PLACE]).partition(str(_PLACE))
    return before, after


_PLACE = 987_654_321  # of the number in an address


@register.simple_tag(takes_context=True)
def qs_replace(context: dict[str, Any], **changes: Any) -> str:
    """The query string of this page with these parameters replaced; None or "" removes one."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag
def version() -> str:
    return str(settings.VERSION)
