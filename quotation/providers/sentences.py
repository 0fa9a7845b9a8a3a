"""What a failure says to the person in front of the page: which call failed, what happened, what can be done.

One table, by the code of the failure; where a call makes it mean something else, by code and what is asked about.
`{name}` is the provider's display name, which no preposition may elide: never « de {name} ». That what was typed is
kept is said by the page that kept it.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

# Call → how a sentence names it.
CALLS: Final[Mapping[str, str]] = {
    "token": "L’identification chez {name}",
    "access": "Le test de la connexion",
    "plate": "La recherche par plaque",
    "makes": "Le chargement des marques",
    "models": "Le chargement des modèles",
    "versions": "Le chargement des versions",
    "equipment": "Le chargement des équipements",
    "colours": "Le chargement des couleurs",
    "valuation": "Le calcul de la cote",
    "listings": "Le chargement des annonces",
    "market": "L’étude du marché",
}
# Call → what it asks about, where that changes the sentence.
_ABOUT: Final[Mapping[str, str]] = {
    "token": "access",
    "access": "access",
    "plate": "plate",
    "makes": "list",
    "models": "list",
    "versions": "list",
    "equipment": "version",
    "colours": "version",
    "valuation": "value",
    "listings": "market",
    "market": "market",
}


class Said(NamedTuple):
    """`what` happened, without its full stop; what to `do`, as sentences."""

    what: str
    do: str


_SOON: Final = "Réessayez dans un instant."
_LATER: Final = "Réessayez dans quelques minutes."
_SOON_OR_TELL: Final = "Réessayez dans un instant\u00a0; si cela dure, prévenez un administrateur."
_NOT_KEPT: Final = f"Rien n’en a été gardé. {_SOON_OR_TELL}"
_NO_USE: Final = "réessayer n’y changera rien."
_BY_HAND: Final = "choisissez le véhicule par sa marque et son modèle."
_OTHER_VERSION: Final = "Choisissez-en une autre."
_REDO: Final = "Actualisez-la pour la refaire avec le marché d’aujourd’hui."

_SAID: Final[Mapping[str, Said]] = {
    "timeout": Said("{name} n’a pas répondu à temps", _SOON),
    "too_slow": Said("{name} répond trop lentement, et la réponse n’est pas arrivée en entier", _LATER),
    "unreachable": Said("{name} est injoignable", _SOON_OR_TELL),
    "hung_up": Said("{name} a coupé la connexion sans répondre", _SOON_OR_TELL),
    "cut_off": Said("la connexion s’est coupée pendant la réponse", _SOON_OR_TELL),
    "server_error": Said("{name} est en panne (erreur {status})", _LATER),
    "unavailable": Said("{name} est momentanément indisponible (erreur {status})", _LATER),
    "rate_limited": Said("{name} reçoit trop de demandes en ce moment", "Réessayez {when}."),
    "quota_exceeded": Said("le quota d’appels chez {name} est épuisé", "Ce sera de nouveau possible {when}."),
    "bad_credentials": Said(
        "{name} refuse les identifiants de l’application", f"Un administrateur doit les vérifier\u00a0: {_NO_USE}"
    ),
    "access_refused": Said(
        "{name} ne reconnaît pas cette demande d’accès",
        f"Un administrateur doit vérifier les identifiants\u00a0: {_NO_USE}",
    ),
    "forbidden": Said(
        "l’abonnement à {name} ne comprend pas ce service", f"Un administrateur doit le vérifier\u00a0: {_NO_USE}"
    ),
    "not_found": Said(
        "{name} ne connaît pas cette adresse", f"Un administrateur doit vérifier celle du fournisseur\u00a0: {_NO_USE}"
    ),
    "gone": Said("{name} ne propose plus cette liste", f"Prévenez un administrateur\u00a0: {_NO_USE}"),
    "request_refused": Said("{name} refuse ces critères", "Changez le genre, la marque ou l’année, puis recommencez."),
    "malformed_answer": Said("{name} a envoyé une réponse illisible", _NOT_KEPT),
    "truncated_answer": Said("{name} a envoyé une réponse tronquée", _NOT_KEPT),
    "empty_answer": Said("{name} a envoyé une réponse vide", _SOON_OR_TELL),
    "web_page": Said("{name} a envoyé une page web à la place de la réponse, peut-être pour une maintenance", _LATER),
    "inconsistent_answer": Said("{name} a envoyé des données qui se contredisent", _NOT_KEPT),
    "incomplete_answer": Said("{name} a envoyé une réponse à laquelle il manque des données", _NOT_KEPT),
    "wrong_total": Said("les montants reçus ne font pas le total annoncé", _NOT_KEPT),
    "error_in_answer": Said("{name} signale une erreur de son côté", _LATER),
}
_SAID_OF: Final[Mapping[tuple[str, str], Said]] = {
    ("forbidden", "access"): Said(
        "{name} n’ouvre pas l’accès à ces identifiants",
        f"Un administrateur doit vérifier l’abonnement\u00a0: {_NO_USE}",
    ),
    ("not_found", "plate"): Said("{name} ne trouve rien pour cette plaque", f"Vérifiez-la, ou {_BY_HAND}"),
    ("not_found", "version"): Said("{name} ne trouve pas cette version", _OTHER_VERSION),
    ("not_found", "value"): Said(
        "{name} ne trouve pas cette version", "Choisissez de nouveau le véhicule et sa version."
    ),
    ("not_found", "market"): Said("{name} ne trouve pas cette cotation", _REDO),
    ("gone", "access"): Said("cet accès à {name} est fermé", f"Prévenez un administrateur\u00a0: {_NO_USE}"),
    ("gone", "plate"): Said("{name} ne renseigne plus cette plaque", f"À défaut, {_BY_HAND}"),
    ("gone", "version"): Said("cette version n’est plus au catalogue", _OTHER_VERSION),
    ("gone", "value"): Said("cette version n’est plus cotée par {name}", _OTHER_VERSION),
    ("gone", "market"): Said("cette cotation n’est plus disponible chez {name}", _REDO),
    ("request_refused", "version"): Said("{name} ne lit pas le code de cette version", _OTHER_VERSION),
    ("request_refused", "value"): Said(
        "{name} refuse cette demande", "Vérifiez la version, la date MEC et le kilométrage, puis recommencez."
    ),
    ("request_refused", "market"): Said("{name} refuse cette recherche", "Actualisez la cotation, puis recommencez."),
    ("wrong_total", "market"): Said("{name} a envoyé des prix qui ne font pas leur total ou leur moyenne", _NOT_KEPT),
}
# Said by themselves: beside the field they are about, or of no call.
_ALONE: Final[Mapping[str, str]] = {
    "plate_not_found": f"{{name}} ne connaît pas cette immatriculation. Vérifiez-la, ou {_BY_HAND}",
    "plate_malformed": "{name} ne peut pas lire cette immatriculation. Écrivez-la par exemple GD-642-JM ou 1234 AB 71.",
    "suspended": "{name} ne répond plus{since}\u00a0: les appels sont suspendus et reprennent d’eux-mêmes {again}.",
    "not_configured": (
        "L’adresse du fournisseur de cotations n’est pas renseignée\u00a0: un administrateur doit le faire."
    ),
    "no_credentials": (
        "Les identifiants chez {name} manquent, ou ne peuvent plus être lus. Un administrateur doit les saisir dans "
        "Paramètres, Fournisseur de cotes."
    ),
}


def sentence(code: str, call: str, *, name: str, **details: object) -> str:
    """For the person: « Le calcul de la cote n’a pas abouti : Autovista n’a pas répondu à temps. Réessayez… »."""
    if code in _ALONE:
        return _ALONE[code].format(name=name, **details)
    what, do = _SAID_OF.get((code, _ABOUT.get(call, "")), _SAID[code])
    lead = f"{CALLS[call]} n’a pas abouti\u00a0: {what}" if call in CALLS else f"{what[0].upper()}{what[1:]}"
    return f"{lead}. {do}".format(name=name, **details)
