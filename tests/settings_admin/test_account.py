"""*Mon compte*: what each may change of their own account, what nobody changes there, and the links it holds."""

import pytest

from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import TimelineEntry, User
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.settings_admin.organisation.way import errors_of
from tests.settings_admin.way import words
from tests.support.htmx import parse

URL = "/compte/"
NBSP = "\u00a0"
FIELDS = ("first_name", "last_name", "job_title", "phone")


def opened(client):
    form = parse(client.get(URL)).select_one("#identite form")
    return {control["name"]: control.get("value", "") for control in form.select("input[name]")}


def send(client, data=None, **typed):
    return client.post(URL, {**(opened(client) if data is None else data), **typed})


def now(user):
    return User.objects.get(pk=user.pk)


def history(user):
    with unscoped("the test looks at what was written"):
        entries = TimelineEntry.objects.filter(target_id=user.pk, target_type__endswith=".user")
        return [entry.kind for entry in entries if not entry.kind.startswith("member_")]


def test_it_is_reached_from_the_menu_and_leads_to_password_second_factor_and_sessions(cast, client_for):
    client = client_for(cast.sam)
    menu = parse(client.get("/vehicules/")).select_one("#user-menu")
    assert [link["href"] for link in menu.select("a") if "Mon compte" in link.text] == [URL]
    links = {link["href"] for link in parse(client.get(URL)).select("main a[href]")}
    assert links >= {"/mot-de-passe/", "/compte/second-facteur/", "/compte/sessions/"}


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("0612345678", "+33612345678", "06 12 34 56 78"),
        ("+33 (0)6.12.34.56.78", "+33612345678", "06 12 34 56 78"),
        ("0041 22 700 00 00", "+41227000000", "+41227000000"),
        ("", "", ""),
    ],
)
def test_a_phone_is_taken_as_people_write_it_and_shown_as_the_french_do(cast, client_for, typed, kept, shown):
    client = client_for(cast.sam)
    assert send(client, phone=typed, job_title="Vendeur VO").status_code == 303
    sam = now(cast.sam)
    assert (sam.phone, sam.job_title) == (kept, "Vendeur VO")
    assert opened(client)["phone"].replace(NBSP, " ") == shown
    # What is not touched has not changed.
    send(client)
    assert history(cast.sam).count("person_changed") == 1


def test_what_is_wrong_is_said_beside_it_and_what_was_typed_stays(cast, client_for):
    response = send(client_for(cast.sam), first_name="", last_name="Martin", phone="06 12")
    assert response.status_code == 422
    assert errors_of(response).keys() == {"first_name", "phone"}
    form = parse(response).select_one("#identite form")
    assert form.select_one("[name=last_name]")["value"] == "Martin"
    assert form.select_one("[name=phone]")["value"] == "06 12"
    assert now(cast.sam).last_name == cast.sam.last_name


def test_the_address_and_the_rest_of_the_account_are_not_ones_own_to_change(cast, client_for):
    client = client_for(cast.sam)
    forged = {"email": "sam2@example.test", "is_active": "", "holding": cast.other_holding.pk, "merchant_role": "admin"}
    assert send(client, first_name="Samuel", **forged).status_code == 303
    sam = now(cast.sam)
    assert (sam.first_name, sam.email, sam.is_active, sam.holding_id) == (
        "Samuel",
        "sam@example.test",
        True,
        cast.holding.pk,
    )


def test_it_says_who_changes_the_address(cast, client_for):
    assert "Alice Nom peut la changer" in words(client_for(cast.sam).get(URL))
    south = words(client_for(cast.eve).get(URL))
    assert "Alice Nom peut la changer" in south
    with unscoped("test data"):
        sellers = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
        add_member(actor=None, user=cast.nobody, group=sellers, entity=cast.south)
    assert "Alice Nom, Eve Nom peuvent la changer" in words(client_for(cast.nobody).get(URL))
    # The only administrator of the holding: nobody oversees her, Eve is weaker.
    assert "Comme administrateur, vous la changez dans votre fiche" in words(client_for(cast.alice).get(URL))


def test_two_tabs_of_one_account(cast, client_for):
    client = client_for(cast.sam)
    first, second = opened(client), opened(client)
    send(client, first, job_title="Vendeur VO")
    response = send(client, second, job_title="Vendeur VN", phone="0612345678")
    assert response.status_code == 422
    assert "Vendeur VO" in errors_of(response)["job_title"]
    # Sent again as it now stands, it means it.
    form = parse(response).select_one("#identite form")
    again = {control["name"]: control.get("value", "") for control in form.select("input[name]")}
    assert again["job_title"] == "Vendeur VN"
    assert send(client, again).status_code == 303
    assert (now(cast.sam).job_title, now(cast.sam).phone) == ("Vendeur VN", "+33612345678")


def test_the_same_form_twice_has_one_effect(cast, client_for):
    client = client_for(cast.sam)
    data = opened(client)
    for _ in range(2):
        assert send(client, data, job_title="Vendeur VO").status_code == 303
    assert history(cast.sam).count("person_changed") == 1


def test_a_merchants_person_has_the_page_without_colleagues(cast, client_for):
    client = client_for(cast.max)
    page = client.get(URL)
    assert 'class="priceback"' in page.text
    assert "Absences" not in page.text
    assert "distributeur partenaire" in page.text
    assert send(client, first_name="Maxime", phone="06 12 34 56 78").status_code == 303
    assert (now(cast.max).first_name, now(cast.max).phone) == ("Maxime", "+33612345678")
    first, second = opened(client), opened(client)
    send(client, first, first_name="Max")
    assert send(client, second, first_name="M.").status_code == 422
    for act in ("absences/nouvelle/", "absences/1/annuler/"):
        assert client.get(f"{URL}{act}").status_code == 404
        assert client.post(f"{URL}{act}").status_code == 404


def test_an_administrator_types_a_phone_as_forgivingly(cast, client_for):
    client = client_for(cast.alice)
    address = f"/parametres/utilisateurs/{cast.sam.pk}/"
    form = parse(client.get(f"{address}modifier/")).select_one("main form")
    data = {control["name"]: control.get("value", "") for control in form.select("input[name]")}
    assert client.post(f"{address}modifier/", {**data, "phone": "06.12.34.56.78"}).status_code == 303
    assert now(cast.sam).phone == "+33612345678"
    assert f"06{NBSP}12{NBSP}34{NBSP}56{NBSP}78" in client.get(address).text
