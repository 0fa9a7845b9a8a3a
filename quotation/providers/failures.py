"""Every way in which the provider can fail, each with its own code and title; `sentences` says what it tells people."""

import math
from datetime import datetime
from typing import ClassVar

from openflex.core.dates import in_paris
from openflex.core.errors import Refused
from openflex.core.french import NBSP, counted, format_time, long_day
from quotation.providers.sentences import sentence


class ProviderFailure(Refused):
    """The provider gave nothing that can be shown.

    `call` is the name of what was asked; `retryable` tells whether asking the same again can succeed; `request_id`
    finds the call in both logs; `detail` is for technicians and never shown; `status` is the HTTP status if one came;
    `since` and `retry_at` (aware datetimes) say since when calls are suspended and when they start again; `retry_after`
    is how many seconds the provider asked to wait, None when it did not say.
    """

    code = "provider_failure"
    title: ClassVar[str] = "{name} ne répond pas"
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
        call: str = "",
        request_id: str = "",
        detail: str = "",
        status: int | None = None,
        since: datetime | None = None,
        retry_at: datetime | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.name = name
        self.call = call
        self.request_id = request_id
        self.detail = detail
        self.status = status
        self.since = since
        self.retry_at = retry_at
        self.retry_after = retry_after
        self.heading = self.title.format(name=name)
        said = sentence(type(self).code, call, name=name, status=status, **self.details())
        super().__init__(type(self).code, said, type(self).field)

    def details(self) -> dict[str, str]:
        """What else its sentence tells."""
        return {}

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
    is_outage = True


class TooSlow(ProviderTimeout):
    """Its answer had begun when the time was up."""

    code = "too_slow"
    title = "{name} est trop lent"


class Unreachable(ProviderFailure):
    code = "unreachable"
    title = "{name} est injoignable"
    is_passing = True
    is_outage = True


class HungUp(Unreachable):
    """It took the question and closed the connection."""

    code = "hung_up"
    title = "{name} a raccroché"


class CutOff(Unreachable):
    """The connection broke in the middle of the answer."""

    code = "cut_off"
    title = "Réponse interrompue"


class ServerError(ProviderFailure):
    code = "server_error"
    title = "{name} est en panne"
    is_outage = True


class TemporaryServerError(ServerError):
    """502, 503 or 504: the next second may do."""

    code = "unavailable"
    title = "{name} est indisponible"
    is_passing = True


class CallsSuspended(ProviderFailure):
    """The circuit breaker is open: nothing was sent."""

    code = "suspended"

    def details(self) -> dict[str, str]:
        return {
            "since": f" depuis {format_time(self.since)}" if self.since else "",
            "again": f"à {format_time(self.retry_at)}" if self.retry_at else "bientôt",
        }


class NotConfigured(ProviderFailure):
    code = "not_configured"
    title = "La cotation n’est pas configurée"
    retryable = False


class NoCredentials(ProviderFailure):
    """Neither the entity nor the installation has any, or those of the entity can no longer be opened."""

    code = "no_credentials"
    title = "Identifiants manquants"
    retryable = False


# --- It refuses ------------------------------------------------------------------------------------------


class RateLimited(ProviderFailure):
    """Too many requests at once, which is not the quota of the day."""

    code = "rate_limited"
    title = "Trop de demandes"

    def details(self) -> dict[str, str]:
        minutes = math.ceil((self.retry_after or 0) / 60)
        return {"when": "dans un instant" if minutes < 2 else f"dans {counted(minutes, 'minute')}"}


class QuotaExceeded(ProviderFailure):
    code = "quota_exceeded"
    title = "Quota épuisé"
    retryable = False

    def details(self) -> dict[str, str]:
        return {"when": f"à partir du {_day_and_time(self.retry_at)}" if self.retry_at else "demain"}


class BadCredentials(ProviderFailure):
    code = "bad_credentials"
    title = "{name} refuse l’accès"
    retryable = False


class AccessRefused(BadCredentials):
    """It does not understand how it is asked for access."""

    code = "access_refused"
    title = "Demande d’accès refusée"


class NotInSubscription(BadCredentials):
    code = "forbidden"


class PlateUnknown(ProviderFailure):
    code = "plate_not_found"
    title = "Immatriculation inconnue"
    retryable = False
    field = "plate"


class PlateMalformed(ProviderFailure):
    code = "plate_malformed"
    title = "Immatriculation mal formée"
    retryable = False
    field = "plate"


class ResourceUnknown(ProviderFailure):
    code = "not_found"
    title = "Introuvable chez {name}"
    retryable = False


class Gone(ProviderFailure):
    code = "gone"
    title = "Plus disponible chez {name}"
    retryable = False


class RequestRefused(ProviderFailure):
    code = "request_refused"
    title = "Demande refusée"
    retryable = False


# --- Its answer cannot be used ---------------------------------------------------------------------------


class MalformedAnswer(ProviderFailure):
    code = "malformed_answer"
    title = "Réponse illisible"
    is_outage = True


class TruncatedAnswer(MalformedAnswer):
    code = "truncated_answer"
    title = "Réponse tronquée"


class EmptyAnswer(MalformedAnswer):
    code = "empty_answer"
    title = "Réponse vide"


class WebPage(MalformedAnswer):
    """HTML: the door of a maintenance, a proxy or a sign-in, and not the service."""

    code = "web_page"
    title = "Page web à la place de la réponse"


class InconsistentAnswer(ProviderFailure):
    code = "inconsistent_answer"
    title = "Réponse incohérente"


class IncompleteAnswer(InconsistentAnswer):
    code = "incomplete_answer"
    title = "Réponse incomplète"


class WrongTotal(InconsistentAnswer):
    """Amounts that do not make the sum or the mean that is said of them."""

    code = "wrong_total"
    title = "Montants incohérents"


class ErrorInAnswer(ProviderFailure):
    """An error text where the answer should be, with status 200."""

    code = "error_in_answer"
    title = "{name} signale une erreur"
    is_outage = True


def _day_and_time(instant: datetime) -> str:
    return f"{long_day(in_paris(instant).date(), with_year=False)} à{NBSP}{format_time(instant)}"
