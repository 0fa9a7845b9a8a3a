"""What the tests of exports do again and again."""

from django.utils import timezone

from settings_admin.access.services.holdings import built_in_group
from settings_admin.exports import services
from settings_admin.models import Export, UserGroup
from settings_admin.scoping import unscoped
from tests.make import make_vehicle

PAGE = "/mes-exports/"


def export():
    with unscoped("the test looks at what was written"):
        return Export.objects.latest("pk")


def write(row):
    services.write(row.pk, now=timezone.now())
    return export()


def three(cast, **fields):
    return [make_vehicle(entity=cast.north, model=f"M{number}", **fields) for number in range(3)]


def file_of(client, row):
    return client.get(f"{PAGE}{row.pk}/fichier/")


def take_away(cast, group, *codes):
    with unscoped("an administrator withdraws a right"):
        row = built_in_group(cast.holding, group)
        UserGroup.objects.filter(pk=row.pk).update(rights=[code for code in row.rights if code not in codes])
