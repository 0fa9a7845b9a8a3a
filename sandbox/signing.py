"""What the sandbox hands out and reads back without storing it: access tokens, valuation ids and cursors.

Tokens and ids carry their content and a signature keyed by the client secret, so both outlive a restart.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import date, timedelta

from sandbox import catalogue, equipment
from sandbox.problems import Problem
from sandbox.sample import Question
from sandbox.settings import Settings
from sandbox.tables import digest

TOKEN_SECONDS = 900
VALUATION_DAYS = 90  # a valuation answers 410 after this long
ORIGINS = (
    "private", "professional", "company", "rental", "demonstrator", "management", "administration", "driving_school",
    "taxi", "other",
)  # fmt: skip


def new_token(settings: Settings) -> str:
    payload = f"{int(settings.clock()) + TOKEN_SECONDS}.{secrets.token_hex(6)}"
    return f"{payload}.{_signature(settings, 'token', payload, 32)}"


def check_token(settings: Settings, token: str) -> None:
    """Raises Problem 401 unless the token is ours and not expired."""
    payload, _, signature = token.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(settings, "token", payload, 32).encode()):
        raise Problem(401, "invalid_token", "Le jeton d'accès n'est pas reconnu.")
    if int(payload.split(".")[0]) <= settings.clock():
        raise Problem(401, "token_expired", "Le jeton d'accès a expiré.")


def valuation_id(settings: Settings, question: Question) -> str:
    """The question itself, packed and signed; about ninety characters that are safe in a URL."""
    q = question
    offered = [option.code for option in equipment.options(q.version)]
    mask = sum(1 << offered.index(code) for code in q.options)
    numbers = (q.first_registration.toordinal(), q.mileage_km, mask, q.as_of.toordinal(), q.first_hand)
    payload = ",".join(
        [
            q.version.code,
            *(f"{int(number):x}" for number in numbers),
            str(ORIGINS.index(q.origin)),
            q.postcode,
            _seed_tag(settings),
            q.trigger,
            q.nonce,
        ]
    )
    packed = base64.urlsafe_b64encode(payload.encode()).decode().rstrip("=")
    return f"{packed}.{_signature(settings, 'valuation', payload, 12)}"


def read_valuation_id(settings: Settings, text: str) -> Question:
    """The question of an id; raises Problem 404 when it is not ours, 410 when it is too old or of another seed."""
    packed, _, signature = text.rpartition(".")
    payload = _unpack(packed)
    if payload is None or not hmac.compare_digest(
        signature.encode(), _signature(settings, "valuation", payload, 12).encode()
    ):
        raise Problem(404, "valuation_not_found", "Cette cotation n'existe pas.")
    code, *numbers, origin, postcode, seed_tag, trigger, nonce = payload.split(",")
    registered, mileage_km, mask, as_of, first_hand = (int(number, 16) for number in numbers)
    version = catalogue.load().versions.get(code)
    asked_on = date.fromordinal(as_of)
    too_old = settings.today() - asked_on > timedelta(days=VALUATION_DAYS)
    if version is None or too_old or seed_tag != _seed_tag(settings):
        raise Problem(410, "valuation_expired", "Cette cotation n'est plus disponible\N{NO-BREAK SPACE}: refaites-la.")
    offered = [option.code for option in equipment.options(version)]
    return Question(
        version=version,
        first_registration=date.fromordinal(registered),
        mileage_km=mileage_km,
        options=tuple(code for rank, code in enumerate(offered) if mask >> rank & 1),
        first_hand=bool(first_hand),
        origin=ORIGINS[int(origin)],
        postcode=postcode,
        as_of=asked_on,
        trigger=trigger,
        nonce=nonce,
    )


def new_cursor(offset: int, query: str) -> str:
    """Where the next page of that query starts; another query's cursor is refused."""
    return base64.urlsafe_b64encode(f"{offset}:{digest('cursor', query):x}".encode()).decode().rstrip("=")


def read_cursor(cursor: str, query: str) -> int:
    offset, _, fingerprint = (_unpack(cursor) or "").partition(":")
    if not offset.isdecimal() or fingerprint != f"{digest('cursor', query):x}":
        raise Problem(422, "invalid_cursor", "Ce curseur ne vient pas de cette recherche.")
    return int(offset)


def _seed_tag(settings: Settings) -> str:
    return f"{digest('seed', settings.seed):016x}"[:6]


def _signature(settings: Settings, purpose: str, payload: str, length: int) -> str:
    key = f"{purpose}:{settings.client_secret}".encode()
    return hmac.new(key, payload.encode(), hashlib.sha256).hexdigest()[:length]


def _unpack(packed: str) -> str | None:
    try:
        return base64.urlsafe_b64decode((packed + "=" * (-len(packed) % 4)).encode()).decode()
    except (binascii.Error, UnicodeError):
        return None
