"""Two holdings, three entities, five points of sale, two merchant companies."""

from dataclasses import dataclass
from decimal import Decimal

from openflex.demo.world import World
from settings_admin.access.services.holdings import create_holding
from settings_admin.models import Entity, Merchant, PointOfSale
from vehicles.enums import CATEGORY_L_KINDS, VehicleKind

_FOUR_WHEELS = (VehicleKind.CAR.value, VehicleKind.LIGHT_COMMERCIAL.value)
_CATEGORY_L = tuple(sorted(kind.value for kind in CATEGORY_L_KINDS))


@dataclass(frozen=True)
class Site:
    entity: str
    name: str
    street: str
    postcode: str
    city: str
    latitude: str
    longitude: str
    brands: tuple[str, ...]
    kinds: tuple[str, ...]


HOLDINGS = {"saone": "Groupe Saône Mobilités", "armor": "Groupe Armor"}
# Holding, name, SIREN, VAT number. A person of several entities starts in the first by name, as the database sorts:
# capitals come before small letters there and accented ones after, hence "Éts" behind the entity of the pictures.
ENTITIES = {
    "main": ("saone", "bee2link PP Vincent S.", "552100554", "FR96552100554"),
    "second": ("saone", "Éts Saône Automobiles", "443061841", "FR64443061841"),
    "armor": ("armor", "Armor Automobiles", "512403932", "FR40512403932"),
}
SITES = {
    "chalon": Site(
        "main", "Point de vente 1", "12 avenue de Paris", "71100", "Chalon-sur-Saône", "46.797600", "4.836200",
        ("PEUGEOT", "CITROEN", "OPEL"), _FOUR_WHEELS,
    ),
    "motos": Site(
        "main", "Motos – Point de vente 1", "14 avenue de Paris", "71100", "Chalon-sur-Saône", "46.797900", "4.836900",
        ("YAMAHA", "HONDA", "KAWASAKI"), _CATEGORY_L,
    ),
    "macon": Site(
        "main", "Point de vente 2", "8 rue de Lyon", "71000", "Mâcon", "46.299000", "4.823300",
        ("RENAULT", "DACIA"), _FOUR_WHEELS,
    ),
    "tournus": Site(
        "second", "Tournus", "3 avenue du Clos Mouron", "71700", "Tournus", "46.567200", "4.904600",
        ("VOLKSWAGEN", "AUDI", "SEAT"), _FOUR_WHEELS,
    ),
    "quimper": Site(
        "armor", "Quimper", "25 route de Bénodet", "29000", "Quimper", "47.977300", "-4.094900",
        ("TOYOTA", "SUZUKI"), (*_FOUR_WHEELS, *_CATEGORY_L),
    ),
}  # fmt: skip
# Name, SIREN, postcode, town.
MERCHANTS = {
    "cordeliers": ("Garage des Cordeliers", "389058447", "69400", "Villefranche-sur-Saône"),
    "jura": ("Jura Occasions", "402155089", "39000", "Lons-le-Saunier"),
}


def seed(world: World) -> None:
    for key, name in HOLDINGS.items():
        world.holdings[key] = create_holding(name=name)
    for key, (holding, name, siren, vat_number) in ENTITIES.items():
        world.entities[key] = Entity.objects.create(
            holding=world.holdings[holding], name=name, siren=siren, vat_number=vat_number
        )
    for key, site in SITES.items():
        world.sites[key] = PointOfSale.objects.create(
            entity=world.entities[site.entity],
            name=site.name,
            street=site.street,
            postcode=site.postcode,
            city=site.city,
            latitude=Decimal(site.latitude),
            longitude=Decimal(site.longitude),
            brands=list(site.brands),
            vehicle_kinds=list(site.kinds),
        )
    for key, (name, siren, postcode, city) in MERCHANTS.items():
        world.merchants[key] = Merchant.objects.create(name=name, siren=siren, postcode=postcode, city=city)
