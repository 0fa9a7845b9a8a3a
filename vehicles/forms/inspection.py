"""Both inspection dates, wherever they are typed: at the estimate, at stock entry, on the sheet; what is refused of
them, and the next one proposed while the last is being typed."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from openflex.core.forms import DayField, MonthField
from openflex.core.french import format_month
from vehicles import enums, inspection

# What the rules call a date, and the field it is typed in.
_FIELDS = {"last_inspection": "inspection_on", "next_inspection": "next_inspection_month"}


class InspectionDates(forms.Form):
    """The two dates, both optional; the form that has them says of which vehicle (`typed_facts`)."""

    inspection_on = DayField(
        label="Date du contrôle technique", required=False, help_text="Facultative. Jour, mois, année."
    )
    next_inspection_month = MonthField(label="Date du prochain contrôle technique", required=False)

    # Whose change may change the proposal, where the form has them.
    followed_names: tuple[str, ...] = ("inspection_on",)
    today: date

    def typed_facts(self) -> inspection.InspectionFacts | None:
        """What the rules of the inspection say of what is being typed, readable or not; the next date left aside.
        None as long as nothing can be said."""
        raise NotImplementedError

    @property
    def followed(self) -> list[forms.BoundField]:
        return [self[name] for name in self.followed_names if name in self.fields]

    def check_inspection_dates(self, data: dict[str, Any], *, first_registration: date | None) -> None:
        errors = inspection.check_inspection_dates(
            first_registration=first_registration,
            last_inspection=data.get("inspection_on"),
            next_inspection=data.get("next_inspection_month"),
            today=self.today,
        )
        for name, message in errors.items():
            if _FIELDS[name] not in self.errors:
                self.add_error(_FIELDS[name], message)


def proposed_inspection(typed: QueryDict, *, form: Callable[[QueryDict], InspectionDates]) -> dict[str, Any]:
    """`field` as the page shows it again, and the month `proposed` in it ("" when none can be known).

    A month that the person typed by hand stays: neither the one the form was opened with nor the last proposal.
    """
    sent = form(typed)
    sent.is_valid()
    facts = sent.typed_facts()
    is_exempt = facts is not None and facts.exempt
    proposed = None if facts is None or is_exempt else _next_month(facts, today=sent.today)
    month = format_month(proposed) if proposed else ""
    data = typed.copy()
    name = sent.add_prefix("next_inspection_month")
    in_field, last_proposal = data.get(name, ""), data.get("proposed")
    is_own = "next_inspection_month" in sent.changed_data and in_field not in ("", last_proposal)
    if (month and not is_own) or (is_exempt and in_field == last_proposal):
        data[name] = month
    shown = form(data)
    if facts is not None and (month or is_exempt):
        is_taken = data.get(name, "") == month
        shown.fields["next_inspection_month"].help_text = _reason(facts, "" if is_taken else month)
    return {"field": shown["next_inspection_month"], "proposed": month}


def _next_month(facts: inspection.InspectionFacts, *, today: date) -> date | None:
    return inspection.propose_next_inspection(
        kind=facts.kind,
        first_registration=facts.first_registration,
        last_inspection=facts.last_inspection,
        today=today,
        result=facts.result,
        collector=facts.collector,
    )


def _reason(facts: inspection.InspectionFacts, month: str) -> str:
    """Why this date is proposed, or none; `month` names it where another one stands in the field."""
    if facts.exempt:
        return facts.exemption
    proposed = f"Proposée\u00a0: {month}, " if month else "Proposée\u00a0: "
    if facts.result == enums.InspectionResult.RETEST:
        return f"{proposed}contre-visite sous {inspection.RETEST_MONTHS}\u00a0mois."
    if facts.result == enums.InspectionResult.CRITICAL:
        return f"{proposed}défaillance critique, validité limitée au jour du contrôle."
    category = "catégorie L" if facts.kind in enums.CATEGORY_L_KINDS else "voitures et utilitaires"
    if facts.last_inspection is None:
        return f"{proposed}{category}, premier contrôle."
    if facts.collector:
        category = "collection"
    years = inspection.inspection_interval_years(facts.kind, collector=facts.collector)
    return f"{proposed}{category}, tous les {years}\u00a0ans."
