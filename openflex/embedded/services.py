"""Database and cache together: started for the first who needs them, stopped by the last.

Addresses already in the environment win; nothing is started for them.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from openflex.embedded import locks, postgres, redis
from openflex.embedded.homes import outside_folder
from openflex.embedded.processes import signals_deferred

NAMES = {"DATABASE_URL": "database", "REDIS_URL": "cache"}
_MODULES = {"DATABASE_URL": postgres, "REDIS_URL": redis}


def ensure(data_dir: Path, *, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """DATABASE_URL and REDIS_URL of services that answer."""
    with _changing(data_dir):
        return {name: environment.get(name) or module.ensure(data_dir) for name, module in _MODULES.items()}


def running(data_dir: Path) -> bool:
    return not missing(data_dir, environment={})


def missing(data_dir: Path, *, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Which of the services that are ours to run do not run, by the names people know."""
    return [
        NAMES[name] for name, module in _MODULES.items() if not environment.get(name) and not module.running(data_dir)
    ]


def stop(data_dir: Path) -> None:
    with _changing(data_dir):
        _stop(data_dir)


@contextmanager
def use(data_dir: Path, *, environment: Mapping[str, str] = os.environ) -> Iterator[dict[str, str]]:
    """Up for the block and, unless another command still uses them or `keep` was asked for, down after it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    share = locks.Share(data_dir / "users.lock")
    try:
        yield ensure(data_dir, environment=environment)
    finally:
        with _changing(data_dir):
            if share.leave() and not (data_dir / "keep").exists():
                _stop(data_dir)


def keep(data_dir: Path, *, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Up until `release`, whoever comes and goes."""
    addresses = ensure(data_dir, environment=environment)
    (data_dir / "keep").touch()
    return addresses


def release(data_dir: Path) -> None:
    (data_dir / "keep").unlink(missing_ok=True)
    stop(data_dir)


def remove(data_dir: Path) -> None:
    """Stops the services and removes all that this data folder holds, and nothing else."""
    stop(data_dir)
    # The outside folder first: its name is derived from that of the data folder.
    for folder in (outside_folder(data_dir), data_dir):
        if folder is not None:
            shutil.rmtree(folder)


def _stop(data_dir: Path) -> None:
    for module in _MODULES.values():
        module.stop(data_dir)


@contextmanager
def _changing(data_dir: Path) -> Iterator[None]:
    data_dir.mkdir(parents=True, exist_ok=True)
    with signals_deferred(), locks.exclusive(data_dir / "services.lock"):
        yield
