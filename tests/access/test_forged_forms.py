"""Forms that somebody makes up: for each of *Paramètres*, with real ids of rows that are not theirs, nothing changes.

The same forms do change something when an administrator of the holding sends them: they are refused for who sends them.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from openflex.live.models import Event
from settings_admin.access.services import groups
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member, remove_member, set_sites
from settings_admin.access.services.people import leave
from settings_admin.models import AccessLog, AuditLine, Membership, User, UserGroup
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.access.crawl import each_refusal_drawn_once
from tests.access.settings_forms import (
    ASKS_ONLY,
    FORMS,
    KEPT_FOR_WHO_SENDS,
    Sent,
    World,
    all_forms,
    build_world,
    image,
    invitation,
    key,
    person,
    posting_routes,
    section,
)
from tests.make import make_user
from tests.support.rows import fingerprints

# A stranger's row is not there, a right is missing, a refusal is said in French beside its field or in a toast.
REFUSALS = {403, 404, 409, 422}
# Of a holding, by a column of their own; not the lines of who did what.
OF_HOLDINGS = [
    model
    for model in apps.get_models()
    if model not in (AccessLog, AuditLine) and "holding" in {column.name for column in model._meta.fields}
]


@pytest.fixture
def world(cast) -> World:
    with unscoped("test data"):
        return build_world(cast)


def dump() -> dict[str, str]:
    """Everything that is kept, but for who looked at what: a mark for each table."""
    passing = {AuditLine._meta.db_table, Event._meta.db_table}
    return {table: mark for table, mark in fingerprints().items() if table not in passing}


def send(client: Client, sent: Sent, *, htmx: bool = False) -> Any:
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(sent.url, sent.data, headers=headers)


def got_through(client: Client, forms: list[Sent], *, allowed: set[int] = REFUSALS) -> list[str]:
    """The forms that were not refused, or that left something behind; each is undone before the next."""
    before = dump()
    through = []
    with each_refusal_drawn_once():
        for sent in forms:
            point = transaction.savepoint()
            response = send(client, sent)
            changed = [table for table, mark in dump().items() if mark != before[table]]
            transaction.savepoint_rollback(point)
            if response.status_code not in allowed or changed:
                through.append(f"{response.status_code} {changed} {sent}")
    return through


# --- The forms are real -----------------------------------------------------------------------------------


def test_every_form_of_the_settings_is_forged():
    """A new route that takes a POST: put the form that it takes into tests/access/settings_forms.py."""
    assert set(posting_routes()) == FORMS.keys()
    assert len(FORMS) >= 19


def test_an_administrator_of_the_holding_sends_each_and_it_changes_something(world, client_for):
    client = client_for(world.cast.alice, scope=f"e{world.cast.north.pk}")
    before = dump()
    idle = []
    for sent in all_forms(world, but=ASKS_ONLY):
        point = transaction.savepoint()
        response = send(client, sent)
        if response.status_code not in (302, 303) or dump() == before:
            idle.append(f"{response.status_code} {sent}")
        transaction.savepoint_rollback(point)
    assert idle == []


# --- Sent by others ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["eve", "marc", "sam", "nobody"])
def test_nobody_else_gets_one_through(world, client_for, who):
    """An entity's administrator against the other entity, and its own colleagues without the right."""
    client = client_for(getattr(world.cast, who))
    assert got_through(client, all_forms(world, but=KEPT_FOR_WHO_SENDS if who == "eve" else ())) == []


def test_another_holdings_administrator_changes_nothing_but_their_own(world, client_for):
    client = client_for(world.cast.otto)

    # These name no row: they are about the holding of whoever sends them.
    def is_own(sent):
        return not sent.parameters and sent.data.get("entity") in (None, "", "holding")

    own = [sent for sent in all_forms(world) if is_own(sent)]
    assert len(own) == 4
    assert got_through(client, [sent for sent in all_forms(world) if not is_own(sent)]) == []
    with unscoped("the test looks at what was written"):
        before = {model: list(model._base_manager.values_list("pk", flat=True)) for model in OF_HOLDINGS}
    for sent in own:
        assert send(client, sent).status_code == 303
    with unscoped("the test looks at what was written"):
        for model, pks in before.items():
            new = model._base_manager.exclude(pk__in=pks)
            assert {row.holding_id for row in new} <= {world.cast.other_holding.pk}, model
        world.cast.holding.refresh_from_db()
    assert not world.cast.holding.requires_second_factor


def test_for_a_merchant_no_form_is_there(world, client_for):
    assert got_through(client_for(world.cast.max), all_forms(world), allowed={404}) == []


def test_the_anonymous_are_sent_to_sign_in(world, client):
    assert got_through(client, all_forms(world), allowed={302}) == []


def test_nor_by_a_colleague_of_another_entity(world, client_for):
    cast = world.cast
    ours = make_user("sud@example.test", holding=cast.holding, group=BuiltInGroup.BACK_OFFICE, entity=cast.south)
    assert got_through(client_for(ours), all_forms(world)) == []


def test_an_administrator_of_one_site_reaches_no_other_and_not_the_entity(world, client_for):
    """Of the first site of Nord: the second, the entity itself and people of all of it are beyond them."""
    cast = world.cast
    site_admin = make_user(
        "site@example.test", holding=cast.holding, group=BuiltInGroup.ENTITY_ADMIN, entity=cast.north,
        sites=(cast.north_1,),
    )  # fmt: skip
    own_site = ("organisation:save_site", "organisation:site_logo")
    beyond = [sent for sent in all_forms(world, but=KEPT_FOR_WHO_SENDS) if sent.url_name not in own_site]
    beyond += [
        section(cast.north_2, "identite", name="À moi"),
        Sent("organisation:site_logo", {"pk": cast.north_2.pk}, {"logo": image()}),
    ]
    client = client_for(site_admin)
    assert got_through(client, beyond) == []
    # Nor is the page of a new group shown, which could belong to no place.
    for page in ("", f"?copie={world.sellers.pk}"):
        assert client.get(f"/parametres/groupes/nouveau/{page}").status_code == 403
    assert client.get(f"/parametres/groupes/{world.local.pk}/modifier/").status_code == 403


# --- Ids of others in a form of one's own ------------------------------------------------------------------


@pytest.fixture
def forged_at_home(world) -> list[Sent]:
    """Eve administers Sud: the address is hers, something in the form is not."""
    cast = world.cast
    with unscoped("test data"):
        hers = UserGroup.objects.create(
            holding=cast.holding, entity=cast.south, name="Atelier", rights=["vehicles.view"]
        )
        theirs = built_in_group(cast.other_holding, BuiltInGroup.SALESPERSON)
        own = Membership.objects.get(user=cast.eve)

    def add(group: UserGroup, **data: Any) -> Sent:
        return Sent("access:group_add", {"pk": group.pk}, {"who": "pick", **data})

    def create(**data: Any) -> Sent:
        return Sent("access:group_create", data={"key": key(), "name": "Neuf", "rights": ["vehicles.view"], **data})

    def rights(group: UserGroup, *more: str) -> Sent:
        data = {"base": group.rights, "rights": [*group.rights, *more], "confirmed": "1"}
        return Sent("access:group_rights", {"pk": group.pk}, data)

    def new_site(**data: Any) -> Sent:
        return Sent("organisation:add_site", {"pk": cast.south.pk}, {"key": key(), "name": "Sud 2", **data})

    return [
        # The effect of *Oui*, whoever it is for and however it is written.
        add(world.sellers, user=cast.eve.pk, answer="oui"),
        add(world.sellers, user=cast.eve.pk, answer="oui", entity=cast.north.pk),
        add(hers, user=cast.eve.pk, answer="oui"),
        Sent("access:group_add", {"pk": world.sellers.pk}, invitation(answer="oui")),
        # People, entities and sites of others.
        *(add(group, user=user.pk) for group in (hers, world.sellers) for user in (cast.sam, cast.otto, cast.max)),
        Sent("access:group_add", {"pk": hers.pk}, invitation(email=cast.otto.email)),
        Sent("access:group_add", {"pk": hers.pk}, invitation(email=cast.max.email)),
        Sent("access:group_remove", {"pk": world.sellers.pk, "user_pk": cast.sam.pk}, {"where": cast.north.pk}),
        Sent("access:group_remove", {"pk": world.admins.pk, "user_pk": cast.eve.pk}, {"where": cast.north.pk}),
        *(
            Sent("access:group_remove", {"pk": world.holding_admins.pk, "user_pk": cast.alice.pk}, {"where": where})
            for where in (cast.south.pk, "everywhere")
        ),
        Sent(
            "access:user_sites",
            {"pk": cast.eve.pk, "membership_pk": own.pk},
            {"points_of_sale": [cast.north_1.pk]},
        ),
        new_site(source=cast.north_1.pk, copies=["brands"]),
        new_site(source=cast.elsewhere_1.pk, copies=["brands"]),
        new_site(siret="pas un SIRET"),
        # Groups of the whole holding, of another entity, of another holding.
        *(add(group, user=cast.eve.pk) for group in (world.holding_admins, world.local, theirs)),
        *(create(entity=entity) for entity in ("", cast.north.pk, cast.elsewhere.pk, "x")),
        rights(world.sellers, "vehicles.edit"),
        rights(world.admins, "holding.manage_shared_groups"),
        rights(theirs, "vehicles.edit"),
        # Rights that she lacks, or that nobody has.
        rights(hers, "holding.manage_entities"),
        rights(hers, "holding.manage_shared_groups", "vehicles.edit"),
        rights(hers, "vehicles.fly"),
        create(entity=cast.south.pk, rights=["vehicles.view", "holding.manage_shared_groups"]),
        create(entity=cast.south.pk, rights=["vehicles.fly"]),
        # Stronger people, and oneself.
        person(cast.alice, email="eve2@example.test"),
        Sent("access:user_leave", {"pk": cast.alice.pk}),
        Sent("access:user_leave", {"pk": cast.eve.pk}),
        Sent("access:reset_second_factor", {"pk": cast.eve.pk}),
        person(cast.eve, email=cast.otto.email),
    ]  # fmt: skip


def test_an_entity_administrator_gives_nothing_that_is_not_hers(world, client_for, forged_at_home):
    assert got_through(client_for(world.cast.eve), forged_at_home) == []


def test_a_refusal_is_said_in_french(world, client_for, forged_at_home):
    client = client_for(world.cast.eve, htmx=True)
    for sent in forged_at_home:
        text = send(client, sent).text
        assert "Traceback" not in text
        for english in ("Select a valid", "This field", "Not Found", "Forbidden", "does not exist"):
            assert english not in text, sent


@pytest.fixture
def lena(world) -> User:
    """She administers the people of Sud and nothing else: her group gives no right to the stock."""
    cast = world.cast
    user = make_user("lena@example.test", holding=cast.holding, first_name="Lena")
    with unscoped("test data"):
        group = UserGroup.objects.create(
            holding=cast.holding, entity=cast.south, name="Personnel",
            rights=["settings.manage_users", "settings.manage_groups", "settings.manage_organisation"],
        )  # fmt: skip
        add_member(actor=None, user=user, group=group, entity=cast.south)
        add_member(actor=None, user=cast.nobody, group=world.sellers, entity=cast.south, points_of_sale=[cast.south_1])
    return user


def test_who_manages_people_does_not_raise_herself_or_others(world, client_for, lena):
    cast = world.cast
    with unscoped("test data"):
        own = UserGroup.objects.get(name="Personnel")
        membership = Membership.objects.get(user=cast.nobody)
    raised = {"base": own.rights, "rights": [*own.rights, "vehicles.view"], "confirmed": "1"}
    forms = [
        *(
            Sent("access:group_add", {"pk": group.pk}, {"who": "pick", "user": user.pk})
            for group in (world.admins, world.sellers, world.holding_admins)
            for user in (lena, cast.nobody)
        ),
        Sent("access:group_add", {"pk": world.sellers.pk}, invitation()),
        Sent("access:group_rights", {"pk": own.pk}, raised),
        Sent(
            "access:group_create",
            data={"key": key(), "name": "Neuf", "entity": cast.south.pk, "rights": ["vehicles.view"]},
        ),
        # More sites for somebody is more of what she does not have.
        Sent("access:user_sites", {"pk": cast.nobody.pk, "membership_pk": membership.pk}, {"is_whole": "on"}),
        Sent(
            "organisation:add_site",
            {"pk": cast.south.pk},
            {"key": key(), "name": "Sud 2", "source": cast.south_1.pk, "copies": ["people"]},
        ),
        # The account of somebody stronger is a way to their rights.
        person(cast.eve, email="lena2@example.test"),
        Sent("access:user_leave", {"pk": cast.eve.pk}),
    ]
    assert got_through(client_for(lena), forms) == []
    # She is no stranger there: what she may do, she does.
    renamed = section(cast.south, "identite", name="Sud-Est")
    assert send(client_for(lena), renamed).status_code == 303


# --- Rights that change while a page is open --------------------------------------------------------------


def _out_of_the_group(world: World) -> None:
    remove_member(actor=world.cast.alice, user=world.cast.eve, group=world.admins, entity=world.cast.south)


def _right_taken_from_the_group(world: World) -> None:
    groups.change_rights(
        actor=world.cast.alice,
        group=world.admins,
        give=[],
        take=["settings.manage_users", "settings.manage_groups"],
    )


def _on_one_site_only(world: World) -> None:
    membership = Membership.objects.get(user=world.cast.eve)
    set_sites(actor=world.cast.alice, membership=membership, points_of_sale=[world.cast.south_1])


def _account_closed(world: World) -> None:
    leave(actor=world.cast.alice, user=world.cast.eve, successor=None)


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (_out_of_the_group, {403}),
        (_right_taken_from_the_group, {403}),
        (_on_one_site_only, {403, 422}),
        (_account_closed, {302}),
    ],
)
def test_the_next_request_after_a_right_is_gone_is_refused(
    world, client_for, change: Callable[[World], None], refused: set[int]
):
    cast = world.cast
    make_user("autre@example.test", holding=cast.holding, group=BuiltInGroup.HOLDING_ADMIN, entity=None)
    with unscoped("test data"):
        hers = UserGroup.objects.create(
            holding=cast.holding, entity=cast.south, name="Atelier", rights=["vehicles.view"]
        )
        # Sud keeps an administrator of its own without her.
        second = make_user("second@example.test", holding=cast.holding)
        add_member(actor=None, user=second, group=world.admins, entity=cast.south)
        another = make_user("coll@example.test", holding=cast.holding)
        add_member(actor=None, user=another, group=hers, entity=cast.south)
    client = client_for(cast.eve)
    rename = Sent("access:group_edit", {"pk": hers.pk}, {"initial-name": hers.name, "name": "Volé"})
    assert client.get(rename.url).status_code == 200
    with unscoped("somebody changes what she may do"):
        if change is _right_taken_from_the_group:
            # Nobody may leave Sud without administrators, so its second one gets the rights from elsewhere.
            local = groups.create_group(
                actor=cast.alice, entity=cast.south, name="Relève", rights=["settings.manage_users"]
            )
            add_member(actor=cast.alice, user=second, group=local, entity=cast.south)
        change(world)
    before = dump()
    assert client.get(rename.url).status_code in refused
    assert client.get(rename.url, headers={"HX-Request": "true"}).status_code in refused
    for htmx in (False, True):
        for sent in (rename, Sent("access:group_add", {"pk": hers.pk}, {"who": "pick", "user": cast.eve.pk})):
            assert send(client, sent, htmx=htmx).status_code in refused
    assert dump() == before
