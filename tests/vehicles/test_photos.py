"""Photos of a vehicle: drawn anew, kept out of everybody's sight but the readers', ranged, removed with their files."""

from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import InMemoryStorage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from PIL import Image

from openflex.core import private_files
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.settings_admin.organisation.test_logo import bomb
from tests.settings_admin.organisation.way import image_bytes
from tests.support.htmx import content, parse, swap
from tests.vehicles.way import history, path
from vehicles.models import Photo
from vehicles.services import photo_files
from vehicles.services import photos as verbs

PLACE_OF_THE_PICTURE = 0x8825


@pytest.fixture(autouse=True)
def storage(settings):
    """Its own, empty."""
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "photos": memory}
    assert isinstance(storages["photos"], InMemoryStorage)
    return storages["photos"]


@pytest.fixture
def vehicle(cast):
    return make_vehicle(entity=cast.north, point_of_sale=cast.north_1, plate="GD642JM")


def shot(size=(400, 300), *, kind="JPEG", name="moto.jpg", **options):
    return SimpleUploadedFile(name, image_bytes(size=size, kind=kind, **options), "image/jpeg")


def send(client, vehicle, *files, key=None):
    return client.post(f"{path(vehicle)}photos/", {"key": key or uuid4(), "photos": list(files)})


def rows(vehicle):
    with unscoped("the test looks at what was written"):
        return list(Photo.objects.filter(vehicle=vehicle).order_by("position", "pk"))


def drawn(client, photo, size="grande"):
    return Image.open(BytesIO(client.get(f"/vehicules/photos/{photo.pk}/{size}/").content))


def files(storage):
    folders, here = storage.listdir("")
    return here + [f"{folder}/{name}" for folder in folders for name in storage.listdir(folder)[1]]


# --- What is kept of an image ------------------------------------------------------------------------------


def test_it_is_upright_smaller_and_says_nothing_but_its_pixels(cast, client_for, vehicle, storage):
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the phone upright
    exif[0x010E] = "12 rue secrète"
    exif.get_ifd(PLACE_OF_THE_PICTURE).update({1: "N", 2: (46.0, 46.0, 51.2), 3: "E", 4: (4.0, 51.0, 9.9)})
    sent = image_bytes(size=(2400, 1200), kind="JPEG", exif=exif, comment=b"secret", icc_profile=b"secret profile")
    assert Image.open(BytesIO(sent)).getexif().get_ifd(PLACE_OF_THE_PICTURE)[1] == "N"  # the proof would be none
    vera = client_for(cast.vera)
    send(vera, vehicle, SimpleUploadedFile("moto.jpg", sent + b"<script>secret</script>", "image/jpeg"))
    (photo,) = rows(vehicle)
    for size, sides in (("grande", (960, 1920)), ("petite", (240, 480))):
        image = drawn(vera, photo, size)
        assert (image.format, image.size) == ("WEBP", sides)
        assert not image.getexif()
        assert not image.info.keys() & {"exif", "icc_profile", "comment", "xmp"}
    assert (photo.width, photo.height) == (960, 1920)
    assert len(files(storage)) == 2
    for name in files(storage):
        with storage.open(name) as file:
            kept = file.read()
        assert b"secr" not in kept
        assert b"script" not in kept


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_three_formats_are_read_whatever_their_name_says(cast, client_for, vehicle, kind):
    vera = client_for(cast.vera)
    assert send(vera, vehicle, shot(kind=kind, name="photo.txt")).status_code == 303
    assert drawn(vera, rows(vehicle)[0]).size == (400, 300)


def test_a_large_photo_of_a_phone_is_taken(cast, client_for, vehicle):
    assert send(client_for(cast.vera), vehicle, shot((8000, 6000))).status_code == 303
    assert (rows(vehicle)[0].width, rows(vehicle)[0].height) == (1920, 1440)


# 400 × 300 pixels, blue above red, as an iPhone that is held upright sends it, with the words « 12 rue secrète »: what
# reads HEIC here cannot write it.
IPHONE = (Path(__file__).parent / "held_upright.heic").read_bytes()


def test_the_photo_of_an_iphone_is_read_and_says_nothing_but_its_pixels(cast, client_for, vehicle, storage):
    assert Image.open(BytesIO(IPHONE)).getexif()[0x010E].startswith("12 rue")  # the proof would be none
    vera = client_for(cast.vera)
    assert send(vera, vehicle, SimpleUploadedFile("IMG_0001.HEIC", IPHONE, "image/heic")).status_code == 303
    image = drawn(vera, rows(vehicle)[0])
    assert (image.format, image.size) == ("WEBP", (300, 400))
    assert not image.getexif()
    left, right = (image.convert("RGB").getpixel((x, 200)) for x in (40, 260))
    assert left[0] > 200 > 80 > left[2]
    assert right[2] > 200 > 80 > right[0]
    for name in files(storage):
        with storage.open(name) as file:
            assert b"secr" not in file.read()


def test_one_of_too_many_pixels_is_refused_before_it_is_unpacked(cast, client_for, vehicle, monkeypatch):
    monkeypatch.setattr("openflex.core.photos.MAX_CAMERA_PIXELS", 400 * 300 - 1)
    response = send(client_for(cast.vera), vehicle, SimpleUploadedFile("IMG_0001.HEIC", IPHONE, "image/heic"))
    assert response.status_code == 422
    assert "trop grande" in response.text


HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


@pytest.mark.parametrize(
    ("name", "sent", "reason"),
    [
        ("page.jpg", b"<html><script>alert(1)</script></html>", "n’est pas une image"),
        ("vide.jpg", b"\xff\xd8\xff\xe0", "n’est pas une image"),
        ("bombe.png", bomb(40_000, 40_000), "trop grande"),
        ("large.png", bomb(9_000, 9_000), "trop grande"),
        ("iphone.heic", HEIC, "n’est pas une image PNG, JPEG, WebP ou HEIC"),
        ("coupe.heic", IPHONE[:-100], "n’est pas une image"),
        ("lourd.jpg", image_bytes(kind="JPEG") + b"\0" * 25 * 1024 * 1024, "dépasse 25\u00a0Mo"),
        ("anime.gif", image_bytes(kind="GIF"), "n’est pas une image"),
    ],
)
def test_what_is_no_photo_is_refused_by_its_name_and_leaves_nothing(
    cast, client_for, vehicle, storage, name, sent, reason
):
    response = send(client_for(cast.vera), vehicle, SimpleUploadedFile(name, sent, "image/jpeg"))
    assert response.status_code == 422
    told = parse(response).select_one("#photos [role=alert]").text
    assert name in told
    assert reason in told
    assert (rows(vehicle), files(storage), history(vehicle)) == ([], [], [])


def test_of_three_files_the_good_ones_are_kept_and_the_bad_one_is_named(cast, client_for, vehicle):
    good, bad = shot(), SimpleUploadedFile("facture.jpg", b"%PDF-1.7", "image/jpeg")
    response = send(client_for(cast.vera, htmx=True), vehicle, good, bad, shot(kind="PNG"))
    assert response.status_code == 422
    card = parse(response).select_one("#photos")
    assert [one.text for one in card.select("[role=alert] b")] == ["facture.jpg"]
    assert len(card.select(".photo-tile")) == 2
    assert [photo.position for photo in rows(vehicle)] == [0, 1]
    (entry,) = history(vehicle)
    assert (entry.kind, entry.details, entry.actor) == ("photos_added", {"count": 2}, cast.vera)


def test_nothing_chosen_is_said(cast, client_for, vehicle):
    response = send(client_for(cast.vera), vehicle)
    assert response.status_code == 422
    assert "Choisissez au moins une image." in response.text


# --- Who sees it -------------------------------------------------------------------------------------------


def test_a_photo_is_for_those_who_see_the_vehicle(cast, client_for, vehicle):
    send(client_for(cast.vera), vehicle, shot())
    (photo,) = rows(vehicle)
    address = f"/vehicules/photos/{photo.pk}/petite/"
    response = client_for(cast.sam).get(address)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert response.headers["ETag"]
    for stranger in (cast.eve, cast.otto, cast.momo, cast.max):
        assert client_for(stranger).get(address).status_code == 404
    assert client_for(cast.nobody).get(address).status_code == 403
    assert client_for(cast.sam).get(f"/vehicules/photos/{photo.pk}/originale/").status_code == 404


def test_who_may_not_edit_sees_photos_and_no_way_to_change_them(cast, client_for, vehicle):
    send(client_for(cast.vera), vehicle, shot())
    card = parse(client_for(cast.sam).get(path(vehicle))).select_one("#photos")
    assert len(card.select("img")) == 1
    assert not card.select("form, button, input")
    assert send(client_for(cast.sam), vehicle, shot()).status_code == 403
    assert send(client_for(cast.eve), vehicle, shot()).status_code == 404
    assert len(rows(vehicle)) == 1


def test_photos_follow_their_vehicle_to_another_site(cast, client_for, vehicle):
    send(client_for(cast.vera), vehicle, shot())
    client_for(cast.alice).post(f"{path(vehicle)}point-de-vente/", {"point_of_sale": cast.north_2.pk})
    (photo,) = rows(vehicle)
    assert photo.point_of_sale_id == cast.north_2.pk
    assert client_for(cast.momo).get(f"/vehicules/photos/{photo.pk}/petite/").status_code == 200


# --- Ranged, removed ---------------------------------------------------------------------------------------


def move(client, vehicle, photo, to):
    return client.post(f"{path(vehicle)}photos/{photo.pk}/place/", {"to": to})


@pytest.mark.parametrize(
    ("moved", "to", "order"),
    [(2, 0, [2, 0, 1]), (0, 1, [1, 0, 2]), (0, 99, [1, 2, 0]), (0, -1, [0, 1, 2]), (1, 1, [0, 1, 2])],
)
def test_a_photo_is_put_where_it_is_wanted(cast, client_for, vehicle, moved, to, order):
    vera = client_for(cast.vera)
    send(vera, vehicle, shot(), shot(), shot())
    before = rows(vehicle)
    assert move(vera, vehicle, before[moved], to).status_code == 303
    assert rows(vehicle) == [before[number] for number in order]
    assert [photo.position for photo in rows(vehicle)] == [0, 1, 2]
    kinds = [entry.kind for entry in history(vehicle)]
    assert ("cover_changed" in kinds) == (order[0] != 0)
    cover = parse(vera.get(path(vehicle))).select_one(".sheet-head img")
    assert f"/photos/{before[order[0]].pk}/" in cover["src"]


def test_a_photo_is_removed_after_a_question_with_its_files(
    cast, client_for, vehicle, storage, django_capture_on_commit_callbacks
):
    vera = client_for(cast.vera)
    send(vera, vehicle, shot(), shot(), shot())
    first, second, third = rows(vehicle)
    address = f"{path(vehicle)}photos/{first.pk}/retirer/"
    assert "supprimée définitivement" in vera.get(address).text
    assert len(rows(vehicle)) == 3
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            assert vera.post(address).status_code == 303
    assert [(photo.pk, photo.position) for photo in rows(vehicle)] == [(second.pk, 0), (third.pk, 1)]
    assert sorted(files(storage)) == sorted(
        name for photo in (second, third) for name in (photo.name, photo.small_name)
    )
    assert [entry.kind for entry in history(vehicle)].count("photo_removed") == 1


def test_a_photo_of_another_vehicle_is_out_of_reach(cast, client_for, vehicle):
    vera = client_for(cast.vera)
    other = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    send(vera, vehicle, shot(), shot())
    photo = rows(vehicle)[1]
    assert vera.get(f"{path(other)}photos/{photo.pk}/retirer/").status_code == 404
    vera.post(f"{path(other)}photos/{photo.pk}/retirer/")
    move(vera, other, photo, 0)
    assert rows(vehicle)[1] == photo


@pytest.mark.parametrize("act", ["send", "move", "remove"])
def test_what_is_swapped_in_equals_a_reloaded_page(cast, client_for, vehicle, act):
    plain, htmx = client_for(cast.vera), client_for(cast.vera, htmx=True)
    send(plain, vehicle, shot(), shot())
    before, photo = parse(plain.get(path(vehicle))), rows(vehicle)[1]
    if act == "send":
        answer = send(htmx, vehicle, shot())
    elif act == "move":
        answer = move(htmx, vehicle, photo, 0)
    else:
        answer = htmx.post(f"{path(vehicle)}photos/{photo.pk}/retirer/")
        assert answer.headers["HX-Retarget"] == "#photos"
    assert answer.status_code == 200
    assert content(swap(before, answer, target="#photos")) == content(parse(plain.get(path(vehicle))))


# --- Nothing twice, nothing lost, nothing left behind ------------------------------------------------------


def test_a_form_sent_twice_adds_its_photos_once(cast, client_for, vehicle, storage):
    vera, key = client_for(cast.vera), uuid4()
    for _ in range(2):
        assert send(vera, vehicle, shot(), key=key).status_code == 303
    assert len(rows(vehicle)) == 1
    assert len(files(storage)) == 2


def test_photos_sent_one_by_one_are_told_together(cast, client_for, vehicle):
    vera = client_for(cast.vera)
    for _ in range(3):
        send(vera, vehicle, shot())
    send(client_for(cast.alice), vehicle, shot())
    told = parse(vera.get(path(vehicle))).select_one("#historique").get_text(" ")
    assert "3\u00a0photos" in told
    assert told.count("1\u00a0photo") == 1


def test_beyond_the_most_the_rest_is_refused(
    cast, client_for, vehicle, storage, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(verbs, "MOST_PHOTOS", 2)
    with django_capture_on_commit_callbacks(execute=True):
        response = send(client_for(cast.vera), vehicle, shot(), shot(), shot(name="trop.jpg"))
    assert response.status_code == 422
    assert "trop.jpg" in parse(response).select_one("#photos [role=alert]").text
    assert len(rows(vehicle)) == 2
    assert len(files(storage)) == 4


def test_a_failure_after_the_files_are_written_leaves_none(cast, vehicle, storage, monkeypatch, as_user):
    as_user(cast.vera)

    def fail(*args, **options):
        raise RuntimeError("the database went away")

    monkeypatch.setattr(verbs, "event", fail)
    sent = image_bytes(kind="JPEG")
    with pytest.raises(RuntimeError), transaction.atomic():
        verbs.add_photos(
            owner=vehicle, files=[verbs.SentFile("a.jpg", BytesIO(sent), len(sent))], key=uuid4(), actor=cast.vera
        )
    assert (rows(vehicle), files(storage)) == ([], [])


def test_a_removal_that_is_rolled_back_loses_nothing(
    cast, client_for, vehicle, storage, as_user, django_capture_on_commit_callbacks
):
    send(client_for(cast.vera), vehicle, shot())
    (photo,) = rows(vehicle)
    as_user(cast.vera)

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        verbs.remove_photo(owner=vehicle, photo_pk=photo.pk, actor=cast.vera)
        transaction.set_rollback(True)
    assert rows(vehicle) == [photo]
    assert sorted(files(storage)) == sorted([photo.name, photo.small_name])


def test_a_copy_shares_the_files_and_the_last_row_takes_them_along(
    cast, client_for, vehicle, storage, as_user, django_capture_on_commit_callbacks
):
    send(client_for(cast.vera), vehicle, shot(), shot())
    copied = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    as_user(cast.vera)
    verbs.copy_photos(source=vehicle, target=copied)
    assert [photo.name for photo in rows(copied)] == [photo.name for photo in rows(vehicle)]
    assert len(files(storage)) == 4
    for owner, left in ((vehicle, 4), (copied, 0)):
        with django_capture_on_commit_callbacks(execute=True):
            for photo in rows(owner):
                verbs.remove_photo(owner=owner, photo_pk=photo.pk, actor=cast.vera)
        assert len(files(storage)) == left


def test_files_that_no_row_names_are_gone_the_day_after(cast, client_for, vehicle, storage):
    send(client_for(cast.vera), vehicle, shot())
    private_files.keep("aa/orphan.webp", BytesIO(b"its process went away"), place="photos")
    now = timezone.now()
    assert photo_files.remove_strays(now=now) == 0
    assert photo_files.remove_strays(now=now + 2 * photo_files.STRAY_AFTER) == 1
    assert sorted(files(storage)) == sorted([rows(vehicle)[0].name, rows(vehicle)[0].small_name])


def test_a_file_that_is_not_there_is_not_found(cast, client_for, vehicle, storage):
    send(client_for(cast.vera), vehicle, shot())
    (photo,) = rows(vehicle)
    storage.delete(photo.name)
    assert client_for(cast.vera).get(f"/vehicules/photos/{photo.pk}/grande/").status_code == 404
