"""What is asked before a vehicle is moved, reserved, or sent to another site."""

from dataclasses import replace
from datetime import date
from typing import Any

from django import forms

from customers.forms.picker import CustomerField
from openflex.core.forms import DayField
from settings_admin.models import PointOfSale
from vehicles import enums, inspection, selectors
from vehicles.forms.inspection import InspectionDates
from vehicles.models import Vehicle

DATES = ("inspection_on", "next_inspection_month")
_FAVOURABLE = enums.InspectionResult.FAVOURABLE


class MoveForm(InspectionDates):
    """Changes the status of a vehicle: only the moves its status knows are offered.

    With its physical entry come the dates of its inspection, which may be known only then.
    """

    status = forms.ChoiceField(label="Nouveau statut", widget=forms.RadioSelect)
    on = DayField(label="Date", help_text="Aujourd’hui, ou le jour où cela s’est fait.")
    exit_reason = forms.ChoiceField(label="Motif de sortie", required=False)

    field_order = ("status", "on", "exit_reason", *DATES)

    def __init__(self, *args: Any, vehicle: Vehicle, today: date, **kwargs: Any) -> None:
        self.vehicle, self.today = vehicle, today
        initial = {"on": today, **{name: getattr(vehicle, name) for name in DATES}}
        # Its fields may stand above those of the sheet.
        super().__init__(*args, **{"initial": initial, "auto_id": "move_%s", **kwargs})
        for name in DATES:
            if vehicle.status == enums.StockStatus.PRE_ENTRY:
                self.fields[name].show_hidden_initial = True
            else:
                del self.fields[name]
        current = enums.StockStatus(vehicle.status)
        fields: dict[str, Any] = self.fields
        offered, reasons_offered = list(enums.TRANSITIONS[current]), set(enums.EXIT_REASONS[current])
        if self.data.get("status") == current:  # the same move, sent a moment ago: the verb knows
            offered.append(current)
            reasons_offered |= {one for one in enums.ExitReason if one == vehicle.exit_reason}
        fields["status"].choices = [(status.value, status.label) for status in offered]
        reasons = [(reason.value, reason.label) for reason in enums.ExitReason if reason in reasons_offered]
        fields["exit_reason"].choices = [("", "Choisir un motif"), *reasons]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("status") == enums.StockStatus.OUT and not data.get("exit_reason"):
            self.add_error("exit_reason", "Choisissez le motif de sortie.")
        if self._enters(data):
            self.check_inspection_dates(data, first_registration=self.vehicle.first_registration)
        return data

    def typed_facts(self) -> inspection.InspectionFacts:
        """The result that is known is that of the date that is known."""
        last = self.cleaned_data.get("inspection_on")
        facts = replace(selectors.inspection_facts(self.vehicle), last_inspection=last, next_inspection=None)
        return facts if last == self.vehicle.inspection_on else replace(facts, result=_FAVOURABLE)

    def dates(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The values the dates were opened with and those that were typed, of what enters."""
        names = [name for name in DATES if name in self.changed_data] if self._enters(self.cleaned_data) else []
        opened = {name: self.fields[name].clean(self.data.get(self[name].html_initial_name)) for name in names}
        return opened, {name: self.cleaned_data[name] for name in names}

    def _enters(self, data: dict[str, Any]) -> bool:
        return self.vehicle.status == enums.StockStatus.PRE_ENTRY and data.get("status") == enums.StockStatus.ARRIVED


class ReserveForm(forms.Form):
    """For a customer, or for somebody of whom only a name is known."""

    customer = CustomerField(label="Client", required=False)
    label = forms.CharField(
        label="Réservé pour", max_length=120, required=False, help_text="Un nom, visible par vos collègues."
    )

    def __init__(self, *args: Any, vehicle: Vehicle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["customer"]
        if field.of_entity(vehicle.entity_id):
            self.fields["label"].label = "Ou un autre nom"
        else:
            del self.fields["customer"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("customer") and not data.get("label") and not self.errors:
            many = "Choisissez un client, ou saisissez un nom." if "customer" in self.fields else "Saisissez un nom."
            self.add_error("label", many)
        return data


class SiteForm(forms.Form):
    """Moves a vehicle to another point of sale of its entity, where its kind is sold."""

    point_of_sale = forms.ModelChoiceField(
        label="Point de vente", queryset=PointOfSale.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, vehicle: Vehicle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = PointOfSale.objects.filter(entity_id=vehicle.entity_id)
        field: Any = self.fields["point_of_sale"]
        here = vehicle.point_of_sale_id
        is_there = here is not None and self.data.get("point_of_sale") == str(here)  # moved a moment ago
        field.queryset = sites.exclude(pk=here) if here is not None and not is_there else sites
