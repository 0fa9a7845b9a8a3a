"""Errors as the provider sends them: application/problem+json with one stable code each."""

from dataclasses import dataclass, field

TITLES = {
    "invalid_request": "Requête illisible",
    "invalid_client": "Identifiants refusés",
    "missing_token": "Jeton absent",
    "invalid_token": "Jeton refusé",
    "token_expired": "Jeton expiré",
    "forbidden": "Accès refusé",
    "not_found": "Adresse inconnue",
    "plate_not_found": "Immatriculation inconnue",
    "version_not_found": "Version inconnue",
    "valuation_not_found": "Cotation inconnue",
    "fault_not_found": "Panne inconnue",
    "method_not_allowed": "Méthode refusée",
    "valuation_expired": "Cotation expirée",
    "plate_malformed": "Immatriculation mal formée",
    "validation_failed": "Demande refusée",
    "invalid_cursor": "Curseur refusé",
    "idempotency_key_reused": "Clé d'idempotence déjà employée",
    "rate_limited": "Trop de demandes",
    "quota_exceeded": "Quota épuisé",
    "server_error": "Erreur interne",
    "bad_gateway": "Service en amont défaillant",
    "unavailable": "Service indisponible",
    "gateway_timeout": "Service en amont trop lent",
}
RETRYABLE_STATUSES = (429, 502, 503, 504)


@dataclass
class Problem(Exception):
    """Raised by a handler, sent as problem+json; `detail` is French."""

    status: int
    code: str
    detail: str
    headers: dict[str, str] = field(default_factory=dict)

    def body(self, request_id: str) -> dict[str, object]:
        return {
            "type": f"urn:valuation:problem:{self.code}",
            "title": TITLES[self.code],
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "request_id": request_id,
            "retryable": self.status in RETRYABLE_STATUSES and self.code != "quota_exceeded",
        }
