"""Free ports of this machine's own address."""

import os
import socket

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port that only waits out its last connection is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def any_free(*, preferred: int | None = None) -> int:
    if preferred and _is_to_spare(preferred):
        return preferred
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((HOST, 0))
            port: int = probe.getsockname()[1]
        if _is_to_spare(port):
            return port


def next_free(first: int, *, tries: int = 50) -> int:
    for port in range(first, first + tries):
        if _is_to_spare(port):
            return port
    return any_free()


def _is_to_spare(port: int) -> bool:
    """Free, and not the one that PORT keeps for the pages, where nothing listens yet."""
    return str(port) != os.environ.get("PORT") and is_free(port)
