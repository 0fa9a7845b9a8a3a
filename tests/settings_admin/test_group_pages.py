"""The pages of groups: *Oui* and *Non*, here and everywhere, forged forms change nothing."""

import pytest

from openflex.core.lists import PAGE_SIZE
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import Membership, TimelineEntry, User
from settings_admin.registries import BuiltInGroup, right_label
from tests.settings_admin.way import group_url, places, rights_in, said, words
from tests.support.htmx import content, parse, swap
from tests.support.xlsx import rows_of

pytestmark = pytest.mark.usefixtures("everything")


# --- The list ------------------------------------------------------------------------------------------------


def test_groups_of_the_current_entity_and_shared_ones(cast, client_for, preparation):
    def names(user, scope=""):
        page = parse(client_for(user, scope=scope).get("/parametres/groupes/"))
        return [one.text for one in page.select(".groups-list .group-name")]

    assert "Préparation" in names(cast.eve)
    assert "Préparation" not in names(cast.alice, scope=f"e{cast.north.pk}")
    assert "Préparation" in names(cast.alice, scope="all")
    assert len(names(cast.otto)) == len(BuiltInGroup)


def test_the_rights_of_those_whom_the_reader_manages_are_exported_from_the_groups_too(cast, client_for, sellers):
    client = client_for(cast.eve)
    (form,) = parse(client.get(group_url(sellers))).select("form[action$='/droits/']:not([hx-post])")
    assert form.button.text.strip() == "Exporter les droits"
    rows = rows_of(client.post(form["action"]))
    assert {row["E-mail"] for row in rows} == {"alice@example.test", "eve@example.test"}


def test_an_entity_administrator_sees_her_people_and_those_of_the_whole_holding(cast, client_for, sellers):
    add_member(actor=None, user=cast.nobody, group=sellers, entity=cast.south)
    add_member(actor=None, user=cast.adele, group=sellers, entity=None)
    page = parse(client_for(cast.eve).get(group_url(sellers)))
    shown = {small.text for small in page.select(".group-detail .two-line small")}
    assert shown == {"nobody@example.test", "adele@example.test"}
    assert page.select_one(".groups-list [aria-current] .push").text == "2"
    assert page.select_one(".group-detail .count").text == "2"


def test_who_only_works_in_another_entity_counts_nobody_there(cast, client_for, sellers):
    """Eve sells in Nord, where she manages no users, and that is where the top bar stands."""
    add_member(actor=None, user=cast.eve, group=sellers, entity=cast.north)
    page = parse(client_for(cast.eve, scope=f"e{cast.north.pk}").get(group_url(sellers)))
    assert page.select_one(".groups-list [aria-current] .push").text == "0"
    assert page.select_one(".group-detail .count").text == "0"
    empty = " ".join(page.select_one(".group-detail .empty").get_text(" ").split())
    assert empty == "Personne dans ce groupe Ajoutez un utilisateur pour lui donner les droits du groupe."


def test_a_swapped_tab_equals_the_reloaded_page(cast, client_for, sellers):
    address = f"{group_url(sellers)}?onglet=droits"
    page = parse(client_for(cast.alice).get(group_url(sellers)))
    swapped = swap(page, client_for(cast.alice, htmx=True).get(address), target="#groups")
    assert content(swapped) == content(parse(client_for(cast.alice).get(address)))


def test_the_same_statements_for_few_and_many_people(cast, client_for, sellers, django_assert_max_num_queries):
    for number in range(30):
        user = User.objects.create_user(f"p{number}@example.test", holding=cast.holding, first_name="P")
        add_member(actor=None, user=user, group=sellers, entity=cast.north, points_of_sale=[cast.north_1])
    client = client_for(cast.alice)
    with django_assert_max_num_queries(12):
        client.get(group_url(sellers))


def test_the_people_of_a_group_are_searched_and_read_page_by_page(cast, client_for, sellers):
    client, url = client_for(cast.alice), group_url(sellers)

    def page(address=url):
        return parse(client.get(address))

    def emails(found):
        return [one.text for one in found.select(".group-detail .two-line small")]

    assert page().select(".pager") == []
    for number in range(PAGE_SIZE + 1):
        user = User.objects.create_user(
            f"p{number:02}@example.test", holding=cast.holding, first_name="Zoé", last_name="Aé", job_title="Apprenti"
        )
        for entity in (cast.north, cast.south):
            add_member(actor=None, user=user, group=sellers, entity=entity)
    first = page()
    second = page(first.select_one(".pager [rel=next]")["href"])
    assert emails(first) == [f"p{number:02}@example.test" for number in range(PAGE_SIZE)]
    assert emails(second) == [f"p{PAGE_SIZE}@example.test", "sam@example.test", "momo@example.test"]
    assert second.select_one(".reach").text == "2\u00a0entités"
    assert emails(page(second.select_one(".pager [rel=prev]")["href"])) == emails(first)
    # Each word stands in the name, the address or the function; the pages are those of what is found.
    assert emails(page(f"{url}?q=momo+nom")) == ["momo@example.test"]
    found = page(f"{url}?q=apprenti")
    assert emails(page(found.select_one(".pager [rel=next]")["href"])) == [f"p{PAGE_SIZE}@example.test"]
    assert "Personne de ce groupe ne correspond à «\u00a0<b>\u00a0»." in page(f"{url}?q=<b>").text
    # Typed words swap into what a reloaded page shows.
    swapped = swap(first, client_for(cast.alice, htmx=True).get(f"{url}?onglet=utilisateurs&q=momo"), target="#groups")
    assert content(swapped) == content(page(f"{url}?onglet=utilisateurs&q=momo"))
    assert emails(parse(client_for(cast.eve).get(f"{url}?q=sam"))) == []


def test_two_editors_of_one_group(cast, client_for, preparation):
    """The second sees what the first made of it, and what they typed; sent again, they mean it."""

    def opened(response):
        return {field["name"]: field.get("value", field.text.strip()) for field in parse(response).select(
            "form[action$='modifier/'] :is(input, textarea)")}  # fmt: skip

    client, url = client_for(cast.eve), group_url(preparation, "modifier/")
    form = opened(client.get(url))
    assert client.post(url, {**form, "name": "Atelier"}).status_code == 303
    second = client.post(url, {**form, "name": "Carrosserie"})
    assert second.status_code == 422
    assert "Quelqu’un l’a changé entre-temps en « Atelier »." in words(second)
    again = opened(second)
    assert again["name"] == "Carrosserie"
    assert client.post(url, again).status_code == 303
    preparation.refresh_from_db()
    assert preparation.name == "Carrosserie"


def test_what_would_be_refused_is_not_offered(cast, client_for, sellers):
    """An entity's administrator takes nobody of the whole holding out, and gives no right that she lacks."""
    add_member(actor=None, user=cast.nobody, group=sellers, entity=cast.south)
    add_member(actor=None, user=cast.adele, group=sellers, entity=None)
    holding_admins = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)

    def acts(user, group):
        links = parse(client_for(user).get(group_url(group))).select(".group-detail a[hx-get*='/']")
        return {link.get("aria-label") or link.text.strip() for link in links}

    assert acts(cast.eve, sellers) >= {"Retirer Nobody Nom du groupe", "Ajouter un utilisateur"}
    assert "Retirer Adele Nom du groupe" not in acts(cast.eve, sellers)
    assert "Retirer Adele Nom du groupe" in acts(cast.alice, sellers)
    assert "Ajouter un utilisateur" not in acts(cast.eve, holding_admins)
    assert "Ajouter un utilisateur" in acts(cast.alice, holding_admins)
    adele = f"/parametres/utilisateurs/{cast.adele.pk}/"
    assert "Retirer de Vendeur" not in client_for(cast.eve).get(adele).text
    assert "Retirer de Vendeur" in client_for(cast.alice).get(adele).text


# --- Oui and Non -----------------------------------------------------------------------------------------------


def test_a_holding_administrator_is_asked_and_nothing_is_written_before_the_answer(cast, client_for, sellers):
    client = client_for(cast.alice, scope=f"e{cast.south.pk}")
    asked = client.post(group_url(sellers, "ajouter/"), {"who": "pick", "user": cast.nobody.pk})
    text = words(asked)
    assert "Ajouter sur toutes les entités du groupe ?" in text
    assert "2 entités" in text
    assert "Nord, Sud" in text
    assert "seulement sur Sud" in text
    assert places(cast.nobody, sellers) == set()


def test_the_question_says_what_the_person_would_gain_and_the_removal_what_they_lose(cast, client_for, sellers):
    """Of what Sam holds in Nord already only the other entities are a gain; Adèle, who keeps the books, gains more."""
    client = client_for(cast.alice, scope=f"e{cast.south.pk}")

    def gains(user):
        asked = parse(client.post(group_url(sellers, "ajouter/"), {"who": "pick", "user": user.pk}))
        return [rights_in(block) for block in asked.select(".consequence")]

    everything = {right_label(code) for code in sellers.rights}
    assert gains(cast.nobody) == [everything, everything]
    assert gains(cast.adele) == [everything, everything]
    add_member(actor=None, user=cast.nobody, group=sellers, entity=cast.south)
    with_yes, with_no = gains(cast.nobody)
    assert (with_yes, with_no) == (everything, set())

    def losses(user, person=cast.nobody):
        """Of each answer that is offered, what it costs."""
        removal = parse(client_for(user).get(group_url(sellers, f"retirer/{person.pk}/")))
        told = {one.summary.text.split(",")[0]: rights_in(one) for one in removal.select(".gains")}
        return told | {one.text.split(",")[0]: set() for one in removal.select(".caption") if ", rien" in one.text}

    assert losses(cast.alice) == {"Retiré sur Sud": everything, "Retiré partout": everything}
    # What another group gives them stays.
    managers = built_in_group(cast.holding, BuiltInGroup.SALES_MANAGER)
    add_member(actor=None, user=cast.nobody, group=managers, entity=cast.south)
    add_member(actor=None, user=cast.nobody, group=sellers, entity=cast.north)
    assert losses(cast.alice) == {"Retiré sur Nord": everything, "Retiré sur Sud": set(), "Retiré partout": everything}
    # Who may only take somebody out here is told what this costs, not what it would cost everywhere.
    assert losses(cast.eve) == {"Retiré sur Sud": set()}
    # Out of one entity, somebody of the whole holding stays in the others, but in none that is created later.
    add_member(actor=None, user=cast.adele, group=sellers, entity=None)
    assert losses(cast.alice, cast.adele) == {"Retiré d’une seule entité": everything, "Retiré partout": everything}


@pytest.mark.parametrize("times", [1, 2])
def test_yes_is_everywhere_and_no_is_here_however_often_it_is_sent(cast, client_for, sellers, times):
    client = client_for(cast.alice, scope=f"e{cast.south.pk}")
    sent = {"who": "pick", "user": cast.nobody.pk}
    for _ in range(times):
        assert client.post(group_url(sellers, "ajouter/"), {**sent, "answer": "non"}).status_code == 303
    assert places(cast.nobody, sellers) == {cast.south.pk}
    for _ in range(times):
        assert client.post(group_url(sellers, "ajouter/"), {**sent, "answer": "oui"}).status_code == 303
    assert places(cast.nobody, sellers) == {None}
    assert TimelineEntry.objects.filter(kind="member_added", target_id=cast.nobody.pk).count() == 2


def test_an_entity_administrator_is_not_asked_and_forges_no_yes(cast, client_for, sellers):
    client = client_for(cast.eve)
    sent = {"who": "pick", "user": cast.eve.pk}
    assert client.post(group_url(sellers, "ajouter/"), {**sent, "answer": "oui"}).status_code == 403
    assert places(cast.eve, sellers) == set()
    assert client.post(group_url(sellers, "ajouter/"), sent).status_code == 303
    assert places(cast.eve, sellers) == {cast.south.pk}


def test_a_local_group_asks_nothing_and_knows_no_yes(cast, client_for, preparation):
    client = client_for(cast.alice, scope="all")
    sent = {"who": "pick", "user": cast.nobody.pk}
    assert client.post(group_url(preparation, "ajouter/"), {**sent, "answer": "oui"}).status_code == 403
    assert client.post(group_url(preparation, "ajouter/"), sent).status_code == 303
    assert places(cast.nobody, preparation) == {cast.south.pk}


def test_ticked_sites_answer_for_themselves(cast, client_for, sellers):
    client = client_for(cast.alice, scope=f"e{cast.north.pk}")
    sent = {"who": "pick", "user": cast.nobody.pk, "points_of_sale": [cast.north_2.pk]}
    assert client.post(group_url(sellers, "ajouter/"), sent).status_code == 303
    membership = Membership.objects.get(user=cast.nobody)
    assert (membership.is_whole, list(membership.points_of_sale.all())) == (False, [cast.north_2])


@pytest.mark.parametrize("field", ["user", "points_of_sale", "entity"])
def test_forged_people_and_places_are_refused_beside_their_field(cast, client_for, sellers, field):
    forged = {"user": cast.otto.pk, "points_of_sale": cast.elsewhere_1.pk, "entity": cast.elsewhere.pk}
    client = client_for(cast.alice, scope="all" if field == "entity" else f"e{cast.north.pk}")
    sent = {"who": "pick", "user": cast.nobody.pk, "entity": cast.north.pk, "answer": "non", field: forged[field]}
    assert client.post(group_url(sellers, "ajouter/"), sent).status_code == 422
    assert not Membership.objects.filter(group=sellers, user__in=[cast.otto, cast.nobody]).exists()


def test_an_entity_administrator_finds_only_her_own_people(cast, client_for, sellers):
    page = parse(
        client_for(cast.eve).get(group_url(sellers, "ajouter/?q=sam&part=candidates"), headers={"HX-Request": "true"})
    )
    assert page.select("[name=user]") == []
    assert (
        client_for(cast.eve).post(group_url(sellers, "ajouter/"), {"who": "pick", "user": cast.sam.pk}).status_code
        == 422
    )
    found = parse(client_for(cast.alice).get(group_url(sellers, "ajouter/?q=sam")))
    assert [one["value"] for one in found.select("[name=user]")] == [str(cast.sam.pk)]


def test_a_group_that_gives_more_than_one_has_is_refused(cast, client_for):
    admins = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
    response = client_for(cast.eve).post(group_url(admins, "ajouter/"), {"who": "pick", "user": cast.eve.pk})
    assert response.status_code == 422
    assert "Vous ne pouvez donner que les droits que vous avez" in said(response)
    assert places(cast.eve, admins) == set()


# --- Inviting ---------------------------------------------------------------------------------------------


NEW = {"who": "invite", "email": "Julie.R@Exemple.fr", "first_name": "Julie", "last_name": "R.", "job_title": ""}


def test_an_invitation_leads_to_a_password_and_into_the_group(
    cast, client_for, client, sellers, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        alice = client_for(cast.alice)
        alice.post(group_url(sellers, "ajouter/"), {**NEW, "answer": "non"})
    added = alice.get(group_url(sellers))
    assert "Julie R. est dans le groupe Vendeur sur Nord. Une invitation part à julie.r@exemple.fr." in words(added)
    julie = User.objects.get(email="julie.r@exemple.fr")
    assert places(julie, sellers) == {cast.north.pk}
    assert [mail.to for mail in mailoutbox] == [["julie.r@exemple.fr"]]
    link = next(word for word in mailoutbox[0].body.split() if word.startswith("http"))
    page = client.get("/" + link.split("/", 3)[3], follow=True)
    assert page.status_code == 200
    assert not julie.has_usable_password()
    password = "un mot de passe solide 42"
    client.post(page.request["PATH_INFO"], {"password1": password, "password2": password})
    assert User.objects.get(pk=julie.pk).check_password(password)


def test_an_address_of_the_holding_enters_the_group_without_an_invitation(cast, client_for, sellers, mailoutbox):
    sent = {**NEW, "email": cast.nobody.email.upper(), "answer": "non"}
    alice = client_for(cast.alice)
    assert alice.post(group_url(sellers, "ajouter/"), sent).status_code == 303
    added = alice.get(group_url(sellers))
    assert "Nobody Nom est dans le groupe Vendeur sur Nord." in words(added)
    assert "Une invitation part" not in words(added)
    assert places(cast.nobody, sellers) == {cast.north.pk}
    assert User.objects.get(pk=cast.nobody.pk).first_name == "Nobody"
    assert mailoutbox == []


@pytest.mark.parametrize("who", ["otto", "max"])
def test_an_address_of_somebody_elses_is_refused_without_a_word_of_whose(cast, client_for, sellers, who):
    sent = {**NEW, "email": getattr(cast, who).email, "answer": "non"}
    response = client_for(cast.alice).post(group_url(sellers, "ajouter/"), sent)
    assert response.status_code == 422
    assert "appartient déjà à un autre compte" in said(response)
    page = parse(response)
    assert page.select_one("[name=first_name]")["value"] == "Julie"


def test_an_address_of_a_colleague_one_does_not_see_is_refused_in_the_words_for_a_strangers(cast, client_for, sellers):
    """docs/adr/005: nobody learns by an address who works in another entity."""
    eve, answers = client_for(cast.eve), set()
    for who in (cast.sam, cast.otto, cast.max):
        response = eve.post(group_url(sellers, "ajouter/"), {**NEW, "email": who.email.upper()})
        assert response.status_code == 422
        assert parse(response).select_one("[name=first_name]")["value"] == "Julie"
        assert parse(response).select_one("[name=email]")["aria-invalid"] == "true"
        assert who.full_name not in words(response)
        answers.add(said(response))
    assert len(answers) == 1
    assert "un administrateur de la holding peut l’ajouter." in answers.pop()
    assert places(cast.sam, sellers) == {cast.north.pk}
    # Whoever belongs nowhere is nobody else's; whom one sees is added as from the list.
    add_member(actor=None, user=cast.marc, group=sellers, entity=None)
    for who, there in ((cast.nobody, {cast.south.pk}), (cast.marc, {None})):
        assert eve.post(group_url(sellers, "ajouter/"), {**NEW, "email": who.email}).status_code == 303
        assert places(who, sellers) == there


@pytest.mark.parametrize(("field", "value"), [("email", "julie"), ("email", ""), ("last_name", ""), ("who", "x")])
def test_bad_input_is_said_beside_its_field_and_kept(cast, client_for, sellers, field, value):
    response = client_for(cast.alice).post(group_url(sellers, "ajouter/"), {**NEW, field: value})
    assert response.status_code == 422
    assert not User.objects.filter(first_name="Julie").exists()
    assert parse(response).select_one("[name=first_name]")["value"] == "Julie"


# --- Out of it -----------------------------------------------------------------------------------------------


def test_removing_asks_here_or_everywhere(cast, client_for, sellers, preparation):
    for entity in (cast.north, cast.south):
        add_member(actor=None, user=cast.nobody, group=sellers, entity=entity)
    client = client_for(cast.alice)
    address = group_url(sellers, f"retirer/{cast.nobody.pk}/")
    choices = [one["value"] for one in parse(client.get(address)).select("[name=where]")]
    assert choices == [str(cast.north.pk), str(cast.south.pk), "everywhere"]
    add_member(actor=None, user=cast.nobody, group=preparation, entity=cast.south)
    local = parse(client.get(group_url(preparation, f"retirer/{cast.nobody.pk}/")))
    assert [one["value"] for one in local.select("[name=where]")] == [str(cast.south.pk)]
    assert [one.text for one in local.select(".gains summary")] == ["Retiré sur Sud, 1\u00a0droit de moins"]
    assert client.post(address, {}).status_code == 422
    client.post(address, {"where": cast.south.pk})
    assert places(cast.nobody, sellers) == {cast.north.pk}
    client.post(address, {"where": "everywhere"})
    assert places(cast.nobody, sellers) == set()


def test_an_entity_administrator_removes_at_home_only(cast, client_for, sellers):
    add_member(actor=None, user=cast.nobody, group=sellers, entity=cast.north)
    add_member(actor=None, user=cast.nobody, group=sellers, entity=cast.south)
    client = client_for(cast.eve)
    address = group_url(sellers, f"retirer/{cast.nobody.pk}/")
    assert [one["value"] for one in parse(client.get(address)).select("[name=where]")] == [str(cast.south.pk)]
    for forged in (cast.north.pk, "everywhere", ""):
        assert client.post(address, {"where": forged}).status_code == 422
    assert client.post(address, {"where": cast.south.pk}).status_code == 303
    assert places(cast.nobody, sellers) == {cast.north.pk}
    assert client.get(group_url(sellers, f"retirer/{cast.sam.pk}/")).status_code == 404


def test_the_last_administrator_is_refused_in_the_dialog(cast, client_for):
    admins = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
    response = client_for(cast.alice).post(group_url(admins, f"retirer/{cast.alice.pk}/"), {"where": "everywhere"})
    assert response.status_code == 422
    assert "dernière personne qui administre la holding" in said(response)
    assert places(cast.alice, admins) == {None}
