"""No page of *Paramètres* asks the database more than 12 times, nor more often when there is more to show."""

from datetime import date, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.utils import timezone

from settings_admin.access.services.groups import change_rights
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import Absence, Entity, Membership, PointOfSale, UserGroup
from settings_admin.registries import BuiltInGroup
from tests.make import make_user
from tests.settings_admin.imports.way import line, preview_of
from tests.settings_admin.test_second_factor import activate
from tests.vehicles.test_statements import MANY, MOST, statements

pytestmark = pytest.mark.usefixtures("everything")

OF_GROUPS = (
    "groupes/", "groupes/comparer/", "groupes/nouveau/", "groupes/nouveau/?copie={group}", "groupes/{group}/",
    "groupes/{group}/?onglet=droits", "groupes/{group}/?onglet=historique", "groupes/{group}/?q=p",
    "groupes/{group}/modifier/", "groupes/{group}/supprimer/", "groupes/{group}/ajouter/",
    "groupes/{shared}/ajouter/?part=candidates&q=p", "groupes/{group}/ajouter/?part=gains&who=pick&user={user}",
    "groupes/{group}/retirer/{user}/",
)  # fmt: skip
OF_USERS = (
    "utilisateurs/", "utilisateurs/?q=nom&sort=email&tab=left", "utilisateurs/?group={group}", "utilisateurs/{user}/",
    "utilisateurs/{user}/?onglet=droits", "utilisateurs/{user}/?onglet=sessions",
    "utilisateurs/{user}/?onglet=historique", "utilisateurs/{user}/?onglet=historique&droits=1",
    "utilisateurs/{user}/modifier/", "utilisateurs/{user}/depart/", "utilisateurs/{user}/groupes/ajouter/",
    "utilisateurs/{user}/groupes/ajouter/?part=gains&group={group}", "utilisateurs/{user}/affectations/{membership}/",
    "utilisateurs/{user}/absences/nouvelle/", "utilisateurs/{user}/second-facteur/",
)  # fmt: skip
OF_THE_HOLDING = (
    "", "utilisateurs/importer/", "utilisateurs/importer/modele/", "{import}", "{import}?vue=invite", "securite/",
    "securite/?tab=with&q=example", "organisation/", "organisation/entites/nouvelle/", "organisation/entites/{entity}/",
    "organisation/entites/{entity}/?modifier=identite", "organisation/entites/{entity}/points-de-vente/nouveau/",
    "organisation/points-de-vente/{site}/", "organisation/points-de-vente/{site}/?modifier=horaires",
    "organisation/points-de-vente/{site}/supprimer/", "numerotation/", "numerotation/{entity}/",
    "numerotation/{entity}/?modifier=stock", "journal/", "journal/?tab=connexions&q=alice",
    "/cotations/fournisseur/", "/cotations/fournisseur/{entity}/", "/cotations/consommation/",
    "/opportunites/reglages/motifs/", "/opportunites/reglages/motifs/{entity}/", "/opportunites/reglages/suivi/",
    "/opportunites/reglages/suivi/{entity}/", "/opportunites/reglages/messages/",
    "/opportunites/reglages/messages/{entity}/", "/nouveautes/", "/compte/", "/compte/sessions/", "/mes-exports/",
)  # fmt: skip


class World:
    """Nord's Sam, as an administrator of the holding reads of him, with ever more of everything around him."""

    def __init__(self, cast):
        self.cast, self.size = cast, 0
        self.group = UserGroup.objects.create(holding=cast.holding, entity=cast.north, name="Préparation")
        self.shared = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
        activate(cast.sam)

    def grow(self, size):
        for number in range(self.size, size):
            self._one_more(number)
        self.size = size

    def _one_more(self, number):
        cast = self.cast
        site = PointOfSale.objects.create(entity=cast.north, name=f"Site {number}")
        entity = Entity.objects.create(holding=cast.holding, name=f"Entité {number}")
        PointOfSale.objects.create(entity=entity, name=f"Ailleurs {number}")
        user = make_user(f"p{number}@example.test", holding=cast.holding, last_name=f"Nom {number}")
        activate(user)
        for one, at in ((user, site), (cast.sam, site)):
            add_member(actor=cast.alice, user=one, group=self.group, entity=cast.north, points_of_sale=[at])
        add_member(actor=cast.alice, user=cast.sam, group=self.shared, entity=entity)
        group = UserGroup.objects.create(holding=cast.holding, entity=cast.north, name=f"Groupe {number}")
        add_member(actor=cast.alice, user=cast.sam, group=group, entity=cast.north)
        change_rights(actor=cast.alice, group=group, give=["vehicles.edit"], take=[])
        day = date(2030, 1, 1) + timedelta(days=number)
        Absence.objects.create(holding=cast.holding, user=cast.sam, substitute=user, starts_on=day, ends_on=day)
        Absence.objects.create(holding=cast.holding, user=user, substitute=cast.sam, starts_on=day, ends_on=day)
        session = SessionStore()
        session.create()
        UserSession.objects.create(
            user=cast.sam, session_key=session.session_key, ip="192.0.2.1", user_agent="Firefox",
            last_seen_at=timezone.now(),
        )  # fmt: skip

    def url(self, address):
        cast = self.cast
        membership = Membership.objects.get(user=cast.sam, group=self.group)
        filled = address.format(
            group=self.group.pk, shared=self.shared.pk, user=cast.sam.pk, membership=membership.pk,
            entity=cast.north.pk, site=cast.north_1.pk,
        )  # fmt: skip
        return filled if filled.startswith("/") else f"/parametres/{filled}"


@pytest.fixture
def world(cast):
    return World(cast)


def counted(world, asked):
    """Of each person and address: what is asked of the database for little, and for more than a page of everything."""
    seen = {}
    for size in (1, MANY):
        world.grow(size)
        for who, client, addresses in asked:
            for address in addresses:
                cache.clear()  # each page is somebody's first look at it
                seen.setdefault((who, address), []).append(statements(client, world.url(address)))
    return seen


def test_administrators_are_answered_in_few_statements(cast, client_for, world):
    """One of the holding; and one of an entity and some of its sites, who sees only a part and is asked more about:
    whether it is all of the person."""
    of_holding = client_for(cast.alice, scope=f"e{cast.north.pk}")
    sent = preview_of(of_holding, *(line(f"neuf{number}@example.test") for number in range(3)))
    everything = [*OF_GROUPS, *OF_USERS, *(one.replace("{import}", sent) for one in OF_THE_HOLDING)]
    local = make_user("local@example.test", holding=cast.holding, group=BuiltInGroup.ENTITY_ADMIN, entity=cast.north)
    managers = UserGroup.objects.create(holding=cast.holding, name="Adjoints", rights=["settings.manage_users"])
    add_member(actor=None, user=local, group=managers, entity=cast.south, points_of_sale=[cast.south_1])
    add_member(actor=None, user=local, group=world.shared, entity=cast.south)
    of_entity = client_for(local, scope=f"e{cast.north.pk}")
    part = [one for one in (*OF_GROUPS, *OF_USERS) if "depart" not in one]
    wrong = []
    for asked, lists in counted(world, [("holding", of_holding, everything), ("entity", of_entity, part)]).items():
        few, many = (len(each) for each in lists)
        if max(few, many) > MOST or few != many:
            wrong.append("\n".join([f"{asked} {few} {many}", *max(lists, key=len)]))
    assert not wrong, "\n\n".join(wrong)
