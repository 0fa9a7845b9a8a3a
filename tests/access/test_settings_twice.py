"""A double click: each form of *Paramètres* sent twice has the effect of once, and leads to the same place."""

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.db import transaction
from django.urls import reverse

from settings_admin.models import User, UserGroup
from settings_admin.scoping import unscoped
from tests.access.settings_forms import ASKS_ONLY, FORMS, Sent, World, build_world, invitation
from tests.access.test_forged_forms import dump, send

# What they take away is gone by the second time: it is not there, and nothing else happens.
TAKE_AWAY = {"access:group_delete", "access:user_absence_cancel", "organisation:delete_site"}
# The second time there is nothing to be done, and this is said.
SAY_SO = {"access:group_remove", "access:reset_second_factor"}


@pytest.fixture
def world(cast) -> World:
    TOTP.activate(cast.alice, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    with unscoped("test data"):
        return build_world(cast)


@pytest.mark.parametrize("url_name", [name for name in FORMS if name not in ASKS_ONLY])
def test_sent_twice_it_has_one_effect(world, client_for, django_capture_on_commit_callbacks, url_name):
    client = client_for(world.cast.alice, scope=f"e{world.cast.north.pk}")
    with unscoped("the test fills in forms"):
        forms = FORMS[url_name](world)

    def click(sent: Sent) -> Any:
        for value in sent.data.values():
            if hasattr(value, "seek"):
                value.seek(0)
        with django_capture_on_commit_callbacks(execute=True):
            return send(client, sent)

    for sent in forms:
        point = transaction.savepoint()
        mail.outbox.clear()
        first = click(sent)
        once, letters = dump(), len(mail.outbox)
        second = click(sent)
        assert first.status_code == 303, sent
        assert dump() == once, sent
        assert len(mail.outbox) == letters, sent
        if url_name in TAKE_AWAY:
            assert second.status_code == 404, sent
        elif second.status_code not in (409, 422) or url_name not in SAY_SO:
            assert (second.status_code, second["Location"]) == (303, first["Location"]), sent
        assert client.get(reverse("audit:log")).status_code == 200
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize("answer", ["oui", "non"])
@pytest.mark.parametrize("htmx", [False, True])
def test_the_answer_of_the_pop_up_survives_a_group_that_was_removed(world, client_for, answer, htmx):
    """Somebody removes the group while the question stands open: the answer says so, nobody is invited or added."""
    with unscoped("test data"):
        shared = UserGroup.objects.create(holding=world.cast.holding, name="Partagé", rights=["vehicles.view"])
    client = client_for(world.cast.alice, scope=f"e{world.cast.north.pk}")
    forms = [
        Sent("access:group_add", {"pk": shared.pk}, {"who": "pick", "user": world.cast.marc.pk}),
        Sent("access:group_add", {"pk": shared.pk}, invitation()),
    ]
    for sent in forms:
        assert "Ajouter sur toutes les entités du groupe" in send(client, sent, htmx=htmx).text
    asked = send(client, Sent("access:user_add", {"pk": world.cast.marc.pk}, {"group": shared.pk}), htmx=htmx)
    assert "Ajouter sur toutes les entités du groupe" in asked.text
    shared_pk = shared.pk
    with unscoped("test data"):
        shared.delete()
    before = dump()
    # From the page of the person, it is a choice that is no longer there.
    joining = Sent("access:user_add", {"pk": world.cast.marc.pk}, {"group": shared_pk, "answer": answer})
    response = send(client, joining, htmx=htmx)
    assert response.status_code == 422
    assert "Ce groupe n’existe plus, ou ne vous est pas proposé ici." in response.text
    for sent in forms:
        answered = Sent(sent.url_name, sent.parameters, {**sent.data, "answer": answer})
        response = send(client, answered, htmx=htmx)
        assert response.status_code == 404
        assert "n’existe" in response.text
    assert dump() == before
    assert not User.objects.filter(email="neuve@example.test").exists()
    assert mail.outbox == []
