"""The sandbox as an ASGI program: routes, and what stands around every handler.

A request passes, in order: request id, token, handler, faults, conditional answer, headers.
"""

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox import admin, desk, faults, signing
from sandbox.answers import Answer, problem_answer
from sandbox.desk import Asked, Desk
from sandbox.problems import Problem
from sandbox.settings import Settings, from_environment

Handler = Callable[[Desk, Asked], Answer]
Endpoint = Callable[[Request], Awaitable[Response]]

PAID_ROUTES = ("plate", "valuation")
# name (see faults.ROUTES), method, path, handler
ROUTES: tuple[tuple[str, str, str, Handler], ...] = (
    ("token", "POST", "/oauth/token", desk.token),
    ("plate", "GET", "/v1/plates/FR/{plate}", desk.plate),
    ("makes", "GET", "/v1/makes", desk.makes),
    ("models", "GET", "/v1/models", desk.models),
    ("versions", "GET", "/v1/versions", desk.versions),
    ("equipment", "GET", "/v1/versions/{code}/equipment", desk.equipment_of),
    ("colours", "GET", "/v1/versions/{code}/colours", desk.colours_of),
    ("valuation", "POST", "/v1/valuations", desk.valuation),
    ("valuation_read", "GET", "/v1/valuations/{id}", desk.valuation_read),
    ("listings", "GET", "/v1/valuations/{id}/listings", desk.listings),
    ("market", "GET", "/v1/valuations/{id}/market", desk.market),
)


def create_app(settings: Settings | None = None) -> ASGIApp:
    """A sandbox of its own; without settings, those of the environment."""
    settings = settings or from_environment()
    state = Desk(settings, faults.Faults(settings.seed))
    routes = [Route(path, _door(state, name, handler), methods=[method]) for name, method, path, handler in ROUTES]
    routes += [Route(path, _admin_door(state, handler), methods=[method]) for method, path, handler in admin.ROUTES]
    routes.append(Route("/health", _health(state)))
    starlette = Starlette(routes=routes, exception_handlers={HTTPException: _unanswered, Exception: _unanswered})

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # Kept for the fault that drops the connection: starlette wraps `send`, the server's own holds the transport.
        scope["sandbox.send"] = send
        await starlette(scope, receive, send)

    return app


def _door(state: Desk, name: str, handler: Handler) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        request_id = _request_id(request)
        asked = await _asked(request)
        try:
            if name != "token":
                _check_bearer(state, request)
            answer = await run_in_threadpool(handler, state, asked)
            answer = _with_limits(state, answer) if name in PAID_ROUTES else answer
        except Problem as problem:
            answer = problem_answer(problem, request_id)
        fault = state.faults.strike(name, answer.trigger)
        if fault:
            answer = faults.spoiled(answer, fault, state.settings, request_id)
        elif answer.cacheable:
            answer = _conditional(answer, request)
        return await faults.sent(request, _with_headers(answer, request_id), fault)

    return endpoint


def _admin_door(state: Desk, handler: Handler) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        request_id = _request_id(request)
        asked = await _asked(request)
        try:
            admin.check_admin(state, request.headers.get("authorization", ""))
            answer = await run_in_threadpool(handler, state, asked)
        except Problem as problem:
            answer = problem_answer(problem, request_id)
        return await faults.sent(request, _with_headers(answer, request_id), None)

    return endpoint


def _health(state: Desk) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        body = {"status": "ok", "seed": state.settings.seed, "today": state.settings.today().isoformat()}
        return await faults.sent(request, Answer(body), None)

    return endpoint


async def _unanswered(request: Request, exc: Exception) -> Response:
    """No route, a wrong method, or a mistake of ours, which the server logs after this answer."""
    status = exc.status_code if isinstance(exc, HTTPException) else 500
    known = {
        404: ("not_found", "Cette adresse n'existe pas."),
        405: ("method_not_allowed", "Cette méthode n'est pas admise ici."),
        500: ("server_error", "Erreur interne du service."),
    }
    code, detail = known.get(status, ("invalid_request", "La requête ne peut pas être lue."))
    request_id = _request_id(request)
    answer = problem_answer(Problem(status, code, detail), request_id)
    return await faults.sent(request, _with_headers(answer, request_id), None)


async def _asked(request: Request) -> Asked:
    return Asked(request.path_params, dict(request.query_params), request.headers, await request.body())


def _check_bearer(state: Desk, request: Request) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(401, "missing_token", "Un jeton d'accès est nécessaire.")
    signing.check_token(state.settings, token)


def _with_limits(state: Desk, answer: Answer) -> Answer:
    return replace(answer, headers=answer.headers | faults.quota_headers(state.settings, state.paid_today()))


def _conditional(answer: Answer, request: Request) -> Answer:
    """With its ETag; without its body when the caller has it already."""
    etag = f'"{hashlib.sha256(answer.encoded()).hexdigest()[:24]}"'
    headers = answer.headers | {"ETag": etag, "Cache-Control": "private, max-age=3600"}
    held = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in held or "*" in held:
        return Answer(status=304, headers=headers)
    return replace(answer, headers=headers)


def _with_headers(answer: Answer, request_id: str) -> Answer:
    return replace(answer, headers=answer.headers | {"X-Request-Id": request_id, "Content-Language": "fr"})


def _request_id(request: Request) -> str:
    given = request.headers.get("x-request-id", "")
    return given if re.fullmatch(r"[A-Za-z0-9_.:-]{1,100}", given) else secrets.token_hex(8)
