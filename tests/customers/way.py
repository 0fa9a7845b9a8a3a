"""A customer's page as a browser goes through it."""

from customers.models import Customer
from settings_admin.models import TimelineEntry
from settings_admin.scoping import unscoped
from tests.vehicles.way import form_data

LIST = "/clients/"


def path(customer, more=""):
    return f"{LIST}{customer.pk}/{more}"


def opened(client, customer, section):
    """What a browser would send for this section, untouched."""
    return form_data(client.get(f"{path(customer)}?modifier={section}"))


def send(client, customer, section, data, **typed):
    return client.post(path(customer, f"sections/{section}/"), {**data, **typed})


def fresh(customer):
    with unscoped("the test looks at what was written"):
        return Customer.objects.select_related("entity").get(pk=customer.pk)


def customers():
    with unscoped("the test looks at what was written"):
        return list(Customer.objects.order_by("pk"))


def history(customer):
    with unscoped("the test looks at what was written"):
        return list(TimelineEntry.objects.filter(target_type="customers.customer", target_id=customer.pk))
