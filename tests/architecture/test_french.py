"""The French of the screen: spaces that do not break before double signs and inside guillemets, plurals as the French
count."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.tree import ROOT, Source, python_files, templates

# U+00A0 alone is right; the others break, or are another width than everywhere else.
WRONG_SPACE = r"[ \n\t\u2009\u202f]"
SIGN = re.compile(
    rf"(?<=[\w)\]}}’.%€»>\"]){WRONG_SPACE}+[:;?!»](?=$|[\s<{{\"'.,)])|^{WRONG_SPACE}[:;?!»](?= |$)|«{WRONG_SPACE}"
)
COMMENTS = re.compile(r"{#.*?#}|{% comment.*?endcomment %}|<!--.*?-->", re.DOTALL)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
QUOTED = re.compile(r"\"([^\"]*)\"")
SCRIPT_TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`", re.DOTALL)
PLACEHOLDER = re.compile(r"\${[^}]*}")

# What the sandbox says, pages show.
WRITTEN = [source for source in python_files() if source.is_ours_to_run or source.name.startswith("sandbox/")]
SCRIPTS = [Source(path, path.read_text()) for path in sorted((ROOT / "static" / "js").glob("*.js"))]


def misplaced(text: str) -> list[str]:
    return [text[max(0, found.start() - 30) : found.end() + 10] for found in SIGN.finditer(text)]


def words_of_template(source: Source) -> Iterator[str]:
    """What is printed: the text, with a mark where a tag stands, and the texts given inside the tags."""
    text = COMMENTS.sub("", source.text)
    yield TAG.sub("}", text).replace("&nbsp;", "\u00a0")
    for tag in TAG.findall(text):
        yield from (quoted for quoted in QUOTED.findall(tag) if re.search(r"[^\W\d_]|^ ?[:;?!] ?$", quoted))


def words_of_python(source: Source) -> Iterator[str]:
    """Every text but the docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in source.walk()
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in source.walk():
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def words_of_script(source: Source) -> Iterator[str]:
    """Every text that a person may read: with a letter in it, and no code."""
    for token in SCRIPT_TOKEN.findall(source.text):
        if not token.startswith("/"):
            yield PLACEHOLDER.sub("}", token[1:-1]).replace("\\u00a0", "\u00a0")


@pytest.mark.parametrize(
    "text",
    [
        "Prix : 3",
        "Vraiment ?",
        "Oui ; non",
        "« Oui\u00a0»",
        "«\u00a0Oui »",
        "fin\u202f: 3",
        " : ",
        "<b>Oui</b> : {{ x }}",
    ],
)
def test_a_space_that_breaks_is_seen(text: str) -> None:
    assert misplaced(text)


@pytest.mark.parametrize("text", ["Prix\u00a0: 3", "«\u00a0Oui\u00a0»", "12:30", 'if x <c-f :field="y"', "a:hover"])
def test_other_signs_are_left_alone(text: str) -> None:
    assert not misplaced(text)


@pytest.mark.parametrize("source", templates(), ids=lambda source: source.name)
def test_no_sign_is_torn_from_its_word_in_a_template(source: Source) -> None:
    assert [wrong for text in words_of_template(source) for wrong in misplaced(text)] == []


@pytest.mark.parametrize("source", WRITTEN, ids=lambda source: source.name)
def test_no_sign_is_torn_from_its_word_in_python(source: Source) -> None:
    assert [wrong for text in words_of_python(source) for wrong in misplaced(text)] == []


@pytest.mark.parametrize("source", SCRIPTS, ids=lambda source: source.name)
def test_no_sign_is_torn_from_its_word_in_a_script(source: Source) -> None:
    assert [wrong for text in words_of_script(source) for wrong in misplaced(text)] == []


@pytest.mark.parametrize("source", templates(), ids=lambda source: source.name)
def test_plurals_are_french(source: Source) -> None:
    """Django's `pluralize` writes « 0 jours »; `counted` and `plural` do not, and put the space that does not break."""
    assert "pluralize" not in source.text
