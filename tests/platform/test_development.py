"""What `bin/dev` keeps from one start to the next, and what it forgets when it is told to start over."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis as redis_client

from openflex.embedded import development, services

Start = Callable[..., dict[str, bool]]


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / ".data").mkdir()  # by bin/_bootstrap, with the environment
    yield tmp_path
    services.remove(tmp_path / ".data" / "dev")


@pytest.fixture
def start(root: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Starts it on services of its own, up to where it fills the database and runs the programs: what it finds there
    then, before leaving something in each place."""
    for name in services.NAMES:
        monkeypatch.delenv(name, raising=False)
    found: dict[str, bool] = {}
    data = root / ".data" / "dev"

    def prepare(values: dict[str, str], *, seed: bool) -> None:
        photo = data / "photos" / "one.webp"
        with (
            psycopg.connect(values["DATABASE_URL"], autocommit=True) as database,
            redis_client.Redis.from_url(values["REDIS_URL"]) as cache,
        ):
            row = database.execute("SELECT to_regclass('left_behind')").fetchone()
            found.update(table=bool(row and row[0]), key=bool(cache.exists("left")), photo=photo.exists(), seed=seed)
            database.execute("CREATE TABLE IF NOT EXISTS left_behind (id int)")
            cache.set("left", "behind")
            cache.save()
        photo.parent.mkdir(exist_ok=True)
        photo.touch()

    def leave_at_once(supervisor: Any, **_: Any) -> int:
        return 0

    monkeypatch.setattr(development, "_prepare", prepare)
    monkeypatch.setattr(development.Supervisor, "run", leave_at_once)

    def run(*options: str) -> dict[str, bool]:
        assert development.run(root, list(options)) == 0
        return dict(found)

    return run


def test_it_starts_over_only_when_it_is_told_to(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = {"table": False, "key": False, "photo": False}
    everything = {"table": True, "key": True, "photo": True}
    assert start() == {**nothing, "seed": True}
    assert start("--no-seed") == {**everything, "seed": False}
    assert "was removed" not in capsys.readouterr().out
    assert start("--reset") == {**nothing, "seed": True}
    assert "The development data was removed." in capsys.readouterr().out
    assert start() == {**everything, "seed": True}


def test_of_what_was_never_started_nothing_is_removed(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    assert start("--reset")["table"] is False
    assert "was removed" not in capsys.readouterr().out
