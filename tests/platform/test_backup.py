"""The rehearsal: what production's backup script saved comes back, all of it, after everything was lost."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from openflex.embedded import services
from openflex.embedded.homes import home_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("backup") / "data"
    yield folder
    services.remove(folder)


@pytest.fixture(scope="module")
def address(data_dir: Path) -> str:
    return services.ensure(data_dir, environment={})["DATABASE_URL"]


@pytest.fixture
def environment(address: str, data_dir: Path, tmp_path: Path) -> dict[str, str]:
    url = urlsplit(address)
    for name in ("backups", "media"):
        (tmp_path / name).mkdir()
    return {
        "PATH": f"{home_of(data_dir).binaries}:{os.environ['PATH']}",
        "PGHOST": url.hostname or "",
        "PGPORT": str(url.port),
        "PGUSER": url.username or "",
        "PGPASSWORD": url.password or "",
        "PGDATABASE": url.path[1:],
        "BACKUP_FOLDER": str(tmp_path / "backups"),
        "MEDIA_FOLDER": str(tmp_path / "media"),
    }


def backup(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "deploy" / "backup.sh"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def fill(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        connection.execute("CREATE TABLE sale (id int PRIMARY KEY, price numeric(12,2), label text)")
        connection.execute("INSERT INTO sale SELECT n, n * 1.01, 'É' || n FROM generate_series(1, 500) n")
        connection.execute("CREATE INDEX sale_label ON sale USING gin (label gin_trgm_ops)")


def total(address: str) -> tuple[int, str]:
    with psycopg.connect(address) as connection:
        row = connection.execute("SELECT count(*), sum(price)::text FROM sale").fetchone()
    assert row is not None
    return row[0], row[1]


def test_a_backup_brings_everything_back(address: str, environment: dict[str, str], tmp_path: Path) -> None:
    fill(address)
    before = total(address)
    photo = tmp_path / "media" / "vehicles" / "1.webp"
    photo.parent.mkdir()
    photo.write_bytes(b"photo")
    assert backup(environment, "check").returncode != 0
    made = backup(environment, "now")
    assert made.returncode == 0, made.stderr
    assert backup(environment, "check").returncode == 0

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP TABLE sale")
        connection.execute("CREATE TABLE intruder (id int)")
    photo.write_bytes(b"broken")
    (tmp_path / "media" / "intruder").touch()

    restored = backup(environment, "restore", made.stdout.strip())
    assert restored.returncode == 0, restored.stderr
    assert total(address) == before
    assert photo.read_bytes() == b"photo"
    assert not (tmp_path / "media" / "intruder").exists()
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT to_regclass('intruder'), to_regclass('sale_label')").fetchone() == (
            None,
            "sale_label",
        )


def test_a_damaged_backup_is_refused_and_changes_nothing(
    address: str, environment: dict[str, str], tmp_path: Path
) -> None:
    fill(address)
    name = backup(environment, "now").stdout.strip()
    dump = tmp_path / "backups" / name / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-100])
    assert backup(environment, "restore", name).returncode != 0
    assert total(address)[0] == 500


def test_a_dump_that_cannot_be_replayed_changes_nothing(
    address: str, environment: dict[str, str], tmp_path: Path
) -> None:
    fill(address)
    name = backup(environment, "now").stdout.strip()
    folder = tmp_path / "backups" / name
    dump = folder / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-2000])  # its end is missing, its sums are right
    (folder / "SHA256SUMS").write_text(
        subprocess.run(
            ["sha256sum", "database.dump", "media.tar"], cwd=folder, capture_output=True, text=True, check=True
        ).stdout
    )
    assert backup(environment, "restore", name).returncode != 0
    assert total(address)[0] == 500


def test_a_failed_backup_leaves_nothing_that_looks_complete(environment: dict[str, str], tmp_path: Path) -> None:
    failed = backup({**environment, "PGPASSWORD": "wrong"}, "now")
    assert failed.returncode != 0
    assert list((tmp_path / "backups").glob("openflex-*")) == []
