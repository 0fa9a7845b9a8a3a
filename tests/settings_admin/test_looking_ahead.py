"""What adding would do for somebody, said while the form is being filled in."""

import pytest

from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member, set_sites
from settings_admin.models import Membership, User, UserGroup
from settings_admin.registries import BuiltInGroup, right_label
from tests.settings_admin.way import group_url, rights_in, said, user_url
from tests.support.htmx import parse

pytestmark = pytest.mark.usefixtures("everything")


def ahead(client, url, **filled_in):
    """What the form says while it is being filled in: of whom and where, and the rights that would come."""
    page = parse(client.get(url, {"part": "gains", **filled_in}, headers={"HX-Request": "true"}))
    return " ".join(" ".join(one.text for one in page.select("p")).split()), rights_in(page)


def test_where_nothing_is_asked_the_form_says_what_the_person_would_gain(cast, client_for, sellers, preparation):
    """Of a local group, at ticked sites, and to who adds at home only; from the group's page and from the person's."""
    gained = {right_label(code) for code in preparation.rights}
    alice, eve = client_for(cast.alice), client_for(cast.eve)
    add, join = group_url(preparation, "ajouter/"), f"/parametres/utilisateurs/{cast.nobody.pk}/groupes/ajouter/"
    assert ahead(alice, add, who="pick", user=cast.nobody.pk) == ("Nobody Nom sur Sud", gained)
    everywhere = client_for(cast.alice, scope="all")
    for entity in (cast.north, cast.south):  # a local group serves in its own
        assert ahead(everywhere, join, group=preparation.pk, entity=entity.pk) == ("Nobody Nom sur Sud", gained)
    add_member(actor=None, user=cast.nobody, group=preparation, entity=cast.south)
    nothing = "Nobody Nom sur Sud Rien de plus qu’aujourd’hui : cette personne a déjà ces droits."
    assert ahead(alice, add, who="pick", user=cast.nobody.pk) == (nothing, set())
    of_sellers = {right_label(code) for code in sellers.rights} - {right_label("vehicles.view")}
    assert ahead(eve, group_url(sellers, "ajouter/"), who="pick", user=cast.nobody.pk) == (
        "Nobody Nom sur Sud",
        of_sellers,
    )
    # The pop-up says it where one is asked, unless sites were ticked: then nobody is.
    at_site = {"who": "pick", "user": cast.momo.pk, "points_of_sale": cast.north_2.pk}
    north = client_for(cast.alice, scope=f"e{cast.north.pk}")
    assert ahead(north, group_url(sellers, "ajouter/"), who="pick", user=cast.adele.pk) == ("", set())
    assert ahead(north, group_url(sellers, "ajouter/"), **at_site)[0].startswith(
        "Momo Nom sur Nord (Nord 2) Rien de plus"
    )
    # What is unfinished, wrong or not theirs says nothing.
    for wrong in ({}, {"who": "pick"}, {"who": "pick", "user": cast.sam.pk}, {"who": "invite", "email": "sam@"}):
        assert ahead(eve, add, **wrong) == ("", set())
    assert ahead(alice, join, group="x") == ("", set())


def moved(client, url, **chosen):
    """What choosing these sites would change: « Sam Nom perd 3 droits », and each right with its sites."""
    page = parse(client.get(url, {"part": "gains", **chosen}, headers={"HX-Request": "true"}))
    told = [" ".join(one.text.split()) for one in page.select("summary, .caption")]
    return told, {line.b.text: " ".join(line.span.text.split()) for line in page.select("li")}


def test_choosing_the_sites_of_an_assignment_says_first_what_is_gained_and_lost_where(cast, client_for, sellers):
    membership = Membership.objects.get(user=cast.sam)
    url = user_url(cast.sam, f"affectations/{membership.pk}/")
    alice = client_for(cast.alice)
    of_sellers = {right_label(code) for code in sellers.rights}
    told, where = moved(alice, url, points_of_sale=cast.north_1.pk)
    assert told == [f"Sam Nom perd {len(of_sellers)} droits à certains points de vente"]
    assert where == dict.fromkeys(of_sellers, "Nord 2, points de vente ouverts plus tard")
    # As it stands, and what is unfinished or wrong, say nothing.
    both = {"is_whole": "on", "points_of_sale": cast.north_1.pk}
    for chosen in ({"is_whole": "on"}, {}, both, {"points_of_sale": 0}):
        assert moved(alice, url, **chosen) == ([], {}), chosen
    assert membership.is_whole
    set_sites(actor=cast.alice, membership=membership, points_of_sale=[cast.north_1])
    told, where = moved(alice, url, points_of_sale=cast.north_2.pk)
    assert [one.split()[2] for one in told] == ["gagne", "perd"]
    assert set(where.values()) <= {"Nord 1", "Nord 2"}
    # What another group gives at all sites comes and goes with none; what is typed comes back with what it changes.
    few = UserGroup.objects.create(holding=cast.holding, entity=cast.north, name="Peu", rights=sellers.rights)
    add_member(actor=None, user=cast.sam, group=few, entity=cast.north)
    told, where = moved(alice, url, points_of_sale=cast.north_2.pk)
    assert where == {}
    assert told[0].startswith("Rien de plus ni de moins")
    Membership.objects.filter(group=few).delete()
    refused = alice.post(url, {"points_of_sale": cast.north_2.pk, "base": "*"})
    assert refused.status_code == 422
    assert "Sam Nom perd" in " ".join(refused.text.split())


def test_an_address_that_has_an_account_is_said_before_it_is_sent_with_what_this_person_would_gain(
    cast, client_for, sellers, preparation
):
    gained = {right_label(code) for code in preparation.rights}
    told = "Cette adresse a déjà un compte : Nobody Nom. Aucune invitation ne part."
    alice = client_for(cast.alice)
    typed = {"who": "invite", "email": cast.nobody.email.upper(), "first_name": "Julie", "last_name": "R."}
    local, shared = (group_url(group, "ajouter/") for group in (preparation, sellers))
    assert ahead(alice, local, who="invite", email=cast.nobody.email) == (told, gained)
    assert ahead(alice, shared, who="invite", email=cast.nobody.email) == (told, set())
    asked = parse(alice.post(shared, typed))
    assert told in " ".join(asked.text.split())
    assert "Nobody Nom" in asked.select_one(".dialog-head p").text
    yes, no = map(rights_in, asked.select(".consequence"))
    assert yes == no == {right_label(code) for code in sellers.rights}
    User.objects.filter(pk=cast.nobody.pk).update(is_active=False)
    assert "Nobody Nom, désactivé." in ahead(alice, local, who="invite", email=cast.nobody.email)[0]
    # Of somebody whom the reader does not see the same is said as of a stranger.
    for email in (cast.sam.email, cast.otto.email, "new@example.test"):
        told = ahead(client_for(cast.eve), local, who="invite", email=email)
        assert told == ("La personne invitée, sur Sud", gained), email


def test_what_somebody_who_is_invited_would_have_is_said_right_by_right(cast, client_for, sellers, preparation):
    """While the form is filled in, and in the question of a shared group, where *Oui* gives more than *Non*."""
    alice, eve = client_for(cast.alice), client_for(cast.eve)
    typed = {"who": "invite", "email": "julie@example.test"}
    assert ahead(alice, group_url(preparation, "ajouter/"), **typed) == (
        "La personne invitée, sur Sud",
        {"Véhicules\u00a0: voir", "Véhicules\u00a0: modifier"},
    )
    of_sellers = {right_label(code) for code in sellers.rights}
    assert ahead(eve, group_url(sellers, "ajouter/"), **typed) == ("La personne invitée, sur Sud", of_sellers)
    assert ahead(alice, group_url(sellers, "ajouter/"), **typed) == ("", set())  # the question says it
    boss = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
    names = {"first_name": "Julie", "last_name": "R."}
    asked = parse(alice.post(group_url(boss, "ajouter/"), {**typed, **names})).select(".consequence")
    everything = {right_label(code) for code in boss.rights}
    over_holding = {right_label(code) for code in boss.rights if code.startswith("holding.")}
    assert list(map(rights_in, asked)) == [everything, everything - over_holding]
    # Many are folded, few are not; a group that gives nothing says so.
    assert [block.details.has_attr("open") for block in asked] == [False, False]
    few = alice.get(group_url(preparation, "ajouter/"), {"part": "gains", **typed})
    assert parse(few).details.has_attr("open")
    UserGroup.objects.filter(pk=preparation.pk).update(rights=[])
    assert "Ce groupe n’y donne aucun droit." in ahead(alice, group_url(preparation, "ajouter/"), **typed)[0]


def test_a_refusal_beside_a_field_stays_though_the_form_looks_ahead(cast, client_for, sellers):
    admins = built_in_group(cast.holding, BuiltInGroup.ENTITY_ADMIN)
    with_less = client_for(cast.eve)
    UserGroup.objects.filter(pk=admins.pk).update(rights=["settings.manage_users"])
    refused = with_less.post(f"/parametres/utilisateurs/{cast.eve.pk}/groupes/ajouter/", {"group": sellers.pk})
    assert (refused.status_code, "Vous ne pouvez donner que les droits" in said(refused)) == (422, True)
