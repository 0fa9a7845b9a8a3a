"""Every way in which the provider can fail, each with its own code, French sentence and what can be done.

`{name}` in a sentence is the provider's display name. Sentences do not speak of the draft: the page that kept it does.
"""

import math
from datetime import datetime
from typing import ClassVar

from openflex.core.dates import in_paris
from openflex.core.errors import Refused
from openflex.core.french import NBSP, counted, format_time, long_day


class ProviderFailure(Refused):
    """The provider gave nothing that can be shown.

    `retryable` tells whether asking the same again can succeed; `request_id` finds the call in both logs; `detail`
    is for technicians and never shown; `status` is the HTTP status if one came; `since` and `retry_at` (aware
    datetimes) say since when calls are suspended and when they start again; `retry_after` is how many seconds the
    provider asked to wait, None when it did not say.
    """

    code = "provider_failure"
    title: ClassVar[str] = "{name} ne répond pas"
    sentence: ClassVar[str] = ""
    retryable: ClassVar[bool] = True
    # Asked again at once, within the deadline (valuation-api.md: connection errors, 502, 503, 504).
    is_passing: bool = False
    # Brings the circuit breaker nearer to opening: the provider is down, not merely saying no.
    is_outage: ClassVar[bool] = False
    field: str | None = None

    def __init__(
        self,
        name: str,
        *,
        request_id: str = "",
        detail: str = "",
        status: int | None = None,
        since: datetime | None = None,
        retry_at: datetime | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.name = name
        self.request_id = request_id
        self.detail = detail
        self.status = status
        self.since = since
        self.retry_at = retry_at
        self.retry_after = retry_after
        self.heading = self.title.format(name=name)
        super().__init__(type(self).code, self.worded().format(name=name), type(self).field)

    def worded(self) -> str:
        """The sentence, `{name}` still in it."""
        return self.sentence

    @property
    def reference(self) -> str:
        """What a person reads out to support: the start of the request id."""
        return self.request_id[:4].upper()


def titles(name: str = "Le fournisseur") -> dict[str, str]:
    """Code of each failure → its title, with the provider's name in it."""
    kinds: list[type[ProviderFailure]] = [ProviderFailure]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    return {kind.code: kind.title.format(name=name) for kind in kinds}


# --- It does not answer ----------------------------------------------------------------------------------


class ProviderTimeout(ProviderFailure):
    code = "timeout"
    sentence = "{name} n’a pas répondu à temps. Réessayez dans un instant."
    is_outage = True


class Unreachable(ProviderFailure):
    code = "unreachable"
    title = "{name} est injoignable"
    sentence = (
        "La connexion à {name} n’aboutit pas ou se coupe. "
        "Réessayez dans un instant\u00a0; si cela dure, prévenez un administrateur."
    )
    is_passing = True
    is_outage = True


class ServerError(ProviderFailure):
    code = "server_error"
    title = "{name} est en panne"
    is_outage = True

    def worded(self) -> str:
        return f"{{name}} est en panne (erreur {self.status}). Réessayez dans quelques minutes."


class TemporaryServerError(ServerError):
    """502, 503 or 504: the next second may do."""

    code = "unavailable"
    title = "{name} est indisponible"
    is_passing = True

    def worded(self) -> str:
        return f"{{name}} est momentanément indisponible (erreur {self.status}). Réessayez dans quelques minutes."


class CallsSuspended(ProviderFailure):
    """The circuit breaker is open: nothing was sent."""

    code = "suspended"

    def worded(self) -> str:
        since = f" depuis {format_time(self.since)}" if self.since else ""
        again = f"à {format_time(self.retry_at)}" if self.retry_at else "bientôt"
        return f"{{name}} ne répond plus{since}\u00a0: les appels sont suspendus et reprennent d’eux-mêmes {again}."


class NotConfigured(ProviderFailure):
    code = "not_configured"
    title = "La cotation n’est pas configurée"
    sentence = "L’adresse du fournisseur de cotations n’est pas renseignée\u00a0: un administrateur doit le faire."
    retryable = False


class NoCredentials(ProviderFailure):
    """Neither the entity nor the installation has any, or those of the entity can no longer be opened."""

    code = "no_credentials"
    title = "Identifiants manquants"
    sentence = (
        "Les identifiants chez {name} manquent, ou ne peuvent plus être lus. Un administrateur doit les saisir dans "
        "Paramètres, Fournisseur de cotes."
    )
    retryable = False


# --- It refuses ------------------------------------------------------------------------------------------


class RateLimited(ProviderFailure):
    """Too many requests at once, which is not the quota of the day."""

    code = "rate_limited"
    title = "Trop de demandes"

    def worded(self) -> str:
        minutes = math.ceil((self.retry_after or 0) / 60)
        when = "dans un instant" if minutes < 2 else f"dans {counted(minutes, 'minute')}"
        return f"{{name}} reçoit trop de demandes en ce moment. Réessayez {when}."


class QuotaExceeded(ProviderFailure):
    code = "quota_exceeded"
    title = "Quota épuisé"
    retryable = False

    def worded(self) -> str:
        when = f"à partir du {_day_and_time(self.retry_at)}" if self.retry_at else "demain"
        return f"Le quota d’appels chez {{name}} est épuisé. Il sera de nouveau possible de coter {when}."


class BadCredentials(ProviderFailure):
    code = "bad_credentials"
    title = "{name} refuse l’accès"
    sentence = (
        "{name} refuse les identifiants de l’application. Un administrateur doit les vérifier\u00a0: "
        "réessayer n’y changera rien."
    )
    retryable = False


class NotInSubscription(BadCredentials):
    code = "forbidden"
    sentence = (
        "L’abonnement à {name} ne comprend pas ce service. Un administrateur doit le vérifier\u00a0: "
        "réessayer n’y changera rien."
    )


class PlateUnknown(ProviderFailure):
    code = "plate_not_found"
    title = "Immatriculation inconnue"
    sentence = (
        "{name} ne connaît pas cette immatriculation. "
        "Vérifiez-la, ou choisissez le véhicule par sa marque et son modèle."
    )
    retryable = False
    field = "plate"


class PlateMalformed(ProviderFailure):
    code = "plate_malformed"
    title = "Immatriculation mal formée"
    sentence = "{name} ne peut pas lire cette immatriculation. Écrivez-la par exemple GD-642-JM ou 1234 AB 71."
    retryable = False
    field = "plate"


class ResourceUnknown(ProviderFailure):
    code = "not_found"
    title = "Introuvable chez {name}"
    sentence = "{name} ne trouve pas ce qui lui est demandé. Choisissez de nouveau le véhicule et sa version."
    retryable = False


class QuotationGone(ProviderFailure):
    code = "gone"
    title = "Cotation expirée"
    sentence = "Cette cotation n’est plus disponible chez {name}. Refaites-la avec le marché d’aujourd’hui."
    retryable = False


class RequestRefused(ProviderFailure):
    code = "request_refused"
    title = "Demande refusée"
    sentence = (
        "{name} refuse cette demande. Vérifiez la version, la date de mise en circulation, le kilométrage et les "
        "options, puis recommencez."
    )
    retryable = False


# --- Its answer cannot be used ---------------------------------------------------------------------------


class MalformedAnswer(ProviderFailure):
    code = "malformed_answer"
    title = "Réponse illisible"
    sentence = (
        "{name} a envoyé une réponse illisible\u00a0: rien n’en a été gardé. "
        "Réessayez dans un instant\u00a0; si cela dure, prévenez un administrateur."
    )
    is_outage = True


class InconsistentAnswer(ProviderFailure):
    code = "inconsistent_answer"
    title = "Réponse incohérente"
    sentence = (
        "{name} a envoyé des données incomplètes ou qui ne concordent pas\u00a0: rien n’en a été gardé. "
        "Réessayez dans un instant\u00a0; si cela dure, prévenez un administrateur."
    )


class ErrorInAnswer(ProviderFailure):
    """An error text where the answer should be, with status 200."""

    code = "error_in_answer"
    title = "{name} signale une erreur"
    sentence = "{name} signale une erreur de son côté et ne donne pas de résultat. Réessayez dans quelques minutes."
    is_outage = True


def _day_and_time(instant: datetime) -> str:
    return f"{long_day(in_paris(instant).date(), with_year=False)} à{NBSP}{format_time(instant)}"
