"""The proposed date of the next inspection, while the last one is being typed."""

from datetime import date
from typing import Any

from django.http import QueryDict

from openflex.core.french import format_month
from vehicles import enums, inspection
from vehicles.forms.sections import MaintenanceForm


def proposed_inspection(
    typed: QueryDict, *, form_class: type[MaintenanceForm], instance: Any, today: date
) -> dict[str, Any]:
    """`field` as the page shows it again, and the month `proposed` in it ("" when none can be known).

    A month that the person typed by hand stays: neither the one the form was opened with nor the last proposal.
    """
    form = form_class(typed, instance=instance, today=today)
    form.is_valid()
    facts = form.typed_facts()
    proposed = None
    if not facts.exempt:
        proposed = inspection.propose_next_inspection(
            kind=facts.kind,
            first_registration=facts.first_registration,
            last_inspection=facts.last_inspection,
            today=today,
            result=facts.result,
            collector=facts.collector,
        )
    month = format_month(proposed) if proposed else ""
    data = typed.copy()
    in_field = data.get("next_inspection_month", "")
    is_own = "next_inspection_month" in form.changed_data and in_field not in ("", data.get("proposed"))
    if (month and not is_own) or (facts.exempt and in_field == data.get("proposed")):
        data["next_inspection_month"] = month
    shown = form_class(data, instance=instance, today=today)
    if month or facts.exempt:
        is_taken = data.get("next_inspection_month", "") == month
        shown.fields["next_inspection_month"].help_text = _reason(facts, "" if is_taken else month)
    return {"field": shown["next_inspection_month"], "proposed": month}


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
