"""Files that a browser keeps: in production the style sheets of every page are one file, and so one request."""

from collections.abc import Iterator
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

# In the order of the cascade.
STYLE_SHEETS = ("vendor/reset.css", "css/tokens.css", "css/base.css", "css/components.css", "css/screens.css")
# Beside those of ours: what they point to is found from here too.
JOINED = "css/all.css"


class JoiningStorage(CompressedManifestStaticFilesStorage):
    """Joins the style sheets while files are collected, before they get the names that change with what they say."""

    style_sheets = (JOINED,)

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run and all(name in paths for name in STYLE_SHEETS):
            texts = []
            for name in STYLE_SHEETS:
                storage, path = paths[name]
                with storage.open(path) as file:
                    texts.append(file.read())
            self.delete(JOINED)
            self.save(JOINED, ContentFile(b"\n".join(texts)))
            paths[JOINED] = (self, JOINED)
        yield from super().post_process(paths, dry_run, **options)


def style_sheets() -> tuple[str, ...]:
    """The names of what a page links: each file as it is written, or all in one where they are joined."""
    return getattr(staticfiles_storage, "style_sheets", STYLE_SHEETS)
