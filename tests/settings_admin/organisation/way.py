"""The two sheets as a browser goes through them, and images as people send them."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from settings_admin.models import Entity, TimelineEntry
from settings_admin.scoping import unscoped
from tests.support.htmx import parse

NORTH_SIREN, OTHER_SIREN = "732829320", "552100554"
NORTH_SIRET, OTHER_SIRET = "73282932000074", "55210055400013"


def path(row, part=""):
    kind = "entites" if isinstance(row, Entity) else "points-de-vente"
    return f"/parametres/organisation/{kind}/{row.pk}/{part}"


def opened(client, row, section):
    """What a browser would send for this section, untouched; lists for boxes."""
    form = parse(client.get(f"{path(row)}?modifier={section}")).select_one("form[data-guard]")
    data = {}
    for control in form.select("input[name]"):
        if control.get("type") != "checkbox" or control.has_attr("checked"):
            data.setdefault(control["name"], []).append(control.get("value", ""))
    return data


def send(client, row, section, data=None, **typed):
    data = opened(client, row, section) if data is None else data
    return client.post(path(row, f"sections/{section}/"), {**data, **typed})


def errors_of(response):
    page = parse(response)
    return {
        control["name"]: page.find(id=f"{control['id']}_error").text.strip()
        for control in page.select("[aria-invalid=true][name]")
        if page.find(id=f"{control['id']}_error")
    }


def saved(row):
    with unscoped("the test looks at what was written"):
        return type(row).objects.get(pk=row.pk)


def change(row, **values):
    with unscoped("test data"):
        type(row).objects.filter(pk=row.pk).update(**values)


def history(row):
    with unscoped("the test looks at what was written"):
        return list(TimelineEntry.objects.filter(target_type=row._meta.label_lower, target_id=row.pk))


def image_bytes(*, size=(900, 300), kind="PNG", mode="RGB", **options):
    out = BytesIO()
    Image.new(mode, size, (200, 30, 40, 128)[: len(mode)]).save(out, kind, **options)
    return out.getvalue()


def upload(content=None, name="logo.png", kind="image/png"):
    return SimpleUploadedFile(name, image_bytes() if content is None else content, kind)
