"""A test run reaches nothing but this machine: the same with and without a network, and nothing leaves it."""

import ipaddress
import socket
from typing import Any


class NetworkRefused(RuntimeError):
    """Not an OSError, which code that expects the network to fail would take for an answer."""


_LOCAL_NAMES = {"localhost", "", None}


def refuse_network() -> None:
    """From here on, for this process: connections to loopback and to Unix sockets only, no other name looked up."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded(self: socket.socket, address: Any) -> None:
        _check(self, address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        _check(self, address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_here(host):
            raise NetworkRefused(f"A test looks up {host!r}.")
        return look_up(host, *args, **kwargs)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    socket.socket.connect_ex = guarded_ex  # type: ignore[method-assign]
    socket.getaddrinfo = guarded_look_up


def _check(sock: socket.socket, address: Any) -> None:
    if sock.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
        raise NetworkRefused(f"A test connects to {address!r}.")


def _is_here(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
