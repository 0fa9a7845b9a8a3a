"""The choice of a vehicle of the stock in a form of an app above: type a plate or a model, and choose."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from settings_admin.scoping import current_scope
from vehicles.models import Vehicle

VIEW = "vehicles.view"


class VehiclePicker(forms.Widget):
    """`rows`: those that may be chosen; `entity_id`: the entity whose stock it is. What is chosen are radio buttons
    that the server draws, as for customers."""

    template_name = "vehicles/widgets/picker.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.rows: QuerySet[Vehicle] = Vehicle.objects.none()
        self.entity_id: int | None = None

    def format_value(self, value: Any) -> str:
        return "" if value in (None, "") else str(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        chosen = context["widget"]["value"]
        shown = {key: set_to for key, set_to in context["widget"]["attrs"].items() if key != "required"}
        context |= {
            "field": name,
            "entity_id": self.entity_id,
            "is_required": self.is_required,
            "chosen": self.rows.filter(pk=chosen).first() if chosen.isdecimal() else None,
            "matches": [],
            "words": "",
            "search": {"attrs": shown},
        }
        return context


class VehicleField(forms.ModelChoiceField):
    """A vehicle in stock of one entity. The form says which by `of_entity`, in its `__init__`; until then, none."""

    widget = VehiclePicker

    def __init__(self, **options: Any) -> None:
        super().__init__(
            queryset=Vehicle.objects.none(),
            error_messages={"invalid_choice": "Ce véhicule n’est plus en stock\u00a0: choisissez-en un autre."},
            **options,
        )

    def of_entity(self, entity_id: int) -> bool:
        """Offers the stock of the entity. False, and nothing, where this person may not see it: the form takes the
        field away then."""
        if not current_scope().allows(VIEW, entity_id):
            return False
        picker: Any = self.widget
        self.queryset = picker.rows = Vehicle.objects.in_stock().filter(entity=entity_id)
        picker.entity_id = entity_id
        return True

    def keeping(self, pk: int | None) -> bool:
        """After `of_entity`: the one that was chosen before may stay, though it left the stock since. False when this
        person does not see it."""
        if pk is None:
            return True
        chosen = Vehicle.objects.filter(pk=pk)
        if not chosen.exists():
            return False
        picker: Any = self.widget
        self.queryset = picker.rows = picker.rows | chosen
        return True
