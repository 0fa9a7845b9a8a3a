"""What can go wrong outside the code, told in a sentence that says what to do."""

import errno
from pathlib import Path


class Trouble(Exception):
    """Shown to the person at the terminal as it is, without a traceback."""


NEEDED_MEGABYTES = 200  # a new database takes 40, and it must still grow


def check_space(folder: Path, *, free: int) -> None:
    """`free` in bytes."""
    if free < NEEDED_MEGABYTES * 1024 * 1024:
        raise disk_full(folder)


def disk_full(folder: Path) -> Trouble:
    return Trouble(
        f"The disk that holds {folder} is full or nearly so. "
        f"Free some space ({NEEDED_MEGABYTES} MB are needed), then run the command again."
    )


def from_os_error(error: OSError, folder: Path) -> Trouble:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(folder)
    what = f"{error.filename}: " if error.filename else ""
    return Trouble(f"{what}{error.strerror or error}. Put this right, then run the command again.")
