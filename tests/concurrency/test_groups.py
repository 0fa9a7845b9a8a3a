"""A double click on *Ajouter à un groupe*, from the group and from the person: two requests at one instant."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from openflex.core.errors import Refused
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member, remove_member
from settings_admin.models import Membership, TimelineEntry, User
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.concurrency.test_vehicles import together

pytestmark = pytest.mark.django_db(transaction=True)


def sent(page: str, group: Any, user: User) -> tuple[str, dict[str, Any]]:
    if page == "group":
        return reverse("access:group_add", args=[group.pk]), {"who": "pick", "user": user.pk, "answer": "non"}
    if page == "invitation":
        new = {"email": "neuve@example.test", "first_name": "Neuve", "last_name": "Personne"}
        return reverse("access:group_add", args=[group.pk]), {"who": "invite", **new, "answer": "non"}
    return reverse("access:user_add", args=[user.pk]), {"group": group.pk, "answer": "non"}


def test_two_administrators_who_take_each_other_out_at_once_leave_one(cast):
    with unscoped("test data"):
        admins = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
        add_member(actor=cast.alice, user=cast.marc, group=admins, entity=None)

    def takes_out(actor: User, user: User) -> Callable[[], None]:
        return lambda: remove_member(actor=actor, user=user, group=admins, entity=None)

    answers = together(cast.alice, takes_out(cast.alice, cast.marc), takes_out(cast.marc, cast.alice))
    assert sorted(type(answer) for answer in answers if answer is not None) == [Refused]
    with unscoped("the test looks at what was written"):
        assert Membership.objects.filter(group=admins, entity=None).count() == 1


@pytest.mark.parametrize("page", ["group", "invitation", "person"])
def test_it_has_one_effect_and_both_end_on_the_message_that_says_so(cast, client_for, page):
    with unscoped("test data"):
        group = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
    url, data = sent(page, group, cast.nobody)

    def click() -> tuple[int, str, list[str]]:
        # Each its own session: one browser's two requests would only say the message twice.
        response = client_for(cast.alice, scope=f"e{cast.north.pk}").post(url, data)
        told = [(message.level_tag, str(message)) for message in get_messages(response.wsgi_request)]
        return response.status_code, response.get("Location", ""), told

    first, second = together(cast.alice, click, click)
    assert first == second
    status, _, [(level, message)] = first
    assert (status, level) == (303, "success")
    invited = " Une invitation part à neuve@example.test." if page == "invitation" else ""
    assert message.endswith(f"est dans le groupe Vendeur sur Nord.{invited}")
    with unscoped("the test looks at what was written"):
        joined = Membership.objects.get(group=group, entity=cast.north, user__in=[cast.nobody, *User.objects.filter(
            email="neuve@example.test"
        )])  # fmt: skip
        assert joined.user.first_name in ("Nobody", "Neuve")
        kinds = TimelineEntry.objects.filter(target_type="settings_admin.user", target_id=joined.user_id)
        assert kinds.filter(kind="member_added").count() == 1
