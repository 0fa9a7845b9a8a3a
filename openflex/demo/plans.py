"""How many vehicles of what sort stand at each site of the demonstration."""

from dataclasses import dataclass

from vehicles.enums import Stage, StockStatus, VehicleKind

NEW, USED, DEMONSTRATOR = Stage.NEW, Stage.USED, Stage.DEMONSTRATOR
PRE_ENTRY, ARRIVED, FOR_SALE = StockStatus.PRE_ENTRY, StockStatus.ARRIVED, StockStatus.FOR_SALE
DELIVERY, OUT = StockStatus.DELIVERY, StockStatus.OUT


@dataclass(frozen=True)
class Plan:
    """`days` bounds the days since the entry, or until it for what is expected."""

    site: str
    stage: Stage
    status: StockStatus
    count: int
    days: tuple[int, int]
    is_archived: bool = False


# Where the pictures' vehicles stand, other used ones have been there longer: sorted by entry, with the filters
# of the picture, the first sixteen rows are the picture's.
AFTER_PICTURE = 121

PLANS = (
    Plan("chalon", USED, FOR_SALE, 7, (AFTER_PICTURE, 240)),
    Plan("chalon", USED, ARRIVED, 2, (AFTER_PICTURE, 150)),
    Plan("chalon", USED, OUT, 14, (60, 420)),
    Plan("chalon", USED, ARRIVED, 3, (150, 300), is_archived=True),
    Plan("chalon", NEW, PRE_ENTRY, 5, (2, 40)),
    Plan("chalon", NEW, ARRIVED, 3, (0, 12)),
    Plan("chalon", NEW, FOR_SALE, 14, (5, 110)),
    Plan("chalon", NEW, DELIVERY, 3, (10, 60)),
    Plan("chalon", DEMONSTRATOR, FOR_SALE, 6, (10, 100)),
    Plan("motos", USED, FOR_SALE, 13, (AFTER_PICTURE, 260)),
    Plan("motos", USED, ARRIVED, 2, (AFTER_PICTURE, 160)),
    Plan("motos", USED, OUT, 8, (60, 400)),
    Plan("motos", NEW, PRE_ENTRY, 3, (3, 30)),
    Plan("motos", NEW, FOR_SALE, 16, (5, 115)),
    Plan("motos", NEW, DELIVERY, 2, (10, 60)),
    Plan("motos", DEMONSTRATOR, FOR_SALE, 3, (20, 110)),
    Plan("macon", USED, PRE_ENTRY, 6, (1, 21)),
    Plan("macon", USED, ARRIVED, 12, (0, 25)),
    Plan("macon", USED, FOR_SALE, 42, (4, 175)),
    Plan("macon", USED, DELIVERY, 6, (12, 90)),
    Plan("macon", USED, OUT, 16, (40, 420)),
    Plan("macon", USED, FOR_SALE, 4, (160, 320), is_archived=True),
    Plan("macon", DEMONSTRATOR, FOR_SALE, 3, (20, 90)),
    Plan("tournus", USED, PRE_ENTRY, 3, (1, 15)),
    Plan("tournus", USED, ARRIVED, 6, (0, 20)),
    Plan("tournus", USED, FOR_SALE, 22, (4, 150)),
    Plan("tournus", USED, DELIVERY, 3, (15, 80)),
    Plan("tournus", USED, OUT, 10, (40, 380)),
    Plan("tournus", USED, FOR_SALE, 2, (180, 300), is_archived=True),
    Plan("tournus", NEW, FOR_SALE, 4, (10, 100)),
    Plan("quimper", USED, PRE_ENTRY, 3, (1, 15)),
    Plan("quimper", USED, ARRIVED, 6, (0, 20)),
    Plan("quimper", USED, FOR_SALE, 20, (4, 160)),
    Plan("quimper", USED, DELIVERY, 3, (15, 80)),
    Plan("quimper", USED, OUT, 8, (40, 380)),
    Plan("quimper", USED, FOR_SALE, 2, (180, 300), is_archived=True),
    Plan("quimper", NEW, FOR_SALE, 4, (10, 100)),
)

# Of a hundred vehicles of the site.
KINDS = {
    "chalon": {VehicleKind.CAR: 86, VehicleKind.LIGHT_COMMERCIAL: 14},
    "motos": {VehicleKind.MOTORCYCLE: 52, VehicleKind.SCOOTER: 36, VehicleKind.QUAD: 12},
    "macon": {VehicleKind.CAR: 82, VehicleKind.LIGHT_COMMERCIAL: 18},
    "tournus": {VehicleKind.CAR: 88, VehicleKind.LIGHT_COMMERCIAL: 12},
    "quimper": {
        VehicleKind.CAR: 68, VehicleKind.LIGHT_COMMERCIAL: 14, VehicleKind.MOTORCYCLE: 10, VehicleKind.SCOOTER: 6,
        VehicleKind.QUAD: 2,
    },
}  # fmt: skip
DEPARTMENTS = {
    "chalon": ("71", "71", "71", "21", "39"), "motos": ("71", "71", "71", "01", "39"),
    "macon": ("71", "71", "01", "69"), "tournus": ("71", "71", "71", "01"), "quimper": ("29", "29", "29", "56", "22"),
}  # fmt: skip
# Who works on the vehicles of a site: by their keys in `people`.
ACTORS = {
    "chalon": ("vo", "audrey"), "motos": ("vo", "audrey"), "macon": ("vo", "audrey", "manager"),
    "tournus": ("entite",), "quimper": ("autre",),
}  # fmt: skip
CUSTOMERS = (
    "Mme Claire FONTAINE", "M. Thierry GAUTHIER", "Mme Sandrine PETITJEAN", "M. Lucas MERCIER", "Mme Amandine ROCHE",
    "M. Olivier BRUNET", "Mme Nadia BENALI", "M. Hugo LACROIX", "Mme Françoise MICHAUD", "M. Patrick COLIN",
    "Mme Inès CARRÉ", "M. Jean-Marc PAGEAUT", "Mme Élodie BOUVIER", "M. Samir HADDAD", "Menuiserie Vion",
    "SARL Bourgogne Élagage", "Mme Marie-Laure PRUDHON", "M. Antoine DESCHAMPS",
)  # fmt: skip
