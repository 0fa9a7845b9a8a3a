"""A person's photo: square, drawn anew, shown to those who work with them and to nobody else."""

from io import BytesIO

import pytest
from PIL import Image

from settings_admin.access.services.account import set_photo
from settings_admin.access.validators import SIDE, clean_photo
from settings_admin.models import UserPhoto
from settings_admin.scoping import unscoped
from tests.settings_admin.organisation.test_logo import bomb
from tests.settings_admin.organisation.way import errors_of, image_bytes, upload
from tests.settings_admin.test_account import history, now
from tests.settings_admin.way import words
from tests.support.htmx import parse

SEND = "/compte/photo/"


def seen(user, **query):
    return f"/compte/photos/{user.pk}/"


def give(user, **options):
    content = image_bytes(**options)
    with unscoped("test data"):
        set_photo(user=user, file=BytesIO(content), size=len(content))


def picture(response):
    return Image.open(BytesIO(response.content))


def test_it_is_a_square_of_nothing_but_pixels():
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "12 rue secrète", 6
    sent = image_bytes(size=(800, 400), kind="JPEG", exif=exif, comment=b"secret") + b"<script>alert(1)</script>"
    image = clean_photo(BytesIO(sent), size=len(sent))
    drawn = Image.open(BytesIO(image.content))
    assert (drawn.format, drawn.size) == ("WEBP", (SIDE, SIDE))
    assert not drawn.getexif()
    assert b"secr" not in image.content
    assert b"script" not in image.content


def test_the_middle_stays_a_little_above_it_in_a_portrait():
    tall = Image.new("RGB", (100, 300), "blue")
    tall.paste((255, 0, 0), (0, 70, 100, 170))  # the face
    out = BytesIO()
    tall.save(out, "PNG")
    drawn = Image.open(BytesIO(clean_photo(BytesIO(out.getvalue()), size=out.tell()).content)).convert("RGB")
    assert all(drawn.getpixel((SIDE // 2, y))[0] > 200 for y in (6, SIDE // 2, SIDE - 6))


def test_what_is_see_through_stands_on_white():
    sent = image_bytes(size=(40, 40), mode="RGBA")
    drawn = Image.open(BytesIO(clean_photo(BytesIO(sent), size=len(sent)).content))
    assert drawn.mode == "RGB"
    assert min(drawn.getpixel((20, 20))) > 120


def test_it_is_set_shown_everywhere_replaced_and_taken_away(cast, client_for):
    sam, alice = client_for(cast.sam), client_for(cast.alice)
    assert not parse(sam.get("/compte/")).select(".avatar img")
    assert sam.post(SEND, {"photo": upload()}).status_code == 303
    version = now(cast.sam).photo_version
    address = f"{seen(cast.sam)}?v={version}"
    for client, page, place in (
        (sam, "/compte/", ".user-button"),
        (sam, "/compte/", "#photo"),
        (alice, "/parametres/utilisateurs/", "tbody"),
        (alice, f"/parametres/utilisateurs/{cast.sam.pk}/", ".user-head"),
    ):
        assert [one["src"] for one in parse(client.get(page)).select(f"{place} .avatar img")] == [address]
    assert picture(alice.get(address)).size == (SIDE, SIDE)
    sam.post(SEND, {"photo": upload(image_bytes(size=(30, 30)))})
    assert now(cast.sam).photo_version != version
    assert sam.post(SEND, {"remove": "1"}).status_code == 303
    assert sam.post(SEND, {"remove": "1"}).status_code == 303
    assert sam.get(seen(cast.sam)).status_code == 404
    assert not parse(sam.get("/compte/")).select(".avatar img")
    assert history(cast.sam) == ["photo_removed", "photo_changed", "photo_changed"]
    assert "Sam Nom a retiré la photo" in words(alice.get(f"/parametres/utilisateurs/{cast.sam.pk}/"))


def test_a_browser_keeps_it_for_one_person(cast, client_for):
    give(cast.sam)
    client = client_for(cast.sam)
    named = client.get(f"{seen(cast.sam)}?v={now(cast.sam).photo_version}")
    assert named["Cache-Control"] == "private, max-age=86400, immutable"
    assert named["X-Content-Type-Options"] == "nosniff"
    assert named["Content-Type"] == "image/webp"
    unnamed = client.get(f"{seen(cast.sam)}?v=yesterday")
    assert unnamed["Cache-Control"] == "private, no-cache"
    again = client.get(seen(cast.sam), headers={"If-None-Match": unnamed["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_those_who_work_with_a_person_see_it_and_nobody_else(cast, client_for, client):
    for user in (cast.sam, cast.momo, cast.alice, cast.max, cast.otto):
        give(user)
    expected = {
        # Sam sells in Nord, Momo at its second site, Alice administers the whole holding.
        cast.sam: {cast.sam, cast.momo, cast.alice},
        cast.eve: {cast.alice},
        cast.alice: {cast.sam, cast.momo, cast.alice},
        cast.otto: {cast.otto},
        cast.max: {cast.max},
    }
    for reader, people in expected.items():
        mine = client_for(reader)
        for person in (cast.sam, cast.momo, cast.alice, cast.max, cast.otto):
            assert (mine.get(seen(person)).status_code == 200) == (person in people), (reader, person)
    assert client.get(seen(cast.sam)).status_code == 302


def test_one_sees_colleagues_of_all_ones_entities_whichever_is_chosen(cast, client_for):
    give(cast.sam)
    assert client_for(cast.alice, scope=f"e{cast.south.pk}").get(seen(cast.sam)).status_code == 200


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (None, "Choisissez une image."),
        (b"", "Le fichier soumis est vide."),
        (b"<svg/>", "Ce fichier n’est pas une image PNG, JPEG ou WebP lisible."),
        (bomb(20000, 20000), "Cette image est trop grande"),
    ],
    ids=["none", "empty", "svg", "bomb"],
)
def test_a_file_that_cannot_be_is_refused_beside_its_field(cast, client_for, file, sentence):
    response = client_for(cast.sam).post(SEND, {} if file is None else {"photo": upload(file)})
    assert response.status_code == 422
    assert errors_of(response)["photo"].startswith(sentence)
    with unscoped("the test looks at what was written"):
        assert not UserPhoto.objects.exists()
    assert now(cast.sam).photo_at is None


def test_the_list_of_users_asks_no_more_for_photos(cast, client_for, django_assert_max_num_queries):
    for user in (cast.sam, cast.marc, cast.vera):
        give(user)
    client = client_for(cast.alice)
    with django_assert_max_num_queries(12):
        client.get("/parametres/utilisateurs/")
