"""The words of vehicles: codes and French labels, which status may follow which, and how they look."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from django.db.models import TextChoices


class VehicleKind(TextChoices):
    CAR = "car", "Voiture"
    LIGHT_COMMERCIAL = "light_commercial", "Utilitaire léger"
    MOTORCYCLE = "motorcycle", "Moto"
    SCOOTER = "scooter", "Scooter"
    QUAD = "quad", "Quad"


# Category L of the code de la route (R. 311-1): its own inspection rules and taxes.
CATEGORY_L_KINDS: Final = frozenset({VehicleKind.MOTORCYCLE, VehicleKind.SCOOTER, VehicleKind.QUAD})


def kind_refusal(kind: str, *, sold: Collection[str], place: str) -> str:
    """Why a kind cannot stand at a site that sells these kinds (none named: all); empty when it can."""
    if not sold or kind in sold:
        return ""
    return f"{place} ne vend pas de véhicule de genre «\u00a0{VehicleKind(kind).label.lower()}\u00a0»."


class Stage(TextChoices):
    NEW = "new", "VN"
    USED = "used", "VO"
    DEMONSTRATOR = "demonstrator", "VD"


class Destination(TextChoices):
    PRIVATE = "private", "Particulier"
    TRADE = "trade", "Professionnel"
    SCRAP = "scrap", "Casse"


def type_label(stage: str, destination: str) -> str:
    """*Type de véhicule*, from the two codes: "VO - Particulier"; the stage alone without a destination."""
    stage_label = str(Stage(stage).label)
    return f"{stage_label} - {Destination(destination).label}" if destination else stage_label


class Energy(TextChoices):
    PETROL = "petrol", "Essence"
    DIESEL = "diesel", "Diesel"
    ELECTRIC = "electric", "Électrique"
    HYBRID = "hybrid", "Hybride"
    PLUGIN_HYBRID = "plugin_hybrid", "Hybride rechargeable"
    DIESEL_HYBRID = "diesel_hybrid", "Hybride diesel"
    DIESEL_PLUGIN_HYBRID = "diesel_plugin_hybrid", "Hybride diesel rechargeable"
    LPG = "lpg", "GPL"
    CNG = "cng", "GNV"
    SUPERETHANOL = "superethanol", "Superéthanol E85"
    HYDROGEN = "hydrogen", "Hydrogène"
    OTHER = "other", "Autre"


# As the words stand in a French list, whose accents do not count.
ENERGIES_BY_LABEL: Final = tuple(sorted(Energy, key=lambda energy: energy.label.lower().replace("é", "e")))

# What comes out of no exhaust: no check of emissions.
WITHOUT_EMISSIONS: Final = frozenset({Energy.ELECTRIC, Energy.HYDROGEN})

# Field P.3 of the registration certificate (french-rules.md §7). Read only: several codes give one energy,
# so P.3 is never to be printed from it.
ENERGY_OF_P3: Final[Mapping[str, Energy]] = {
    "ES": Energy.PETROL,
    "GO": Energy.DIESEL,
    "EL": Energy.ELECTRIC,
    "EH": Energy.HYBRID,
    "EE": Energy.PLUGIN_HYBRID,
    "GH": Energy.DIESEL_HYBRID,
    "GL": Energy.DIESEL_PLUGIN_HYBRID,
    "FE": Energy.SUPERETHANOL,
    "EG": Energy.LPG,
    "GP": Energy.LPG,
    "EN": Energy.CNG,
    "GN": Energy.CNG,
    "H2": Energy.HYDROGEN,
}


class Gearbox(TextChoices):
    MANUAL = "manual", "Manuelle"
    AUTOMATIC = "automatic", "Automatique"


class Origin(TextChoices):
    """*Origine VO*: what the vehicle was before it came."""

    PRIVATE = "private", "Particulier"
    PROFESSIONAL = "professional", "Professionnel"
    COMPANY = "company", "Société"
    RENTAL = "rental", "Location"
    DEMONSTRATOR = "demonstrator", "Véhicule de démonstration"
    MANAGEMENT = "management", "Véhicule de direction"
    ADMINISTRATION = "administration", "Administration"
    DRIVING_SCHOOL = "driving_school", "Auto-école"
    TAXI = "taxi", "Taxi ou VTC"
    OTHER = "other", "Autre"


class VatRegime(TextChoices):
    RECOVERABLE = "recoverable", "TVA récupérable"
    MARGIN = "margin", "TVA sur marge"
    OUTSIDE = "outside", "Hors TVA"
    NOT_SET = "not_set", "Non renseigné"


def recoverable_vat_answer(regime: str) -> str:
    """What stands after *TVA récupérable :* — "Oui", "Non" with the regime that applies then, or "Non renseigné"."""
    return _RECOVERABLE_VAT[VatRegime(regime)]


_RECOVERABLE_VAT: Final[Mapping[VatRegime, str]] = {
    VatRegime.RECOVERABLE: "Oui",
    VatRegime.MARGIN: "Non (TVA sur la marge)",
    VatRegime.OUTSIDE: "Non (hors TVA)",
    VatRegime.NOT_SET: VatRegime.NOT_SET.label,
}


class InspectionResult(TextChoices):
    FAVOURABLE = "favourable", "Favorable"
    RETEST = "retest", "Contre-visite"
    CRITICAL = "critical", "Critique"


class InspectionState(TextChoices):
    UP_TO_DATE = "up_to_date", "À jour"
    DUE = "due", "À prévoir"
    OVERDUE = "overdue", "Dépassé"
    MISSING = "missing", "Manquant"
    NOT_REQUIRED = "not_required", "Non exigé"
    UNKNOWN = "unknown", "Date MEC inconnue"


class PlateFormat(TextChoices):
    SIV = "siv", "SIV (AA-123-AA)"
    FNI = "fni", "FNI (1234 AB 56)"
    MOPED = "moped", "Cyclomoteur"
    WW = "ww", "Provisoire WW"
    W_GARAGE = "w_garage", "W garage"
    FOREIGN = "foreign", "Étrangère"


class PlateCountry(TextChoices):
    """Where a vehicle is registered when it is not in France, by the letters that stand on its plate."""

    GERMANY = "D", "Allemagne"
    ANDORRA = "AND", "Andorre"
    AUSTRIA = "A", "Autriche"
    BELGIUM = "B", "Belgique"
    BULGARIA = "BG", "Bulgarie"
    CROATIA = "HR", "Croatie"
    DENMARK = "DK", "Danemark"
    SPAIN = "E", "Espagne"
    ESTONIA = "EST", "Estonie"
    FINLAND = "FIN", "Finlande"
    GREECE = "GR", "Grèce"
    HUNGARY = "H", "Hongrie"
    IRELAND = "IRL", "Irlande"
    ITALY = "I", "Italie"
    LATVIA = "LV", "Lettonie"
    LITHUANIA = "LT", "Lituanie"
    LUXEMBOURG = "L", "Luxembourg"
    MONACO = "MC", "Monaco"
    NORWAY = "N", "Norvège"
    NETHERLANDS = "NL", "Pays-Bas"
    POLAND = "PL", "Pologne"
    PORTUGAL = "P", "Portugal"
    ROMANIA = "RO", "Roumanie"
    UNITED_KINGDOM = "UK", "Royaume-Uni"
    SLOVAKIA = "SK", "Slovaquie"
    SLOVENIA = "SLO", "Slovénie"
    SWEDEN = "S", "Suède"
    SWITZERLAND = "CH", "Suisse"
    CZECHIA = "CZ", "Tchéquie"
    OTHER = "other", "Autre pays"


class PaymentMode(TextChoices):
    """*Mode de règlement* of a purchase, a column of the livre de police (french-rules.md §10)."""

    TRANSFER = "transfer", "Virement"
    CHEQUE = "cheque", "Chèque"
    BANK_CHEQUE = "bank_cheque", "Chèque de banque"
    CARD = "card", "Carte bancaire"
    CASH = "cash", "Espèces"
    EXCHANGE = "exchange", "Échange (reprise)"
    OTHER = "other", "Autre"


# Of the cost price, a year of money tied up in stock: interest, the place, the insurance. Until an entity decides
# another (`VehicleSettings`).
HOLDING_PERCENT: Final = Decimal(6)

# --- Preparation -----------------------------------------------------------------------------------------

# Until an entity writes its own (`VehicleSettings`).
USUAL_OF_CARS: Final = (
    "Lavage et nettoyage intérieur",
    "Révision mécanique",
    "Pneus et freins",
    "Carrosserie et jantes",
    "Contrôle technique",
    "Essai routier",
    "Photos",
)
USUAL_OF_MOTORCYCLES: Final = (
    "Lavage",
    "Révision mécanique",
    "Pneus, freins et transmission",
    "Carénages et selle",
    "Contrôle technique",
    "Essai routier",
    "Photos",
)
PREPARATION: Final[Mapping[str, tuple[str, ...]]] = {
    kind: USUAL_OF_MOTORCYCLES if kind in CATEGORY_L_KINDS else USUAL_OF_CARS for kind in VehicleKind
}
MOST_PREPARATION_LINES: Final = 40
PREPARATION_LINE_LENGTH: Final = 80


# --- Stock -----------------------------------------------------------------------------------------------


class StockStatus(TextChoices):
    PRE_ENTRY = "pre_entry", "Pré-rentrée"
    ARRIVED = "arrived", "Entrée physique"
    FOR_SALE = "for_sale", "Stock de vente"
    DELIVERY = "delivery", "Livraison"
    OUT = "out", "Sorti"


# From each status, where a vehicle may go, forward first. Three moves go back: off sale again, and out of
# delivery when the sale falls through. Two do not exist: back to pre-entry (the entry stands in the livre de
# police) and back from out (a vehicle that returns is a new stay).
TRANSITIONS: Final[Mapping[StockStatus, tuple[StockStatus, ...]]] = {
    StockStatus.PRE_ENTRY: (StockStatus.ARRIVED, StockStatus.OUT),
    # Straight to delivery: built or bought for a customer, or awarded by auction before it was on sale.
    StockStatus.ARRIVED: (StockStatus.FOR_SALE, StockStatus.DELIVERY, StockStatus.OUT),
    StockStatus.FOR_SALE: (StockStatus.DELIVERY, StockStatus.OUT, StockStatus.ARRIVED),
    StockStatus.DELIVERY: (StockStatus.OUT, StockStatus.FOR_SALE, StockStatus.ARRIVED),
    StockStatus.OUT: (),
}
BACKWARD_MOVES: Final = frozenset(
    {
        (StockStatus.FOR_SALE, StockStatus.ARRIVED),
        (StockStatus.DELIVERY, StockStatus.FOR_SALE),
        (StockStatus.DELIVERY, StockStatus.ARRIVED),
    }
)
IN_STOCK: Final = frozenset({StockStatus.ARRIVED, StockStatus.FOR_SALE, StockStatus.DELIVERY})


def move_refusal(current: str, target: str) -> str:
    """Why the table forbids this move, as a French sentence; empty when it allows it.

    Only the table speaks here: holds and rights are asked by the service.
    """
    before, after = StockStatus(current), StockStatus(target)
    if after in TRANSITIONS[before]:
        return ""
    if before == after:
        return f"Le véhicule est déjà au statut «\u00a0{before.label}\u00a0»."
    if before == StockStatus.OUT:
        return "Ce véhicule est sorti\u00a0: s’il revient, créez une nouvelle entrée."
    if after == StockStatus.PRE_ENTRY:
        return "Ce véhicule est déjà entré\u00a0: il ne peut pas revenir en pré-rentrée."
    return f"Le passage direct de «\u00a0{before.label}\u00a0» à «\u00a0{after.label}\u00a0» n’est pas possible."


class ExitReason(TextChoices):
    """How a vehicle leaves the stock of its entity."""

    PRIVATE_SALE = "private_sale", "Vente à un particulier"
    TRADE_SALE = "trade_sale", "Vente à un professionnel"
    AUCTION = "auction", "Vente aux enchères"
    TRANSFER = "transfer", "Cession à une entité du groupe"
    SUPPLIER_RETURN = "supplier_return", "Retour au fournisseur"
    SCRAP = "scrap", "Destruction"
    WRITE_OFF = "write_off", "Sinistre"
    THEFT = "theft", "Vol"
    WITHDRAWN = "withdrawn", "Entrée annulée"
    OTHER = "other", "Autre"


_SALES: Final = frozenset({ExitReason.PRIVATE_SALE, ExitReason.TRADE_SALE, ExitReason.AUCTION})
_NEVER_ARRIVED: Final = frozenset({ExitReason.WITHDRAWN})
_WITHOUT_SALE: Final = frozenset(ExitReason) - _SALES - _NEVER_ARRIVED
# A sale leaves through delivery, where the hold of its order or auction is asked for; what never arrived
# can only be withdrawn (it has no row in the livre de police).
EXIT_REASONS: Final[Mapping[StockStatus, frozenset[ExitReason]]] = {
    StockStatus.PRE_ENTRY: _NEVER_ARRIVED,
    StockStatus.ARRIVED: _WITHOUT_SALE,
    StockStatus.FOR_SALE: _WITHOUT_SALE,
    StockStatus.DELIVERY: _SALES | _WITHOUT_SALE,
    StockStatus.OUT: frozenset(),
}


class HoldKind(TextChoices):
    AUCTION = "auction", "Enchère"
    ORDER = "order", "Bon de commande"
    RESERVATION = "reservation", "Réservation"


# A sale takes away what is held for it and nothing else.
SALE_HOLDS: Final[Mapping[ExitReason, HoldKind]] = {
    ExitReason.PRIVATE_SALE: HoldKind.ORDER,
    ExitReason.TRADE_SALE: HoldKind.ORDER,
    ExitReason.AUCTION: HoldKind.AUCTION,
}
# How a sentence names the document that holds a vehicle: one that is called by its name, one of which only the buyer is
# known.
HOLD_ARTICLES: Final[Mapping[HoldKind, tuple[str, str]]] = {
    HoldKind.ORDER: ("le", "un bon de commande"),
    HoldKind.AUCTION: ("l’", "une enchère"),
}
RESERVATION_DURATION: Final = timedelta(hours=48)


# --- Look (design §3) ------------------------------------------------------------------------------------

BadgeFamily = Literal["ok", "info", "warn", "bad", "mute", "outline"]


class Badge(NamedTuple):
    """Colour family and Tabler icon that always go with the word of a status."""

    family: BadgeFamily
    icon: str


STATUS_BADGES: Final[Mapping[StockStatus, Badge]] = {
    StockStatus.PRE_ENTRY: Badge("mute", "circle-dashed"),
    StockStatus.ARRIVED: Badge("info", "building-warehouse"),
    StockStatus.FOR_SALE: Badge("ok", "tag"),
    StockStatus.DELIVERY: Badge("info", "truck-delivery"),
    StockStatus.OUT: Badge("mute", "circle-check"),
}
HOLD_BADGE: Final = Badge("info", "bookmark")
PREPARATION_BADGE: Final = Badge("warn", "tool")
ARCHIVED_BADGE: Final = Badge("outline", "archive")
# The design names three; a missing inspection looks as late as an overdue one, a needless one says nothing.
INSPECTION_BADGES: Final[Mapping[InspectionState, Badge]] = {
    InspectionState.UP_TO_DATE: Badge("ok", "circle-check"),
    InspectionState.DUE: Badge("warn", "calendar-exclamation"),
    InspectionState.OVERDUE: Badge("bad", "alert-triangle"),
    InspectionState.MISSING: Badge("bad", "alert-triangle"),
    InspectionState.NOT_REQUIRED: Badge("mute", "circle-check"),
    InspectionState.UNKNOWN: Badge("mute", "help"),
}


class DamageZone(TextChoices):
    """Where on the vehicle a defect is."""

    FRONT = "front", "Avant"
    REAR = "rear", "Arrière"
    LEFT = "left", "Côté gauche"
    RIGHT = "right", "Côté droit"
    ROOF = "roof", "Toit"
    GLASS = "glass", "Vitrage et optiques"
    WHEELS = "wheels", "Roues et pneus"
    INTERIOR = "interior", "Intérieur"
    MECHANICS = "mechanics", "Mécanique"
    OTHER = "other", "Autre"


class CostKind(TextChoices):
    """What *frais de remise en état* are spent on."""

    BODYWORK = "bodywork", "Carrosserie"
    MECHANICS = "mechanics", "Mécanique"
    TYRES = "tyres", "Pneumatiques"
    GLASS = "glass", "Vitrage"
    UPHOLSTERY = "upholstery", "Sellerie"
    CLEANING = "cleaning", "Préparation esthétique"
    INSPECTION = "inspection", "Contrôle technique"
    OTHER = "other", "Autre"
