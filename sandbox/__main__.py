"""python -m sandbox --port 8100 --seed 180 --date 2024-12-02: serves on this machine only."""

import argparse
import os
from dataclasses import replace
from datetime import date

import uvicorn

from sandbox.app import create_app
from sandbox.settings import from_environment

DEFAULT_PORT = 8100


def main() -> None:
    settings = from_environment()
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="The valuation sandbox, on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=int(os.environ.get("SANDBOX_PORT") or DEFAULT_PORT))
    parser.add_argument("--seed", default=settings.seed, help="seed of the market (SANDBOX_SEED)")
    parser.add_argument("--date", type=date.fromisoformat, help="what today is, as YYYY-MM-DD (SANDBOX_TODAY)")
    asked = parser.parse_args()
    settings = replace(settings, seed=asked.seed, fixed_today=asked.date or settings.fixed_today)
    # A caller that left during a slow answer must not hold up the end.
    uvicorn.run(create_app(settings), host="127.0.0.1", port=asked.port, timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main()
