"""Comments: who may write, who is told, what is shown, and that nothing is told twice or to the wrong people."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from openflex.notifications.models import Notification
from opportunities import history
from opportunities.models import Comment, Follower
from opportunities.services.merging import merge
from settings_admin.models import TimelineEntry
from settings_admin.records.services import record_event
from settings_admin.scoping import unscoped
from tests.make import make_opportunity, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def write(client_for, opportunity):
    """`write(user, text, …)` sends the comment box of the page."""

    def send(user, text, **fields):
        data = {"text": text, "key": str(uuid.uuid4()), **fields}
        return client_for(user).post(f"/opportunites/{opportunity.pk}/commentaires/", data)

    return send


def told() -> dict[str, list[str]]:
    with unscoped("test"):
        rows = list(Notification.objects.order_by("pk").values_list("recipient__first_name", "title"))
    found: dict[str, list[str]] = {}
    for name, title in rows:
        found.setdefault(name, []).append(title)
    return found


def test_a_managers_comment_reaches_the_salesperson_with_the_whole_text(cast, write, opportunity, read):
    text = "Revoir le prix de reprise à la hausse finalement, entretien suivi dans le réseau constructeur."
    response = write(cast.marc, text)

    assert response.status_code == 303
    with unscoped("test"):
        (entry,) = Notification.objects.order_by("pk")
    assert (entry.recipient, entry.actor, entry.title) == (cast.sam, cast.marc, "Nouveau commentaire")
    assert entry.sentence == f"{cast.marc.full_name} a commenté l’opportunité n°\u00a0{opportunity.number}"
    assert entry.text == text
    assert response["Location"] == entry.url
    assert text in read(cast.sam)
    assert "Manager" in read(cast.sam)


def test_the_box_says_who_will_be_told(cast, opportunity, read):
    assert f"Votre commentaire préviendra {cast.sam.full_name}<" in read(cast.marc)
    with unscoped("test"):
        Follower.objects.create(entity=cast.north, opportunity=opportunity, user=cast.vera)
    names = f"{cast.sam.full_name}, {cast.vera.full_name}"
    assert f"Votre commentaire préviendra {names}<" in read(cast.marc)


def test_a_colleague_without_the_managers_right_tells_nobody(cast, write, read):
    write(cast.sam, "Je le rappelle demain.")
    assert told() == {}
    assert "Je le rappelle demain." in read(cast.marc)


def test_followers_are_told_and_never_the_author(cast, write, opportunity):
    with unscoped("test"):
        for user in (cast.vera, cast.marc):
            Follower.objects.create(entity=cast.north, opportunity=opportunity, user=user)
    write(cast.marc, "Merci à tous.")
    assert told() == {"Sam": ["Nouveau commentaire"], "Vera": ["Nouveau commentaire"]}


def test_who_is_named_is_told_once_and_only_who_may_see_it(cast, write):
    write(cast.marc, f"@{cast.vera.full_name} et @{cast.sam.full_name.upper()}, à voir. @{cast.eve.full_name} aussi.")
    assert told() == {"Vera": ["Vous êtes cité"], "Sam": ["Vous êtes cité"]}


def test_of_two_names_that_begin_alike_the_longer_one_is_meant(cast, write):
    from settings_admin.registries import BuiltInGroup

    make_user(
        "ann@example.test", holding=cast.holding, group=BuiltInGroup.SALES_MANAGER, entity=cast.north,
        first_name="Vera", last_name=f"{cast.vera.last_name}-Dupont",
    )  # fmt: skip
    write(cast.sam, f"@Vera {cast.vera.last_name}-Dupont peut trancher.")
    with unscoped("test"):
        assert [entry.recipient.email for entry in Notification.objects.order_by("pk")] == ["ann@example.test"]


def test_a_request_waits_for_its_answer_which_closes_it_and_tells_who_asked(cast, write, read, opportunity):
    write(cast.marc, "Peux-tu vérifier le gage ?", asked_of=cast.vera.pk, due_on="01/12/2030")
    with unscoped("test"):
        request = Comment.objects.get()
    assert told() == {"Vera": ["Une demande pour vous"], "Sam": ["Nouveau commentaire"]}
    assert "Demandé à" in read(cast.vera)

    write(cast.vera, "Non gagé.", answers=request.pk)
    assert told()["Marc"] == ["Réponse à votre demande"]
    assert f"Répondu par {cast.vera.full_name}" in read(cast.marc)

    again = write(cast.sam, "Moi aussi je réponds.", answers=request.pk)
    assert again.status_code == 422
    assert "déjà répondu" in again.content.decode()
    assert "Moi aussi je réponds." in again.content.decode()


def test_one_cannot_ask_who_may_not_see_it(cast, write):
    response = write(cast.marc, "Avis ?", asked_of=cast.eve.pk)
    assert response.status_code == 422
    assert "Avis ?" in response.content.decode()
    assert told() == {}


def test_a_due_date_that_is_asked_of_nobody_is_refused_beside_its_field(cast, write):
    page = write(cast.marc, "Vérifier le gage.", due_on="01/12/2030")
    assert page.status_code == 422
    shown = page.content.decode()
    assert "Indiquez à qui vous le demandez" in shown.partition('id="id_due_on_error"')[2][:400]
    assert "Vérifier le gage." in shown
    assert "01/12/2030" in shown
    with unscoped("test"):
        assert not Comment.objects.exists()


def test_an_answer_is_not_expected_by_a_day_that_is_past(cast, write):
    page = write(cast.marc, "Vérifier le gage.", asked_of=cast.vera.pk, due_on="01/12/2020")
    assert page.status_code == 422
    shown = page.content.decode()
    assert "Cette date est passée" in shown.partition('id="id_due_on_error"')[2][:400]
    assert "Vérifier le gage." in shown
    assert told() == {}


@pytest.mark.parametrize("text", ["", "   \n "], ids=["empty", "blank"])
def test_an_empty_comment_is_refused(write, cast, text):
    response = write(cast.sam, text)
    assert response.status_code == 422
    assert "Écrivez votre commentaire." in response.content.decode()


def test_twenty_thousand_characters_and_markup_are_shown_as_text_and_one_more_is_refused(cast, write, read):
    text = "<script>alert(1)</script>" + "é" * (20_000 - 25)
    assert write(cast.marc, text).status_code == 303
    shown = read(cast.sam)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "é" * (20_000 - 25) in shown
    with unscoped("test"):
        assert Notification.objects.get().text == text
    assert write(cast.marc, text + "é").status_code == 422


def test_sent_twice_it_is_one(cast, write):
    key = str(uuid.uuid4())
    for _ in range(2):
        assert write(cast.marc, "Une fois.", key=key).status_code == 303
    with unscoped("test"):
        assert Comment.objects.count() == 1
    assert told() == {"Sam": ["Nouveau commentaire"]}


def test_the_address_of_a_comment_shows_it_however_much_happened_since(cast, write, opportunity, client_for):
    write(cast.marc, "Celui-là.")
    with unscoped("test"):
        address = Notification.objects.get().url
        for number in range(history.PAGE + 3):
            record_event(opportunity, kind="followed", actor=cast.marc, details={"user": f"Personne {number}"})
        pk = Comment.objects.get().pk
    client = client_for(cast.sam)

    def lines(url):
        page = client.get(url.partition("#")[0]).content.decode()
        return f'id="commentaire-{pk}"' in page, page

    assert address.endswith(f"#commentaire-{pk}")
    is_there, page = lines(address)
    assert is_there
    assert "Derniers événements" in page
    # Its page begins where the one before ends: nothing is shown twice or left out.
    first = lines(f"/opportunites/{opportunity.pk}/")
    assert not first[0]
    assert "Derniers événements" not in first[1]
    assert page.count("Personne ") == 3
    assert first[1].count("Personne ") == history.PAGE
    # An unknown comment, and one that is told on the first page, leave the page as it is.
    assert lines(f"/opportunites/{opportunity.pk}/?commentaire={pk + 1000}")[1].count("Personne ") == history.PAGE
    assert not lines(f"{address.partition('#')[0]}&type=offers")[0]
    # Merged since, the old address leads to the comment too.
    with unscoped("test data"):
        kept = make_opportunity(customer=opportunity.customer, point_of_sale=cast.north_1, salesperson=cast.sam)
        merge(duplicate=opportunity, into=kept, actor=cast.sam, now=timezone.now())
    there = client.get(address.partition("#")[0])["Location"]
    assert there == f"/opportunites/{kept.pk}/?commentaire={pk}"
    assert lines(there)[0]


@pytest.mark.parametrize("who", ["eve", "momo", "otto", "max"])
def test_strangers_can_neither_read_nor_comment(cast, write, client_for, opportunity, who):
    user = getattr(cast, who)
    assert client_for(user).get(f"/opportunites/{opportunity.pk}/").status_code == 404
    assert write(user, "Bonjour").status_code == 404
    with unscoped("test"):
        assert not Comment.objects.exists()


def test_a_comment_is_no_contact_and_moves_the_opportunity_up(cast, write, opportunity):
    long_ago = timezone.now() - timedelta(days=30)
    with unscoped("test"):
        type(opportunity).objects.filter(pk=opportunity.pk).update(last_contact_at=long_ago, changed_at=long_ago)
    write(cast.marc, "Alors ?")
    with unscoped("test"):
        opportunity.refresh_from_db()
        assert TimelineEntry.objects.filter(target_id=opportunity.pk, kind="comment").count() == 1
    assert opportunity.last_contact_at == long_ago
    assert opportunity.changed_at > long_ago
    assert opportunity.is_overdue(timezone.now().date())
