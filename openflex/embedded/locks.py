"""Locks between processes. The kernel gives them back when their holder dies, so none can be left behind."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Waits for its turn."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def sole(path: Path) -> Iterator[bool]:
    """False at once when another process is inside; the file disappears with its holder."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    held = False
    try:
        held = _try(descriptor) and _is_still_at(path, descriptor)
        yield held
    finally:
        if held:
            path.unlink(missing_ok=True)
        os.close(descriptor)


class Share:
    """One user among several of the same thing."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """True when nobody else is left. Call it in an `exclusive` lock: a share is not traded up in one step."""
        alone = _try(self._descriptor)
        os.close(self._descriptor)
        return alone


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still_at(path: Path, descriptor: int) -> bool:
    # The former holder may have removed the file between our open and our lock.
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False
