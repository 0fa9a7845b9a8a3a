"""A logo: drawn anew whatever was sent, refused with a sentence when it cannot be, shown to those who may see it."""

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from openflex.core.errors import Refused
from openflex.core.photos import MAX_MEGABYTES
from settings_admin.models import Logo
from settings_admin.organisation.services import logos
from settings_admin.organisation.validators.logos import clean_logo
from settings_admin.scoping import unscoped
from tests.settings_admin.organisation.way import errors_of, history, image_bytes, path, upload

NBSP = "\u00a0"


def clean(content):
    return clean_logo(BytesIO(content), size=len(content))


def chunks(png):
    """The names of the chunks of a PNG, in their order."""
    names, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        names.append(png[at + 4 : at + 8])
        at += length + 12
    return names


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def bomb(width, height):
    """A PNG of a few bytes that says it is this large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_image_becomes_a_png_within_its_box(kind):
    image = clean(image_bytes(size=(1800, 300), kind=kind))
    assert (image.width, image.height) == (600, 100)
    assert Image.open(BytesIO(image.content)).format == "PNG"


def test_a_small_image_is_not_blown_up_and_stays_see_through():
    image = clean(image_bytes(size=(40, 20), mode="RGBA"))
    assert (image.width, image.height) == (40, 20)
    assert Image.open(BytesIO(image.content)).getpixel((1, 1)) == (200, 30, 40, 128)


def test_nothing_of_the_file_but_its_pixels_stays():
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "12 rue secrète", 6  # a description; taken with the camera on its side
    sent = image_bytes(size=(100, 50), kind="JPEG", exif=exif, comment=b"secret") + b"<script>alert(1)</script>"
    image = clean(sent)
    assert (image.width, image.height) == (50, 100)
    assert set(chunks(image.content)) <= {b"IHDR", b"IDAT", b"IEND"}
    assert b"secr" not in image.content
    assert b"script" not in image.content


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a<script>alert(1)</script>",
        image_bytes(kind="GIF"),
        image_bytes(kind="BMP"),
        image_bytes(kind="TIFF"),
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n<html>",
        image_bytes()[:60],
        image_bytes(kind="JPEG")[:300],
    ],
    ids=["svg", "polyglot", "gif", "bmp", "tiff", "pdf", "png in name only", "cut png", "cut jpeg"],
)
def test_what_is_no_image_of_ours_is_refused(content):
    with pytest.raises(Refused) as refusal:
        clean(content)
    assert (refusal.value.code, refusal.value.field) == ("not_an_image", "logo")


@pytest.mark.parametrize(("width", "height"), [(4001, 4000), (30000, 30000), (60000, 60000)])
def test_a_bomb_is_measured_and_not_unpacked(width, height):
    with pytest.raises(Refused) as refusal:
        clean(bomb(width, height))
    assert refusal.value.code == "too_large"


def test_a_heavy_file_is_not_even_opened():
    with pytest.raises(Refused) as refusal:
        clean_logo(BytesIO(b""), size=MAX_MEGABYTES * 1024 * 1024 + 1)
    assert refusal.value.message == f"Ce fichier dépasse 5{NBSP}Mo."


@settings(max_examples=150)
@given(st.sampled_from(["PNG", "JPEG", "WEBP"]), st.data())
def test_a_damaged_file_is_drawn_or_refused_and_never_breaks(kind, data):
    content = bytearray(image_bytes(size=(60, 30), kind=kind))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        image = clean(bytes(content))
    except Refused:
        return
    assert image.content.startswith(b"\x89PNG")


# --- The page --------------------------------------------------------------------------------------------


def set_logo(row, actor, **options):
    content = image_bytes(**options)
    with unscoped("test data"):
        return logos.set_logo(row=row, file=BytesIO(content), size=len(content), actor=actor)


def test_a_logo_is_set_shown_replaced_and_taken_away(cast, client_for):
    client = client_for(cast.alice)
    response = client.post(path(cast.north, "logo/"), {"logo": upload()})
    assert (response.status_code, response["Location"]) == (303, path(cast.north))
    assert path(cast.north, "logo/") in client.get(path(cast.north)).text
    first = client.get(path(cast.north, "logo/"))
    assert (first.status_code, first["Content-Type"]) == (200, "image/png")
    assert Image.open(BytesIO(first.content)).size == (600, 200)
    client.post(path(cast.north, "logo/"), {"logo": upload(image_bytes(size=(90, 90)))})
    second = client.get(path(cast.north, "logo/"))
    assert Image.open(BytesIO(second.content)).size == (90, 90)
    assert second["ETag"] != first["ETag"]
    client.post(path(cast.north, "logo/"), {"remove": "1"})
    assert client.get(path(cast.north, "logo/")).status_code == 404
    assert [entry.kind for entry in history(cast.north)] == ["logo_removed", "logo_changed", "logo_changed"]
    assert {entry.entity_id for entry in history(cast.north)} == {cast.north.pk}


def test_a_browser_keeps_it_for_one_person_and_asks_each_time(cast, client_for):
    set_logo(cast.north, cast.alice)
    client = client_for(cast.alice)
    first = client.get(path(cast.north, "logo/"))
    assert first["Cache-Control"] == "private, no-cache"
    assert first["X-Content-Type-Options"] == "nosniff"
    again = client.get(path(cast.north, "logo/"), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    # The right is asked before anything is said to be unchanged.
    assert (
        client_for(cast.eve).get(path(cast.north, "logo/"), headers={"If-None-Match": first["ETag"]}).status_code == 404
    )


def test_a_site_shows_its_own_logo_or_its_entitys(cast, client_for):
    client = client_for(cast.alice)
    assert client.get(path(cast.north_1, "logo/")).status_code == 404
    set_logo(cast.north, cast.alice, size=(10, 10))
    set_logo(cast.north_2, cast.alice, size=(20, 20))
    assert Image.open(BytesIO(client.get(path(cast.north_1, "logo/")).content)).size == (10, 10)
    assert Image.open(BytesIO(client.get(path(cast.north_2, "logo/")).content)).size == (20, 20)
    sheet = client.get(path(cast.north_1)).text
    assert "celui de l’entité" in sheet
    assert "Retirer" not in sheet
    # Taking the site's own away leaves that of the entity.
    client.post(path(cast.north_1, "logo/"), {"remove": "1"})
    assert client.get(path(cast.north, "logo/")).status_code == 200


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (None, "Choisissez une image."),
        (b"", "Le fichier soumis est vide."),
        (b"<svg/>", "Ce fichier n’est pas une image PNG, JPEG ou WebP lisible."),
        (bomb(20000, 20000), "Cette image est trop grande"),
        (b"0" * (MAX_MEGABYTES * 1024 * 1024 + 1), f"Ce fichier dépasse 5{NBSP}Mo."),
    ],
    ids=["none", "empty", "svg", "bomb", "heavy"],
)
def test_a_file_that_cannot_be_is_refused_beside_its_field(cast, client_for, file, sentence):
    response = client_for(cast.alice).post(path(cast.north_1, "logo/"), {} if file is None else {"logo": upload(file)})
    assert response.status_code == 422
    assert errors_of(response)["logo"].startswith(sentence)
    with unscoped("the test looks at what was written"):
        assert not Logo.objects.exists()


@pytest.mark.parametrize("stranger", ["otto", "eve"])
def test_nobody_else_sees_sets_or_takes_it(cast, client_for, stranger):
    set_logo(cast.north, cast.alice)
    client = client_for(getattr(cast, stranger))
    assert client.get(path(cast.north, "logo/")).status_code == 404
    assert client.post(path(cast.north, "logo/"), {"logo": upload()}).status_code == 404
    assert client.post(path(cast.north, "logo/"), {"remove": "1"}).status_code == 404
    with unscoped("the test looks at what was written"):
        assert Logo.objects.count() == 1
