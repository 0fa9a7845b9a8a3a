"""Images that people send: read as an image or refused, then drawn anew. Of the sent file only pixels stay."""

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO, Final, Literal

import pi_heif
from PIL import Image, ImageOps

from openflex.core.errors import Refused
from openflex.core.french import NBSP

FORMATS: Final = ("PNG", "JPEG", "WEBP")
ACCEPTED: Final = "image/png,image/jpeg,image/webp"
# What phones send besides: iPhones write HEIC, of which one image is read, upright already.
CAMERA_FORMATS: Final = (*FORMATS, "HEIF")
CAMERA_ACCEPTED: Final = f"{ACCEPTED},image/heic,image/heif,.heic,.heif"
MAX_MEGABYTES: Final = 5
MAX_PIXELS: Final = 16_000_000
# What the cameras of phones make: a JPEG is brought down while it is unpacked, an HEIC has twelve to fifty megapixels.
MAX_CAMERA_MEGABYTES: Final = 25
MAX_CAMERA_PIXELS: Final = 52_000_000

# pi-heif and not pillow-heif: it only reads, and bundles no encoder under the GPL. No thumbnails: what a photo costs is
# bounded by its pixels, which are measured before they are unpacked.
pi_heif.register_heif_opener(thumbnails=False, decode_threads=1)

_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error)
_SAVED: dict[str, dict[str, Any]] = {"PNG": {"optimize": True}, "WEBP": {"quality": 84, "method": 6}}
# A large photo is drawn while somebody waits.
_PHOTO: dict[str, Any] = {"quality": 80, "method": 4}


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
    with _reading(file, size=size, field=field, megabytes=MAX_MEGABYTES) as image:
        _refuse_pixels(image, most=MAX_PIXELS, field=field)
        return _bare(draw(_upright(image)), kind=kind, **_SAVED[kind])


def photo_drawn_anew(file: BinaryIO, *, size: int, field: str, sides: Sequence[int]) -> list[CleanImage]:
    """A camera's photo as WebP, once for each of these longest sides (pixels, the largest first), never blown up,
    upright, what is see-through on white. The HEIC of an iPhone is read too.

    Raises Refused beside `field`, as `drawn_anew`.
    """
    with _reading(file, size=size, field=field, megabytes=MAX_CAMERA_MEGABYTES, formats=CAMERA_FORMATS) as image:
        is_of_camera = image.format in ("JPEG", "MPO", "HEIF")
        _refuse_pixels(image, most=MAX_CAMERA_PIXELS if is_of_camera else MAX_PIXELS, field=field)
        image.draft("RGB", (sides[0], sides[0]))
        pixels = _on_white(_upright(image))
        drawn = []
        for side in sides:
            pixels.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
            drawn.append(_bare(pixels, kind="WEBP", **_PHOTO))
        return drawn


@contextmanager
def _reading(
    file: BinaryIO, *, size: int, field: str, megabytes: int, formats: tuple[str, ...] = FORMATS
) -> Iterator[Image.Image]:
    """The image of the file, measured and not unpacked yet; what cannot be read is refused, whenever that is found."""
    if size > megabytes * 1024 * 1024:
        raise Refused("too_heavy", f"Ce fichier dépasse {megabytes}{NBSP}Mo.", field)
    try:
        with Image.open(file, formats=formats) as image:
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("too_large", "Cette image est trop grande.", field) from None
    except _BROKEN:
        names = "PNG, JPEG, WebP ou HEIC" if "HEIF" in formats else "PNG, JPEG ou WebP"
        message = f"Ce fichier n’est pas une image {names} lisible."
        raise Refused("not_an_image", message, field) from None


def _refuse_pixels(image: Image.Image, *, most: int, field: str) -> None:
    width, height = image.size
    if width * height > most:
        found = f"{width} × {height}{NBSP}pixels"
        raise Refused("too_large", f"Cette image est trop grande{NBSP}: {found}.", field)


def _upright(image: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    return upright.convert("RGBA" if upright.has_transparency_data else "RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image)
    return white


def _bare(pixels: Image.Image, *, kind: str, **saved: Any) -> CleanImage:
    bare = Image.new(pixels.mode, pixels.size)
    bare.paste(pixels)
    out = BytesIO()
    bare.save(out, kind, **saved)
    return CleanImage(out.getvalue(), *bare.size)
