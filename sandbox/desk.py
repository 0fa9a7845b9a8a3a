"""The handlers: each answers one kind of question from the catalogue, the register of plates or the market.

They count what costs money, and know nothing of tokens, request ids, caching or faults: app.py stands around them.
"""

import base64
import binascii
import hmac
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sandbox import asking, catalogue, equipment, geography, plates, sample, signing, study
from sandbox.answers import Answer, json_object
from sandbox.catalogue import Version
from sandbox.faults import Faults, quota_headers
from sandbox.market import Listing
from sandbox.problems import Problem
from sandbox.sample import Question
from sandbox.settings import Settings
from sandbox.tables import digest

KEPT_ANSWERS = 10_000
SORTS: Mapping[str, Callable[[Question, Listing], int]] = {
    "price": lambda question, advert: advert.price,
    "similarity": sample.score,
    "distance": lambda question, advert: geography.distance_km(question.postcode, advert.postcode),
    "mileage": lambda question, advert: advert.mileage_km,
    "days_online": lambda question, advert: advert.days_online(question.as_of),
    "first_registration": lambda question, advert: advert.first_registration.toordinal(),
}


@dataclass
class Desk:
    """What one running sandbox holds."""

    settings: Settings
    faults: Faults
    # Idempotency-Key → fingerprint of the body and the answer it got; the oldest leave first.
    answered: OrderedDict[str, tuple[int, Answer]] = field(default_factory=OrderedDict)
    paid_calls: dict[date, int] = field(default_factory=dict)  # by day
    counting: Lock = field(default_factory=Lock)

    def paid_today(self) -> int:
        return self.paid_calls.get(self.settings.calendar_day(), 0)

    def charge(self) -> None:
        """Counts a call that costs money; raises Problem 429 beyond the quota of the day."""
        with self.counting:
            self.paid_calls = {self.settings.calendar_day(): self.paid_today() + 1}
        if self.paid_today() > self.settings.daily_quota:
            wait = {"Retry-After": str(self.settings.seconds_to_midnight())}
            limits = quota_headers(self.settings, self.paid_today())
            raise Problem(429, "quota_exceeded", "Le quota du jour est épuisé.", wait | limits)


@dataclass(frozen=True)
class Asked:
    """One request, read to its end."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


def token(desk: Desk, asked: Asked) -> Answer:
    """Client credentials, as a form, as JSON or by HTTP Basic."""
    if "json" in asked.headers.get("content-type", ""):
        form: Mapping[str, Any] = json_object(asked.body)
    else:
        form = dict(parse_qsl(asked.body.decode(errors="replace")))
    client_id, secret = _basic(asked.headers.get("authorization", "")) or (
        str(form.get("client_id", "")),
        str(form.get("client_secret", "")),
    )
    if form.get("grant_type") != "client_credentials":
        raise Problem(422, "validation_failed", "grant_type doit valoir client_credentials.")
    known = (desk.settings.client_id, desk.settings.client_secret)
    if not hmac.compare_digest(f"{client_id}:{secret}".encode(), ":".join(known).encode()):
        raise Problem(401, "invalid_client", "L'identifiant ou le secret est refusé.")
    body = {
        "access_token": signing.new_token(desk.settings),
        "token_type": "Bearer",
        "expires_in": signing.TOKEN_SECONDS,
    }
    return Answer(body, headers={"Cache-Control": "no-store"})


def plate(desk: Desk, asked: Asked) -> Answer:
    vehicle = plates.identify(asked.path["plate"], desk.settings.today())
    desk.charge()
    return Answer(vehicle_body(vehicle), trigger=vehicle.trigger)


def makes(desk: Desk, asked: Asked) -> Answer:
    kind = asking.choice(asked.query, "kind", catalogue.KINDS, None)
    kinds: dict[str, set[str]] = {}
    for model in catalogue.load().models.values():
        kinds.setdefault(model.make, set()).add(model.kind)
    items = [
        {"code": catalogue.slug(make), "label": make, "kinds": sorted(own)}
        for make, own in sorted(kinds.items())
        if kind is None or kind in own
    ]
    return _page(asked, items, "makes", {}, cacheable=True)


def models(desk: Desk, asked: Asked) -> Answer:
    kind = asking.choice(asked.query, "kind", catalogue.KINDS, None)
    make = asked.query.get("make", "")
    year = asking.whole(asked.query, "year", 1950, 2100, None)
    items = [
        {
            "code": model.code,
            "label": model.label,
            "make": model.make,
            "kind": model.kind,
            "body": model.body,
            "from": model.first.isoformat(),
            "to": None if model.last == catalogue.STILL_SOLD else model.last.isoformat(),
        }
        for model in sorted(catalogue.load().models.values(), key=lambda m: (m.make, m.label))
        if (kind is None or model.kind == kind)
        and (not make or catalogue.slug(make) == catalogue.slug(model.make))
        and (year is None or model.first.year <= year <= model.last.year)
    ]
    return _page(asked, items, "models", {}, cacheable=True)


def versions(desk: Desk, asked: Asked) -> Answer:
    """With a year, what was sold that year; `expand` adds what was sold before it and no longer then."""
    query = asked.query
    kind = asking.choice(query, "kind", catalogue.KINDS, None)
    energy = asking.choice(query, "energy", tuple(catalogue.ENERGIES.values()), None)
    gearbox = asking.choice(query, "gearbox", tuple(catalogue.GEARBOXES.values()), None)
    year, expand = asking.whole(query, "year", 1950, 2100, None), asking.flag(query, "expand")
    make, model, body = query.get("make", ""), query.get("model", ""), query.get("body", "")
    found = [
        version
        for version in catalogue.load().versions.values()
        if (kind is None or version.model.kind == kind)
        and (not make or catalogue.slug(make) == catalogue.slug(version.model.make))
        and (not model or model in (version.model.code, version.model.label))
        and (not body or version.model.body == body)
        and (energy is None or version.energy == energy)
        and (gearbox is None or version.gearbox == gearbox)
        and (year is None or (version.first.year <= year and (expand or year <= version.last.year)))
    ]
    found.sort(key=lambda v: (v.model.make, v.model.label, -v.first.toordinal(), v.label))
    return _page(asked, [version_body(version) for version in found], "versions", {}, cacheable=True)


def equipment_of(desk: Desk, asked: Asked) -> Answer:
    version = asking.version(asked.path["code"])
    body = {
        "standard": [{"code": e.code, "label": e.label, "group": e.group} for e in equipment.standard(version)],
        "options": [
            {"code": o.code, "label": o.label, "price_new": o.price_new, "group": o.group, "pack": o.pack}
            for o in equipment.options(version)
        ],
    }
    return Answer(body, cacheable=True, trigger=asking.split_version_code(asked.path["code"])[1])


def colours_of(desk: Desk, asked: Asked) -> Answer:
    version = asking.version(asked.path["code"])
    body = {
        side: [
            {"code": c.code, "label": c.label, "hex": c.hex, "frequent": c.frequent}
            for c in equipment.colours(version, side)
        ]
        for side in ("exterior", "interior")
    }
    return Answer(body, cacheable=True, trigger=asking.split_version_code(asked.path["code"])[1])


def valuation(desk: Desk, asked: Asked) -> Answer:
    """Values a vehicle as of today. The same Idempotency-Key with the same body gets the same answer again, and is
    charged once."""
    key = asked.headers.get("idempotency-key", "")
    body = json_object(asked.body)
    fingerprint = digest("body", repr(sorted(body.items())))
    if key and key in desk.answered:
        first, answer = desk.answered[key]
        if first != fingerprint:
            raise Problem(422, "idempotency_key_reused", "Cette clé a déjà servi pour une autre demande.")
        return replace(answer, headers=answer.headers | {"Idempotent-Replayed": "true"})
    question = asking.question(body, desk.settings.today(), key)
    answer = Answer(study.valuation(desk.settings, question), trigger=question.trigger)
    desk.charge()
    if key:
        desk.answered[key] = (fingerprint, answer)
        while len(desk.answered) > KEPT_ANSWERS:
            desk.answered.popitem(last=False)
    return answer


def valuation_read(desk: Desk, asked: Asked) -> Answer:
    return Answer(study.valuation(desk.settings, _question(desk, asked)))


def listings(desk: Desk, asked: Asked) -> Answer:
    question = _question(desk, asked)
    adverts = _adverts(desk, question, asked)
    names = tuple(SORTS) + tuple(f"-{name}" for name in SORTS)
    sort = asking.choice(asked.query, "sort", names, "price") or "price"
    key = SORTS[sort.removeprefix("-")]
    sign = -1 if sort.startswith("-") else 1
    ordered = sorted(adverts, key=lambda advert: (sign * key(question, advert), advert.id))
    return _page(
        asked,
        ordered,
        f"listings {asked.path['id']}",
        {"total": len(ordered)},
        trigger=question.trigger,
        shown=lambda advert: study.listing(question, advert),
    )


def market(desk: Desk, asked: Asked) -> Answer:
    question = _question(desk, asked)
    adverts = _adverts(desk, question, asked)
    return Answer(study.market(desk.settings, question, adverts), trigger=question.trigger)


def vehicle_body(vehicle: plates.Vehicle) -> dict[str, object]:
    version, suffix = vehicle.version, f".{vehicle.trigger}" if vehicle.trigger else ""
    return {
        "plate": vehicle.plate,
        "vin": vehicle.vin,
        "first_registration": vehicle.first_registration.isoformat(),
        "kind": version.model.kind,
        "genre": version.genre,
        "make": version.model.make,
        "model": version.model.label,
        "energy": version.energy,
        "fiscal_power": version.fiscal_power,
        "power_kw": version.power_kw,
        "co2": version.co2,
        "colour": vehicle.colour,
        "doors": version.model.doors,
        "seats": version.model.seats,
        "gearbox": version.gearbox,
        "cnit": plates.cnit(version),
        "candidates": [
            {
                "version_code": candidate.code + suffix,
                "label": candidate.full_label,
                "catalogue_date": candidate.first.isoformat(),
                "doors": candidate.model.doors,
                "price_new": candidate.price_new,
                "match": match,
            }
            for candidate, match in vehicle.candidates
        ],
    }


def version_body(version: Version) -> dict[str, object]:
    return {
        "code": version.code,
        "label": version.label,
        "make": version.model.make,
        "model": version.model.label,
        "model_code": version.model.code,
        "kind": version.model.kind,
        "genre": version.genre,
        "body": version.model.body,
        "energy": version.energy,
        "gearbox": version.gearbox,
        "doors": version.model.doors,
        "seats": version.model.seats,
        "power_hp": version.power_hp,
        "power_kw": version.power_kw,
        "fiscal_power": version.fiscal_power,
        "co2": version.co2,
        "catalogue_date": version.first.isoformat(),
        "catalogue_end": None if version.last == catalogue.STILL_SOLD else version.last.isoformat(),
        "price_new": version.price_new,
    }


def _question(desk: Desk, asked: Asked) -> Question:
    return signing.read_valuation_id(desk.settings, asked.path["id"])


def _adverts(desk: Desk, question: Question, asked: Asked) -> Sequence[Listing]:
    state = asking.choice(asked.query, "state", ("on_sale", "sold"), "on_sale") or "on_sale"
    radius_km = asking.whole(asked.query, "radius_km", 0, 25_000, None)
    return study.chosen(desk.settings, question, state, radius_km, asking.filters(asked.query.get("filters", "")))


def _page(
    asked: Asked,
    items: Sequence[Any],
    name: str,
    more: dict[str, object],
    *,
    cacheable: bool = False,
    trigger: str = "",
    shown: Callable[[Any], object] = lambda item: item,
) -> Answer:
    """One page of a list: `items`, and `next`, the cursor of the following page or null."""
    limit = asking.whole(asked.query, "limit", 1, 500, 50 if name.startswith("listings") else 100) or 1
    query = f"{name}?{urlencode(sorted((k, v) for k, v in asked.query.items() if k not in ('cursor', 'limit')))}"
    cursor = asked.query.get("cursor", "")
    start = signing.read_cursor(cursor, query) if cursor else 0
    end = start + limit
    body = {"items": [shown(item) for item in items[start:end]], **more}
    body["next"] = signing.new_cursor(end, query) if end < len(items) else None
    return Answer(body, cacheable=cacheable, trigger=trigger)


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, packed = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(packed.encode(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeError):
        return None
    return client_id, secret
