"""One terminal for several programs, one end for all: with trivial programs, run as a process of its own."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from openflex.embedded import development, locks, notes, ports
from openflex.embedded.trouble import Trouble

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys
from pathlib import Path
from openflex.embedded.supervisor import Program, Supervisor
programs = [Program(*pair.split("=", 1)) for pair in sys.argv[2:]]
programs = [Program(p.name, ["sh", "-c", p.command]) for p in programs]
missing = iter([[], ["database"]])
watch = (lambda: next(missing)) if "watched" in [p.name for p in programs] else list
sys.exit(Supervisor(programs, note=Path(sys.argv[1])).run(missing_services=watch, announce=lambda: "ANNOUNCED"))
"""
SLEEP = "echo up; exec sleep 60"
SLEEP_WITH_CHILD = "sleep 61 & echo up; wait"
STUBBORN = "trap '' TERM; echo up; while :; do sleep 0.2; done"

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def start_one(*programs: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-c", SCRIPT, str(tmp_path / "programs.json"), *programs],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)  # harmless once it has ended
            return process

        yield start_one


def read_until(process: subprocess.Popen[str], *words: str, seconds: float = 30) -> str:
    assert process.stdout is not None
    text = ""
    deadline = time.monotonic() + seconds
    while not all(word in text for word in words):
        ready, _, _ = select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))
        assert ready, f"{words} not seen in:\n{text}"
        received = os.read(process.stdout.fileno(), 4096).decode()
        assert received, f"ended before {words} in:\n{text}"
        text += received
    return text


def descendants(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def assert_gone(those: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(those, timeout=5)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []


def test_lines_carry_their_programs_name_and_the_announcement_is_printed(start: Start) -> None:
    process = start(f"web={SLEEP}", f"worker={SLEEP}")
    text = read_until(process, "web    | up", "worker | up", "ANNOUNCED")
    assert text
    process.send_signal(signal.SIGINT)
    process.wait(timeout=20)


def test_one_program_dies_and_all_stop_with_its_name_said(start: Start, tmp_path: Path) -> None:
    process = start(f"web={SLEEP_WITH_CHILD}", "worker=sleep 1; exit 3")
    read_until(process, "up")
    those = descendants(process)
    text = read_until(process, "stopping everything")
    assert "worker ended (exit code 3): stopping everything." in text
    assert process.wait(timeout=20) == 1
    assert_gone(those)
    assert not (tmp_path / "programs.json").exists()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing(start: Start, tmp_path: Path, signum: signal.Signals) -> None:
    process = start(f"web={SLEEP}", f"worker={SLEEP_WITH_CHILD}")
    read_until(process, "web    | up", "worker | up")
    those = descendants(process)
    assert len(those) >= 3
    process.send_signal(signum)
    assert process.wait(timeout=20) == 0
    assert_gone(those)
    assert not (tmp_path / "programs.json").exists()


def test_a_second_signal_ends_a_stubborn_program_at_once(start: Start) -> None:
    process = start(f"web={STUBBORN}")
    read_until(process, "up")
    those = descendants(process)
    process.send_signal(signal.SIGINT)
    read_until(process, "SIGINT received")
    process.send_signal(signal.SIGINT)
    process.wait(timeout=8)
    assert_gone(those)


def test_a_closed_terminal_stops_everything(start: Start) -> None:
    process = start("web=while :; do echo up; sleep 0.1; done")
    read_until(process, "up")
    those = descendants(process)
    assert process.stdout is not None
    process.stdout.close()
    process.wait(timeout=20)
    assert_gone(those)


def test_a_dead_service_stops_everything(start: Start) -> None:
    process = start(f"watched={SLEEP}")
    assert "database ended: stopping everything." in read_until(process, "stopping everything")
    assert process.wait(timeout=20) == 1


def test_what_a_killed_supervisor_left_is_ended_by_the_next(start: Start) -> None:
    process = start(f"web={SLEEP_WITH_CHILD}")
    read_until(process, "up")
    those = descendants(process)
    process.kill()
    process.wait(timeout=5)
    following = start(f"web={SLEEP}")
    read_until(following, "up")
    assert_gone(those)
    following.send_signal(signal.SIGTERM)
    following.wait(timeout=20)


def test_a_taken_port_that_was_asked_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.socket() as stranger:
        stranger.bind((ports.HOST, 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(Trouble, match=f"Port {port} is taken by another program"):
            development._choose_ports()
        assert ports.next_free(port) != port
    monkeypatch.setenv("PORT", "eighty")
    with pytest.raises(Trouble, match="PORT must be a number"):
        development._choose_ports()


def test_what_is_asked_for_the_pages_is_given_to_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    port = ports.any_free()
    monkeypatch.setenv("PORT", str(port))
    monkeypatch.setattr(development, "FIRST_SANDBOX_PORT", port)
    web, sandbox = development._choose_ports()
    assert (web, sandbox != port) == (port, True)
    assert ports.any_free(preferred=port) != port  # the database and the cache, which remember where they were


def test_a_second_bin_dev_says_where_the_first_runs(tmp_path: Path) -> None:
    (tmp_path / ".data" / "dev").mkdir(parents=True)
    notes.write(tmp_path / ".data" / "dev" / "web.json", {"pid": 12, "address": "http://127.0.0.1:8003/"})
    with locks.sole(tmp_path / ".data" / "dev.lock") as first:
        assert first
        with pytest.raises(Trouble, match=r"already running .* at http://127\.0\.0\.1:8003/ \(process 12\)"):
            development.run(tmp_path, [])
    assert not (tmp_path / ".data" / "dev.lock").exists()


def test_the_box_is_straight_and_names_every_account() -> None:
    lines = development._box(8000).strip().splitlines()
    assert len({len(line) for line in lines}) == 1
    text = "\n".join(lines)
    assert all(email in text for email, _ in development.ACCOUNTS)
    assert "http://127.0.0.1:8000/" in text
