"""The pages of groups and people, as the tests go through them and read them."""

from settings_admin.models import Membership
from tests.support.htmx import parse


def group_url(group, act=""):
    return f"/parametres/groupes/{group.pk}/{act}"


def user_url(user, act=""):
    return f"/parametres/utilisateurs/{user.pk}/{act}"


def places(user, group):
    """The entities in which somebody is in a group; None: the whole holding."""
    return {one.entity_id for one in Membership.objects.filter(user=user, group=group)}


def words(response):
    """The text of a page with plain spaces only."""
    return " ".join(parse(response).get_text(" ").split())


def said(response):
    """What the page says about what was typed."""
    page = parse(response)
    return " ".join(" ".join(one.get_text(" ").split()) for one in page.select("[role=alert], .error"))


def rights_in(block):
    """The rights that a list by module names, as the matrix says them: « Véhicules : modifier »."""
    return {f"{area.b.text}\u00a0: {one.text}" for area in block.select("ul.areas li") for one in area.select("span")}
