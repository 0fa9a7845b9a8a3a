"""Photos, damage and costs of an estimate: the cards of a vehicle's sheet, and a least number of photos."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from openflex.core.errors import Refused
from opportunities.models import (
    OpportunitySettings,
    TradeIn,
    TradeInCost,
    TradeInDamage,
    TradeInDamagePhoto,
    TradeInPhoto,
)
from opportunities.services.trade_ins import ask_for_price
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.support.htmx import content, parse, swap
from tests.vehicles.test_photos import files, shot
from vehicles.models import Cost, Damage, DamagePhoto, Photo
from vehicles.services.condition import copy_parts
from vehicles.services.photos import copy_photos, remove_photo


@pytest.fixture(autouse=True)
def storage(settings):
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "photos": memory}
    return storages["photos"]


@pytest.fixture
def trade_in(cast, opportunity):
    with unscoped("test data"):
        return TradeIn.objects.create(
            entity=cast.north, point_of_sale=cast.north_1, opportunity=opportunity, number=465851, make="BMW",
            model="SÉRIE 1", plate="AA123AA", first_registration=date(2020, 3, 17), mileage_km=134000,
            created_by=cast.sam, created_at=timezone.now(),
        )  # fmt: skip


def want(cast, photos):
    with unscoped("test data"):
        OpportunitySettings.objects.update_or_create(entity=cast.north, defaults={"trade_in_photos": photos})


def path(trade_in):
    return f"/opportunites/reprises/{trade_in.pk}/"


def send(client, trade_in, *photos):
    return client.post(f"{path(trade_in)}photos/", {"key": uuid4(), "photos": list(photos)})


def add_cost(client, trade_in):
    typed = {"key": uuid4(), "kind": "tyres", "description": "Pneus", "planned": "185,50"}
    return client.post(f"{path(trade_in)}etat/frais/ajouter/", typed)


def rows(model, trade_in):
    with unscoped("the test looks at what was written"):
        return list(model.objects.filter(trade_in=trade_in).order_by("pk"))


def test_the_page_says_how_many_photos_are_missing_and_no_price_is_asked_without(cast, client_for, trade_in, as_user):
    want(cast, 3)
    sam = client_for(cast.sam)
    send(sam, trade_in, shot())
    page = parse(sam.get(path(trade_in)))
    assert "2\u00a0photos manquantes" in page.select_one("#photos").text
    assert "il manque 2\u00a0photos" in page.select_one("#trade-in-card").text
    assert page.select("form[action$='/demander/'] button[disabled]")
    as_user(cast.sam)
    with pytest.raises(Refused) as refusal:
        ask_for_price(trade_in=trade_in, actor=cast.sam, now=timezone.now())
    assert (refusal.value.code, refusal.value.message) == ("incomplete", "Il manque 2\u00a0photos.")
    send(sam, trade_in, shot(), shot())
    assert "manque" not in parse(sam.get(path(trade_in))).select_one("main").text
    assert ask_for_price(trade_in=trade_in, actor=cast.sam, now=timezone.now()).state == "to_approve"


@pytest.mark.parametrize(("act", "target"), [("photo", "#photos"), ("cost", "#defauts")])
def test_what_is_swapped_in_equals_a_reloaded_page(cast, client_for, trade_in, act, target):
    want(cast, 1)
    plain, htmx = client_for(cast.sam), client_for(cast.sam, htmx=True)
    before = parse(plain.get(path(trade_in)))
    answer = send(htmx, trade_in, shot()) if act == "photo" else add_cost(htmx, trade_in)
    assert content(swap(before, answer, target=target)) == content(parse(plain.get(path(trade_in))))


def test_strangers_see_nothing_of_it(cast, client_for, trade_in):
    send(client_for(cast.sam), trade_in, shot())
    (photo,) = rows(TradeInPhoto, trade_in)
    address = f"/opportunites/reprises/photos/{photo.pk}/grande/"
    assert client_for(cast.sam).get(address).status_code == 200
    for stranger in (cast.eve, cast.otto, cast.momo, cast.max):
        assert client_for(stranger).get(address).status_code == 404
    assert send(client_for(cast.eve), trade_in, shot()).status_code == 404
    # The number of a photo of an estimate leads to no photo of the stock.
    assert client_for(cast.sam).get(f"/vehicules/photos/{photo.pk}/grande/").status_code == 404


def test_what_was_decided_is_not_changed_any_more(cast, client_for, trade_in):
    sam = client_for(cast.sam)
    send(sam, trade_in, shot())
    with unscoped("test data"):
        TradeIn.objects.filter(pk=trade_in.pk).update(state="refused")
    assert not parse(sam.get(path(trade_in))).select("#photos form, #defauts a")
    assert send(sam, trade_in, shot()).status_code == 409
    assert len(rows(TradeInPhoto, trade_in)) == 1


def test_the_history_tells_of_it(cast, client_for, trade_in):
    sam = client_for(cast.sam)
    send(sam, trade_in, shot())
    add_cost(sam, trade_in)
    told = " ".join(parse(sam.get(path(trade_in))).select_one("#historique").text.split())
    assert "a ajouté 1 photo" in told
    assert "a ajouté des frais de remise en état : Pneumatiques, Pneus, prévu 185,50 €" in told


def test_the_vehicle_it_becomes_keeps_all_when_the_estimate_loses_it(
    cast, client_for, trade_in, storage, as_user, django_capture_on_commit_callbacks
):
    sam = client_for(cast.sam)
    send(sam, trade_in, shot())
    add_cost(sam, trade_in)
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    as_user(cast.sam)
    copy_parts(source=trade_in, target=vehicle)
    copy_photos(source=trade_in, target=vehicle)
    (photo,) = rows(TradeInPhoto, trade_in)
    with django_capture_on_commit_callbacks(execute=True):
        remove_photo(owner=trade_in, photo_pk=photo.pk, actor=cast.sam)
    assert len(files(storage)) == 2
    (kept,) = Photo.objects.filter(vehicle=vehicle)
    assert client_for(cast.sam).get(f"/vehicules/photos/{kept.pk}/grande/").status_code == 200
    (cost,) = Cost.objects.filter(vehicle=vehicle)
    assert (cost.kind, cost.planned) == ("tyres", rows(TradeInCost, trade_in)[0].planned)


# --- Photos of a damage ------------------------------------------------------------------------------------


@pytest.fixture
def damage(cast, trade_in):
    place = {"entity": cast.north, "point_of_sale": cast.north_1}
    with unscoped("test data"):
        return TradeInDamage.objects.create(**place, trade_in=trade_in, zone="front", description="Rayure")


def of_damage(model, damage):
    with unscoped("the test looks at what was written"):
        return list(model.objects.filter(damage=damage).order_by("position", "pk"))


def test_a_damage_is_photographed_where_it_stands_and_its_photo_is_in_no_gallery(cast, client_for, trade_in, damage):
    want(cast, 1)
    plain, htmx = client_for(cast.sam), client_for(cast.sam, htmx=True)
    before = parse(plain.get(path(trade_in)))
    form = before.select_one("#defauts .damage-photos form")
    assert [one["accept"] for one in form.select("input[capture=environment]")] == ["image/*"]
    key = uuid4()
    answer = htmx.post(form["action"], {"key": key, "photos": [shot()]})
    after = parse(plain.get(path(trade_in)))
    assert content(swap(before, answer, target="#defauts")) == content(after)
    htmx.post(form["action"], {"key": key, "photos": [shot()]})  # the same sending, once more
    (photo,) = of_damage(TradeInDamagePhoto, damage)
    assert after.select_one(f"#damage-photo-{photo.pk} img")["alt"] == "Avant, Rayure"
    # It is none of those that must be there before a price is asked for.
    assert "1\u00a0photo manquante" in after.select_one("#photos").text
    told = " ".join(after.select_one("#historique").text.split())
    assert "a photographié un défaut : Avant, Rayure" in told
    assert plain.get(f"/opportunites/reprises/photos/defauts/{photo.pk}/grande/")["Content-Type"] == "image/webp"
    for stranger in (cast.eve, cast.otto, cast.momo, cast.max):
        answer = client_for(stranger).get(f"/opportunites/reprises/photos/defauts/{photo.pk}/grande/")
        assert answer.status_code == 404


def test_what_is_no_photo_is_named_beside_the_damages_and_ten_are_enough(cast, client_for, trade_in, damage):
    sam = client_for(cast.sam, htmx=True)
    url = f"{path(trade_in)}etat/defauts/{damage.pk}/photos/"
    answer = sam.post(url, {"key": uuid4(), "photos": [SimpleUploadedFile("facture.jpg", b"%PDF-1.7", "image/jpeg")]})
    assert answer.status_code == 422
    assert "facture.jpg" in parse(answer).select_one("#defauts [role=alert]").text
    page = client_for(cast.sam).post(url, {"key": uuid4()})  # without a script, and without a file
    assert page.status_code == 422
    assert parse(page).select_one("#defauts [role=alert]")
    assert parse(page).select("#photos [role=alert]") == []
    with unscoped("test data"):
        place = {"entity": cast.north, "point_of_sale": cast.north_1, "damage": damage}
        for number in range(9):
            TradeInDamagePhoto.objects.create(**place, position=number, name="x", small_name="x", width=4, height=3)
    answer = sam.post(url, {"key": uuid4(), "photos": [shot(), shot()]})
    assert "Ce défaut a déjà 10\u00a0photos." in answer.text
    assert len(of_damage(TradeInDamagePhoto, damage)) == 10
    assert not parse(answer).select("#defauts .damage-photos form")
    gone = f"{path(trade_in)}etat/defauts/{damage.pk + 1}/photos/"
    assert sam.post(gone, {"key": uuid4(), "photos": [shot()]}).status_code == 409


def test_they_go_with_the_entry_stay_with_the_stay_and_leave_with_their_damage(
    cast, client_for, trade_in, damage, storage, django_capture_on_commit_callbacks
):
    sam, marc = client_for(cast.sam), client_for(cast.marc)
    sam.post(f"{path(trade_in)}etat/defauts/{damage.pk}/photos/", {"key": uuid4(), "photos": [shot(), shot()]})
    with unscoped("test data"):
        TradeIn.objects.filter(pk=trade_in.pk).update(
            state="accepted", price=8000, valid_until=date(2099, 1, 1), decided_by=cast.marc
        )
    marc.post(f"{path(trade_in)}entrer/", {"entered_on": "05/12/2030", "point_of_sale": cast.north_1.pk})
    with unscoped("the test looks at what was written"):
        (copy,) = Damage.objects.all()
    first, second = of_damage(DamagePhoto, copy)
    assert [one.name for one in (first, second)] == [one.name for one in of_damage(TradeInDamagePhoto, damage)]
    sheet = f"/vehicules/{copy.vehicle_id}/"
    assert len(parse(marc.get(sheet)).select("#defauts .damage-photos img")) == 2
    assert marc.get(f"/vehicules/photos/defauts/{first.pk}/petite/").status_code == 200

    # To another site, where Momo is.
    vera = client_for(cast.vera)
    vera.post(f"{sheet}point-de-vente/", {"point_of_sale": cast.north_2.pk})
    assert client_for(cast.momo).get(f"/vehicules/photos/defauts/{first.pk}/petite/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        vera.post(f"{sheet}etat/defauts/{copy.pk}/photos/{first.pk}/retirer/")
    assert [one.position for one in of_damage(DamagePhoto, copy)] == [0]
    with django_capture_on_commit_callbacks(execute=True):
        vera.post(f"{sheet}etat/defauts/{copy.pk}/retirer/")
    assert of_damage(DamagePhoto, copy) == []
    assert len(files(storage)) == 4  # the estimate still names them
    with unscoped("test data"):
        TradeIn.objects.filter(pk=trade_in.pk).update(state="draft", vehicle=None)
    with django_capture_on_commit_callbacks(execute=True):
        sam.post(f"{path(trade_in)}etat/defauts/{damage.pk}/retirer/")
    assert files(storage) == []
