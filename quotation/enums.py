"""The words of quotations."""

from datetime import timedelta
from typing import Final

from django.db.models import TextChoices

# How long the same question of the same entity is answered from what the provider said.
KEPT_FOR: Final = timedelta(hours=24)


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
    # The sheet of a vehicle in stock says no more than « plaque étrangère ».
    OTHER = "other", "Autre pays"


class QuotationState(TextChoices):
    DRAFT = "draft", "Brouillon"
    VALUED = "valued", "Cotée"
    NO_MARKET = "no_market", "Marché insuffisant"


class AnswerKind(TextChoices):
    """What is kept of the provider's answers; plates and values are paid for."""

    PLATE = "plate", "Immatriculation"
    VALUATION = "valuation", "Valeur de marché"
    ON_SALE = "on_sale", "Marché en vente"
    SOLD = "sold", "Marché vendu"
    EQUIPMENT = "equipment", "Équipements"
    COLOURS = "colours", "Couleurs"


PAID_ANSWERS = frozenset({AnswerKind.PLATE, AnswerKind.VALUATION})


# The outcome of a call in the ledger until its answer is there, and for ever if its process died.
SENT: Final = "sent"


class CallName(TextChoices):
    """The calls of the ledger, by the names that the provider client gives them."""

    PLATE = "plate", "Immatriculation"
    VALUATION = "valuation", "Valeur de marché"
    LISTINGS = "listings", "Annonces"
    MARKET = "market", "Étude du marché"
    EQUIPMENT = "equipment", "Équipements"
    COLOURS = "colours", "Couleurs"
    MAKES = "makes", "Marques"
    MODELS = "models", "Modèles"
    VERSIONS = "versions", "Versions"
    ACCESS = "access", "Test de la connexion"
