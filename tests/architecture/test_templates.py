"""Templates: all compile, none needs what the content security policy refuses, every form can be trusted."""

import re

import pytest
from django.template import engines

from openflex.core.finding import beginnings, find_sources, found_pages
from openflex.core.todos import todo_sources
from tests.architecture.tree import ROOT, Source, templates

ALL = templates()
PAGES = [source for source in ALL if source.path.suffix in {".html", ".svg"}]
FOLDER = ROOT / "templates"

INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a script without src": re.compile(r"<script\b(?![^>]*\ssrc=)", re.IGNORECASE),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript address": re.compile(r"javascript:", re.IGNORECASE),
}
UNESCAPED = re.compile(r"\|\s*(safe|safeseq)\b|autoescape\s+off")
COMMENTS = re.compile(r"{#.*?#}|{% comment.*?endcomment %}|<!--.*?-->", re.DOTALL)
FORM = re.compile(r"<form\b[^>]*\bmethod=\"post\".*?</form>", re.DOTALL | re.IGNORECASE)
COMPONENT = re.compile(r"<c-([a-z0-9._-]+)")
TAG = re.compile(r'<c-(?!button)[a-z.-]+(?:\s+[\w:.-]+(?:="[^"]*")?)*')
TOLD = re.compile(r'\b(?:title|subtitle)="([^"{]*)"')
COTTONS_OWN = {"vars", "slot"}
ICON = re.compile(r'{% icon "([^"]+)"|\bicon="([\w-]+)"')
DRAWN = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/vendor/icons.svg").read_text(encoding="utf-8")))

each_page = pytest.mark.parametrize("source", PAGES, ids=lambda source: source.name)


def markup(source: Source) -> str:
    return COMMENTS.sub("", source.text)


@pytest.mark.parametrize("source", ALL, ids=lambda source: source.name)
def test_it_compiles(source: Source) -> None:
    engines["django"].get_template(source.path.relative_to(FOLDER).as_posix())


@each_page
@pytest.mark.parametrize("what", INLINE)
def test_it_needs_nothing_that_the_policy_refuses(source: Source, what: str) -> None:
    assert INLINE[what].search(markup(source)) is None, f"{source.name} has {what}"


@each_page
def test_a_comment_of_several_lines_is_a_comment(source: Source) -> None:
    """`{# … #}` ends with its line: what follows would be read on the page."""
    assert [line for line in source.text.splitlines() if line.count("{#") != line.count("#}")] == []


@each_page
def test_what_a_component_is_told_is_text(source: Source) -> None:
    """It writes its title as text: « n°&nbsp;492 » would be read on the page, unless a variable stands in it."""
    told = [value for tag in TAG.findall(markup(source)) for value in TOLD.findall(tag)]
    assert [value for value in told if "&nbsp;" in value] == []


@each_page
def test_everything_is_escaped(source: Source) -> None:
    assert UNESCAPED.search(markup(source)) is None


@each_page
def test_every_form_that_posts_has_its_token(source: Source) -> None:
    assert [form[:120] for form in FORM.findall(markup(source)) if "{% csrf_token %}" not in form] == []


@each_page
def test_what_promises_ctrl_s_keeps_it(source: Source) -> None:
    """The key saves a form that is guarded (static/js/forms.js), which asks before what was typed is lost."""
    promising = [form for form in FORM.findall(markup(source)) if 'kbd="Ctrl S"' in form]
    assert [form[:200] for form in promising if "data-guard" not in form[: form.index("{% csrf_token %}")]] == []


@each_page
def test_every_component_exists(source: Source) -> None:
    missing = []
    for name in set(COMPONENT.findall(markup(source))) - COTTONS_OWN:
        path = FOLDER / "components" / name.replace(".", "/").replace("-", "_")
        if not path.with_suffix(".html").exists() and not (path / "index.html").exists():
            missing.append(name)
    assert missing == []


@each_page
def test_every_icon_is_drawn(source: Source) -> None:
    """What is not in static/vendor/icons.txt would be an empty place."""
    assert {first or second for first, second in ICON.findall(markup(source))} - DRAWN == set()


def test_every_icon_that_the_apps_register_is_drawn() -> None:
    """What is to be done, what is found and what one begins, as their apps say it."""
    kinds = [kind for source in todo_sources() for kind in source.kinds]
    named = {one.icon for one in (*kinds, *find_sources(), *beginnings(), *found_pages())}
    assert named
    assert named - DRAWN == set()
