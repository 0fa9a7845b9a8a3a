"""The files of the repository, as the tests of its habits read them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

ROOT: Final = Path(__file__).resolve().parents[2]
# The packages of the installed apps that stand at the top of the repository: none can be forgotten.
OUR_APPS: Final = tuple(
    name
    for name in dict.fromkeys(name.partition(".")[0] for name in settings.INSTALLED_APPS)
    if name != "tests" and (ROOT / name).is_dir()
)
PACKAGES: Final = (*OUR_APPS, "sandbox", "bench", "tests")


@dataclass(frozen=True)
class Source:
    path: Path
    text: str

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def is_ours_to_run(self) -> bool:
        """Part of the application: not a test, not a benchmark, not the sandbox."""
        return self.name.startswith(tuple(f"{app}/" for app in OUR_APPS))

    def walk(self) -> Iterator[ast.AST]:
        return ast.walk(_parsed(self))


@cache
def _parsed(source: Source) -> ast.Module:
    return ast.parse(source.text)


@cache
def python_files() -> tuple[Source, ...]:
    """Every Python file that people write: migrations are generated."""
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return tuple(Source(path, path.read_text()) for path in found if "migrations" not in path.parts)


@cache
def templates() -> tuple[Source, ...]:
    found = (path for path in sorted((ROOT / "templates").rglob("*")) if path.is_file())
    return tuple(Source(path, path.read_text()) for path in found)


@cache
def documents() -> tuple[Source, ...]:
    """What people read: the pages of docs/ and those at the top of the repository."""
    found = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    return tuple(Source(path, path.read_text()) for path in found)


def document(name: str) -> str:
    return next(source.text for source in documents() if source.name == name)


def names_of_settings() -> set[str]:
    """Every variable that `openflex/settings.py` reads by a reader of `openflex.env`."""
    source = next(each for each in python_files() if each.name == "openflex/settings.py")
    return {
        str(node.args[0].value)
        for node in source.walk()
        if isinstance(node, ast.Call)
        and re.fullmatch(r"env\.\w+", ast.unparse(node.func))
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
