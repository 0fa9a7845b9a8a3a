"""The words of quotations."""

from datetime import timedelta
from typing import Final

from django.db.models import TextChoices

# How long the same question of the same entity is answered from what the provider said.
KEPT_FOR: Final = timedelta(hours=24)


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
