from collections.abc import Iterable

import pytest

from vehicles import enums
from vehicles.enums import (
    BACKWARD_MOVES,
    EXIT_REASONS,
    TRANSITIONS,
    Destination,
    ExitReason,
    Stage,
    StockStatus,
    VatRegime,
    move_refusal,
    recoverable_vat_answer,
    type_label,
)

FORWARD = list(StockStatus)


def reachable(start: StockStatus) -> set[StockStatus]:
    seen: set[StockStatus] = set()
    todo = [start]
    while todo:
        status = todo.pop()
        if status not in seen:
            seen.add(status)
            todo.extend(TRANSITIONS[status])
    return seen


def test_type_label() -> None:
    assert type_label(Stage.USED, Destination.PRIVATE) == "VO - Particulier"
    assert type_label("used", "scrap") == "VO - Casse"
    assert type_label(Stage.NEW, "") == "VN"


def test_recoverable_vat_answer() -> None:
    answers = {str(regime): recoverable_vat_answer(regime) for regime in VatRegime}
    assert answers == {
        "recoverable": "Oui", "margin": "Non (TVA sur la marge)", "outside": "Non (hors TVA)",
        "not_set": "Non renseigné",
    }  # fmt: skip


def test_every_status_is_reached_and_leads_out() -> None:
    assert reachable(StockStatus.PRE_ENTRY) == set(StockStatus)
    assert all(StockStatus.OUT in reachable(status) for status in StockStatus)


def test_the_backward_moves_are_those_of_the_table() -> None:
    backward = {
        (before, after)
        for before, targets in TRANSITIONS.items()
        for after in targets
        if FORWARD.index(after) < FORWARD.index(before)
    }
    assert backward == BACKWARD_MOVES


@pytest.mark.parametrize("before", StockStatus)
@pytest.mark.parametrize("after", StockStatus)
def test_a_move_is_refused_with_a_sentence_exactly_when_the_table_lacks_it(
    before: StockStatus, after: StockStatus
) -> None:
    refusal = move_refusal(before, after)
    assert (refusal == "") == (after in TRANSITIONS[before])
    assert refusal == "" or refusal.endswith(".")


def test_refusals_say_why() -> None:
    assert move_refusal("out", "for_sale") == "Ce véhicule est sorti\u00a0: s’il revient, créez une nouvelle entrée."
    assert "pré-rentrée" in move_refusal("arrived", "pre_entry")
    assert "«\u00a0Stock de vente\u00a0»" in move_refusal("pre_entry", "for_sale")


def test_a_status_has_exit_reasons_exactly_when_it_may_go_out() -> None:
    for status, targets in TRANSITIONS.items():
        assert bool(EXIT_REASONS[status]) == (StockStatus.OUT in targets)
    assert set().union(*EXIT_REASONS.values()) == set(ExitReason)


def test_a_sale_leaves_through_delivery_only() -> None:
    sold_from = {status for status, reasons in EXIT_REASONS.items() if ExitReason.PRIVATE_SALE in reasons}
    assert sold_from == {StockStatus.DELIVERY}


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        (enums.STATUS_BADGES, StockStatus),
        (enums.INSPECTION_BADGES, enums.InspectionState),
        (TRANSITIONS, StockStatus),
        (EXIT_REASONS, StockStatus),
    ],
)
def test_no_table_forgets_a_member(table: Iterable[str], keys: Iterable[str]) -> None:
    assert set(table) == set(keys)


def test_every_label_is_french_and_every_code_short_english() -> None:
    for choices in (
        *(enums.VehicleKind, Stage, Destination, enums.Energy, enums.Gearbox, enums.Origin, VatRegime),
        *(enums.InspectionResult, enums.InspectionState, enums.PlateFormat, enums.PaymentMode),
        *(StockStatus, ExitReason, enums.HoldKind),
    ):
        for code, label in choices.choices:
            assert code.isascii()
            assert code == code.lower()
            assert len(code) <= 20
            assert label[0].isupper()
        assert len(set(choices.labels)) == len(choices.labels)
