"""*Contrôle pollution complémentaire*: what light commercial vehicles pass between two inspections (R. 323-22)."""

from datetime import date
from typing import Any

import pytest

from vehicles.enums import InspectionResult, InspectionState, VehicleKind
from vehicles.inspection import (
    InspectionFacts,
    deadline,
    inspection_status,
    pollution_deadline,
    pollution_sentence,
)


def facts(*, last: date | None, **more: Any) -> InspectionFacts:
    known = {"kind": VehicleKind.LIGHT_COMMERCIAL, "first_registration": date(2016, 5, 12), **more}
    return InspectionFacts(last_inspection=last, **known)


A_VAN = facts(last=date(2023, 12, 20))


@pytest.mark.parametrize(
    ("today", "state", "badge"),
    [
        (date(2024, 10, 20), InspectionState.UP_TO_DATE, "À jour jusqu’en 12/2025"),
        (date(2024, 10, 21), InspectionState.DUE, "Contrôle pollution\u00a060\u00a0j"),
        (date(2024, 12, 20), InspectionState.DUE, "Contrôle pollution\u00a00\u00a0j"),
        (date(2024, 12, 21), InspectionState.OVERDUE, "Contrôle pollution dépassé"),
        (date(2025, 12, 20), InspectionState.OVERDUE, "Contrôle pollution dépassé"),
        # The inspection itself is past: it is the one to pass.
        (date(2025, 12, 21), InspectionState.OVERDUE, "CT dépassé"),
    ],
)
def test_a_van_passes_a_check_of_its_emissions_within_the_year(today: date, state: InspectionState, badge: str) -> None:
    status = inspection_status(A_VAN, today=today)
    assert (status.state, status.badge) == (state, badge)
    assert status.is_of_pollution == ("pollution" in badge)
    assert status.deadline is not None
    assert status.days == (status.deadline - today).days


@pytest.mark.parametrize(
    ("recorded", "last_day"),
    [
        (A_VAN, date(2024, 12, 20)),
        (facts(last=date(2024, 2, 29)), date(2025, 2, 28)),
        (facts(last=None), None),
        (facts(kind=VehicleKind.CAR, last=date(2023, 12, 20)), None),
        (facts(last=date(2023, 12, 20), without_emissions=True), None),
        (facts(last=date(2023, 12, 20), collector=True), None),
        (facts(last=date(2023, 12, 20), result=InspectionResult.RETEST), None),
        # Passed in the two months before, or late; earlier it does not count.
        (facts(last=date(2023, 12, 20), pollution_check=date(2024, 10, 20)), None),
        (facts(last=date(2023, 12, 20), pollution_check=date(2025, 3, 1)), None),
        (facts(last=date(2023, 12, 20), pollution_check=date(2024, 10, 19)), date(2024, 12, 20)),
    ],
)
def test_the_check_of_emissions_is_due_a_year_after_a_favourable_inspection(
    recorded: InspectionFacts, last_day: date | None
) -> None:
    assert pollution_deadline(recorded) == last_day
    if last_day is not None:
        assert deadline(recorded) == last_day


def test_the_check_of_emissions_is_said_with_its_two_months() -> None:
    sentence = pollution_sentence(A_VAN, today=date(2024, 12, 20))
    when = "à passer entre le 20/10/2024 et le 20/12/2024."
    assert sentence == f"Utilitaire\u00a0: contrôle pollution complémentaire {when}"
    assert pollution_sentence(A_VAN, today=date(2024, 12, 21)).endswith("à passer depuis le 20/12/2024.")
    assert pollution_sentence(facts(kind=VehicleKind.CAR, last=date(2023, 12, 20)), today=date(2024, 12, 2)) == ""
