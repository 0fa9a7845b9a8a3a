"""Nothing that is committed names where packages come from or whose machine this was, and no test leaves it."""

import re
import socket

import httpx
import pytest

from tests.architecture.tree import ROOT
from tests.support.network import NetworkRefused

# Written apart, so that this file itself names none.
REGISTRIES = (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
HOSTS = re.compile("|".join(r"\b" + re.escape(f"{name}.{domain}") for name, domain in REGISTRIES))
MACHINE = re.compile(r"(?<![\w.])/(?:home|Users)/\w+/|(?<![\w./}])/root/\w")
NOT_COMMITTED = {".venv", ".data", ".git", "node_modules", "__pycache__", "uv.lock"}
LOCK_LINE = re.compile(
    r"[a-z0-9._-]+(\[[a-z0-9,_-]+\])?==[\w.+!-]+( ; [^:/]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?"
)


def committed_texts():
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = parts[0].startswith(".") and parts[0] not in (".ci", ".env.example", ".gitignore", ".dockerignore")
        if hidden or NOT_COMMITTED & set(parts) or not path.is_file():
            continue
        data = path.read_bytes()
        if b"\0" not in data[:4096]:
            yield path.relative_to(ROOT).as_posix(), data.decode(errors="replace")


def test_no_file_names_a_registry_or_a_machine():
    found, seen = [], 0
    for name, text in committed_texts():
        seen += 1
        found += [f"{name}: {match.group()}" for rule in (HOSTS, MACHINE) for match in rule.finditer(text)]
    assert seen > 500
    assert found == []


def test_the_rules_find_what_they_are_for():
    assert HOSTS.search(f"https://{'.'.join(REGISTRIES[0])}/simple")
    assert MACHINE.search("/" + "home/ada/openflex")
    assert not MACHINE.search("templates/home/ada/openflex")


def test_the_lock_carries_names_versions_and_hashes_only():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert len(lines) > 500
    assert [line for line in lines if not LOCK_LINE.fullmatch(line)] == []


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80)])
def test_a_connection_to_elsewhere_is_refused(address):
    with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as sock:
        with pytest.raises(NetworkRefused):
            sock.connect(address)
        with pytest.raises(NetworkRefused):
            sock.connect_ex(address)


def test_a_name_of_elsewhere_is_not_looked_up():
    with pytest.raises(NetworkRefused):
        httpx.get("http://example.test/", trust_env=False)
    assert socket.getaddrinfo("localhost", 80)
