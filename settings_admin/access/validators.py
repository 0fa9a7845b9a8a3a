"""A photo of a person as it is kept; no query."""

from typing import BinaryIO, Final

from PIL import Image, ImageOps

from openflex.core.photos import CleanImage, drawn_anew

SIDE: Final = 192  # twice the largest avatar, for dense screens
# Faces stand above the middle of a portrait.
_CENTRE: Final = (0.5, 0.35)


def clean_photo(file: BinaryIO, *, size: int) -> CleanImage:
    """A WebP of 192 × 192, what is see-through on white. Raises Refused beside `photo` (see `drawn_anew`)."""
    return drawn_anew(file, size=size, field="photo", draw=_square, kind="WEBP")


def _square(image: Image.Image) -> Image.Image:
    if image.mode == "RGBA":
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image).convert("RGB")
    return ImageOps.fit(image, (SIDE, SIDE), Image.Resampling.LANCZOS, centering=_CENTRE)
