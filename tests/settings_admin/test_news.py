"""*Nouveautés*: what a version brings, told to whoever may use it, marked as new until it was opened."""

import pytest
from django.conf import settings
from django.urls import reverse

from settings_admin.access.news import RELEASES
from settings_admin.models import User
from settings_admin.registries import all_rights
from tests.support.htmx import parse

NOTES = [note for release in RELEASES for note in release.notes]


def titles(client):
    return [title.text.strip() for title in parse(client.get("/nouveautes/")).select(".release-notes h3")]


def entry(client):
    """The entry of the user menu: its words and whether it stands in a form that marks it as seen."""
    menu = parse(client.get("/nouveautes/")).select_one("#user-menu")
    found = menu.select_one("form[action='/nouveautes/ouvrir/'] button") or menu.select_one("a[href='/nouveautes/']")
    return found.text.strip(), found.name


def test_the_newest_notes_are_those_of_this_version():
    assert RELEASES[0].version == settings.VERSION
    assert [release.published_on for release in RELEASES] == sorted(
        (release.published_on for release in RELEASES), reverse=True
    )


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.title)
def test_each_note_leads_to_a_page_and_names_a_right_that_exists(note):
    assert not note.url_name or reverse(note.url_name)
    assert not note.right or note.right in all_rights()


def test_nobody_reads_of_a_page_they_cannot_open(cast, client_for):
    assert titles(client_for(cast.alice)) == [note.title for note in NOTES]
    sams = titles(client_for(cast.sam))
    assert "Cotation rapide" in sams
    assert not {"Journal d’audit", "Groupes partagés", "Capital immobilisé"} & set(sams)
    assert titles(client_for(cast.nobody)) == [note.title for note in NOTES if not note.right]


def test_new_until_it_was_opened_from_the_menu_and_only_for_oneself(cast, client_for):
    sam, vera = client_for(cast.sam), client_for(cast.vera)
    assert entry(sam) == ("NouveautésNouveau", "button")  # to look at the page changes nothing
    for _ in range(2):
        response = sam.post("/nouveautes/ouvrir/")
        assert (response.status_code, response["Location"]) == (303, "/nouveautes/")
    assert entry(sam) == ("Nouveautés", "a")
    assert entry(vera) == ("NouveautésNouveau", "button")
    assert sam.get("/nouveautes/ouvrir/").status_code == 405


def test_a_later_version_is_new_again(cast, client_for):
    User.objects.filter(pk=cast.sam.pk).update(seen_version="1.79")
    assert entry(client_for(cast.sam))[1] == "button"


def test_merchants_have_none(cast, client_for):
    assert client_for(cast.max).get("/nouveautes/").status_code == 404
