"""*Sécurité des comptes*: who of the holding has a second factor, as a list."""

from openflex.core.lists import PAGE_SIZE
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import User, UserGroup
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_user
from tests.settings_admin.test_second_factor import SECURITY, activate
from tests.settings_admin.way import words
from tests.support.htmx import content, parse, swap
from tests.vehicles.test_statements import statements


def protected(client, query=""):
    """The names on *Sécurité des comptes*, in their order."""
    return [row.text.strip() for row in parse(client.get(f"{SECURITY}{query}")).select("tbody .cell-title a")]


def test_the_page_says_who_has_it_and_who_has_not(cast, client_for):
    activate(cast.marc)
    client = client_for(cast.alice, scope=f"e{cast.south.pk}")  # the whole holding, wherever one stands
    without = {"Alice Nom", "Vera Nom", "Sam Nom", "Adele Nom", "Momo Nom", "Eve Nom", "Nobody Nom"}
    assert set(protected(client)) == without
    assert protected(client, "?tab=with") == ["Marc Nom"]
    assert protected(client, "?q=sam@") == ["Sam Nom"]
    assert protected(client, "?tab=with&q=sam") == []
    with unscoped("test data"):
        admins = built_in_group(cast.holding, BuiltInGroup.ENTITY_ADMIN)
    assert protected(client, f"?group={admins.pk}") == ["Eve Nom"]
    assert protected(client, "?sort=-email")[0] == "Vera Nom"
    page = client.get(SECURITY)
    assert "1 sur 8 personnes de Groupe Saône a un second facteur" in words(page)
    assert [count.text for count in parse(page).select(".tabs .count")] == ["7", "1"]
    User.objects.filter(pk=cast.sam.pk).update(is_active=False)
    assert set(protected(client)) == without - {"Sam Nom"}


def test_it_is_read_page_by_page_with_the_same_statements_and_a_swap_equals_the_page(cast, client_for):
    client = client_for(cast.alice)
    counts = []
    for made in (1, 2, PAGE_SIZE):
        for _ in range(made):
            number = User.objects.count()
            user = make_user(f"p{number}@x.test", holding=cast.holding, group=BuiltInGroup.SALESPERSON,
                             entity=cast.north, sites=(cast.north_1,), last_name=f"A{number:03}")  # fmt: skip
            activate(user)
        counts.append(len(statements(client, f"{SECURITY}?tab=with")))
    assert counts[0] == counts[1] == counts[2] <= 12, counts
    first = parse(client.get(f"{SECURITY}?tab=with"))
    assert len(first.select("tbody tr")) == PAGE_SIZE
    rest = protected(client, first.select_one("a[rel=next]")["href"])
    assert len(rest) == 3
    address = f"{SECURITY}?tab=with&q=x.test"
    swapped = swap(parse(client.get(SECURITY)), client_for(cast.alice, htmx=True).get(address), target="#list")
    assert content(swapped) == content(parse(client.get(address)))


def test_who_may_not_open_the_users_is_led_to_none(cast, client_for):
    guard = make_user("guard@example.test", holding=cast.holding, first_name="Guard")
    with unscoped("test data"):
        group = UserGroup.objects.create(holding=cast.holding, name="Sûreté", rights=["holding.manage_entities"])
        add_member(actor=None, user=guard, group=group, entity=None)
    assert not parse(client_for(guard).get(SECURITY)).select("tbody a")
    assert parse(client_for(cast.alice).get(SECURITY)).select("tbody a")
