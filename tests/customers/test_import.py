"""Customers from a file: what each line would do, whom it resembles, confirmed once."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from customers.models import CustomerImport
from customers.services import imports
from settings_admin.models import AccessLog
from settings_admin.scoping import unscoped
from tests.customers.way import customers, history
from tests.make import make_customer
from tests.support.htmx import parse
from tests.support.xlsx import rows_of
from tests.vehicles.way import errors_of

PAGE = "/clients/importer/"
HEAD = ["Civilité", "Nom", "Prénom", "Société", "SIRET", "Mail", "Portable", "CP", "Ville", "Date de naissance"]
CLAIRE = ["Madame", "duval", "claire", "", "", "Claire@x.test", "0612345678", "71 100", "Chalon", "23/04/1970"]
BATI = ["", "", "", "Bâti Saône", "732 829 320 00074", "", "", "71000", "Mâcon", ""]


def send(client, *lines, head=HEAD, **more):
    text = "\r\n".join(";".join(f'"{cell}"' for cell in row) for row in (head, *lines))
    return client.post(PAGE, {"file": SimpleUploadedFile("clients.csv", text.encode()), **more})


def preview_of(client, *lines, **more):
    response = send(client, *lines, **more)
    assert response.status_code == 303
    return response.headers["Location"]


def confirm(client, address, **more):
    return client.post(address, more)


def said(client, address, view):
    page = parse(client.get(f"{address}?vue={view}"))
    return {
        int(row.select_one("[data-label=Ligne]").text): " ".join(row.select_one(".cell-reasons").text.split())
        for row in page.select("#import-lines tbody tr")
    }


def test_a_person_and_a_company_are_previewed_then_created_as_they_are_kept(cast, client_for):
    client = client_for(cast.sam)
    address = preview_of(client, CLAIRE, BATI)
    assert "Créer 2\u00a0clients" in client.get(address).text
    assert customers() == []
    assert confirm(client, address).status_code == 303
    claire, bati = customers()
    assert (claire.civility, claire.birth_name, claire.first_names) == ("mrs", "DUVAL", "Claire")
    assert (claire.email, claire.mobile, claire.postcode) == ("claire@x.test", "+33612345678", "71100")
    assert (claire.born_on, claire.country, claire.entity_id) == (date(1970, 4, 23), "France", cast.north.pk)
    assert (bati.display_name, bati.siret, bati.kind) == ("Bâti Saône", "73282932000074", "company")
    assert [entry.kind for entry in history(claire)] == ["imported"]
    assert "2\u00a0clients créés." in client.get(address).text
    with unscoped("the test looks at what was written"):
        line = AccessLog.objects.get(kind="customers_imported")
    assert (line.user, line.details) == (cast.sam, {"create": 2, "alike": 0, "refused": 0})


def test_the_person_beside_a_company_is_its_contact_and_nothing_of_them_is_kept_unseen(cast, client_for):
    client = client_for(cast.sam)
    confirm(client, preview_of(client, ["Dr", "petit", "luc", *BATI[3:9], "23/04/1970"]))
    (bati,) = customers()
    page = client.get(f"/clients/{bati.pk}/")
    assert parse(page).select_one("#contacts li b").text == "Dr Luc PETIT"
    assert (bati.civility, bati.birth_name, bati.first_names, bati.born_on) == ("", "", "", None)
    # It is told by its name alone when it comes again.
    again = preview_of(client, ["", "", "", "bâti saône", *[""] * 6])
    assert "Bâti Saône" in said(client, again, "alike")[2]


def test_a_spreadsheet_that_took_a_postcode_for_a_number_lost_no_figure(cast, client_for):
    client, head = client_for(cast.sam), ["Nom", "CP", "Pays"]
    address = preview_of(client, ["BRESSAN", "1000", ""], ["GENEVOIS", "1204", "Suisse"], head=head)
    confirm(client, address)
    assert {one.birth_name: one.postcode for one in customers()} == {"BRESSAN": "01000", "GENEVOIS": "1204"}


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("Portable", "12", "Mobile\u00a0: Numéro de téléphone illisible"),
        ("Mail", "claire", "Adresse e-mail\u00a0:"),
        ("SIRET", "73282932000075", "SIRET\u00a0: Ce SIRET n’existe pas"),
        ("CP", "711", "Code postal\u00a0:"),
        ("Civilité", "Sire", "Civilité\u00a0: Civilité inconnue"),
        ("Date de naissance", "hier", "Date de naissance\u00a0:"),
        ("Date de naissance", "23/04/2070", "Date de naissance\u00a0: Cette date est dans le futur"),
        ("Nom", "", "Ni nom ni raison sociale."),
        ("Ville", "=1+1", "Une formule n’est pas un texte"),
        ("Ville", "x" * 101, "Ville\u00a0:"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_with_its_reason_and_sent_back(cast, client_for, column, cell, reason):
    client = client_for(cast.sam)
    wrong = list(CLAIRE)
    wrong[HEAD.index(column)] = cell
    address = preview_of(client, wrong, BATI)
    told = said(client, address, "refused")[2].replace(" ", "")
    assert reason.replace(" ", "").replace("\u00a0", "") in told.replace("\u00a0", "")
    (row,) = rows_of(client.get(f"{address}refus/"))
    assert (row["Ligne"], row["Nom"] or "") == (2, "duval" if column != "Nom" else "")
    confirm(client, address)
    assert [one.display_name for one in customers()] == ["Bâti Saône"]


def test_lines_that_resemble_are_shown_and_left_out_unless_asked_for(cast, client_for):
    make_customer(entity=cast.north, birth_name="DUVAL", first_names="Claire", mobile="+33612345678")
    make_customer(entity=cast.south, company_name="Bâti Saône", siret="73282932000074")
    client = client_for(cast.sam)
    twice = ["", "AUTRE", "Luc", "", "", "claire@x.test", "", "", "", ""]
    address = preview_of(client, CLAIRE, BATI, twice)
    assert said(client, address, "alike") == {2: "Claire DUVAL", 4: "la ligne 2 du fichier"}
    confirm(client, address)
    assert [one.display_name for one in customers()][2:] == ["Bâti Saône"]
    again = preview_of(client, CLAIRE, twice)
    confirm(client, again, with_alike="1")
    assert [one.display_name for one in customers()][3:] == ["Claire DUVAL", "Luc AUTRE"]


def test_confirmed_twice_it_is_done_once(cast, client_for):
    client = client_for(cast.sam)
    address = preview_of(client, CLAIRE)
    for _ in range(2):
        assert confirm(client, address).status_code == 303
    assert len(customers()) == 1


def test_the_same_file_of_the_same_form_is_one_import_and_another_file_another(cast, client_for):
    client, key = client_for(cast.sam), str(uuid4())
    assert preview_of(client, CLAIRE, key=key) == preview_of(client, CLAIRE, key=key)
    assert preview_of(client, BATI, key=key) != preview_of(client, CLAIRE, key=key)


def test_what_a_colleague_created_since_the_preview_is_not_created_again(cast, client_for):
    client = client_for(cast.sam)
    address = preview_of(client, CLAIRE, BATI)
    make_customer(entity=cast.north, company_name="Bâti Saône", siret="73282932000074")
    confirm(client, address)
    assert [one.display_name for one in customers()] == ["Bâti Saône", "Claire DUVAL"]
    assert "1\u00a0client créé, 1\u00a0ligne ressemblante laissée." in client.get(address).text
    assert said(client, address, "alike") == {3: "Bâti Saône"}


def test_only_who_sent_it_sees_it_and_for_a_day(cast, client_for):
    address = preview_of(client_for(cast.sam), CLAIRE)
    assert client_for(cast.marc).get(address).status_code == 404
    with unscoped("the sweep of the night"):
        assert imports.forget_old(now=timezone.now() + timedelta(hours=23)) == 0
        assert imports.forget_old(now=timezone.now() + timedelta(hours=25)) == 1
        assert not CustomerImport.objects.exists()


def test_with_several_entities_the_form_asks_which(cast, client_for):
    client = client_for(cast.alice, scope="all")
    assert "entity" in errors_of(send(client, CLAIRE))
    confirm(client, preview_of(client, CLAIRE, entity=cast.south.pk))
    assert [one.entity_id for one in customers()] == [cast.south.pk]
    assert "entity" in errors_of(send(client, CLAIRE, entity=cast.elsewhere.pk))


def test_a_file_that_is_none_is_refused_beside_it(cast, client_for):
    response = client_for(cast.sam).post(PAGE, {"file": SimpleUploadedFile("x.csv", b"\x00\x01")})
    assert "file" in errors_of(response)
    assert client_for(cast.vera).get(PAGE).status_code == 403


def test_markup_and_formulas_in_a_file_are_text(cast, client_for):
    client = client_for(cast.sam)
    address = preview_of(client, ["", "<b>X</b>", "", "", "", "", "", "", "<script>", ""])
    confirm(client, address)
    page = client.get("/clients/").text
    assert "<B>X</B>" not in page
    assert "&lt;B&gt;X&lt;/B&gt;" in page
