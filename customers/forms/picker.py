"""The choice of a customer in a form of an app above: type three letters, choose, or create one in place.

What is chosen are radio buttons that the server draws: the keyboard needs no script of ours, and nothing of the form
around it is swapped.
"""

from typing import Any

from django import forms
from django.db.models import QuerySet

from customers.models import Customer
from customers.selectors import EDIT, VIEW
from settings_admin.scoping import current_scope


class CustomerPicker(forms.Widget):
    """`rows`: those that may be chosen; `entity_id`: the entity that they belong to."""

    template_name = "customers/widgets/picker.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.rows: QuerySet[Customer] = Customer.objects.none()
        self.entity_id: int | None = None
        self.may_create = False

    def format_value(self, value: Any) -> str:
        return "" if value in (None, "") else str(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        chosen = context["widget"]["value"]
        context |= {
            "field": name,
            "entity_id": self.entity_id,
            "may_create": self.may_create,
            "is_required": self.is_required,
            "chosen": self.rows.filter(pk=chosen).first() if chosen.isdecimal() else None,
            "matches": [],
            "words": "",
            # Of the search field: what the label points at, and where a refusal is told.
            "search": {
                "attrs": {key: set_to for key, set_to in context["widget"]["attrs"].items() if key != "required"}
            },
        }
        return context


class CustomerField(forms.ModelChoiceField):
    """A customer of one entity. The form says which by `of_entity`, in its `__init__`; until then there is nobody."""

    widget = CustomerPicker

    def __init__(self, **options: Any) -> None:
        super().__init__(
            queryset=Customer.objects.none(),
            error_messages={"invalid_choice": "Ce client n’est plus disponible\u00a0: choisissez-en un autre."},
            **options,
        )

    def of_entity(self, entity_id: int) -> bool:
        """Offers the customers of the entity. False, and nobody, where this person may not see them: the form takes the
        field away then, for its value would show one."""
        scope = current_scope()
        picker: Any = self.widget
        if not scope.allows(VIEW, entity_id):
            return False
        self.queryset = picker.rows = Customer.objects.listed().filter(entity=entity_id)
        picker.entity_id, picker.may_create = entity_id, scope.allows(EDIT, entity_id)
        return True
