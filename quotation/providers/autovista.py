"""The Autovista adapter: which address answers which question, and the only module that speaks HTTP."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx  # `import httpx2 as httpx` is the whole change to its maintained successor
from django.conf import settings as django_settings
from django.core.cache import caches
from django.utils import timezone

from openflex.core.dates import today_paris
from quotation.providers import failures, market_answers, vehicle_answers
from quotation.providers.act import Deadline, PageAct, Suspension, both
from quotation.providers.base import (
    NO_FILTERS,
    Answered,
    Colours,
    Equipment,
    IdentifiedVehicle,
    Listing,
    ListingState,
    Make,
    Market,
    MarketFilters,
    Model,
    NotEnoughMarket,
    Radar,
    Valuation,
    ValuationQuestion,
    Version,
)
from quotation.providers.calls import Caller
from quotation.providers.columns import Columns
from quotation.providers.fields import Fields, FieldWrong, unique
from quotation.providers.refusals import Arriving, unbelievable
from quotation.providers.shared import BreakerStorage, SharedCache
from quotation.providers.wire import IDEMPOTENCY_KEY, Answer, Credentials, ProviderSettings, Raw, Request
from vehicles.enums import VehicleKind

T = TypeVar("T")

_PAGE_SIZE: Final = 500
_MOST_PAGES: Final = 20
_LARGEST_BODY: Final = 10_000_000  # bytes; 500 listings weigh 0.5 MB


class Autovista:
    """A `ValuationProvider`. One per process, shared by its threads: it keeps connections open."""

    def __init__(
        self,
        settings: ProviderSettings,
        *,
        cache: SharedCache,
        breaker_storage: BreakerStorage,
        client: httpx.Client | None = None,
        transport: httpx.BaseTransport | None = None,
        today: Callable[[], date] = lambda: today_paris(timezone.now()),
    ) -> None:
        """`client` brings connections that others keep open too; `transport` replaces the network in tests; `today` is
        the latest day that an answer may speak of as past."""
        self.name = settings.name
        self.is_sandbox = settings.is_sandbox
        self._settings = settings
        self._today = today
        self._client = client or _client(settings.base_url, transport)
        self._caller = Caller(settings, exchange=self._exchange, cache=cache, breaker_storage=breaker_storage)

    def begin_act(self) -> PageAct:
        return PageAct.begin(self._settings.budget, is_sandbox=self.is_sandbox)

    def suspension(self) -> Suspension | None:
        return self._caller.suspension()

    def try_access(self, *, act: PageAct) -> int:
        """How many makes the catalogue shows to these credentials: a free question, put with a token of its own even
        while calls are suspended."""
        request = Request("access", "GET", "/v1/makes", {"limit": str(_PAGE_SIZE)})
        return self._caller.ask_at_once(request, lambda answer: len(answer.children("items")), act)

    # --- Vehicles --------------------------------------------------------------------------------------

    def identify(self, plate: str, *, act: PageAct) -> Answered[IdentifiedVehicle]:
        request = Request("plate", "GET", f"/v1/plates/FR/{quote(plate.strip(), safe='')}", is_paid=True)
        return self._ask(
            request, lambda answer: vehicle_answers.read_vehicle(answer, plate=plate, today=self._today()), act
        )

    def makes(self, *, kind: VehicleKind | None, act: PageAct) -> Answered[tuple[Make, ...]]:
        return self._catalogue("makes", {"kind": kind}, vehicle_answers.read_make, act)

    def models(
        self, *, kind: VehicleKind | None, make: str, year: int | None = None, act: PageAct
    ) -> Answered[tuple[Model, ...]]:
        return self._catalogue("models", {"kind": kind, "make": make, "year": year}, vehicle_answers.read_model, act)

    def versions(
        self,
        *,
        model: str,
        kind: VehicleKind | None = None,
        make: str = "",
        year: int | None = None,
        expand: bool = False,
        act: PageAct,
    ) -> Answered[tuple[Version, ...]]:
        """`model` is a code; `expand` adds what was sold before that year."""
        asked = {"kind": kind, "make": make, "model": model, "year": year}
        return self._catalogue(
            "versions", asked | {"expand": "true" if expand else None}, vehicle_answers.read_version, act
        )

    def equipment(self, version_code: str, *, act: PageAct) -> Answered[Equipment]:
        path = f"/v1/versions/{quote(version_code, safe='')}/equipment"
        return self._ask(Request("equipment", "GET", path, is_cacheable=True), vehicle_answers.read_equipment, act)

    def colours(self, version_code: str, *, act: PageAct) -> Answered[Colours]:
        path = f"/v1/versions/{quote(version_code, safe='')}/colours"
        return self._ask(Request("colours", "GET", path, is_cacheable=True), vehicle_answers.read_colours, act)

    # --- Value and market ------------------------------------------------------------------------------

    def value(
        self, question: ValuationQuestion, *, idempotency_key: str, act: PageAct
    ) -> Answered[Valuation | NotEnoughMarket]:
        """The same key (ASCII) with the same question is charged once, however often it is sent."""
        request = Request(
            "valuation",
            "POST",
            "/v1/valuations",
            headers={IDEMPOTENCY_KEY: idempotency_key},
            json=_question_body(question),
            is_paid=True,
        )
        return self._ask(request, lambda answer: market_answers.read_valuation(answer, today=self._today()), act)

    def listings(
        self, valuation_id: str, *, state: ListingState, filters: MarketFilters = NO_FILTERS, act: PageAct
    ) -> Answered[tuple[Listing, ...]]:
        """All pages of them, in the provider's order of price."""
        today = self._today()
        request = Request("listings", "GET", _valuation_path(valuation_id, "listings"), _market_params(state, filters))
        found = self._walk(
            request,
            "id",
            lambda items: market_answers.read_listings(items, is_sold=state == ListingState.SOLD, today=today),
            act,
        )
        self._check(request, found.raw[-1], lambda answer: _check_listings(answer, found.value))
        return found

    def market(
        self, valuation_id: str, *, state: ListingState, filters: MarketFilters = NO_FILTERS, act: PageAct
    ) -> Answered[Market]:
        request = Request("market", "GET", _valuation_path(valuation_id, "market"), _market_params(state, filters))
        return self._ask(request, market_answers.read_market, act)

    def radar(
        self, valuation_id: str, *, state: ListingState, filters: MarketFilters = NO_FILTERS, act: PageAct
    ) -> Radar:
        """Both at the same time, refused when the statistics are not those of the listings."""
        listings, market = both(
            lambda: self.listings(valuation_id, state=state, filters=filters, act=act),
            lambda: self.market(valuation_id, state=state, filters=filters, act=act),
        )
        request = Request("market", "GET", _valuation_path(valuation_id, "market"))
        self._check(
            request,
            market.raw[0],
            lambda answer: market_answers.check_against_listings(answer, market.value, listings.value),
        )
        return Radar(listings, market)

    # --- Asking ----------------------------------------------------------------------------------------

    def _ask(self, request: Request, read: Callable[[Fields], T], act: PageAct) -> Answered[T]:
        value, raw = self._caller.ask(request, read, act)
        return Answered(value, (raw,))

    def _catalogue(
        self, name: str, params: Mapping[str, object], read: Callable[[Fields], T], act: PageAct
    ) -> Answered[tuple[T, ...]]:
        given = {key: str(value) for key, value in params.items() if value not in (None, "")}
        request = Request(name, "GET", f"/v1/{name}", given, is_cacheable=True)
        return self._walk(request, "code", lambda items: [read(item) for item in items.each()], act)

    def _walk(
        self, request: Request, key: str, read: Callable[[Columns], Iterable[T]], act: PageAct
    ) -> Answered[tuple[T, ...]]:
        """All items of a list, each with a `key` of its own, from page to page; what the provider lists without end is
        refused."""

        def page(answer: Fields) -> tuple[Iterable[T], str | None]:
            items = Columns.of(answer, "items")
            unique(answer, "items", items.code(key))
            return read(items), answer.maybe(answer.code, "next")

        found: list[T] = []
        pages: list[Raw] = []
        params = {**request.params, "limit": str(_PAGE_SIZE)}
        cursor: str | None = ""
        while cursor is not None:
            asked = Request(
                request.name,
                "GET",
                request.path,
                params | ({"cursor": cursor} if cursor else {}),
                is_cacheable=request.is_cacheable,
            )
            (items, cursor), raw = self._caller.ask(asked, page, act)
            found += items
            pages.append(raw)
            if cursor is not None and len(pages) == _MOST_PAGES:
                self._check(request, raw, lambda answer: _refuse(answer, "next", "the list does not end"))
        return Answered(tuple(found), tuple(pages))

    def _check(self, request: Request, raw: Raw, check: Callable[[Fields], None]) -> None:
        """`InconsistentAnswer` when answers that were right by themselves contradict each other."""
        try:
            check(Fields(raw.data))
        except FieldWrong as error:
            raise unbelievable(error, request, self.name) from error

    # --- HTTP ------------------------------------------------------------------------------------------

    def _exchange(self, request: Request, deadline: Deadline) -> Answer:
        if not self._settings.base_url:
            raise self._failed(failures.NotConfigured, request)
        if not (self._settings.client_id and self._settings.client_secret):
            raise self._failed(failures.NoCredentials, request)
        arriving = Arriving()
        try:
            if deadline.has_passed:
                raise TimeoutError
            return deadline.run(lambda: self._send(request, deadline, arriving))
        except TimeoutError:
            raise self._failed(arriving.late, request, "deadline") from None

    def _send(self, request: Request, deadline: Deadline, arriving: Arriving) -> Answer:
        """One request and its whole answer. An answer that drips is left at the deadline, between two pieces."""
        try:
            with self._client.stream(
                request.method,
                request.path,
                params=dict(request.params),
                headers=dict(request.headers),
                data=request.form,
                json=request.json,
                timeout=self._timeouts(deadline),
            ) as response:
                arriving.has_begun = True
                body = bytearray()
                for piece in response.iter_bytes():
                    body += piece
                    if deadline.has_passed:
                        raise TimeoutError
                    if len(body) > _LARGEST_BODY:
                        raise self._failed(failures.MalformedAnswer, request, f"more than {_LARGEST_BODY} bytes")
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, headers, bytes(body))
        except (httpx.ReadTimeout, httpx.WriteTimeout) as error:
            raise self._failed(arriving.late, request, error) from error
        except (httpx.DecodingError, httpx.StreamError) as error:
            raise self._failed(failures.MalformedAnswer, request, error) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise self._failed(failures.Unreachable, request, error) from error
        except httpx.TransportError as error:  # a connection that broke
            raise self._failed(arriving.broken, request, error) from error

    def _failed(
        self, kind: type[failures.ProviderFailure], request: Request, why: object = ""
    ) -> failures.ProviderFailure:
        told = f"{type(why).__name__} {why}" if isinstance(why, Exception) else str(why)
        detail = f"{request.name}: {told}" if told else ""
        return kind(self.name, call=request.name, request_id=request.request_id, detail=detail)

    def _timeouts(self, deadline: Deadline) -> httpx.Timeout:
        left = max(0.01, deadline.remaining)
        reading = min(self._settings.read_timeout, left)
        return httpx.Timeout(connect=min(self._settings.connect_timeout, left), read=reading, write=reading, pool=left)


def _valuation_path(valuation_id: str, leaf: str) -> str:
    return f"/v1/valuations/{quote(valuation_id, safe='')}/{leaf}"


def _question_body(question: ValuationQuestion) -> dict[str, Any]:
    """What is not known is left out."""
    body = {
        "version_code": question.version_code,
        "first_registration": question.first_registration.isoformat(),
        "mileage_km": question.mileage_km,
        "vin": question.vin,
        "options": list(question.options),
        "exterior_colour": question.exterior_colour,
        "interior_colour": question.interior_colour,
        "first_hand": question.first_hand,
        "origin": str(question.origin),
        "postcode": question.postcode,
    }
    return {name: value for name, value in body.items() if value is not None and value != ""}


def _market_params(state: ListingState, filters: MarketFilters) -> dict[str, str]:
    asked: dict[str, Any] = {
        "energy": sorted(filters.energies),
        "gearbox": sorted(filters.gearboxes),
        "seller": sorted(filters.sellers),
        "options": sorted(filters.options),
        "mileage_min": filters.mileage_min,
        "mileage_max": filters.mileage_max,
        "registered_from": filters.registered_from and filters.registered_from.isoformat(),
        "registered_to": filters.registered_to and filters.registered_to.isoformat(),
        "stars_min": filters.stars_min,
    }
    kept = {name: value for name, value in asked.items() if value not in (None, [])}
    params = {"state": str(state)}
    if filters.radius_km is not None:
        params["radius_km"] = str(filters.radius_km)
    if kept:
        params["filters"] = json.dumps(kept, separators=(",", ":"))
    return params


def _check_listings(answer: Fields, listings: tuple[Listing, ...]) -> None:
    if answer.whole("total", high=10**6) != len(listings):
        raise answer.wrong("total", f"it is not the {len(listings)} listings that came")
    unique(answer, "items", [listing.id for listing in listings])


def _refuse(answer: Fields, name: str, reason: str) -> None:
    raise answer.wrong(name, reason)


# --- From the settings of the project --------------------------------------------------------------------


def provider_from_settings(credentials: Credentials | None = None) -> Autovista:
    """The provider that `settings.VALUATION_PROVIDER` describes, with these credentials in the place of the
    installation's; the same object until either changes."""
    given: dict[str, Any] = django_settings.VALUATION_PROVIDER
    names = ProviderSettings.__dataclass_fields__
    settings = ProviderSettings(**{name: given[name] for name in names if name in given})
    if credentials is not None:
        settings = replace(settings, client_id=credentials.client_id, client_secret=credentials.client_secret)
    return _provider(settings)


def installation_has_credentials() -> bool:
    given: dict[str, Any] = django_settings.VALUATION_PROVIDER
    return bool(given["client_id"] and given["client_secret"])


# One for each entity that has credentials of its own; they share their connections and what they know of Redis.
@lru_cache(maxsize=256)
def _provider(settings: ProviderSettings) -> Autovista:
    cache = _shared_cache()
    return Autovista(
        settings,
        cache=cache,
        breaker_storage=BreakerStorage(cache, namespace=settings.outage_key),
        client=_connections(settings.base_url),
    )


@lru_cache(maxsize=1)
def _shared_cache() -> SharedCache:
    return SharedCache(caches["default"])


@lru_cache(maxsize=4)
def _connections(base_url: str) -> httpx.Client:
    return _client(base_url)


def _client(base_url: str, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    return httpx.Client(base_url=base_url, transport=transport, follow_redirects=False)


def forget() -> None:
    """The next `provider_from_settings()` starts anew: other connections, and in tests a closed breaker."""
    for kept in (_provider, _shared_cache, _connections):
        kept.cache_clear()


# A forked worker must not share its parent's sockets.
os.register_at_fork(after_in_child=forget)
