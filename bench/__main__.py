"""python -m bench [--setup] [group …]: measures, prints one table and writes docs/quality.md."""

import argparse
import os
import secrets
import sys
from importlib import import_module

GROUPS = ("setup", "pages", "statements", "browser", "quotations", "patience", "export", "imports", "live", "comments")
# These bring what they measure with them.
NEED_NO_VOLUME = {"live"}


def prepare_django() -> None:
    """Production's settings, with secrets that live as long as the run."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="bench.settings",
        DEBUG="false",
        SECRET_KEY=secrets.token_urlsafe(64),
        ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
        PUBLIC_URL="http://localhost",
        EMAIL_URL="memorymail://",
        VALUATION_CLIENT_SECRET="sandbox",
        VALUATION_IS_SANDBOX="true",
        VALUATION_DAILY_QUOTA="100000",
    )
    import django

    django.setup()


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []], help="only these groups (default: all but setup)")
    parser.add_argument("--setup", action="store_true", help="also bin/dev from nothing: minutes, and downloads")
    options = parser.parse_args()
    groups = options.groups or [name for name in GROUPS if name != "setup" or options.setup]
    prepare_django()

    from bench import data, report

    if set(groups) - NEED_NO_VOLUME:
        data.make_ready()
    for group in groups:
        print(f"measuring {group}…", file=sys.stderr, flush=True)
        report.keep(group, import_module(f"bench.{group}").measure())
    print(report.table(groups))
    report.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
