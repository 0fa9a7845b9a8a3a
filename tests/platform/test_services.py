"""The embedded database and cache: start, stop, come back after a kill, keep their data folders apart."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis as redis_client

from openflex.embedded import notes, ports, postgres, processes, redis, services
from openflex.embedded.homes import home_of, make, outside_folder
from openflex.embedded.trouble import NEEDED_MEGABYTES, Trouble, check_space, from_os_error

NONE: dict[str, str] = {}


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    yield folder
    services.remove(folder)


@pytest.fixture
def other_data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "other"
    yield folder
    services.remove(folder)


def ask(address: str, query: str) -> str:
    with psycopg.connect(address, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return str(row[0]) if row else ""


def execute(address: str, statement: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())


def postmaster(data_dir: Path) -> psutil.Process:
    return psutil.Process(int((home_of(data_dir).data / "postmaster.pid").read_text().splitlines()[0]))


def test_services_start_answer_and_stop(data_dir: Path) -> None:
    addresses = services.ensure(data_dir, environment=NONE)
    assert ask(addresses["DATABASE_URL"], "SELECT datlocale FROM pg_database WHERE datname = current_database()") == (
        "C.UTF-8"
    )
    assert ask(addresses["DATABASE_URL"], "SHOW fsync") == "off"
    with redis_client.Redis.from_url(addresses["REDIS_URL"]) as client:
        assert client.ping()
    assert services.running(data_dir)
    server = postmaster(data_dir)
    services.stop(data_dir)
    assert not services.running(data_dir)
    assert processes.find(server.pid) is None
    assert services.missing(data_dir, environment=NONE) == ["database", "cache"]


def test_both_ask_for_a_password_and_only_this_machine_reaches_them(data_dir: Path) -> None:
    addresses = services.ensure(data_dir, environment=NONE)
    without = addresses["DATABASE_URL"].replace(notes.read(data_dir / "postgres.json")["password"], "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(without)
    with pytest.raises(redis_client.AuthenticationError):
        redis_client.Redis(host="127.0.0.1", port=notes.read(data_dir / "redis.json")["port"]).ping()
    assert ask(addresses["DATABASE_URL"], "SHOW listen_addresses") == "127.0.0.1"
    for name in ("postgres.json", "redis.json", "redis.conf"):
        assert (data_dir / name).stat().st_mode & 0o077 == 0


def test_a_second_start_finds_the_same_servers_and_data(data_dir: Path) -> None:
    first = services.ensure(data_dir, environment=NONE)
    execute(first["DATABASE_URL"], "CREATE TABLE kept (id int)")
    assert services.ensure(data_dir, environment=NONE) == first
    services.stop(data_dir)
    assert services.ensure(data_dir, environment=NONE) == first
    assert ask(first["DATABASE_URL"], "SELECT count(*) FROM kept") == "0"


def test_a_killed_database_comes_back_with_its_data(data_dir: Path) -> None:
    address = services.ensure(data_dir, environment=NONE)["DATABASE_URL"]
    # Written before it is confirmed, which is switched off here for speed: a kill may cost the last half second.
    execute(f"{address}?options=-csynchronous_commit%3Don", "CREATE TABLE kept AS SELECT 1 AS id")
    postmaster(data_dir).kill()
    deadline = time.monotonic() + 5
    while postgres.running(data_dir) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert services.missing(data_dir, environment=NONE) == ["database"]
    assert ask(services.ensure(data_dir, environment=NONE)["DATABASE_URL"], "SELECT id FROM kept") == "1"


def test_a_killed_cache_comes_back(data_dir: Path) -> None:
    first = services.ensure(data_dir, environment=NONE)
    psutil.Process(notes.read(data_dir / "redis.json")["pid"]).kill()
    with redis_client.Redis.from_url(services.ensure(data_dir, environment=NONE)["REDIS_URL"]) as client:
        assert client.ping()
    assert services.ensure(data_dir, environment=NONE)["DATABASE_URL"] == first["DATABASE_URL"]


def test_a_number_that_now_belongs_to_another_program_is_stale(data_dir: Path) -> None:
    services.ensure(data_dir, environment=NONE)
    pid_file = home_of(data_dir).data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    services.stop(data_dir)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        notes.write(data_dir / "redis.json", notes.read(data_dir / "redis.json") | {"pid": stranger.pid})
        assert not services.running(data_dir)
        services.ensure(data_dir, environment=NONE)
        assert services.running(data_dir)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_remembered_port_taken_meanwhile_is_replaced(data_dir: Path) -> None:
    first = services.ensure(data_dir, environment=NONE)
    services.stop(data_dir)
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind((ports.HOST, notes.read(data_dir / "postgres.json")["port"]))
        stranger.listen()
        second = services.ensure(data_dir, environment=NONE)
    assert second["DATABASE_URL"] != first["DATABASE_URL"]
    assert ask(second["DATABASE_URL"], "SELECT 1") == "1"


def test_two_data_folders_never_touch(data_dir: Path, other_data_dir: Path) -> None:
    one = services.ensure(data_dir, environment=NONE)
    two = services.ensure(other_data_dir, environment=NONE)
    execute(one["DATABASE_URL"], "CREATE TABLE mine (id int)")
    assert ask(two["DATABASE_URL"], "SELECT to_regclass('mine') IS NULL") == "True"
    with redis_client.Redis.from_url(one["REDIS_URL"]) as client:
        client.set("mine", "1")
    with redis_client.Redis.from_url(two["REDIS_URL"]) as client:
        assert client.get("mine") is None
        client.flushall()
    services.remove(other_data_dir)
    assert not other_data_dir.exists()
    assert services.running(data_dir)
    assert ask(one["DATABASE_URL"], "SELECT to_regclass('mine') IS NULL") == "False"


def test_an_interrupted_first_start_is_done_again(data_dir: Path) -> None:
    data_dir.mkdir()
    home = home_of(data_dir)
    make(home)
    (home.folder / "postgres.draft").mkdir()
    (home.folder / "postgres.draft" / "PG_VERSION").write_text("18")
    notes.write(data_dir / "postgres.json", {"password": "of the interrupted start"})
    assert ask(services.ensure(data_dir, environment=NONE)["DATABASE_URL"], "SELECT 1") == "1"


def test_addresses_of_the_environment_win_and_start_nothing(data_dir: Path) -> None:
    given = {"DATABASE_URL": "postgres://a@b/c", "REDIS_URL": "redis://d"}
    assert services.ensure(data_dir, environment=given) == given
    assert services.missing(data_dir, environment=given) == []
    assert not services.running(data_dir)


def test_the_last_user_stops_the_services(data_dir: Path) -> None:
    with services.use(data_dir, environment=NONE):
        with services.use(data_dir, environment=NONE):
            pass
        assert services.running(data_dir)
    assert not services.running(data_dir)


def test_kept_services_outlive_their_users(data_dir: Path) -> None:
    services.keep(data_dir, environment=NONE)
    with services.use(data_dir, environment=NONE):
        pass
    assert services.running(data_dir)
    services.release(data_dir)
    assert not services.running(data_dir)


def test_a_full_disk_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"is full or nearly so\. Free some space"):
        check_space(tmp_path, free=(NEEDED_MEGABYTES - 1) * 1024 * 1024)
    check_space(tmp_path, free=NEEDED_MEGABYTES * 1024 * 1024)
    error = OSError(28, os.strerror(28), str(tmp_path))
    assert "Free some space" in str(from_os_error(error, tmp_path))


def test_a_database_that_cannot_start_says_where_to_look(data_dir: Path) -> None:
    services.ensure(data_dir, environment=NONE)
    services.stop(data_dir)
    (home_of(data_dir).data / "PG_VERSION").write_text("17\n")
    with pytest.raises(Trouble, match="Only starting over helps"):
        services.ensure(data_dir, environment=NONE)


def test_a_lost_password_is_said_or_begins_anew(data_dir: Path) -> None:
    services.ensure(data_dir, environment=NONE)
    (data_dir / "postgres.json").unlink()
    if outside_folder(data_dir):  # whoever removes a checkout by hand does not know of this folder
        services.ensure(data_dir, environment=NONE)
    else:
        with pytest.raises(Trouble, match="password of the database was lost"):
            services.ensure(data_dir, environment=NONE)


def test_a_closed_folder_of_root_still_serves(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root's database runs under another account")
    tmp_path.chmod(0o700)
    folder = tmp_path / "closed"
    try:
        assert ask(services.ensure(folder, environment=NONE)["DATABASE_URL"], "SELECT 1") == "1"
        outside = outside_folder(folder)
        assert outside is not None
    finally:
        services.remove(folder)
    assert not outside.exists()


def test_notes_are_whole_private_and_forgiving(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    assert notes.read(path) == {}
    notes.write(path, {"a": 1})
    assert json.loads(path.read_text()) == {"a": 1}
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text('{"a":')
    assert notes.read(path) == {}
    assert list(tmp_path.iterdir()) == [path]


def test_end_takes_a_stubborn_process_too() -> None:
    stubborn = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
    )
    assert stubborn.stdout is not None
    stubborn.stdout.readline()
    processes.end(psutil.Process(stubborn.pid), signal.SIGTERM, patience=0.3)
    assert processes.find(stubborn.pid) is None
    stubborn.stdout.close()
    assert redis.running(Path("/nowhere")) is False
