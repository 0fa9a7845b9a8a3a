"""What the preview says of each line, before anything is changed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from settings_admin.access.services import groups
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import Membership, TimelineEntry, User, UserGroup, UserImport
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_user
from tests.settings_admin.imports.way import HEAD, PAGE, csv_of, good, line, lines_on, preview_of, send, words
from tests.support.htmx import content, parse, swap
from tests.support.xlsx import rows_of


@pytest.fixture(autouse=True)
def _everything(db):
    with unscoped("test data and answers"):
        yield


@pytest.fixture
def sellers(cast):
    return built_in_group(cast.holding, BuiltInGroup.SALESPERSON)


def refusals(client, *lines):
    return lines_on(client, preview_of(client, *lines), "refused")


def state():
    """All that an import may change."""
    return [model.objects.count() for model in (User, Membership, TimelineEntry)]


# --- The promise ---------------------------------------------------------------------------------------------


def test_of_500_lines_20_bad_ones_are_named_and_nothing_is_changed(cast, client_for, mailoutbox):
    """« A user import of 500 lines with 20 bad ones shows a preview, names the 20, and changes nothing until
    confirmed. »"""
    bad = {
        **dict.fromkeys(range(10, 15), ("email", "Saisissez une adresse e-mail valide.")),
        **dict.fromkeys(range(100, 105), ("groups", "Aucun de vos groupes ne s’appelle «\xa0Vendeurs\xa0».")),
        **dict.fromkeys(range(200, 205), ("last", "Ce champ est obligatoire.")),
        **dict.fromkeys(range(497, 502), ("entity", "Aucune de vos entités ne s’appelle «\xa0Ailleurs\xa0».")),
    }
    wrong = {"email": "pas une adresse", "groups": "Vendeurs", "last": "", "entity": "Ailleurs"}
    lines = []
    for number in range(2, 502):
        cells = {"email": f"p{number}@example.test"}
        if number in bad:
            cells[bad[number][0]] = wrong[bad[number][0]]
        lines.append(line(cells.pop("email"), **cells))
    before = state()
    client = client_for(cast.alice)
    address = preview_of(client, *lines)
    labels = {"email": "Adresse e-mail", "groups": "Groupes", "last": "Nom", "entity": "Entité"}
    told = {number: f"{labels[key]} : {message}".replace("\u00a0", " ") for number, (key, message) in bad.items()}
    assert {
        number: text.replace("\u00a0", " ") for number, text in lines_on(client, address, "refused").items()
    } == told
    text = words(client.get(address))
    assert "Inviter 480\u00a0personnes" in text.replace("480 personnes", "480\u00a0personnes")
    assert "20 lignes refusées" in text.replace("\u00a0", " ")
    assert (state(), mailoutbox) == (before, [])
    confirmed = client.post(address, {"lines": good(client, address)})
    assert confirmed.status_code == 303
    assert User.objects.filter(email__startswith="p").count() == 480


# --- Refused, and why ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"email": "pas une adresse"}, "Adresse e-mail : Saisissez une adresse e-mail valide."),
        ({"email": ""}, "Adresse e-mail : Ce champ est obligatoire."),
        ({"email": "otto@example.test"}, "Adresse e-mail : Cette adresse e-mail appartient déjà à un autre compte."),
        ({"email": "max@example.test"}, "Adresse e-mail : Cette adresse e-mail appartient déjà à un autre compte."),
        ({"first": ""}, "Prénom : Ce champ est obligatoire."),
        ({"last": "  "}, "Nom : Ce champ est obligatoire."),
        ({"last": "N" * 81}, "Nom : Assurez-vous que cette valeur comporte au plus 80 caractères"),
        ({"job": "F" * 81}, "Fonction : Assurez-vous que cette valeur comporte au plus 80 caractères"),
        ({"email": "e" * 250 + "@example.test"}, "Adresse e-mail : Assurez-vous que cette valeur comporte au plus 254"),
        ({"first": "=HYPERLINK(1)"}, "Prénom : Une formule n’est pas un texte"),
        ({"phone": "12"}, "Téléphone : Numéro de téléphone illisible"),
        ({"groups": ""}, "Groupes : Nommez au moins un groupe."),
        ({"groups": "Vendeurs"}, "Groupes : Aucun de vos groupes ne s’appelle « Vendeurs »."),
        ({"groups": "Vendeur, Inconnu"}, "Groupes : Aucun de vos groupes ne s’appelle « Inconnu »."),
        ({"groups": "Atelier", "entity": "Sud"}, "Groupes : Le groupe « Atelier » appartient à Nord"),
        ({"groups": "Atelier", "entity": "Toutes"}, "Groupes : Le groupe « Atelier » appartient à Nord"),
        ({"entity": "Ailleurs"}, "Entité : Aucune de vos entités ne s’appelle « Ailleurs »."),
        ({"entity": ""}, "Entité : Le groupe « Vendeur » est partagé : précisez dans quelle entité."),
        ({"sites": "Sud 1"}, "Points de vente : Aucun de vos points de vente de Nord ne s’appelle « Sud 1 »."),
        ({"sites": "Nord 1, Nord 3"}, "Points de vente : Aucun de vos points de vente de Nord ne s’appelle « Nord 3"),
        ({"entity": "Toutes", "sites": "Nord 1"}, "Points de vente : Avec « Toutes », tous les points de vente"),
    ],
)  # fmt: skip
def test_a_line_is_refused_beside_its_column(cast, client_for, cells, said):
    groups.create_group(actor=cast.alice, entity=cast.north, name="Atelier", rights=[])
    told = refusals(client_for(cast.alice), line(cells.pop("email", "new@example.test"), **cells))
    assert told[2].replace("\u00a0", " ").startswith(said)


def test_an_unknown_group_is_named_though_the_entity_is_unknown_too(cast, client_for):
    alice = client_for(cast.alice)
    (told,) = refusals(alice, line("new@example.test", groups="Vendeur, Inconnu", entity="Ailleurs")).values()
    assert "Aucune de vos entités ne s’appelle « Ailleurs »." in told.replace("\u00a0", " ")
    assert "Aucun de vos groupes ne s’appelle « Inconnu »." in told.replace("\u00a0", " ")
    assert "Vendeur" not in told
    (told,) = refusals(alice, line("new@example.test", groups="", entity="Ailleurs")).values()
    assert "Groupes" not in told  # nothing can be said of none before the entity is known


def test_every_reason_of_a_line_is_said(cast, client_for):
    (told,) = refusals(client_for(cast.alice), line("x", first="", groups="Vendeurs")).values()
    assert [part in told for part in ("Prénom", "Adresse e-mail", "Groupes")] == [True] * 3


def test_the_second_line_of_an_address_is_refused(cast, client_for):
    client = client_for(cast.alice)
    lines = [line("new@example.test"), line("NEW@example.test", groups="Comptabilité"), line("other@example.test")]
    address = preview_of(client, *lines)
    assert list(lines_on(client, address, "refused")) == [3]
    assert "déjà à la ligne 2" in lines_on(client, address, "refused")[3]
    assert good(client, address) == "2,4"


def test_the_account_of_a_leaver_is_said_to_be_closed(cast, client_for):
    User.objects.filter(pk=cast.sam.pk).update(is_active=False)
    assert "est désactivé" in refusals(client_for(cast.alice), line("sam@example.test", groups="Comptabilité"))[2]


def test_of_another_holdings_account_nothing_is_told(cast, client_for):
    text = refusals(client_for(cast.alice), line("otto@example.test"))[2]
    assert not any(word in text for word in ("Otto", "Autre groupe", "Ailleurs"))


# --- Who may give what ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"entity": "Nord"}, "Entité : Aucune de vos entités ne s’appelle « Nord »."),
        ({"entity": "Toutes"}, "Entité : Il vous manque le droit « Paramètres : gérer les utilisateurs »"),
        ({"groups": "Atelier"}, "Groupes : Aucun de vos groupes ne s’appelle « Atelier »."),
        ({"groups": "Administrateur de holding"}, "Groupes : Vous ne pouvez donner que les droits que vous avez."),
        ({"sites": "Nord 1"}, "Points de vente : Aucun de vos points de vente de Sud ne s’appelle « Nord 1 »."),
    ],
)  # fmt: skip
def test_an_entity_administrator_gives_what_is_theirs_where_it_is_theirs(cast, client_for, cells, said):
    groups.create_group(actor=cast.alice, entity=cast.north, name="Atelier", rights=[])
    told = refusals(client_for(cast.eve), line("new@example.test", **{"entity": "Sud", **cells}))
    assert told[2].replace("\u00a0", " ").startswith(said)


def test_who_manages_users_without_the_right_does_not_give_it(cast, client_for):
    """« One grants only rights one holds »: a group with one right more than hers."""
    local = UserGroup.objects.create(
        holding=cast.holding, entity=cast.north, name="Recrues", rights=["settings.manage_users", "vehicles.view"]
    )
    rita = make_user("rita@example.test", holding=cast.holding)
    add_member(actor=None, user=rita, group=local, entity=cast.north)
    client = client_for(rita)
    address = preview_of(client, line("a@example.test", groups="Recrues"), line("b@example.test"))
    assert list(lines_on(client, address, "invite")) == [2]
    assert "Il vous manque sur Nord" in lines_on(client, address, "refused")[3]


def test_who_manages_one_site_places_people_at_that_site_only(cast, client_for):
    local = UserGroup.objects.create(
        holding=cast.holding, entity=cast.north, name="Recrues", rights=["settings.manage_users"]
    )
    rita = make_user("rita@example.test", holding=cast.holding)
    add_member(actor=None, user=rita, group=local, entity=cast.north, points_of_sale=[cast.north_2])
    client = client_for(rita)
    lines = [line(f"p{len(site)}@example.test", groups="Recrues", sites=site) for site in ("Nord 2", "Nord 1 ", "")]
    address = preview_of(client, *lines)
    assert list(lines_on(client, address, "invite")) == [2]
    refused = lines_on(client, address, "refused")
    assert ["Points de vente" in refused[3], "Il vous manque le droit" in refused[4]] == [True, True]


# --- What a good line does -----------------------------------------------------------------------------------


def test_the_effects_of_good_lines(cast, client_for, sellers):
    add_member(actor=None, user=cast.nobody, group=sellers, entity=cast.north, points_of_sale=[cast.north_1])
    client = client_for(cast.alice)
    address = preview_of(
        client,
        line("new@example.test", groups="vendeur; COMPTABILITE", sites="nord 1 | Nord 2"),
        line("boss@example.test", groups="Administrateur de holding", entity="Toutes les entités"),
        line("momo@example.test"),
        line("momo@example.test ".upper(), entity="Sud"),
        line("sam@example.test", sites="Nord 1"),
        line("alice@example.test", groups="Administrateur de holding"),
        line("nobody@example.test", sites="Nord 1, Nord 2"),
    )
    assert lines_on(client, address, "invite") == {
        2: "Vendeur, Nord (Nord 1, Nord 2) Comptabilité, Nord (Nord 1, Nord 2)",
        3: "Administrateur de holding, toutes les entités",
    }
    assert lines_on(client, address, "add") == {4: "Vendeur, Nord", 8: "Vendeur, Nord (Nord 1, Nord 2)"}
    assert lines_on(client, address, "nothing") == {
        6: "Vendeur, Nord (Nord 1) (y est déjà)",
        7: "Administrateur de holding, Nord (y est déjà)",
    }
    assert list(lines_on(client, address, "refused")) == [5]


def test_a_line_of_a_colleague_one_does_not_see_says_what_it_says_of_a_stranger(cast, client_for):
    client = client_for(cast.eve)
    emails = (cast.sam.email, cast.otto.email, cast.max.email, cast.nobody.email)
    address = preview_of(client, *(line(email, entity="Sud") for email in emails))
    refused = lines_on(client, address, "refused")
    assert set(refused) == {2, 3, 4}
    assert len(set(refused.values())) == 1
    assert "a déjà un compte, que vous ne voyez pas" in refused[2]
    assert lines_on(client, address, "add") == {5: "Vendeur, Sud"}
    assert "Nord" not in parse(client.get(address)).select_one("main").text


def test_a_local_group_is_preferred_where_it_is(cast, client_for):
    groups.create_group(actor=cast.alice, entity=cast.south, name="Vendeur", rights=[])
    client = client_for(cast.alice)
    lines = [line("a@example.test", entity="Sud"), line("b@example.test"), line("c@example.test", entity="")]
    address = preview_of(client, *lines)
    assert list(lines_on(client, address, "invite")) == [2, 3]
    assert "précisez l’entité" in lines_on(client, address, "refused")[4]


def test_without_an_entity_a_line_goes_where_only_one_is_possible(cast, client_for):
    groups.create_group(actor=cast.alice, entity=cast.north, name="Atelier", rights=[])
    for user, group, said in ((cast.alice, "Atelier", "Atelier, Nord"), (cast.eve, "Vendeur", "Vendeur, Sud")):
        client = client_for(user)
        address = preview_of(client, line("a@example.test", groups=group, entity=""))
        assert lines_on(client, address, "invite") == {2: said}


# --- The page ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [3, 300])
def test_the_preview_takes_the_same_statements_for_few_and_many(
    cast, client_for, sellers, django_assert_num_queries, count
):
    lines = [line(f"p{number}@example.test", sites="Nord 1") for number in range(count)]
    for number in range(count // 3):
        user = make_user(f"p{number}@example.test", holding=cast.holding)
        add_member(actor=None, user=user, group=sellers, entity=cast.south)
    client = client_for(cast.alice)
    address = preview_of(client, *lines)
    with django_assert_num_queries(9):
        client.get(address)


def test_many_lines_are_shown_by_hundreds_and_a_swapped_page_equals_the_reloaded_one(cast, client_for):
    client = client_for(cast.alice)
    lines = [line(f"p{number}@example.test") for number in range(250)]
    address = preview_of(client, *lines, line("x"))
    asked = f"{address}?vue=invite&page=3"
    assert list(lines_on(client, address, "invite&page=3")) == list(range(202, 252))
    swapped = swap(parse(client.get(address)), client_for(cast.alice, htmx=True).get(asked), target="#import-lines")
    assert content(swapped) == content(parse(client.get(asked)))
    nonsense = parse(client.get(f"{address}?vue=nonsense&page=x"))
    assert content(nonsense) == content(parse(client.get(address)))


def test_a_file_that_is_none_is_refused_beside_the_field(cast, client_for):
    client = client_for(cast.alice)
    for content_of, said in (
        (b"%PDF-1.7\x00", "n’est pas un tableau lisible"),
        (b"", "Ce fichier est vide."),
        (csv_of(head=["Prénom", "Nom"]), "Il manque les colonnes"),
        (b"\xd0\xcf\x11\xe0", "enregistrez-le en XLSX ou CSV"),
    ):
        response = send(client, content=content_of)
        assert response.status_code == 422
        page = parse(response)
        assert page.select_one("[name=file]")["aria-invalid"] == "true"
        assert said in page.select_one("#id_file_error").text
    response = client.post(PAGE, {})
    assert "Choisissez un fichier." in words(response)
    assert not UserImport.objects.exists()


def test_columns_that_nobody_knows_are_said(cast, client_for):
    client = client_for(cast.alice)
    head = [*HEAD, "Matricule", "Ligne"]
    address = preview_of(client, content=csv_of([*line("a@example.test"), "12", "4"], head=head))
    assert "Colonnes laissées de côté : Matricule." in words(client.get(address)).replace("\u00a0", " ")


def test_hostile_text_is_shown_as_text(cast, client_for):
    markup = "<script>alert(1)</script>{{ 1 }}'--"
    client = client_for(cast.alice)
    address = preview_of(client, line("new@example.test", first=markup, groups=f"Vendeur {markup}"))
    page = client.get(address)
    assert "<script>alert" not in page.text
    assert markup.split("<")[0] in page.text
    assert "{{ 1 }}" in parse(page).select_one("#import-lines").text


# --- Files ---------------------------------------------------------------------------------------------------


def test_the_model_has_the_columns_and_what_may_stand_in_them(cast, client_for):
    import io

    import openpyxl

    groups.create_group(actor=cast.alice, entity=cast.north, name="Atelier", rights=[])

    def book(user, **options):
        response = client_for(user, **options).get(f"{PAGE}modele/")
        return openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))

    alices, eves = book(cast.alice, scope="all"), book(cast.eve)
    assert [cell.value for cell in alices.worksheets[0][1]] == HEAD
    assert alices.worksheets[0].max_row == 1

    def values(book):
        return [
            {row[column] for row in book.worksheets[1].iter_rows(min_row=2, values_only=True)} - {None}
            for column in range(3)
        ]

    local, entities, sites = values(alices)
    assert {"Atelier", "Vendeur"} <= local
    assert entities == {"Nord", "Sud", "Toutes"}
    assert sites == {"Nord 1 (Nord)", "Nord 2 (Nord)", "Sud 1 (Sud)"}
    local, entities, sites = values(eves)
    assert ("Atelier" in local, entities, sites) == (False, {"Sud"}, {"Sud 1 (Sud)"})


def test_refused_lines_are_corrected_in_their_file_and_sent_again(cast, client_for):
    import io

    import openpyxl

    client = client_for(cast.alice)
    lines = [line("good@example.test"), line("bad@example.test", groups="Vendeurs", phone="+33612345678", first="@A")]
    address = preview_of(client, *lines)
    (row,) = rows_of(client.get(f"{address}refus/"))
    assert (row["Adresse e-mail"], row["Ligne"], row["Prénom"]) == ("bad@example.test", 3, "@A")
    assert row["Motif du refus"].startswith("Groupes\u00a0: Aucun de vos groupes")
    content_of = b"".join(client.get(f"{address}refus/").streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(content_of))
    assert {cell.data_type for cell in book.active[2]} <= {"s", "n"}
    book.active.cell(2, HEAD.index("Groupes") + 1).value = "Vendeur"
    out = io.BytesIO()
    book.save(out)
    again = preview_of(client, content=out.getvalue(), name="corrige.xlsx")
    assert lines_on(client, again, "invite") == {2: "Vendeur, Nord"}
    assert "laissées de côté" not in words(client.get(again))


@pytest.mark.parametrize("stranger", ["eve", "otto", "sam"])
def test_the_preview_of_somebody_else_is_not_there(cast, client_for, stranger):
    address = preview_of(client_for(cast.alice), line("new@example.test"))
    client = client_for(getattr(cast, stranger))
    expected = 403 if stranger == "sam" else 404
    assert client.get(address).status_code == expected
    assert client.post(address, {"lines": "2"}).status_code == expected
    assert client.get(f"{address}refus/").status_code == expected
    assert not User.objects.filter(email="new@example.test").exists()


def test_a_page_that_one_came_back_to_sends_another_file(cast, client_for):
    """Its key is that of the first one; the same file again leads to the same preview."""
    client = client_for(cast.alice)
    key = parse(client.get(PAGE)).select_one("[name=key]")["value"]

    def sent(*lines):
        file = SimpleUploadedFile("equipe.csv", csv_of(*lines))
        return client.post(PAGE, {"file": file, "key": key})["Location"]

    first, again, corrected = sent(line("a@b.test")), sent(line("a@b.test")), sent(line("c@d.test"))
    assert first == again != corrected
    assert "c@d.test" in client.get(corrected).text
