"""Sending a file of users and reading what the preview says of it."""

from django.core.files.uploadedfile import SimpleUploadedFile

from settings_admin.access.services.import_lines import COLUMNS
from settings_admin.models import UserImport
from tests.settings_admin.way import rights_in
from tests.support.htmx import parse

PAGE = "/parametres/utilisateurs/importer/"
HEAD = [column.label for column in COLUMNS]


def line(email, *, first="Léa", last="MARTIN", phone="", job="", groups="Vendeur", entity="Nord", sites=""):
    return [first, last, email, phone, job, groups, entity, sites]


def csv_of(*lines, head=HEAD):
    return "\r\n".join(";".join(f'"{cell}"' for cell in row) for row in (head, *lines)).encode()


def send(client, *lines, name="equipe.csv", content=None, **headers):
    file = SimpleUploadedFile(name, csv_of(*lines) if content is None else content)
    return client.post(PAGE, {"file": file}, **headers)


def preview_of(client, *lines, **options):
    """The address of the preview to which the file leads."""
    response = send(client, *lines, **options)
    assert response.status_code == 303, words(response)
    return response["Location"]


def lines_on(client, address, view=""):
    """Number → what is said beside it, of the first hundred lines of one tab; none when there is no such tab."""
    page = parse(client.get(f"{address}?vue={view}"))
    current = page.select_one("#import-lines .tabs [aria-current]")
    if current is None or (view and current["href"] != f"?vue={view.partition('&')[0]}"):
        return {}
    return {
        int(row.select_one("[data-label=Ligne]").text): " ".join(row.select_one("ul.reasons").get_text(" ").split())
        for row in page.select("#import-lines tbody tr")
    }


def gains_on(client, address, view):
    """Number → how much comes where → which rights, of the first hundred lines of one tab."""
    page = parse(client.get(f"{address}?vue={view}"))
    return {
        int(row.select_one("[data-label=Ligne]").text): {
            one.summary.text.replace("\u00a0", " "): rights_in(one) for one in row.select("details")
        }
        for row in page.select("#import-lines tbody tr")
    }


def good(client, address):
    return parse(client.get(address)).select_one("[name=lines]")["value"]


def confirm(client, address, *, lines=None):
    return client.post(address, {"lines": good(client, address) if lines is None else lines})


def the_import():
    return UserImport.objects.get()


def words(response):
    return " ".join(parse(response).get_text(" ").split())
