"""The sheet as a browser goes through it: a section opened, sent again, what was written and what was refused."""

from settings_admin.models import TimelineEntry
from settings_admin.scoping import unscoped
from tests.support.htmx import parse
from vehicles.models import Vehicle


def path(vehicle, section=""):
    return f"/vehicules/{vehicle.pk}/" + (f"sections/{section}/" if section else "")


def opened(client, vehicle, section):
    """What a browser would send for this section, untouched."""
    return form_data(client.get(f"{path(vehicle)}?modifier={section}"))


def form_data(response, form="form[data-guard]"):
    """What a browser would send of a form that nobody touched; `.dialog-form` is the one of a dialog."""
    form = parse(response).select_one(form)
    return {
        control["name"]: value_of(control)
        for control in form.select("input[name], select[name], textarea[name]")
        if control.get("type") != "checkbox" or control.has_attr("checked")
    }


def value_of(control):
    if control.name == "select":
        chosen = control.select_one("option[selected]")
        return chosen["value"] if chosen else ""
    if control.name == "textarea":
        return control.text.lstrip("\n")
    return control.get("value", "on" if control.get("type") == "checkbox" else "")


def send(client, vehicle, section, data, **typed):
    return client.post(path(vehicle, section), {**data, **typed})


def fresh(vehicle):
    with unscoped("the test looks at what was written"):
        return Vehicle.objects.get(pk=vehicle.pk)


def history(vehicle):
    with unscoped("the test looks at what was written"):
        return list(TimelineEntry.objects.filter(target_type="vehicles.vehicle", target_id=vehicle.pk))


def errors_of(response):
    page = parse(response)
    return {
        control["name"]: page.find(id=f"{control['id']}_error").text.strip()
        for control in page.select("[aria-invalid=true]")
    }
