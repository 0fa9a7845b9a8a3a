"""Filters shared by the lists: the search, check boxes, and ranges whose chip reads « de 8 000 à 12 000 € »."""

from datetime import date
from decimal import Decimal
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BoundField
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from openflex.core.dates import paris_day_bounds
from openflex.core.forms import AmountField, DayField
from openflex.core.french import NBSP, format_day, format_number, plural
from openflex.core.search import SHORTEST, is_long_enough

SEARCH = "q"


class SearchField(forms.CharField):
    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if text and not is_long_enough(text):
            raise ValidationError(f"{SHORTEST}{NBSP}caractères au moins", code="too_short")
        return text


class SearchFilter(filters.CharFilter):
    """The words of the search; what is too short searches nothing, and says so beside the field."""

    field_class = SearchField

    def __init__(self, **options: Any) -> None:
        super().__init__(label="Recherche", **options)


class CheckboxesFilter(filters.MultipleChoiceFilter):
    """Any of several choices of one column: no row is found twice, so that nothing has to be made distinct."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, distinct=False, **options)


class DayFilter(filters.Filter):
    """From a day on, or (`is_last`) up to it, both included; days are French."""

    field_class = DayField

    def __init__(self, *, is_last: bool = False, **options: Any) -> None:
        self.is_last = is_last
        super().__init__(**options)

    def filter(self, qs: QuerySet[Any], value: date | None) -> QuerySet[Any]:
        if value is None:
            return qs
        start, end = paris_day_bounds(value)
        bound = {f"{self.field_name}__lt": end} if self.is_last else {f"{self.field_name}__gte": start}
        return qs.filter(**bound)

    def describe(self, value: date) -> str:
        return format_day(value)


# Fields as they were drawn, by all that they depend on; emptied when it is full, for people choose ever new bounds.
_drawn: dict[tuple[Any, ...], SafeString] = {}
_MOST_DRAWN = 2000


def draw_fields(filter_set: filters.FilterSet) -> SafeString:
    """The fields of the filters, the search aside: the same for everybody who has chosen the same, and a seventh of a
    list's time when they are drawn anew for each page."""
    kind = type(filter_set)
    fields = [field for field in filter_set.form if field.name != SEARCH]
    return format_html_join("", "{}", ((_draw(kind, field),) for field in fields))


def _draw(kind: type[filters.FilterSet], field: BoundField) -> SafeString:
    choices = getattr(field.field, "choices", ())
    key = (kind, field.name, str(field.label), repr(list(choices)), repr(field.value()), repr(field.errors))
    if key not in _drawn:
        if len(_drawn) >= _MOST_DRAWN:
            _drawn.clear()
        _drawn[key] = field.as_field_group()
    return _drawn[key]


class BoundsWidget(filters.widgets.RangeWidget):
    """Two boxes, each of which says which bound of what it is."""

    def __init__(self, label: str, unit: str) -> None:
        super().__init__(attrs={"inputmode": "numeric", "autocomplete": "off"})
        for box, bound, hint in zip(self.widgets, ("au moins", "au plus"), ("de", "à"), strict=True):
            box.attrs = {**box.attrs, "aria-label": f"{label}, {bound} ({unit})", "placeholder": hint}


class AmountRangeFilter(filters.RangeFilter):
    """Two bounds of which either may be missing, typed as any amount: 8 000, 8000, 8000,50."""

    def __init__(self, *, label: str, unit: str, **options: Any) -> None:
        self.unit = unit
        bounds = (AmountField(required=False), AmountField(required=False))
        super().__init__(label=label, widget=BoundsWidget(label, unit), fields=bounds, **options)

    def describe(self, value: slice) -> str:
        low, high = (self._bound(value.start), self._bound(value.stop))
        if low and high:
            return f"de {low} à {high}{NBSP}{self.unit}"
        return f"dès {low}{NBSP}{self.unit}" if low else f"jusqu’à {high}{NBSP}{self.unit}"

    @staticmethod
    def _bound(value: Decimal | None) -> str:
        return "" if value is None else format_number(value)


def unread_note(form: forms.BaseForm) -> str:
    """Names the filters that cannot be read and so filter nothing, for their fields are out of sight; "" without any.
    Those `OUTSIDE` of the form's filters, and the search, stand beside the list."""
    outside = (SEARCH, *getattr(form, "OUTSIDE", ()))
    names = [str(form[name].label) for name in form.errors if name in form.fields and name not in outside]
    head = plural(len(names), "Filtre illisible", "Filtres illisibles")
    return f"{head}{NBSP}: {f'{NBSP}; '.join(names)}" if names else ""


def chip_value(bound_filter: Any, value: Any) -> str:
    """What was chosen, in the words of the choices."""
    describe = getattr(bound_filter, "describe", None)
    if describe is not None:
        return str(describe(value))
    choices = dict(getattr(bound_filter.field, "choices", None) or [])
    if isinstance(value, list | tuple | set) or hasattr(value, "all"):
        return ", ".join(str(choices.get(item, item)) for item in value)
    return str(choices.get(value, value))
