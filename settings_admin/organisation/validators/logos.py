"""A logo as it is kept."""

from typing import BinaryIO, Final

from PIL import Image

from openflex.core.photos import CleanImage, drawn_anew

BOX: Final = (600, 300)


def clean_logo(file: BinaryIO, *, size: int) -> CleanImage:
    """A PNG within 600 × 300, transparency kept, never blown up. Raises Refused beside `logo` (see `drawn_anew`)."""
    return drawn_anew(file, size=size, field="logo", draw=_within_box)


def _within_box(image: Image.Image) -> Image.Image:
    image.thumbnail(BOX, Image.Resampling.LANCZOS)
    return image
