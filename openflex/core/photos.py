"""Images that people send: read as an image or refused, then drawn anew. Of the sent file only pixels stay."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO, Final, Literal

from PIL import Image, ImageOps

from openflex.core.errors import Refused
from openflex.core.french import NBSP

FORMATS: Final = ("PNG", "JPEG", "WEBP")
ACCEPTED: Final = "image/png,image/jpeg,image/webp"
MAX_MEGABYTES: Final = 5
MAX_PIXELS: Final = 16_000_000

_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error)
_SAVED: dict[str, dict[str, Any]] = {"PNG": {"optimize": True}, "WEBP": {"quality": 84, "method": 6}}


@dataclass(frozen=True)
class CleanImage:
    """An image of nothing but pixels."""

    content: bytes
    width: int
    height: int


def drawn_anew(
    file: BinaryIO,
    *,
    size: int,
    field: str,
    draw: Callable[[Image.Image], Image.Image],
    kind: Literal["PNG", "WEBP"] = "PNG",
) -> CleanImage:
    """The first image of a PNG, JPEG or WebP file of `size` bytes, upright, as `draw` makes it (RGB, or RGBA when it is
    see-through).

    Raises Refused beside `field` for another type, a broken file, and one too large, unpacked too (it is measured
    before it is unpacked).
    """
    if size > MAX_MEGABYTES * 1024 * 1024:
        raise Refused("too_heavy", f"Ce fichier dépasse {MAX_MEGABYTES}{NBSP}Mo.", field)
    try:
        with Image.open(file, formats=FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                found = f"{width} × {height}{NBSP}pixels"
                raise Refused("too_large", f"Cette image est trop grande{NBSP}: {found}.", field)
            return _bare(draw(_upright(image)), kind=kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("too_large", "Cette image est trop grande.", field) from None
    except _BROKEN:
        message = "Ce fichier n’est pas une image PNG, JPEG ou WebP lisible."
        raise Refused("not_an_image", message, field) from None


def _upright(image: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    return upright.convert("RGBA" if upright.has_transparency_data else "RGB")


def _bare(pixels: Image.Image, *, kind: str) -> CleanImage:
    bare = Image.new(pixels.mode, pixels.size)
    bare.paste(pixels)
    out = BytesIO()
    bare.save(out, kind, **_SAVED[kind])
    return CleanImage(out.getvalue(), *bare.size)
