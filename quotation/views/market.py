"""The market of one quotation as the address asks to see it: both tabs of the result stand on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from openflex.core.french import NBSP
from openflex.core.lists import Chip, address
from quotation import answers, selectors, study
from quotation.forms import SORT_ORDERS, SORTS, MarketForm
from quotation.models import Quotation
from quotation.providers.base import Listing, ListingState
from settings_admin.access.requests import StaffRequest

# In the address: how many adverts the radar lists. Another filter or order starts at the first ones again.
SHOWN = "shown"


@dataclass(frozen=True)
class MarketView:
    """`listings` are those that count, sorted; `has_come` is false when the provider gave none of this state.

    `url` is the tab's own: its links must lead there from a refused form too, whose address is another one.
    """

    url: str
    state: ListingState
    listings: list[Listing]
    total: int
    form: MarketForm
    sort: str
    chips: list[Chip]
    reset_url: str
    has_come: bool

    @property
    def is_filtered(self) -> bool:
        return bool(self.chips)


def market_view(request: StaffRequest, quotation: Quotation, *, url_name: str) -> MarketView:
    url = reverse(url_name, args=[quotation.pk])
    asked = request.GET.get("state", "")
    state = ListingState(asked) if asked in ListingState.values else ListingState.ON_SALE
    found = selectors.listings_of(quotation, state)
    everything = found or ()
    form = MarketForm(request.GET, options=_options(quotation, everything), present=selectors.words_of(everything))
    form.is_valid()
    sort = form.cleaned_data.get("sort") or "price"
    kept = study.filtered(everything, form.filters())
    return MarketView(
        url=url,
        state=state,
        listings=study.sorted_by(kept, SORT_ORDERS.get(sort, sort)),
        total=len(everything),
        form=form,
        sort=dict(SORTS)[sort],
        chips=[replace(chip, url=f"{url}{chip.url}") for chip in _chips(request.GET, form)],
        reset_url=f"{url}{_reset_url(request.GET)}",
        has_come=found is not None,
    )


def _options(quotation: Quotation, listings: Sequence[Listing]) -> list[tuple[str, str]]:
    """Options that at least one advert has, in the words of the version's catalogue."""
    if quotation.equipment_answer is None:
        return []
    seen: set[str] = set().union(*(one.options or frozenset() for one in listings))
    return [(one.code, one.label) for one in answers.equipment(quotation.equipment_answer).options if one.code in seen]


def _chips(query: QueryDict, form: MarketForm) -> list[Chip]:
    chips = []
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if name in MarketForm.OUTSIDE or value in (None, "", []):
            continue
        without = address(query, **dict.fromkeys([name, SHOWN], ""))
        chips.append(Chip(str(field.label), _words(field, value), without))
    return chips


def _reset_url(query: QueryDict) -> str:
    filters = [name for name in MarketForm.base_fields if name not in MarketForm.OUTSIDE]
    return address(query, **dict.fromkeys([*filters, SHOWN], ""))


def _words(field: Any, value: Any) -> str:
    choices = dict(getattr(field, "choices", ()))
    if isinstance(value, list):
        return ", ".join(str(choices[one]) for one in value)
    text = str(choices.get(str(value), field.prepare_value(value)))
    unit = vars(field).get("unit")
    return f"{text}{NBSP}{unit}" if unit else text
