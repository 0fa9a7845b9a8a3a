"""A logo as it is kept: read as an image or refused, then drawn anew: of the sent file only pixels stay."""

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Final

from PIL import Image, ImageOps

from openflex.core.errors import Refused
from openflex.core.french import NBSP

FORMATS: Final = ("PNG", "JPEG", "WEBP")
MAX_MEGABYTES: Final = 5
MAX_PIXELS: Final = 16_000_000
BOX: Final = (600, 300)

_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error)


@dataclass(frozen=True)
class CleanImage:
    """A PNG of nothing but pixels."""

    content: bytes
    width: int
    height: int


def clean_logo(file: BinaryIO, *, size: int) -> CleanImage:
    """The first image of a PNG, JPEG or WebP file of `size` bytes, upright, within 600 × 300, transparency kept.

    Raises Refused beside `logo` for another type, a broken file, and one too large, unpacked too (it is measured before
    it is unpacked).
    """
    if size > MAX_MEGABYTES * 1024 * 1024:
        raise _refused("too_heavy", f"Ce fichier dépasse {MAX_MEGABYTES}{NBSP}Mo.")
    try:
        with Image.open(file, formats=FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise _refused("too_large", f"Cette image est trop grande{NBSP}: {width} × {height}{NBSP}pixels.")
            return _drawn_anew(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _refused("too_large", "Cette image est trop grande.") from None
    except _BROKEN:
        raise _refused("not_an_image", "Ce fichier n’est pas une image PNG, JPEG ou WebP lisible.") from None


def _drawn_anew(image: Image.Image) -> CleanImage:
    upright = ImageOps.exif_transpose(image)
    is_see_through = upright.has_transparency_data
    pixels = upright.convert("RGBA" if is_see_through else "RGB")
    pixels.thumbnail(BOX, Image.Resampling.LANCZOS)
    bare = Image.new(pixels.mode, pixels.size)
    bare.paste(pixels)
    out = BytesIO()
    bare.save(out, "PNG", optimize=True)
    return CleanImage(out.getvalue(), *bare.size)


def _refused(code: str, message: str) -> Refused:
    return Refused(code, message, "logo")
