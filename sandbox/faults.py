"""Misbehaviour on demand: what can go wrong, who asked for it, and how it is done to an answer.

A fault is asked for by the admin endpoint (per route, for a number of calls, with a probability) or by a special plate
ZZ-nnn-XX, where nnn is the number of the fault and XX the call it strikes (README.md has the table).
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from sandbox import study
from sandbox.answers import JSON, Answer, problem_answer
from sandbox.oddities import MUTATIONS
from sandbox.problems import Problem
from sandbox.settings import Settings

ROUTES = (
    "token", "plate", "makes", "models", "versions", "equipment", "colours", "valuation", "valuation_read", "listings",
    "market",
)  # fmt: skip
STAGES = {"plate": "PL", "equipment": "EQ", "colours": "CL", "valuation": "VA", "listings": "LS", "market": "MK"}

PROBLEMS = {
    "unauthorized": (401, "invalid_token", "Le jeton d'accès n'est pas reconnu."),
    "forbidden": (403, "forbidden", "Votre abonnement ne comprend pas ce service."),
    "not_found": (404, "not_found", "Cette ressource n'existe pas."),
    "gone": (410, "valuation_expired", "Cette cotation n'est plus disponible\N{NO-BREAK SPACE}: refaites-la."),
    "unprocessable": (422, "validation_failed", "La demande est refusée."),
    "rate_limited": (429, "rate_limited", "Trop de demandes\N{NO-BREAK SPACE}: attendez avant de recommencer."),
    "quota_exceeded": (429, "quota_exceeded", "Le quota du jour est épuisé."),
    "server_error": (500, "server_error", "Erreur interne du service."),
    "bad_gateway": (502, "bad_gateway", "Un service en amont ne répond pas correctement."),
    "unavailable": (503, "unavailable", "Le service est momentanément indisponible."),
    "gateway_timeout": (504, "gateway_timeout", "Un service en amont n'a pas répondu à temps."),
}
TRANSPORT = (
    "latency", "slow_drip", "dropped", "dropped_midway", "malformed_json", "truncated_json", "empty_body", "html_page",
)  # fmt: skip
KINDS = (*PROBLEMS, *TRANSPORT, *MUTATIONS, "not_enough_market")

EVERY_OTHER_CALL = "every_other_call"
# What the number of a special plate asks for: a kind, and what differs from its defaults.
SPECIAL_NUMBERS: Mapping[int, tuple[str, Mapping[str, Any]]] = {
    401: ("unauthorized", {}),
    403: ("forbidden", {}),
    404: ("not_found", {}),
    410: ("gone", {}),
    411: ("unauthorized", {EVERY_OTHER_CALL: True}),
    422: ("unprocessable", {}),
    429: ("rate_limited", {}),
    430: ("quota_exceeded", {}),
    439: ("rate_limited", {EVERY_OTHER_CALL: True, "retry_after": 1}),
    500: ("server_error", {}),
    502: ("bad_gateway", {}),
    503: ("unavailable", {}),
    504: ("gateway_timeout", {}),
    513: ("unavailable", {EVERY_OTHER_CALL: True}),
    601: ("latency", {"seconds": 2.0}),
    602: ("latency", {"seconds": 30.0}),
    603: ("unavailable", {"rate": 0.5}),
    701: ("malformed_json", {}),
    702: ("truncated_json", {}),
    703: ("slow_drip", {}),
    704: ("dropped", {}),
    705: ("dropped_midway", {}),
    706: ("empty_body", {}),
    707: ("html_page", {}),
    801: ("wrong_sum", {}),
    802: ("inconsistent", {}),
    803: ("numbers_as_strings", {}),
    804: ("empty_strings", {}),
    805: ("error_in_200", {}),
    806: ("two_date_formats", {}),
    807: ("doors_zero", {}),
    808: ("missing_fields", {}),
    809: ("not_enough_market", {}),
}


@dataclass
class Fault:
    kind: str
    route: str = "*"
    calls: int | None = None  # how many calls it still strikes; None: until cleared
    rate: float = 1.0  # the share of the calls it strikes
    seconds: float | None = None  # latency: how long; slow_drip: between two bytes
    retry_after: int = 2
    every_other_call: bool = False
    id: str = ""

    def described(self) -> dict[str, object]:
        return {
            "id": self.id,
            "kind": self.kind,
            "route": self.route,
            "calls": self.calls,
            "rate": self.rate,
            "seconds": self.seconds,
            "retry_after": self.retry_after,
        }


@dataclass
class Faults:
    """The faults of one sandbox that wait for their calls, and how often special plates were called."""

    seed: str
    waiting: list[Fault] = field(default_factory=list)
    numbered: int = 0
    special_calls: Counter[str] = field(default_factory=Counter)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"faults|{self.seed}")

    def add(self, fault: Fault) -> Fault:
        self.numbered += 1
        fault.id = f"F{self.numbered}"
        self.waiting.append(fault)
        return fault

    def remove(self, fault_id: str) -> bool:
        kept = [fault for fault in self.waiting if fault.id != fault_id]
        removed = len(kept) < len(self.waiting)
        self.waiting = kept
        return removed

    def clear(self) -> None:
        self.waiting = []
        self.special_calls.clear()

    def strike(self, route: str, trigger: str) -> Fault | None:
        """The fault this call of a route gets; counts the call. Admin faults come before special plates."""
        for fault in self.waiting:
            if fault.route in ("*", route) and self.chance.random() < fault.rate:
                if fault.calls is not None:
                    fault.calls -= 1
                    self.waiting = [f for f in self.waiting if f.calls != 0]
                return fault
        return self._special(route, trigger)

    def _special(self, route: str, trigger: str) -> Fault | None:
        if not trigger or trigger[3:] != STAGES.get(route) or int(trigger[:3]) not in SPECIAL_NUMBERS:
            return None
        self.special_calls[trigger] += 1
        kind, differences = SPECIAL_NUMBERS[int(trigger[:3])]
        fault = Fault(kind, route, **differences)
        if fault.every_other_call and self.special_calls[trigger] % 2 == 0:
            return None
        return fault if self.chance.random() < fault.rate else None


def spoiled(answer: Answer, fault: Fault, settings: Settings, request_id: str) -> Answer:
    """The answer with what the fault does to its content; transport faults leave it as it is."""
    if fault.kind in PROBLEMS:
        status, code, detail = PROBLEMS[fault.kind]
        headers = _limit_headers(fault, settings) if status == 429 else {}
        return problem_answer(Problem(status, code, detail, headers), request_id)
    if answer.status >= 400 or fault.kind in TRANSPORT:
        return answer
    if fault.kind == "not_enough_market":
        changes = study.no_value(1) if "adjusted_value" in answer.body else {}
        return Answer(answer.body | changes, answer.status, answer.headers)
    return Answer(MUTATIONS[fault.kind](answer.body), answer.status, answer.headers)


async def sent(request: Request, answer: Answer, fault: Fault | None) -> Response:
    """The response that carries an answer, with what the fault does to its transport."""
    content, kind = answer.encoded(), fault.kind if fault else ""
    if fault and kind == "latency":
        await _wait(request, fault.seconds or 2.0)
    if fault and kind == "slow_drip":
        drip = _one_byte_at_a_time(content, fault.seconds or 0.5)
        return StreamingResponse(drip, answer.status, answer.headers, answer.media_type)
    if kind in ("dropped", "dropped_midway"):
        return Dropped(content if kind == "dropped_midway" else None, answer.status, answer.headers, answer.media_type)
    if kind in RAW:
        content, media_type = RAW[kind](content)
        return Response(content, 200, answer.headers, media_type)
    return Response(content, answer.status, answer.headers, answer.media_type)


class Dropped(Response):
    """Closes the connection: before any byte, or with half of the announced body when there is a content.

    It needs the server's own send (app.py keeps it in the scope): only the server holds the connection.
    """

    def __init__(self, content: bytes | None, status: int, headers: dict[str, str], media_type: str) -> None:
        super().__init__(content, status, headers, media_type)
        self.midway = content is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = getattr(getattr(scope["sandbox.send"], "__self__", None), "transport", None)
        if transport is None:
            raise ConnectionResetError("dropped on demand")
        if self.midway:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            half = bytes(self.body[: len(self.body) // 2])
            await send({"type": "http.response.body", "body": half, "more_body": True})
            transport.close()
        else:
            transport.abort()
        await asyncio.sleep(0.05)  # lets the server notice that the connection is gone


RAW: Mapping[str, Callable[[bytes], tuple[bytes, str]]] = {
    "malformed_json": lambda content: (content.replace(b":", b"=", 3) + b",]", JSON),
    "truncated_json": lambda content: (content[: len(content) // 2], JSON),
    "empty_body": lambda content: (b"", JSON),
    "html_page": lambda content: (b"<html><body><h1>Maintenance en cours</h1></body></html>", "text/html"),
}


def fault_of(asked: Mapping[str, Any]) -> Fault:
    """The fault an admin asked for; raises Problem 422 naming the field that is wrong."""
    wrong = set(asked) - {"kind", "route", "calls", "rate", "seconds", "retry_after"}
    if wrong:
        raise Problem(422, "validation_failed", f"Champs inconnus\N{NO-BREAK SPACE}: {', '.join(sorted(wrong))}.")
    fault = Fault(**asked) if "kind" in asked else Fault(kind="")
    checks = {
        "kind": fault.kind in KINDS,
        "route": fault.route in ("*", *ROUTES),
        "calls": fault.calls is None or (type(fault.calls) is int and fault.calls > 0),
        "rate": type(fault.rate) in (int, float) and 0 < fault.rate <= 1,
        "seconds": fault.seconds is None or (type(fault.seconds) in (int, float) and 0 <= fault.seconds <= 60),
        "retry_after": type(fault.retry_after) is int and 0 <= fault.retry_after <= 86_400,
    }
    refused = [name for name, is_right in checks.items() if not is_right]
    if refused:
        raise Problem(422, "validation_failed", f"Valeurs refusées\N{NO-BREAK SPACE}: {', '.join(refused)}.")
    return fault


def _limit_headers(fault: Fault, settings: Settings) -> dict[str, str]:
    wait = str(settings.seconds_to_midnight() if fault.kind == "quota_exceeded" else fault.retry_after)
    return quota_headers(settings, settings.daily_quota) | {"Retry-After": wait, "RateLimit-Reset": wait}


def quota_headers(settings: Settings, used: int) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(settings.daily_quota),
        "RateLimit-Remaining": str(max(0, settings.daily_quota - used)),
        "RateLimit-Reset": str(settings.seconds_to_midnight()),
    }


async def _wait(request: Request, seconds: float) -> None:
    """Waits, but no longer than the caller does."""
    end = asyncio.get_running_loop().time() + seconds
    while (left := end - asyncio.get_running_loop().time()) > 0 and not await request.is_disconnected():
        await asyncio.sleep(min(0.25, left))


async def _one_byte_at_a_time(content: bytes, seconds: float) -> AsyncIterator[bytes]:
    for position in range(len(content)):
        yield content[position : position + 1]
        await asyncio.sleep(seconds)
