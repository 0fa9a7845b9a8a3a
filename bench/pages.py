"""Server time of every list, search, filter, sort, tab and page, beside a page that does nothing and a fixed piece of
work, in the same run."""

import re
from collections import defaultdict
from html import unescape
from urllib.parse import urlencode

from django.urls import reverse

from bench.data import admin, sign_in
from bench.door import Door, Visitor, open_door
from bench.figures import RUNS, Row, median_of_runs, p95
from bench.processor import Meter, fixed_work
from customers.models import Customer
from opportunities.models import Opportunity, TradeIn
from settings_admin.models import Entity, PointOfSale, User, UserGroup
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from vehicles.models import Vehicle

NOTHING = "a page that does nothing (/healthz)"
LIMIT_MS = 150.0
REQUESTS = 20  # of each page in a run: of fewer, p95 would be the slowest
LIST = "/vehicules/"
AUDIT = "/parametres/journal/"
DEEP = 25  # pages turned before the deep one is measured

SORTS = ("model", "mileage_km", "first_registration", "entered_on", "sale_price", "next_inspection_month",
         "stock_number", "purchase_price")  # fmt: skip
TABS = ("for_sale", "prepare", "inspection", "old", "category_l", "all")
FILTERS = (
    "status=for_sale", "stage=used", "destination=trade", "kind=motorcycle", "energy=diesel", "inspection=due",
    "inspection=unknown",
    "is_trade_in=True", "age=90%2B", "sale_price_min=8000&sale_price_max=12000",
    "mileage_km_min=10000&mileage_km_max=40000",
    "status=for_sale&energy=electric&sale_price_max=20000&sort=-sale_price",
)  # fmt: skip


def measure() -> list[Row]:
    with open_door() as door:
        return measure_at(door)


def measure_at(door: Door) -> list[Row]:
    """Pages take turns inside each run, so that a busy moment of the machine meets all of them."""
    visitor = Visitor(door, sign_in(admin()))
    pages = {NOTHING: "/healthz", **_pages(visitor)}
    for path in pages.values():
        for _ in range(3):
            visitor.get(path)
    meter, work = Meter(door), []
    runs: dict[str, list[list[float]]] = defaultdict(list)
    spent: dict[str, float] = defaultdict(float)
    for _ in range(RUNS):
        times: dict[str, list[float]] = defaultdict(list)
        for _ in range(REQUESTS):
            for name, path in pages.items():
                before = meter.read()
                times[name].append(visitor.get(path)[0])
                spent[name] += meter.read() - before
            work.append(fixed_work())
        for name, found in times.items():
            runs[name].append(found)
    return _rows(runs, {name: total / (RUNS * REQUESTS) for name, total in spent.items()}, work)


def _rows(runs: dict[str, list[list[float]]], spent: dict[str, float], work: list[float]) -> list[Row]:
    quickest, slow = min(work), p95(work)
    busy = f"p95 of {len(work)}, in turn with the pages; {slow / quickest:.1f} × the quickest ({quickest:.1f} ms)"
    rows = [Row("a fixed piece of work", slow, "ms", busy)]
    for name, measured in runs.items():
        how = f"p95 of {REQUESTS}, median of {RUNS} runs; processor {spent[name]:.0f} ms"
        figure = median_of_runs(measured)
        rows.append(
            Row(name, figure, "ms", how) if name == NOTHING else Row(name, figure, "ms", how, LIMIT_MS, "< 150 ms")
        )
    return rows


def _pages(visitor: Visitor) -> dict[str, str]:
    with unscoped("a vehicle to look at"):
        some = Vehicle.objects.filter(entity__holding=admin().holding_id).exclude(plate="").exclude(vin="")
        vehicle = some.order_by("-pk")[1000:1001].get()
    searches = {
        "a plate": vehicle.plate, "a VIN's end": vehicle.vin[-6:], "a whole VIN": vehicle.vin, "a model word": "clio",
        "two words": "peugeot 208", "three letters": "ren", "nothing found": "zzzqqq",
    }  # fmt: skip
    pages = {"vehicles list": LIST, "vehicles list, deep page": _deep(visitor, LIST)}
    pages |= {f"vehicles list by {name}, {way}": f"{LIST}?sort={sign}{name}"
              for name in SORTS for sign, way in (("", "up"), ("-", "down"))}  # fmt: skip
    pages |= {f"vehicles list, tab {name}": f"{LIST}?tab={name}" for name in TABS}
    pages |= {f"vehicles list, filter {name.replace('&', ', ')}": f"{LIST}?{name}" for name in FILTERS}
    pages |= {f"vehicles search, {name}": f"{LIST}?q={words.replace(' ', '+')}" for name, words in searches.items()}
    pages["vehicles search within sort"] = f"{LIST}?q=clio&sort=-sale_price"
    pages["vehicle sheet"] = f"{LIST}{vehicle.pk}/"
    pages |= _customers(visitor)
    pages |= _opportunities(visitor)
    pages["quotations list"] = "/cotations/"
    pages["quotations list, deep page"] = _deep(visitor, "/cotations/")
    return {**pages, **_own_pages(visitor), **_audit_pages(visitor), **_settings_pages(visitor)}


def _audit_pages(visitor: Visitor) -> dict[str, str]:
    person = User.objects.filter(holding=admin().holding_id).order_by("-pk")[0]
    pages = {"audit log": AUDIT, "audit log, deep page": _deep(visitor, AUDIT)}
    pages |= {f"audit log, tab {name}": f"{AUDIT}?tab={name}" for name in ("connexions", "droits", "organisation")}
    pages["audit log, filter act=echec"] = f"{AUDIT}?act=echec"
    pages["audit log, filter person"] = f"{AUDIT}?person={person.pk}"
    pages["audit log, search"] = f"{AUDIT}?q={person.last_name}"
    return pages


def _settings_pages(visitor: Visitor) -> dict[str, str]:
    """Groups, people and the sheets of entities."""
    root, holding_id = "/parametres/", admin().holding_id
    users = f"{root}utilisateurs/"
    person = User.objects.filter(holding=holding_id).order_by("-pk")[0]
    with unscoped("a group and sheets to look at"):
        group = UserGroup.objects.filter(holding=holding_id, built_in=BuiltInGroup.SALESPERSON).get()
        entity = Entity.objects.filter(holding=holding_id).order_by("pk")[0]
        site = PointOfSale.objects.filter(entity=entity).order_by("pk")[0]
    pages = {"users list": users, "users list, deep page": _deep(visitor, users)}
    pages |= {"users list, search": f"{users}?q={person.last_name}", "a person's page": f"{users}{person.pk}/"}
    pages |= {"groups": f"{root}groupes/", "a group's page": f"{root}groupes/{group.pk}/"}
    pages["organisation"] = reverse("organisation:list")
    pages["sheet of an entity"] = reverse("organisation:entity", args=[entity.pk])
    pages["sheet of a point of sale"] = reverse("organisation:site", args=[site.pk])
    return pages


def _customers(visitor: Visitor) -> dict[str, str]:
    path = "/clients/"
    with unscoped("a customer to look at"):
        of_holding = Customer.objects.filter(entity__holding=admin().holding_id)
        some = of_holding.filter(kind="person").exclude(email="").exclude(supplied_vehicles=None)
        customer = some.order_by("-pk")[100:101].get()
    searches = {
        "a name": customer.names.last_name, "name and first name": f"{customer.names.last_name} {customer.first_names}",
        "a telephone": f"0{customer.mobile[3:]}", "an e-mail": customer.email, "nobody": "zzzqqq",
    }  # fmt: skip
    pages = {"customers list": path, "customers list, deep page": _deep(visitor, path)}
    pages |= {f"customers list by {name}": f"{path}?sort={name}" for name in ("name", "place", "created_at")}
    pages |= {
        f"customers list, filter {name}": f"{path}?{name}"
        for name in ("city=chalon", "email=without", "kind=company", "consent=email", "tab=erased_soon")
    }
    pages |= {f"customers search, {name}": f"{path}?{urlencode({'q': words})}" for name, words in searches.items()}
    pages |= {f"vehicles search by customer, {name}": f"{LIST}?{urlencode({'q': words})}"
              for name, words in searches.items() if name != "nobody"}  # fmt: skip
    pages |= {f"search everywhere, {name}": f"/recherche/?{urlencode({'q': words})}"
              for name, words in {**searches, "a make": "renault", "a model word": "clio"}.items()}  # fmt: skip
    pages["customer's page"] = f"{path}{customer.pk}/"
    pages["customers, picker"] = (
        f"{path}choisir/?{urlencode({'field': 'customer', 'entity': customer.entity_id, 'customer_words': 'mart'})}"
    )
    return pages


def _opportunities(visitor: Visitor) -> dict[str, str]:
    path = "/opportunites/"
    with unscoped("an opportunity to look at"):
        of_holding = Opportunity.objects.filter(entity__holding=admin().holding_id).exclude(offers=None)
        some = of_holding.exclude(vehicle=None).select_related("customer")
        row = some.order_by("-pk")[100:101].get()
        vehicle = Vehicle.objects.filter(pk=str(row.vehicle_id)).get()
        offer = row.offers.all()[0]
    searches = {
        "a name": row.customer.display_name, "a plate": vehicle.plate, "a VIN's end": vehicle.vin[-6:],
        "its number": str(row.number), "an offer's number": str(offer.number), "nothing found": "zzzqqq",
    }  # fmt: skip
    every = f"{path}?tab=all"
    pages = {"opportunities list": every, "opportunities list, deep page": _deep(visitor, every)}
    pages |= {f"opportunities list, tab {name}": f"{path}?tab={name}" for name in ("team", "open", "overdue")}
    pages |= {
        f"opportunities list, by {name}": f"{every}&sort={name}" for name in ("number", "next_action_on", "stars")
    }
    pages |= {f"opportunities list, filter {name}": f"{every}&{name}" for name in ("status=lost", "source=phone")}
    pages |= {
        f"opportunities search, {name}": f"{every}&{urlencode({'q': words})}"
        for name, words in searches.items()
        if words
    }
    own = {
        "as it opens, mine": path,
        "mine, search, a name": f"{path}?{urlencode({'q': row.customer.display_name})}",
        "mine, search, nothing found": f"{path}?q=zzzqqq",
        "cards": f"{every}&affichage=cartes",
    }
    pages |= {f"opportunities list, {name}": address for name, address in own.items()}
    pages |= {"an opportunity's page": f"{path}{row.pk}/", "the team's week": f"{path}agenda/"}
    return {**pages, **_estimates(f"{path}estimations-a-valider/"), "an offer": f"{path}offres/{offer.pk}/"}


def _estimates(path: str) -> dict[str, str]:
    with unscoped("an estimate to look at"):
        row = TradeIn.objects.to_approve().filter(entity__holding=admin().holding_id).order_by("pk")[0]
    pages = {"Estimations à valider": path, "Estimations à valider, by adjusted value": f"{path}?sort=adjusted_value"}
    pages["Estimations à valider, search"] = f"{path}?q=clio"
    pages["an estimate"] = reverse("opportunities:trade_in", args=[row.pk])
    return pages


def _own_pages(visitor: Visitor) -> dict[str, str]:
    """The reader's day, and what they are told."""
    path = "/notifications/"
    return {
        "Accueil": "/accueil/",
        "notifications": path,
        "notifications, deep page": _deep(visitor, path),
        "notifications, the bell": f"{path}dernieres/",
        "notifications, preferences": f"{path}preferences/",
    }


def _deep(visitor: Visitor, path: str) -> str:
    at = path
    for _ in range(DEEP):
        _, body = visitor.get(at)
        following = re.search(r'href="(\?[^"]*)"[^>]*rel="next"', body.decode())
        if following is None:
            return at
        at = path + unescape(following[1])
    return at
