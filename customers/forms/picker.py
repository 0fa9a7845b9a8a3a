"""The choice of a customer in a form of an app above, or one created in place (`settings_admin.picking`)."""

from customers import selectors
from customers.models import Customer
from settings_admin.picking import Kind, PickerField

CUSTOMERS = Kind(
    legend="Client",
    nothing="Aucun client",
    not_found="Aucun client ne correspond",
    not_offered="Ce client n’est plus disponible\u00a0: choisissez-en un autre.",
    placeholder="Nom, téléphone, e-mail…",
    url="customers:pick",
    right=selectors.VIEW,
    offered=Customer.objects.listed,
    shown=Customer.objects.listed,
    search=lambda words, entity_id: selectors.search(words, entity_id=entity_id),
    choice="customers/_choice.html",
    creation="customers/_pick_new_button.html",
    creation_right=selectors.EDIT,
)


class CustomerField(PickerField):
    kind = CUSTOMERS
