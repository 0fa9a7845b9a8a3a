"""What is asked before a vehicle is moved, reserved, or sent to another site."""

from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from customers.forms.picker import CustomerField
from openflex.core.forms import DayField, NamedBlanks
from openflex.core.french import format_day
from settings_admin.models import PointOfSale
from vehicles import enums, inspection, selectors
from vehicles.forms.inspection import InspectionDates
from vehicles.models import Vehicle

NOTED = ("inspection_on", "inspection_result", "next_inspection_month")
_FAVOURABLE = enums.InspectionResult.FAVOURABLE


class MoveForm(NamedBlanks, InspectionDates):
    """Changes the status of a vehicle: only the moves its status knows are offered.

    With its physical entry comes its inspection, which may be known only then: both dates, and the result of a new one.
    """

    followed_names = ("inspection_on", "inspection_result", "result_asked")

    status = forms.ChoiceField(label="Nouveau statut", widget=forms.RadioSelect)
    on = DayField(label="Date", help_text="Aujourd’hui, ou le jour où cela s’est fait.")
    exit_reason = forms.ChoiceField(label="Motif de sortie", required=False)
    inspection_result = forms.ChoiceField(
        label="Résultat du contrôle technique",
        required=False,
        choices=[("", ""), *enums.InspectionResult.choices],
    )
    # The date whose result was asked for: what is chosen then is meant, be it the one that was known.
    result_asked = forms.CharField(widget=forms.HiddenInput, required=False)

    field_order = ("status", "on", "exit_reason", *NOTED)

    def __init__(self, *args: Any, vehicle: Vehicle, today: date, **kwargs: Any) -> None:
        self.vehicle, self.today = vehicle, today
        initial = {"on": today, **{name: getattr(vehicle, name) for name in NOTED}}
        # Its fields may stand above those of the sheet.
        super().__init__(*args, **{"initial": initial, "auto_id": "move_%s", **kwargs})
        if vehicle.status == enums.StockStatus.PRE_ENTRY:
            for name in NOTED:
                self.fields[name].show_hidden_initial = True
        else:
            for name in (*NOTED, "result_asked"):
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
            self._ask_for_result()
        return data

    def _ask_for_result(self) -> None:
        """A defect that was found is that of its own inspection: of another one the result is asked for, once."""
        if not self.has_stale_result or "inspection_on" in self.errors:
            return
        sent = QueryDict(mutable=True)
        sent.update(self.data)
        sent[self.add_prefix("inspection_result")] = ""
        sent[self.add_prefix("result_asked")] = self._typed_date
        self.data = sent
        known = format_day(self.vehicle.inspection_on) if self.vehicle.inspection_on else "précédent"
        label = enums.InspectionResult(self.vehicle.inspection_result).label
        self.add_error(
            "inspection_result",
            f"«\u00a0{label}\u00a0» était le résultat du contrôle du {known}\u00a0: choisissez celui du nouveau.",
        )

    @property
    def has_stale_result(self) -> bool:
        """Whether another date stands beside a result that was no good news, and nobody was asked about it."""
        known, data = self.vehicle, self.cleaned_data
        is_known_defect = known.inspection_result not in ("", _FAVOURABLE)
        is_left = data.get("inspection_result") == known.inspection_result
        is_asked = data.get("result_asked") == self._typed_date
        return is_known_defect and is_left and not is_asked and data.get("inspection_on") != known.inspection_on

    @property
    def _typed_date(self) -> str:
        day = self.cleaned_data.get("inspection_on")
        return day.isoformat() if day else ""

    def typed_facts(self) -> inspection.InspectionFacts:
        """The result that is known is that of the date that is known: of another one, a good one is supposed."""
        result = self.cleaned_data.get("inspection_result") or _FAVOURABLE
        return replace(
            selectors.inspection_facts(self.vehicle),
            last_inspection=self.cleaned_data.get("inspection_on"),
            next_inspection=None,
            result=_FAVOURABLE if self.has_stale_result else enums.InspectionResult(result),
        )

    def noted(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the dates and the result were opened with and what was typed, of what enters."""
        names = [name for name in NOTED if name in self.changed_data] if self._enters(self.cleaned_data) else []
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
