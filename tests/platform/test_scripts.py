"""The scripts of bin/ on a machine that lacks what they need."""

import os
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from tests.architecture.tree import names_of_settings

BIN = Path(settings.BASE_DIR) / "bin"


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    """The programs of this machine, seen by an ordinary user whose package manager has installed nothing."""
    for name, text in {"dpkg-query": "exit 1", "id": "echo 1000", "apt-get": "exit 1"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    return f"{tmp_path}:{os.environ['PATH']}"


@pytest.mark.parametrize("name", ["test", "bench"])
def test_what_drives_a_browser_says_first_how_to_get_one(name: str, bare_path: str) -> None:
    done = subprocess.run(
        [BIN / name, "--version"], env={**os.environ, "PATH": bare_path}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "sudo apt-get install -y" in done.stderr
    assert "fonts-liberation" in done.stderr


def test_nothing_that_a_shell_has_set_for_development_reaches_the_tests() -> None:
    """Neither a variable that the settings read nor the file that holds its value; what they do not read stays."""
    names = sorted(names_of_settings())
    assert {"DEBUG", "TRUSTED_PROXY_COUNT", "SENTRY_DSN", "VALUATION_BUDGET", "DATABASE_POOL"} < set(names)
    assert "\nforget_settings\n" in (BIN / "test").read_text()
    set_by_a_shell = {key: "wrong" for name in names for key in (name, f"{name}_FILE")}
    done = subprocess.run(
        ["bash", "-c", f"source {BIN}/_bootstrap; forget_settings; env"], capture_output=True, text=True, timeout=60,
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere", **set_by_a_shell}, check=True,
    )  # fmt: skip
    left = {line.partition("=")[0] for line in done.stdout.splitlines()}
    assert left & set(set_by_a_shell) == set()
    assert "HOME" in left
