"""The valuation sandbox with a watch beside it: when each request came in, and when its answer had left.

What the application adds is counted from the provider's side: its own record of a call holds the reading of the answer
too, which is the application's.
"""

import argparse
import time
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.app import create_app
from sandbox.settings import from_environment


class Watched:
    def __init__(self, app: ASGIApp, log: Path) -> None:
        self._app, self._log = app, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start, end = time.time(), 0.0

        async def and_note(message: Message) -> None:
            nonlocal end
            await send(message)
            end = time.time()

        await self._app(scope, receive, and_note)
        if scope["type"] == "http":
            with self._log.open("a") as log:
                log.write(f"{start} {end}\n")


def open_spans(log: Path, *, since: float) -> float:
    """Milliseconds, after `since` (seconds of `time.time`), in which at least one request was with the provider."""
    spans = sorted(tuple(float(part) for part in line.split()) for line in log.read_text().splitlines())
    total, until = 0.0, since
    for start, end in spans:
        total += max(0.0, end - max(start, until))
        until = max(until, end)
    return total * 1000


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    asked = parser.parse_args()
    uvicorn.run(Watched(create_app(from_environment()), asked.log), host="127.0.0.1", port=asked.port)
