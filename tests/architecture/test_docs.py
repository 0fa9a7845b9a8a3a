"""Documents that cannot rot: what they name exists, and what exists is named."""

import re

import pytest
from django.core.management import get_commands

from openflex.embedded.development import ACCOUNTS
from tests.architecture.tree import OUR_APPS, ROOT, Source, document, documents, names_of_settings

EXPECTED = (
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/testing.md", "docs/operations.md",
    "docs/glossary.md", "docs/in-progress.md",
)  # fmt: skip
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
IN_BACKQUOTES = re.compile(r"`([^`\s]+)`")
ADDRESS = re.compile(r"[\w.]+@demo\.test")
# Two printed pages, at about 55 lines of 100 characters and a table's rows.
LONGEST_MAP = 110


def names_in_env_example() -> set[str]:
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def our_commands() -> list[str]:
    return sorted(name for name, app in get_commands().items() if str(app).split(".")[0] in OUR_APPS)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_document_exists(name: str) -> None:
    assert len(document(name)) > 200


@pytest.mark.parametrize("source", documents(), ids=lambda source: source.name)
def test_its_links_lead_somewhere(source: Source) -> None:
    targets = [target for target in LINK.findall(source.text) if "://" not in target]
    assert [target for target in targets if not (source.path.parent / target).exists()] == []


def test_the_map_stays_a_map() -> None:
    assert document("docs/architecture.md").count("\n") <= LONGEST_MAP


def test_the_rooms_on_the_map_exist() -> None:
    """The first column of its table: files and folders, the first one whole, the others beside it."""
    rows = re.findall(r"^\| (`[^|]*`) \|", document("docs/architecture.md"), re.MULTILINE)
    missing = []
    for row in rows:
        first, *others = IN_BACKQUOTES.findall(row)
        beside = (ROOT / first).parent if not first.endswith("/") else ROOT
        folders = [beside, ROOT]
        missing += [first] * (not (ROOT / first).exists())
        missing += [name for name in others if not any((folder / name).exists() for folder in folders)]
    assert len(rows) > 10
    assert missing == []


def test_the_shells_are_on_the_map() -> None:
    """The pages that begin a document and that others extend."""
    folder = ROOT / "templates"
    wholes = {path.name for path in folder.glob("*.html") if "<!DOCTYPE html>" in path.read_text()[:200]}
    extended = set(
        re.findall(r'{% extends "([a-z_]+\.html)" %}', "".join(p.read_text() for p in folder.rglob("*.html")))
    )
    shells = wholes & extended
    (row,) = re.findall(r"^\| `templates/` .*$", document("docs/architecture.md"), re.MULTILINE)
    assert set(re.findall(r"`(\w+\.html)`", row)) == shells
    assert {2: "two", 3: "three", 4: "four"}[len(shells)] in row


def test_every_folder_of_tests_is_told() -> None:
    folders = [path.parent.name for path in (ROOT / "tests").glob("*/__init__.py")]
    assert [name for name in folders if f"tests/{name}" not in document("docs/testing.md")] == []


def test_every_app_is_on_the_map() -> None:
    text = document("docs/architecture.md")
    packages = [path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"]
    assert [name for name in packages if not re.search(rf"^\| `{name}/", text, re.MULTILINE)] == []


@pytest.mark.parametrize("command", our_commands())
def test_every_command_is_documented(command: str) -> None:
    text = "\n".join(source.text for source in documents() if source.name.startswith("docs/"))
    assert re.search(rf"`[^`\n]*\b{command}\b[^`\n]*`", text)


@pytest.mark.parametrize("name", sorted(names_of_settings() | names_in_env_example()))
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in document("docs/operations.md")


def test_every_script_is_documented() -> None:
    text = document("README.md") + document("docs/operations.md") + document("CONTRIBUTING.md")
    scripts = [path.name for path in (ROOT / "bin").iterdir() if not path.name.startswith("_")]
    assert [name for name in scripts if f"bin/{name}" not in text] == []


def test_the_accounts_named_are_those_of_the_demonstration() -> None:
    """That these can sign in is proved beside the demonstration itself."""
    announced = {address for address, _ in ACCOUNTS}
    assert set(ADDRESS.findall(document("README.md"))) == announced
    for source in documents():
        assert set(ADDRESS.findall(source.text)) <= announced
