"""One import confirmed in two tabs at one instant, and one address invited by two files at once."""

from collections import Counter

import pytest
from django.utils import timezone

from openflex.core.errors import Refused
from settings_admin.access.services import imports
from settings_admin.models import Membership, TimelineEntry, User, UserImport
from tests.concurrency.test_vehicles import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("look_at_everything")]
CELLS = {"first_name": "Léa", "last_name": "MARTIN", "groups": "Vendeur", "entity": "Nord"}


def sent(cast):
    lines = [[number, {**CELLS, "email": f"p{number}@example.test"}] for number in range(2, 12)]
    return UserImport.objects.create(holding=cast.holding, created_by=cast.alice, filename="equipe.csv", lines=lines)


def confirming(cast, row):
    return lambda: imports.confirm(actor=cast.alice, row=row, numbers=range(2, 12), now=timezone.now())


def written():
    """Accounts, memberships and lines of history of the people of the file."""
    return (
        User.objects.filter(email__startswith="p").count(),
        Membership.objects.filter(user__email__startswith="p").count(),
        TimelineEntry.objects.filter(kind="invited").count(),
    )


def test_two_tabs_confirm_the_same_import(cast, mailoutbox):
    pk = sent(cast).pk
    answers = together(cast.alice, *(confirming(cast, UserImport.objects.get(pk=pk)) for _ in range(3)))
    assert [one.code for one in answers if isinstance(one, Refused)] == ["already_confirmed"] * 2
    assert written() == (10, 10, 10)
    assert set(Counter(mail.to[0] for mail in mailoutbox).values()) == {1}
    assert len(mailoutbox) == 10


def test_two_files_invite_the_same_people(cast, mailoutbox):
    rows = [sent(cast) for _ in range(2)]
    assert together(cast.alice, *(confirming(cast, row) for row in rows)) == [None, None]
    assert written() == (10, 10, 10)
    assert sorted(UserImport.objects.get(pk=row.pk).outcome["nothing"] for row in rows) == [0, 10]
    assert len(mailoutbox) == 10
