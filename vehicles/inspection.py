"""Technical inspection: when the next one is due, and what a sale to a private buyer needs.

Source: code de la route R. 323-22 (cars and light commercials), R. 323-27 (category L, in force since
15 April 2024 with a transition calendar), R. 323-3 (exclusions), décret 78-993 art. 5 bis (report handed to a
private buyer); all in french-rules.md §8. The next inspection is known to the month: its first day is stored,
and it is late after its last day. Between two inspections a light commercial vehicle passes a *contrôle pollution
complémentaire*. The present day is an argument.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from openflex.core.dates import add_months, add_years, days_between, first_of_month, last_of_month
from openflex.core.french import NBSP, format_day, format_days, format_month
from vehicles.enums import (
    CATEGORY_L_KINDS,
    INSPECTION_BADGES,
    Badge,
    InspectionResult,
    InspectionState,
    VehicleKind,
)
from vehicles.validators import FieldWarning

DUE_WITHIN_DAYS: Final = 60
REPORT_MONTHS: Final = 6
RETEST_MONTHS: Final = 2
POLLUTION_WINDOW_MONTHS: Final = 2
CATEGORY_L_START: Final = date(2024, 4, 15)

_COLLECTOR_YEARS: Final = 5
_FIRST_INSPECTED_COLLECTOR: Final = date(1960, 1, 1)


# --- Rules -----------------------------------------------------------------------------------------------


def first_inspection_years(kind: VehicleKind) -> int:
    """Age at which the first inspection is due; beyond it, a change of holder asks for a recent report."""
    return 5 if kind in CATEGORY_L_KINDS else 4


def inspection_interval_years(kind: VehicleKind, *, collector: bool = False) -> int:
    """Years from one inspection to the next; `collector` is a *véhicule de collection*, of any kind."""
    if collector:
        return _COLLECTOR_YEARS
    return 3 if kind in CATEGORY_L_KINDS else 2


def first_inspection_deadline(kind: VehicleKind, first_registration: date) -> date:
    """Last day for the first inspection; category L from before 2022 follows the transition calendar."""
    if kind in CATEGORY_L_KINDS and first_registration < date(2022, 1, 1):
        return _transition_deadline(first_registration)
    return add_years(first_registration, first_inspection_years(kind))


def _transition_deadline(first_registration: date) -> date:
    """Four months after the anniversary in the year that the first registration gives, within it."""
    if first_registration < date(2017, 1, 1):
        year = 2024
    elif first_registration < date(2020, 1, 1):
        year = 2025
    else:
        year = 2026
    anniversary = add_years(first_registration, year - first_registration.year)
    if anniversary < CATEGORY_L_START:
        # Only in 2024: the obligation did not exist yet on that day, all have until the same date.
        return date(2024, 8, 14)
    return min(add_months(anniversary, 4), date(year, 12, 31))


def propose_next_inspection(
    *,
    kind: VehicleKind,
    first_registration: date | None,
    last_inspection: date | None,
    today: date,
    result: InspectionResult = InspectionResult.FAVOURABLE,
    collector: bool = False,
) -> date | None:
    """The month (its first day) to propose as *prochain contrôle technique*; `None` when it cannot be known.

    A retest is due within two months; a critical defect ends validity on the day. Without a last inspection
    it is the first one, unless its deadline is past: then the vehicle's report says more than a guess.
    """
    if last_inspection is not None:
        return first_of_month(_deadline_after(last_inspection, kind=kind, result=result, collector=collector))
    if first_registration is None:
        return None
    deadline = first_inspection_deadline(kind, first_registration)
    return first_of_month(deadline) if deadline >= today else None


def _deadline_after(last_inspection: date, *, kind: VehicleKind, result: InspectionResult, collector: bool) -> date:
    if result == InspectionResult.CRITICAL:
        return last_inspection
    if result == InspectionResult.RETEST:
        return add_months(last_inspection, RETEST_MONTHS)
    return add_years(last_inspection, inspection_interval_years(kind, collector=collector))


# --- Checks ----------------------------------------------------------------------------------------------


def check_inspection_dates(
    *,
    first_registration: date | None,
    last_inspection: date | None,
    next_inspection: date | None,
    today: date,
) -> dict[str, str]:
    """What is wrong, by field name; empty when nothing is. Both dates may be missing."""
    errors = {}
    registered = first_registration or date.min
    too_early = f"précède la mise en circulation ({format_day(registered)})."
    if last_inspection is not None and last_inspection > today:
        errors["last_inspection"] = "Le contrôle technique ne peut pas être dans le futur."
    elif last_inspection is not None and last_inspection < registered:
        errors["last_inspection"] = f"Le contrôle technique {too_early}"
    if next_inspection is None:
        return errors
    end = last_of_month(next_inspection)
    if last_inspection is not None and end < last_inspection:
        message = f"Le prochain contrôle technique précède le dernier ({format_day(last_inspection)})."
        errors["next_inspection"] = message
    elif end < registered:
        errors["next_inspection"] = f"Le prochain contrôle technique {too_early}"
    return errors


# --- State -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionFacts:
    """What is recorded of a vehicle; `licensed_sport`: enduro or trial, its holder has a sports licence; `is_new`: not
    registered yet, so that no first registration is no gap; `pollution_check`: the last *contrôle complémentaire*."""

    kind: VehicleKind
    first_registration: date | None
    last_inspection: date | None = None
    next_inspection: date | None = None
    result: InspectionResult = InspectionResult.FAVOURABLE
    collector: bool = False
    licensed_sport: bool = False
    is_new: bool = False
    without_emissions: bool = False
    pollution_check: date | None = None

    @property
    def exempt(self) -> bool:
        return bool(self.exemption)

    @property
    def exemption(self) -> str:
        """Why none is asked for, as a French sentence; empty when one is.

        R. 323-3: collector's vehicles (up to 3.5 t) from before 1960; enduro and trial with a licence.
        """
        registered = self.first_registration
        if self.collector and registered is not None and registered < _FIRST_INSPECTED_COLLECTOR:
            return "Dispensé de contrôle technique, collection d’avant 1960."
        if self.licensed_sport and self.kind in CATEGORY_L_KINDS:
            return "Dispensé de contrôle technique, enduro ou trial d’un titulaire licencié."
        return ""

    @property
    def never_inspected(self) -> bool:
        return self.last_inspection is None and self.next_inspection is None


@dataclass(frozen=True, slots=True)
class InspectionStatus:
    """Where a vehicle stands: last day for its next inspection, days left until then (negative when late).

    `badge` is the French text of the badge; `needs_attention` when it belongs on sheet, list and task;
    `is_of_pollution`: it is the *contrôle pollution complémentaire* that is due.
    """

    state: InspectionState
    badge: str
    deadline: date | None = None
    days: int | None = None
    is_of_pollution: bool = False

    @property
    def look(self) -> Badge:
        return INSPECTION_BADGES[self.state]

    @property
    def needs_attention(self) -> bool:
        return self.state in {InspectionState.DUE, InspectionState.OVERDUE, InspectionState.MISSING}


def inspection_status(facts: InspectionFacts, *, today: date) -> InspectionStatus:
    """The month typed as next inspection decides, to its last day; without one, the deadline of the rules. Of a light
    commercial vehicle, the check of its emissions as soon as that is due, and before the inspection is.

    `missing`: none is recorded and the first deadline is past. `not_required`: exempt, not registered yet, or
    never inspected and the first deadline more than 60 days ahead. `unknown`: no date to count from.
    """
    if (pollution := _pollution_status(facts, today=today)) is not None:
        return pollution
    last_day = None if facts.exempt else _inspection_deadline(facts)
    if last_day is None and (facts.exempt or facts.is_new):
        return InspectionStatus(InspectionState.NOT_REQUIRED, "CT non exigé")
    if last_day is None:
        return InspectionStatus(InspectionState.UNKNOWN, f"CT{NBSP}: date MEC inconnue")
    days = days_between(today, last_day)
    if days < 0 and facts.never_inspected:
        return InspectionStatus(InspectionState.MISSING, "CT manquant", last_day, days)
    if days < 0:
        return InspectionStatus(InspectionState.OVERDUE, "CT dépassé", last_day, days)
    if days <= DUE_WITHIN_DAYS:
        return InspectionStatus(InspectionState.DUE, f"CT{NBSP}{format_days(days)}", last_day, days)
    month = format_month(last_day)
    if facts.never_inspected:
        return InspectionStatus(InspectionState.NOT_REQUIRED, f"Premier CT en {month}", last_day, days)
    return InspectionStatus(InspectionState.UP_TO_DATE, f"À jour jusqu’en {month}", last_day, days)


def _pollution_status(facts: InspectionFacts, *, today: date) -> InspectionStatus | None:
    """When it is due or past, before the inspection is; else None. Where that is past too, it is the one to pass."""
    last_day, inspected_by = pollution_deadline(facts), _inspection_deadline(facts)
    if last_day is None or inspected_by is None or inspected_by < max(last_day, today):
        return None
    days = days_between(today, last_day)
    if days > DUE_WITHIN_DAYS:
        return None
    state, badge = InspectionState.DUE, f"Contrôle pollution{NBSP}{format_days(days)}"
    if days < 0:
        state, badge = InspectionState.OVERDUE, "Contrôle pollution dépassé"
    return InspectionStatus(state, badge, last_day, days, is_of_pollution=True)


def pollution_deadline(facts: InspectionFacts) -> date | None:
    """The last day for the *contrôle pollution complémentaire*: a year after a favourable inspection. None when the
    vehicle needs none, or passed it in the two months before or later.

    Of light commercial vehicles (N1) with an exhaust; not of collector's.
    """
    last = facts.last_inspection
    if facts.kind != VehicleKind.LIGHT_COMMERCIAL or facts.collector or facts.without_emissions or last is None:
        return None
    if facts.result != InspectionResult.FAVOURABLE:
        return None  # counted from the favourable one that follows
    last_day = add_years(last, 1)
    is_passed = facts.pollution_check is not None and facts.pollution_check >= pollution_window_start(last_day)
    return None if is_passed else last_day


def pollution_window_start(last_day: date) -> date:
    return add_months(last_day, -POLLUTION_WINDOW_MONTHS)


def pollution_sentence(facts: InspectionFacts, *, today: date) -> str:
    """By when the check of emissions is to be passed, in French; empty when none is."""
    last_day = pollution_deadline(facts)
    if last_day is None:
        return ""
    start, end = format_day(pollution_window_start(last_day)), format_day(last_day)
    when = f"à passer entre le {start} et le {end}" if today <= last_day else f"à passer depuis le {end}"
    return f"Utilitaire{NBSP}: contrôle pollution complémentaire {when}."


def deadline(facts: InspectionFacts) -> date | None:
    """The last day on which the vehicle is in order, of the inspection or of the check of its emissions, whichever
    comes first; None when nothing can be asked of it yet."""
    if facts.exempt:
        return None
    days = [day for day in (_inspection_deadline(facts), pollution_deadline(facts)) if day is not None]
    return min(days, default=None)


def _inspection_deadline(facts: InspectionFacts) -> date | None:
    if facts.last_inspection is not None and facts.result == InspectionResult.CRITICAL:
        return facts.last_inspection
    if facts.next_inspection is not None:
        return last_of_month(facts.next_inspection)
    if facts.last_inspection is not None:
        return _deadline_after(facts.last_inspection, kind=facts.kind, result=facts.result, collector=facts.collector)
    if facts.first_registration is not None:
        return first_inspection_deadline(facts.kind, facts.first_registration)
    return None


# --- Sale to a private buyer -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SaleReport:
    """The report that a sale needs: until when the recorded one serves, and what to tell the seller."""

    required: bool
    sentence: str
    valid_until: date | None = None
    warning: FieldWarning | None = None


def private_sale_report(
    facts: InspectionFacts, *, request_date: date, buyer_is_professional: bool = False
) -> SaleReport:
    """Whether a report under six months is needed on the day the new certificate is asked for, and is there.

    Needed when the vehicle is then over 4 years old (category L: 5, and not before 15 April 2024); not by a
    professional buyer, nor for an exempt vehicle, nor for one not registered yet. Whose age nobody knows, of that one
    nothing is said but this.
    """
    not_needed = buyer_is_professional or facts.exempt
    if not not_needed and facts.first_registration is None and not facts.is_new:
        sentence = f"Date MEC inconnue{NBSP}: on ne sait pas si la vente à un particulier exige un rapport."
        return SaleReport(
            required=False, sentence=sentence, warning=FieldWarning("first_registration_unknown", sentence)
        )
    if not_needed or not _old_enough(facts, request_date):
        return SaleReport(required=False, sentence="Rapport de contrôle technique non exigé.")
    rule = f"Vente à un particulier{NBSP}: rapport de moins de {REPORT_MONTHS}{NBSP}mois exigé"
    last = facts.last_inspection
    if last is None:
        return _unfit_report("report_missing", f"{rule}, aucun n’est enregistré.")
    if facts.result == InspectionResult.CRITICAL:
        sentence = f"{rule}, celui du {format_day(last)} signale une défaillance critique."
        return _unfit_report("report_critical", sentence, valid_until=last)
    months = RETEST_MONTHS if facts.result == InspectionResult.RETEST else REPORT_MONTHS
    valid_until = add_months(last, months)
    if request_date > valid_until:
        sentence = f"{rule}, celui du {format_day(last)} ne convenait que jusqu’au {format_day(valid_until)}."
        return _unfit_report("report_too_old", sentence, valid_until=valid_until)
    sentence = f"{rule}, celui du {format_day(last)} convient jusqu’au {format_day(valid_until)}."
    return SaleReport(required=True, sentence=sentence, valid_until=valid_until)


def private_sale_warning(
    facts: InspectionFacts, *, request_date: date, buyer_is_professional: bool = False
) -> FieldWarning | None:
    """What to show on an offer or order, if anything: see `private_sale_report`."""
    return private_sale_report(facts, request_date=request_date, buyer_is_professional=buyer_is_professional).warning


def _old_enough(facts: InspectionFacts, request_date: date) -> bool:
    if facts.first_registration is None:
        return False
    if facts.kind in CATEGORY_L_KINDS and request_date < CATEGORY_L_START:
        return False
    return request_date > add_years(facts.first_registration, first_inspection_years(facts.kind))


def _unfit_report(code: str, sentence: str, *, valid_until: date | None = None) -> SaleReport:
    return SaleReport(required=True, sentence=sentence, valid_until=valid_until, warning=FieldWarning(code, sentence))
