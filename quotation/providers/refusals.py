"""What an answer means that is not the one that was asked for: its status and problem+json, a body that cannot be read,
a field that cannot be believed become the failure with its own sentence."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from quotation.providers import failures
from quotation.providers.failures import ProviderFailure
from quotation.providers.fields import FieldMissing, FieldWrong, SumWrong
from quotation.providers.wire import Answer, Request

_TEMPORARY: Final = frozenset({502, 503, 504})
_LONGEST_WAIT: Final = 7 * 24 * 3600  # a Retry-After beyond is a slip


def refusal(answer: Answer, request: Request, name: str) -> ProviderFailure:
    """The failure to raise. The sentences are ours: the provider's own text goes into `detail` only."""
    problem = _problem(answer.body)
    code = str(problem.get("code", ""))
    wait = _retry_after(answer.headers.get("retry-after", "")) if answer.status in (429, 503) else None
    return _kind(answer.status, code, request)(
        name,
        call=request.name,
        request_id=request.request_id,
        status=answer.status,
        detail=f"{request.name}: {answer.status} {code} {problem.get('detail', '')}"[:300].strip(),
        retry_after=wait,
        retry_at=None if wait is None else datetime.now(UTC) + timedelta(seconds=wait),
    )


def _kind(status: int, code: str, request: Request) -> type[ProviderFailure]:
    if request.name == "token" and status in (400, 422):
        return failures.AccessRefused
    if request.name == "plate" and (status, code) == (404, "plate_not_found"):
        return failures.PlateUnknown
    if request.name == "plate" and status == 422:
        return failures.PlateMalformed
    if status == 429:
        return failures.QuotaExceeded if code == "quota_exceeded" else failures.RateLimited
    if status in _TEMPORARY:
        return failures.TemporaryServerError
    if status >= 500:
        return failures.ServerError
    by_status = {
        401: failures.BadCredentials,
        403: failures.NotInSubscription,
        404: failures.ResourceUnknown,
        410: failures.Gone,
    }
    if 400 <= status < 500:
        return by_status.get(status, failures.RequestRefused)
    # 204, a redirection, a 304 to a question without condition: not what was asked for.
    return failures.MalformedAnswer


@dataclass(slots=True)
class Arriving:
    """How far an answer has come when it does not come whole."""

    has_begun: bool = False

    @property
    def late(self) -> type[ProviderFailure]:
        return failures.TooSlow if self.has_begun else failures.ProviderTimeout

    @property
    def broken(self) -> type[ProviderFailure]:
        return failures.CutOff if self.has_begun else failures.HungUp


def unreadable(body: bytes, error: ValueError | RecursionError) -> type[ProviderFailure]:
    """What came in the place of JSON."""
    if not body.strip():
        return failures.EmptyAnswer
    if body.lstrip()[:1] == b"<":
        return failures.WebPage
    return failures.TruncatedAnswer if _ends_early(error) else failures.MalformedAnswer


def _ends_early(error: ValueError | RecursionError) -> bool:
    """All that is wrong with the text is that there is no more of it."""
    if isinstance(error, UnicodeDecodeError):
        return error.reason == "unexpected end of data"
    if not isinstance(error, json.JSONDecodeError):
        return False
    rest = error.doc[error.pos :].strip()
    return error.msg.startswith("Unterminated string") or any(
        word.startswith(rest) for word in ("true", "false", "null", "-")
    )


_UNBELIEVABLE: Final[Mapping[type[FieldWrong], type[ProviderFailure]]] = {
    FieldWrong: failures.InconsistentAnswer,
    FieldMissing: failures.IncompleteAnswer,
    SumWrong: failures.WrongTotal,
}


def unbelievable(error: FieldWrong, request: Request, name: str) -> ProviderFailure:
    return _UNBELIEVABLE[type(error)](
        name, call=request.name, request_id=request.request_id, detail=f"{request.name}: {error}"
    )


def _problem(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _retry_after(text: str) -> float | None:
    """Seconds to wait, from a number of them or an HTTP date; None when there is none that makes sense."""
    if text.isascii() and text.isdigit() and len(text) < 9:
        seconds = float(text)
    else:
        try:
            seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return None
    return max(0.0, seconds) if seconds <= _LONGEST_WAIT else None
