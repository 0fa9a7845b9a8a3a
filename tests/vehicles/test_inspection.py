from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from openflex.core.dates import add_years, last_of_month
from vehicles.enums import CATEGORY_L_KINDS, InspectionResult, InspectionState, VehicleKind
from vehicles.inspection import (
    InspectionFacts,
    check_inspection_dates,
    first_inspection_deadline,
    inspection_status,
    private_sale_report,
    private_sale_warning,
    propose_next_inspection,
)

CAR, VAN, SCOOTER = VehicleKind.CAR, VehicleKind.LIGHT_COMMERCIAL, VehicleKind.SCOOTER
MOTORCYCLE, QUAD = VehicleKind.MOTORCYCLE, VehicleKind.QUAD
TODAY = date(2024, 12, 2)
days = st.dates(min_value=date(1960, 1, 1), max_value=date(2040, 12, 31))
kinds = st.sampled_from(VehicleKind)

THE_SCOOTER = InspectionFacts(
    kind=SCOOTER,
    first_registration=date(2016, 5, 12),
    last_inspection=date(2024, 8, 28),
    next_inspection=date(2027, 8, 1),
)


def facts(
    kind: VehicleKind = CAR,
    *,
    first: date | None = date(2016, 5, 12),
    last: date | None = None,
    next_: date | None = None,
    result: InspectionResult = InspectionResult.FAVOURABLE,
    collector: bool = False,
    licensed_sport: bool = False,
    is_new: bool = False,
) -> InspectionFacts:
    return InspectionFacts(
        kind=kind,
        first_registration=first,
        last_inspection=last,
        next_inspection=next_,
        result=result,
        collector=collector,
        licensed_sport=licensed_sport,
        is_new=is_new,
    )


# --- Proposal --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "first", "last", "proposed"),
    [
        (SCOOTER, date(2016, 5, 12), date(2024, 8, 28), date(2027, 8, 1)),  # the release notes
        (CAR, date(2016, 5, 12), date(2024, 8, 28), date(2026, 8, 1)),
        (VAN, date(2016, 5, 12), date(2024, 8, 28), date(2026, 8, 1)),
        (QUAD, None, date(2024, 8, 28), date(2027, 8, 1)),
        (CAR, date(2021, 3, 15), None, date(2025, 3, 1)),
        (MOTORCYCLE, date(2022, 3, 15), None, date(2027, 3, 1)),
        (MOTORCYCLE, date(2021, 9, 15), None, date(2026, 12, 1)),
        (CAR, date(2010, 4, 23), None, None),  # the first deadline is long past: nothing to guess
        (CAR, None, None, None),
    ],
)
def test_the_next_inspection_is_proposed_by_kind(
    kind: VehicleKind, first: date | None, last: date | None, proposed: date | None
) -> None:
    found = propose_next_inspection(kind=kind, first_registration=first, last_inspection=last, today=TODAY)
    assert found == proposed


@pytest.mark.parametrize(
    ("result", "collector", "proposed"),
    [
        (InspectionResult.RETEST, False, date(2024, 10, 1)),
        (InspectionResult.CRITICAL, False, date(2024, 8, 1)),
        (InspectionResult.FAVOURABLE, True, date(2029, 8, 1)),
    ],
)
def test_result_and_collection_change_the_proposal(result: InspectionResult, collector: bool, proposed: date) -> None:
    found = propose_next_inspection(
        kind=CAR,
        first_registration=date(1985, 5, 12),
        last_inspection=date(2024, 8, 28),
        today=TODAY,
        result=result,
        collector=collector,
    )
    assert found == proposed


@pytest.mark.parametrize(
    ("first", "deadline"),
    [
        # Before 2017: the anniversary in 2024 decides.
        (date(2016, 1, 10), date(2024, 8, 14)),
        (date(1998, 4, 14), date(2024, 8, 14)),
        (date(1998, 4, 15), date(2024, 8, 15)),
        (date(2016, 5, 12), date(2024, 9, 12)),
        (date(2016, 8, 31), date(2024, 12, 31)),
        (date(2016, 12, 31), date(2024, 12, 31)),
        # 2017 to 2019: the anniversary in 2025.
        (date(2017, 1, 1), date(2025, 5, 1)),
        (date(2019, 12, 31), date(2025, 12, 31)),
        # 2020 and 2021: the anniversary in 2026.
        (date(2020, 1, 1), date(2026, 5, 1)),
        (date(2020, 2, 29), date(2026, 6, 28)),
        (date(2021, 7, 30), date(2026, 11, 30)),
        (date(2021, 12, 31), date(2026, 12, 31)),
        # From 2022: five years.
        (date(2022, 1, 1), date(2027, 1, 1)),
        (date(2024, 2, 29), date(2029, 2, 28)),
    ],
)
def test_the_transition_calendar_of_category_l(first: date, deadline: date) -> None:
    for kind in CATEGORY_L_KINDS:
        assert first_inspection_deadline(kind, first) == deadline


@given(days)
def test_the_transition_gives_everyone_until_its_years(first: date) -> None:
    deadline = first_inspection_deadline(MOTORCYCLE, first)
    assert deadline >= date(2024, 8, 14)
    if first < date(2022, 1, 1):
        assert deadline.year == (2024 if first.year < 2017 else 2025 if first.year < 2020 else 2026)
    else:
        assert deadline == add_years(first, 5)


@given(kinds, days, days, st.one_of(st.none(), days))
def test_a_proposal_is_a_month_that_the_checks_accept(
    kind: VehicleKind, first: date, today: date, last: date | None
) -> None:
    assume(first <= today and (last is None or first <= last <= today))
    proposed = propose_next_inspection(kind=kind, first_registration=first, last_inspection=last, today=today)
    if proposed is None:
        assert last is None
        assert first_inspection_deadline(kind, first) < today
        return
    assert proposed.day == 1
    assert last_of_month(proposed) >= (last or today)
    assert not check_inspection_dates(
        first_registration=first, last_inspection=last, next_inspection=proposed, today=today
    )


# --- Checks ----------------------------------------------------------------------------------------------


def check(last: date | None, next_: date | None = None, first: date | None = date(2016, 5, 12)) -> dict[str, str]:
    return check_inspection_dates(first_registration=first, last_inspection=last, next_inspection=next_, today=TODAY)


def test_good_dates_pass_and_both_may_be_missing() -> None:
    assert check(None) == {}
    assert check(date(2024, 8, 28), date(2027, 8, 1)) == {}
    assert check(TODAY, date(2024, 12, 1)) == {}  # a retest within the month
    assert check(date(2016, 5, 12), first=None) == {}


def test_a_wrong_date_is_refused_beside_its_field() -> None:
    assert check(TODAY + timedelta(days=1)) == {
        "last_inspection": "Le contrôle technique ne peut pas être dans le futur."
    }
    assert check(date(2016, 5, 11)) == {
        "last_inspection": "Le contrôle technique précède la mise en circulation (12/05/2016)."
    }
    assert check(date(2024, 8, 28), date(2024, 7, 1)) == {
        "next_inspection": "Le prochain contrôle technique précède le dernier (28/08/2024)."
    }
    assert check(None, date(2016, 4, 1)) == {
        "next_inspection": "Le prochain contrôle technique précède la mise en circulation (12/05/2016)."
    }
    assert set(check(date(2025, 8, 28), date(2024, 7, 1))) == {"last_inspection", "next_inspection"}


# --- State -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "state", "badge"),
    [
        (TODAY, InspectionState.UP_TO_DATE, "À jour jusqu’en 08/2027"),
        (date(2027, 7, 1), InspectionState.UP_TO_DATE, "À jour jusqu’en 08/2027"),
        (date(2027, 7, 2), InspectionState.DUE, "CT\u00a060\u00a0j"),
        (date(2027, 8, 13), InspectionState.DUE, "CT\u00a018\u00a0j"),
        (date(2027, 8, 31), InspectionState.DUE, "CT\u00a00\u00a0j"),
        (date(2027, 9, 1), InspectionState.OVERDUE, "CT dépassé"),
    ],
)
def test_a_month_is_late_after_its_last_day(today: date, state: InspectionState, badge: str) -> None:
    status = inspection_status(THE_SCOOTER, today=today)
    assert (status.state, status.badge) == (state, badge)


@pytest.mark.parametrize(
    ("recorded", "state", "badge"),
    [
        (facts(), InspectionState.MISSING, "CT manquant"),
        (facts(SCOOTER), InspectionState.MISSING, "CT manquant"),
        (facts(first=None), InspectionState.UNKNOWN, "CT\u00a0: date MEC inconnue"),
        (facts(first=None, is_new=True), InspectionState.NOT_REQUIRED, "CT non exigé"),
        (facts(first=None, last=date(2023, 3, 1)), InspectionState.UP_TO_DATE, "À jour jusqu’en 03/2025"),
        (facts(first=date(2023, 3, 1)), InspectionState.NOT_REQUIRED, "Premier CT en 03/2027"),
        (facts(first=date(2020, 12, 20)), InspectionState.DUE, "CT\u00a018\u00a0j"),
        (facts(last=date(2023, 3, 1)), InspectionState.UP_TO_DATE, "À jour jusqu’en 03/2025"),
        (facts(last=date(2022, 12, 1)), InspectionState.OVERDUE, "CT dépassé"),
        (facts(next_=date(2025, 6, 1)), InspectionState.UP_TO_DATE, "À jour jusqu’en 06/2025"),
        (
            facts(last=date(2024, 12, 1), next_=date(2024, 12, 1), result=InspectionResult.CRITICAL),
            *(InspectionState.OVERDUE, "CT dépassé"),
        ),
        (
            facts(last=date(2024, 11, 2), result=InspectionResult.RETEST),
            InspectionState.DUE,
            "CT\u00a031\u00a0j",
        ),
        (facts(first=date(1959, 12, 31), collector=True), InspectionState.NOT_REQUIRED, "CT non exigé"),
        (facts(first=date(1960, 1, 1), collector=True), InspectionState.MISSING, "CT manquant"),
        (facts(MOTORCYCLE, licensed_sport=True), InspectionState.NOT_REQUIRED, "CT non exigé"),
        (facts(CAR, licensed_sport=True), InspectionState.MISSING, "CT manquant"),
    ],
)
def test_state_and_badge(recorded: InspectionFacts, state: InspectionState, badge: str) -> None:
    status = inspection_status(recorded, today=TODAY)
    assert (status.state, status.badge) == (state, badge)


@given(kinds, days, st.one_of(st.none(), days), st.one_of(st.none(), days), days)
def test_attention_is_asked_exactly_when_60_days_or_less_are_left(
    kind: VehicleKind, first: date, last: date | None, next_: date | None, today: date
) -> None:
    status = inspection_status(facts(kind, first=first, last=last, next_=next_), today=today)
    assert status.days is not None
    assert status.needs_attention == (status.days <= 60)


@given(days)
def test_a_car_only_gets_later_with_time(today: date) -> None:
    recorded = facts(last=date(2020, 2, 29))
    before, after = (inspection_status(recorded, today=day) for day in (today, today + timedelta(days=1)))
    order = [InspectionState.UP_TO_DATE, InspectionState.DUE, InspectionState.OVERDUE]
    assert order.index(before.state) <= order.index(after.state)


# --- Sale to a private buyer -----------------------------------------------------------------------------


def test_the_report_of_the_scooter_serves_six_months() -> None:
    report = private_sale_report(THE_SCOOTER, request_date=date(2025, 2, 28))
    assert report.warning is None
    assert report.valid_until == date(2025, 2, 28)
    assert report.sentence == (
        "Vente à un particulier\u00a0: rapport de moins de 6\u00a0mois exigé, "
        "celui du 28/08/2024 convient jusqu’au 28/02/2025."
    )
    too_late = private_sale_warning(THE_SCOOTER, request_date=date(2025, 3, 1))
    assert too_late is not None
    assert (too_late.code, too_late.message.endswith("ne convenait que jusqu’au 28/02/2025.")) == (
        "report_too_old",
        True,
    )


@pytest.mark.parametrize(
    ("kind", "first", "needed"),
    [
        (CAR, date(2020, 12, 2), False),  # exactly four years old
        (CAR, date(2020, 12, 1), True),
        (VAN, date(2020, 12, 1), True),
        (MOTORCYCLE, date(2019, 12, 2), False),
        (MOTORCYCLE, date(2019, 12, 1), True),
    ],
)
def test_a_report_is_needed_beyond_four_or_five_years(kind: VehicleKind, first: date | None, needed: bool) -> None:
    report = private_sale_report(facts(kind, first=first), request_date=TODAY)
    assert report.required is needed
    assert (report.warning is not None) is needed


def test_of_a_vehicle_whose_age_nobody_knows_nothing_else_is_said() -> None:
    unknown = private_sale_report(facts(first=None), request_date=TODAY)
    assert unknown.warning is not None
    assert (unknown.required, unknown.sentence) == (
        False, "Date MEC inconnue\u00a0: on ne sait pas si la vente à un particulier exige un rapport.",
    )  # fmt: skip
    for known in (
        private_sale_report(facts(first=None, is_new=True), request_date=TODAY),
        private_sale_report(facts(first=None), request_date=TODAY, buyer_is_professional=True),
    ):
        assert (known.sentence, known.warning) == ("Rapport de contrôle technique non exigé.", None)


def test_category_l_needed_none_before_15_april_2024() -> None:
    assert private_sale_warning(facts(SCOOTER), request_date=date(2024, 4, 14)) is None
    assert private_sale_warning(facts(SCOOTER), request_date=date(2024, 4, 15)) is not None


def test_professional_buyers_and_exempt_vehicles_need_no_report() -> None:
    old = facts()
    assert private_sale_warning(old, request_date=TODAY, buyer_is_professional=True) is None
    collector = facts(first=date(1955, 1, 1), collector=True)
    assert private_sale_warning(collector, request_date=TODAY) is None
    assert private_sale_warning(facts(MOTORCYCLE, licensed_sport=True), request_date=TODAY) is None


@pytest.mark.parametrize(
    ("result", "last", "code"),
    [
        (InspectionResult.FAVOURABLE, None, "report_missing"),
        (InspectionResult.CRITICAL, TODAY, "report_critical"),
        (InspectionResult.RETEST, date(2024, 10, 1), "report_too_old"),
        (InspectionResult.RETEST, date(2024, 10, 2), None),
        (InspectionResult.FAVOURABLE, date(2024, 6, 1), "report_too_old"),
        (InspectionResult.FAVOURABLE, date(2024, 6, 2), None),
    ],
)
def test_which_reports_serve(result: InspectionResult, last: date | None, code: str | None) -> None:
    warning = private_sale_warning(facts(last=last, result=result), request_date=TODAY)
    assert (warning.code if warning else None) == code


@given(kinds, days, days, days)
def test_a_newer_report_never_serves_worse(kind: VehicleKind, first: date, last: date, request: date) -> None:
    older, newer = (
        private_sale_warning(facts(kind, first=first, last=day), request_date=request)
        for day in (last, last + timedelta(days=1))
    )
    assert older is not None or newer is None
