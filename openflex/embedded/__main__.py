"""python -m openflex.embedded: the part of bin/* that runs in the environment.

dev [--reset] [--no-seed]        everything, until Ctrl-C
run FOLDER COMMAND…              one command on the services of .data/FOLDER, started for it when they are down
start FOLDER | stop FOLDER       keep these services up, and end them; start prints what to export
"""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from openflex.embedded import development, processes, services
from openflex.embedded.trouble import Trouble, from_os_error

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = ("dev", "test", "bench")


def main(arguments: list[str]) -> int:
    match arguments:
        case ["dev", *rest]:
            return development.run(ROOT, rest)
        case ["run", folder, *command] if folder in FOLDERS and command:
            return _run(folder, command)
        case ["start", folder] if folder in FOLDERS:
            addresses = services.keep(_data_dir(folder), environment=_outside(folder))
            print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in addresses.items()))
            return 0
        case ["stop", folder] if folder in FOLDERS:
            services.release(_data_dir(folder))
            return 0
    print(__doc__, file=sys.stderr)
    return 2


def _run(folder: str, command: list[str]) -> int:
    """The command keeps the terminal: it may ask questions, and Ctrl-C is its own."""
    data_dir = _data_dir(folder)
    with (
        processes.every_signal_interrupts(),
        services.use(data_dir, environment=_outside(folder)) as addresses,
    ):
        defaults = development.environment(data_dir) if folder != "test" else {"OUTBOX_DIR": str(data_dir / "outbox")}
        process = subprocess.Popen(command, env={**os.environ, **defaults, **addresses})

        def pass_on(signum: int, frame: FrameType | None) -> None:
            process.send_signal(signum)

        for signum in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, pass_on)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        returncode = process.wait()
    return 128 - returncode if returncode < 0 else returncode


def _data_dir(folder: str) -> Path:
    return ROOT / ".data" / folder


def _outside(folder: str) -> dict[str, str]:
    """Which services of the environment serve. Those meant for development must never meet the tests, which empty them:
    tests take TEST_DATABASE_URL and TEST_REDIS_URL only."""
    prefix = "TEST_" if folder == "test" else ""
    return {name: os.environ.get(f"{prefix}{name}", "") for name in services.NAMES}


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Trouble as trouble:
        sys.exit(str(trouble))
    except OSError as error:
        sys.exit(str(from_os_error(error, ROOT)))
    except KeyboardInterrupt:
        sys.exit(130)
