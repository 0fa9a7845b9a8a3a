"""The users: the list, one person's page with why they have a right, and what is done to an account."""

import pytest

from settings_admin.access.services.memberships import add_member
from settings_admin.models import Membership, User, UserGroup
from tests.settings_admin.way import group_url, user_url, words
from tests.support.htmx import content, parse, swap

pytestmark = pytest.mark.usefixtures("everything")


def names(client, query=""):
    page = parse(client.get(f"/parametres/utilisateurs/{query}"))
    return {link.text.split()[0] for link in page.select("tbody .cell-title a")}


def test_one_sees_the_people_of_ones_entities_and_of_the_whole_holding(cast, client_for):
    assert names(client_for(cast.eve)) == {"Alice", "Eve"}
    assert names(client_for(cast.alice, scope=f"e{cast.south.pk}")) == {"Alice", "Eve", "Nobody"}
    assert names(client_for(cast.alice, scope="all")) >= {"Alice", "Eve", "Sam", "Momo", "Nobody"}
    assert "Otto" not in names(client_for(cast.alice, scope="all"))


def test_search_and_filters_narrow_the_list(cast, client_for, sellers):
    client = client_for(cast.alice, scope="all")
    assert names(client, "?q=momo") == {"Momo"}
    assert names(client, f"?group={sellers.pk}") == {"Sam", "Momo"}
    for entity in (cast.north, cast.south):
        UserGroup.objects.create(holding=cast.holding, entity=entity, name="Préparation")
    page = parse(client.get("/parametres/utilisateurs/"))
    named = [label.text.strip() for label in page.select("#list-filters label")]
    assert {"Vendeur", "Préparation (Nord)", "Préparation (Sud)"} <= set(named)
    User.objects.filter(pk=cast.sam.pk).update(is_active=False)
    assert names(client, "?tab=left") == {"Sam"}


def test_the_list_takes_the_same_statements_for_few_and_many(cast, client_for, sellers, django_assert_max_num_queries):
    for number in range(45):
        user = User.objects.create_user(f"p{number}@example.test", holding=cast.holding, last_name=f"P{number:02}")
        add_member(actor=None, user=user, group=sellers, entity=cast.north, points_of_sale=[cast.north_1])
    client = client_for(cast.alice)
    with django_assert_max_num_queries(12):
        client.get("/parametres/utilisateurs/")


def test_a_strangers_page_is_not_there(cast, client_for):
    assert client_for(cast.eve).get(user_url(cast.sam)).status_code == 404
    assert client_for(cast.alice).get(user_url(cast.otto)).status_code == 404
    assert client_for(cast.alice).get(user_url(cast.max)).status_code == 404


def test_the_labels_carry_the_detail_of_the_assignments(cast, client_for, sellers):
    add_member(actor=cast.alice, user=cast.momo, group=sellers, entity=None)
    text = words(client_for(cast.alice).get(user_url(cast.momo)))
    assert "Toutes les entités du groupe 2 entités, 3 points de vente Nord 2 points de vente Sud 1 point" in text
    assert "Les entités créées plus tard sont comprises." in text
    assert "Nord Nord 1 71100" in text or "Nord 1" in text


def modules(response):
    """« Cotations » → how many rights of it are held, by which groups, where."""
    rows = parse(response).select_one(".user-page table:has([data-label=Droits])").select("tbody tr")
    return {row.td.text: [" ".join(cell.text.split()) for cell in row.select("td")[1:]] for row in rows}


def test_the_rights_are_summed_up_by_module_with_their_groups_and_where(cast, client_for, sellers):
    admins = UserGroup.objects.create(holding=cast.holding, entity=cast.south, name="Copie", rights=["quotation.use"])
    add_member(actor=None, user=cast.momo, group=admins, entity=cast.south)
    page = client_for(cast.alice).get(user_url(cast.momo))
    lines = modules(page)
    assert lines["Cotations"] == ["1 sur 2", "Copie, Vendeur", "Nord (Nord 2), Sud"]
    assert lines["Paramètres"][1:] == ["–", "–"]
    assert "7 droits, donnés par 2 groupes" in words(page)
    add_member(actor=None, user=cast.momo, group=sellers, entity=None)
    assert modules(client_for(cast.alice).get(user_url(cast.momo)))["Cotations"][2] == "toutes les entités"
    # Who sees one entity hears of the groups there.
    assert modules(client_for(cast.eve).get(user_url(cast.momo)))["Cotations"][1] == "Copie, Vendeur"
    User.objects.filter(pk=cast.momo.pk).update(is_active=False)
    assert "Droits par module" not in words(client_for(cast.alice).get(user_url(cast.momo)))


def test_the_head_says_who_opened_the_account_and_when(
    cast, client_for, sellers, time_machine, django_capture_on_commit_callbacks
):
    time_machine.move_to("2026-11-24T10:00:00+01:00")
    client = client_for(cast.alice)
    invited = {"who": "invite", "email": "new@example.test", "first_name": "N", "last_name": "P", "answer": "non"}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(group_url(sellers, "ajouter/"), invited)
    told = words(client.get(user_url(User.objects.get(email="new@example.test"))))
    assert "compte ouvert le 24/11/2026 par Alice Nom" in told
    assert "compte ouvert le" in words(client.get(user_url(cast.sam)))
    assert "par Alice Nom" not in words(client.get(user_url(cast.sam))).split("Affectations")[0]


def test_an_entity_administrator_sees_no_other_entitys_name(cast, client_for, sellers):
    add_member(actor=None, user=cast.momo, group=sellers, entity=cast.south)
    add_member(actor=None, user=cast.adele, group=sellers, entity=None)
    for person in (cast.momo, cast.adele):
        assert "Nord" not in words(client_for(cast.eve).get(user_url(person)))
    assert "Les autres entités de la holding" in words(client_for(cast.eve).get(user_url(cast.adele)))


def why(client, person):
    """« Oui : coter un véhicule » with what gives it."""
    page = parse(client.get(f"{user_url(person)}?onglet=droits"))
    return {
        " ".join(one.dt.get_text(" ").split()): " ".join(one.dd.get_text(" ").split())
        for one in page.select(".rights-why .lines > div")
    }


def test_why_a_right_is_held_and_who_would_give_it(cast, client_for, sellers):
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.south)
    lines = why(client_for(cast.alice), cast.nobody)
    assert lines["Oui : coter un véhicule"].startswith("Vendeur · Sud, depuis le")
    assert lines["Oui : coter un véhicule"].endswith("par Alice Nom")
    assert "Comptabilité" in lines["– Non : voir les prix d’achat et les marges"]


def test_why_names_the_sites_that_the_reader_sees(cast, client_for, sellers):
    assert "Vendeur · Nord (Nord 2), depuis le" in why(client_for(cast.alice), cast.momo)["Oui : coter un véhicule"]
    membership = Membership.objects.get(user=cast.momo)
    membership.points_of_sale.add(cast.north_1)
    assert "Nord (Nord 1, Nord 2)," in why(client_for(cast.alice), cast.momo)["Oui : coter un véhicule"]
    managers = UserGroup.objects.create(
        holding=cast.holding, entity=cast.north, name="Adjoints", rights=["settings.manage_users"]
    )
    add_member(actor=None, user=cast.nobody, group=managers, entity=cast.north, points_of_sale=[cast.north_1])
    seen = why(client_for(cast.nobody), cast.momo)["Oui : coter un véhicule"]
    assert "Nord (Nord 1 et d’autres points de vente)," in seen
    assert "Nord 2" not in seen


def test_of_a_deactivated_account_nothing_is_held_and_it_says_why(cast, client_for):
    User.objects.filter(pk=cast.sam.pk).update(is_active=False)
    lines = why(client_for(cast.alice), cast.sam)
    assert [line for line in lines if not line.startswith("– Non")] == []
    assert lines["– Non : coter un véhicule"].startswith("compte désactivé ; donné par Vendeur · Nord, depuis le")
    page = parse(client_for(cast.alice).get(f"{user_url(cast.sam)}?onglet=droits"))
    assert "Ce compte est désactivé\u00a0: il n’a aucun droit." in page.text
    assert page.select_one(".tabs [aria-current] .count").text == "0"


def test_a_swapped_tab_equals_the_reloaded_page(cast, client_for):
    address = f"{user_url(cast.sam)}?onglet=historique"
    page = parse(client_for(cast.alice).get(user_url(cast.sam)))
    swapped = swap(page, client_for(cast.alice, htmx=True).get(address), target="#user")
    assert content(swapped) == content(parse(client_for(cast.alice).get(address)))


def opened(user):
    return {
        f"initial-{name}": getattr(user, name) for name in ("first_name", "last_name", "email", "job_title", "phone")
    }


def typed(user, **changes):
    fields = {name: getattr(user, name) for name in ("first_name", "last_name", "email", "job_title", "phone")}
    return {**opened(user), **fields, **changes}


def test_an_account_is_edited_and_the_old_address_is_told(
    cast, client_for, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        sent = typed(cast.sam, email="Sam.2@example.test", job_title="Vendeur VO")
        response = client_for(cast.alice).post(user_url(cast.sam, "modifier/"), sent)
    assert response.status_code == 303, words(response)
    sam = User.objects.get(pk=cast.sam.pk)
    assert (sam.email, sam.job_title) == ("sam.2@example.test", "Vendeur VO")
    assert [mail.to for mail in mailoutbox] == [["sam@example.test"]]


@pytest.mark.parametrize("email", ["otto@example.test", "marc@example.test", "pas une adresse", ""])
def test_a_taken_or_wrong_address_is_said_beside_it(cast, client_for, email):
    response = client_for(cast.alice).post(
        user_url(cast.sam, "modifier/"), typed(cast.sam, email=email, phone="0385000000")
    )
    assert response.status_code == 422
    page = parse(response)
    assert page.select_one("[name=email]")["aria-invalid"] == "true"
    assert page.select_one("[name=phone]")["value"] == "03\u00a085\u00a000\u00a000\u00a000"
    assert User.objects.get(pk=cast.sam.pk).email == "sam@example.test"


def test_two_editors_of_one_account(cast, client_for):
    before = typed(cast.sam)
    client = client_for(cast.alice)
    client.post(user_url(cast.sam, "modifier/"), {**before, "phone": "0385000001"})
    second = client.post(user_url(cast.sam, "modifier/"), {**before, "phone": "0385000002", "job_title": "Vendeur"})
    assert second.status_code == 422
    assert "Quelqu’un l’a changé entre-temps" in words(second)
    client.post(user_url(cast.sam, "modifier/"), {**before, "job_title": "Vendeur"})
    sam = User.objects.get(pk=cast.sam.pk)
    assert (sam.phone, sam.job_title) == ("+33385000001", "Vendeur")


@pytest.mark.parametrize("act", ["modifier/", "depart/", "retour/", "inviter/"])
def test_nothing_is_done_to_a_stronger_account(cast, client_for, act):
    response = client_for(cast.eve).post(user_url(cast.alice, act), typed(cast.alice, email="eve2@example.test"))
    assert response.status_code in (409, 422)
    alice = User.objects.get(pk=cast.alice.pk)
    assert (alice.email, alice.is_active) == ("alice@example.test", True)
    assert "modifier" not in words(client_for(cast.eve).get(user_url(cast.alice))).split("Compte")[0]


def test_a_leaver_is_out_at_the_next_request_and_may_come_back(cast, client_for):
    sam, alice = client_for(cast.sam), client_for(cast.alice)
    assert sam.get("/vehicules/").status_code == 200
    assert "Ses sessions prennent fin" in words(alice.get(user_url(cast.sam, "depart/")))
    assert alice.post(user_url(cast.sam, "depart/")).status_code == 303
    assert sam.get("/vehicules/")["Location"].startswith("/connexion/")
    assert "Désactivé" in words(alice.get(user_url(cast.sam)))
    assert alice.post(user_url(cast.sam, "retour/")).status_code == 303
    assert User.objects.get(pk=cast.sam.pk).is_active


def test_the_last_administrator_of_an_entity_does_not_leave(cast, client_for):
    response = client_for(cast.alice).post(user_url(cast.eve, "depart/"))
    assert response.status_code == 422
    assert "dernière personne qui administre Sud" in words(response)


def test_of_two_who_change_an_assignment_the_second_sees_what_the_first_did(cast, client_for):
    membership = Membership.objects.get(user=cast.sam)
    address = user_url(cast.sam, f"affectations/{membership.pk}/")
    client = client_for(cast.alice)
    base = parse(client.get(address)).select_one("[name=base]")["value"]
    assert client.post(address, {"points_of_sale": [cast.north_1.pk], "base": base}).status_code == 303
    mine = {"points_of_sale": [cast.north_2.pk], "base": base}
    told = client.post(address, mine)
    assert told.status_code == 422
    assert "elle vaut pour Nord (Nord 1). Enregistrez encore une fois" in words(told)
    assert list(membership.points_of_sale.all()) == [cast.north_1]
    # Sent again as it stands there, it means it; what is so already is no conflict.
    again = parse(told).select_one("[name=base]")["value"]
    assert client.post(address, mine | {"base": again}).status_code == 303
    assert client.post(address, mine).status_code == 303
    assert list(membership.points_of_sale.all()) == [cast.north_2]


def test_sites_of_an_assignment(cast, client_for):
    membership = Membership.objects.get(user=cast.sam)
    address = user_url(cast.sam, f"affectations/{membership.pk}/")
    client = client_for(cast.alice)
    assert client.post(address, {"points_of_sale": [cast.north_2.pk]}).status_code == 303
    assert list(membership.points_of_sale.all()) == [cast.north_2]
    assert client.post(address, {"points_of_sale": [cast.south_1.pk]}).status_code == 422
    # Whoever unticks the last one, or ticks one beside all, is asked what they mean.
    assert "Choisissez un point de vente, ou tous." in words(client.post(address, {}))
    both = client.post(address, {"is_whole": "on", "points_of_sale": [cast.north_1.pk]})
    assert "Décochez « Tous » pour n’en garder que certains." in words(both)
    assert list(membership.points_of_sale.all()) == [cast.north_2]
    assert client.post(address, {"is_whole": "on"}).status_code == 303
    membership.refresh_from_db()
    assert membership.is_whole
    eve = Membership.objects.get(user=cast.eve)
    assert client.get(user_url(cast.sam, f"affectations/{eve.pk}/")).status_code == 404


def test_an_invitation_is_sent_again_until_it_is_accepted(
    cast, client_for, mailoutbox, django_capture_on_commit_callbacks
):
    client = client_for(cast.alice)
    assert client.post(user_url(cast.sam, "inviter/")).status_code == 409
    cast.sam.set_unusable_password()
    cast.sam.save()
    assert "Invité" in words(client.get(user_url(cast.sam)))
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(user_url(cast.sam, "inviter/")).status_code == 303
    assert [mail.to for mail in mailoutbox] == [["sam@example.test"]]
