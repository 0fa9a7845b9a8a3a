"""The style sheets of every page: as they are written where one develops, one file where people work."""

import re
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.management.commands.collectstatic import Command
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Context, Template
from whitenoise.compress import Compressor

from openflex.core.static_files import JOINED, STYLE_SHEETS, JoiningStorage
from tests.support.html import parsed

PAGE = "{% style_sheets as sheets %}{% for sheet in sheets %}<link href='{{ sheet }}'>{% endfor %}"


def linked() -> list[str]:
    drawn = Template(PAGE).render(Context())
    return [link["href"] for link in parsed(drawn).select("link")]


def test_where_one_develops_each_is_linked_in_the_order_of_the_cascade():
    assert linked() == [f"/static/{name}" for name in STYLE_SHEETS]


def test_collected_they_are_one_file_that_says_the_same(tmp_path, monkeypatch):
    joining = JoiningStorage(location=str(tmp_path), base_url="/static/")
    monkeypatch.setattr(staticfiles_storage, "_wrapped", joining)
    # What is served compressed is WhiteNoise's, and takes most of the time.
    monkeypatch.setattr(joining, "create_compressor", partial(Compressor, use_gzip=False, use_brotli=False))
    command = Command()
    command.storage = joining
    for _ in range(2):  # a second release collects over the first
        command.set_options(
            interactive=False, verbosity=0, link=False, clear=False, dry_run=False, ignore_patterns=[],
            use_default_ignore_patterns=True, post_process=True,
        )  # fmt: skip
        command.collect()
    (address,) = linked()
    assert re.fullmatch(r"/static/css/all\.[0-9a-f]{12}\.css", address)
    kept = (tmp_path / address.removeprefix("/static/")).read_text()
    sources = [(Path(settings.BASE_DIR) / "static" / name).read_text() for name in STYLE_SHEETS]
    # Addresses in them get the name of their file; nothing else changes.
    plain = re.sub(r"(/[\w.-]+)\.[0-9a-f]{12}(\.\w+)", r"\1\2", kept)
    assert re.sub(r"url\([^)]*\)", "url()", plain) == re.sub(r"url\([^)]*\)", "url()", "\n".join(sources))
    for target in re.findall(r"url\(\"?([^\")]+)\"?\)", kept):
        assert target.startswith("data:") or (tmp_path / "css" / target).resolve().is_file()
    assert (tmp_path / JOINED).is_file()
