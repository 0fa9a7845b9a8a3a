"""A wrong exit put right: another day or reason, or none at all, with why, by whom, and what it had ended."""

from datetime import UTC, date, datetime, timedelta

import pytest

from openflex.core.errors import Refused
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.support.htmx import parse
from tests.vehicles.way import fresh, history, path
from vehicles.enums import ExitReason, HoldKind, StockStatus
from vehicles.models import Hold
from vehicles.services import exits, holds, stock

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
GONE_ON = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _one_day(time_machine, cast, as_user):
    time_machine.move_to(NOW, tick=False)
    as_user(cast.vera)


def move(vehicle, cast, target, **options):
    return stock.change_status(vehicle=vehicle, target=target, actor=cast.vera, now=NOW, **options)


def make_gone(cast, *, status=StockStatus.FOR_SALE, reason=ExitReason.SCRAP, on=GONE_ON, **fields):
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, status=status, **fields)
    return move(vehicle, cast, StockStatus.OUT, exit_reason=reason, on=on)


def refusal_of(verb):
    with pytest.raises(Refused) as refusal:
        verb()
    return refusal.value


def undo(vehicle, cast, **options):
    return exits.undo_exit(vehicle=vehicle, reason="véhicule confondu", actor=cast.vera, now=NOW, **options)


def opened(client, vehicle):
    form = parse(client.get(f"{path(vehicle)}sortie/")).select_one("form:has([name=why])")
    data = {one["name"]: one.get("value", "") for one in form.select("input[name]") if one.get("type") != "radio"}
    for select in form.select("select"):
        data[select["name"]] = select.select_one("option[selected]")["value"]
    return data


def send(client, vehicle, data, **typed):
    return client.post(f"{path(vehicle)}sortie/", {**data, "why": "véhicule confondu", **typed})


# --- Taken back --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [StockStatus.FOR_SALE, StockStatus.ARRIVED])
def test_what_never_left_stands_where_it_stood_and_the_history_says_why(cast, client_for, status):
    vehicle, client = make_gone(cast, status=status), client_for(cast.vera)
    sheet = parse(client.get(path(vehicle)))
    assert sheet.select_one(f"a[href='{path(vehicle)}sortie/']").text.strip() == "Corriger la sortie"
    data = opened(client, vehicle)
    for _ in range(2):
        assert send(client, vehicle, data, act="undo").status_code == 303
    saved = fresh(vehicle)
    assert (saved.status, saved.left_on, saved.exit_reason) == (status, None, "")
    assert [entry.kind for entry in history(vehicle)] == ["exit_undone", "status_changed"]
    page = parse(client.get(path(vehicle)))
    assert "Vera Nom a annulé la sortie (véhicule confondu)" in " ".join(page.select_one("#historique").text.split())
    assert "Corriger la sortie" not in page.text
    moves = [" ".join(item.text.split()) for item in page.select(".status-moves li")]
    assert moves[0] == f"Sorti → {status.label}20/11/2026 · Vera Nom"


def test_it_says_why_or_nothing_is_done(cast, client_for):
    vehicle, client = make_gone(cast), client_for(cast.vera)
    data = opened(client, vehicle)
    for typed, field in (({"act": "undo", "why": " "}, "why"), ({"act": ""}, "act")):
        response = send(client, vehicle, data, **typed)
        assert response.status_code == 422
        assert parse(response).select_one(f"[name={field}][aria-invalid=true]")
    assert fresh(vehicle).status == StockStatus.OUT


def test_a_sale_that_did_not_go_out_is_held_by_its_order_again(cast):
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, status=StockStatus.FOR_SALE)
    order = holds.take_hold(vehicle=vehicle, kind=HoldKind.ORDER, label="Bon 1042", actor=cast.vera, now=NOW)
    move(vehicle, cast, StockStatus.DELIVERY)
    gone = move(vehicle, cast, StockStatus.OUT, exit_reason=ExitReason.PRIVATE_SALE)
    assert not Hold.objects.unreleased().exists()
    assert undo(gone, cast).status == StockStatus.DELIVERY
    assert list(Hold.objects.unreleased()) == [order]
    assert history(vehicle)[0].kind == "hold_restored"
    assert move(vehicle, cast, StockStatus.OUT, exit_reason=ExitReason.PRIVATE_SALE).status == StockStatus.OUT


def test_a_delivery_that_nothing_holds_goes_back_on_sale_and_is_announced_so(cast, client_for):
    gone = make_gone(cast, status=StockStatus.DELIVERY, reason=ExitReason.SCRAP)
    asked = parse(client_for(cast.vera).get(f"{path(gone)}sortie/")).select_one("form:has([name=why])").text
    assert "il revient au statut «\u00a0Stock de vente\u00a0»" in asked
    assert undo(gone, cast).status == StockStatus.FOR_SALE


def test_what_was_withdrawn_by_hand_is_expected_again(cast, client_for):
    expected = TODAY + timedelta(days=20)
    gone = make_gone(cast, status=StockStatus.PRE_ENTRY, reason=ExitReason.WITHDRAWN, entered_on=expected, on=TODAY)
    client = client_for(cast.vera)
    page = parse(client.get(f"{path(gone)}sortie/"))
    assert page.select("[name=left_on], [name=exit_reason]") == []
    assert send(client, gone, {}, act="undo").status_code == 303
    saved = fresh(gone)
    assert (saved.status, saved.entered_on, saved.exit_reason) == (StockStatus.PRE_ENTRY, expected, "")


def test_what_an_estimate_withdrew_is_taken_back_there(cast):
    source = make_vehicle(entity=cast.north)
    values = {"kind": "car", "make": "RENAULT", "model": "CLIO", "entered_on": TODAY}
    expected = stock.expect_vehicle(
        entity=cast.north, point_of_sale=None, actor=cast.vera, values=values, label="reprise n° 12", source=source
    )
    gone = stock.withdraw_vehicle(vehicle=expected, label="reprise n° 12", source=source, actor=cast.vera, now=NOW)
    refusal = refusal_of(lambda: undo(gone, cast))
    assert (refusal.code, "reprise n° 12" in refusal.message) == ("from_elsewhere", True)


@pytest.mark.parametrize("entity", ["north", "south"])
def test_what_came_back_since_had_left(cast, entity):
    gone = make_gone(cast, plate="GD642JM", plate_format="siv")
    again = make_vehicle(entity=getattr(cast, entity), plate="GD642JM", plate_format="siv", previous_stay=gone)
    assert refusal_of(lambda: undo(gone, cast)).code == "came_back"
    again.exit_reason, again.status = "withdrawn", "out"
    with unscoped("test data"):
        again.save()
    assert undo(gone, cast).status == StockStatus.FOR_SALE


def test_what_is_in_stock_under_another_number_is_named(cast):
    gone = make_gone(cast, plate="GD642JM", plate_format="siv")
    make_vehicle(entity=cast.north, plate="GD642JM", plate_format="siv")
    assert refusal_of(lambda: undo(gone, cast)).code == "plate_in_stock"
    assert fresh(gone).status == StockStatus.OUT


# --- Put right ---------------------------------------------------------------------------------------------


def test_the_day_and_the_reason_are_put_right(cast, client_for):
    vehicle, client = make_gone(cast), client_for(cast.vera)
    data = opened(client, vehicle)
    for _ in range(2):
        response = send(client, vehicle, data, act="correct", left_on="18/11/2026", exit_reason="theft")
        assert response.status_code == 303
    saved = fresh(vehicle)
    assert (saved.status, saved.left_on, saved.exit_reason) == (StockStatus.OUT, date(2026, 11, 18), "theft")
    entry, _ = history(vehicle)
    assert (entry.kind, entry.actor) == ("exit_corrected", cast.vera)
    assert entry.changes == {"left_on": ["2026-11-20", "2026-11-18"], "exit_reason": ["scrap", "theft"]}
    page = parse(client.get(path(vehicle)))
    assert "a corrigé la sortie (véhicule confondu)" in " ".join(page.select_one("#historique").text.split())
    assert "18/11/2026" in page.select_one(".status-moves li").text


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("25/11/2026", "Cette date est dans le futur."),
        ("30/09/2026", "Cette date précède l’entrée du véhicule (01/10/2026)."),
        ("09/11/2026", "Cette date précède le dernier changement de statut (10/11/2026)."),
        ("23/11/2026", "Cette date suit le retour du véhicule en stock (22/11/2026)."),
        ("", "Saisissez la date de sortie."),
    ],
)
def test_an_exit_stands_between_the_last_move_and_the_return(cast, client_for, day, sentence):
    vehicle = make_vehicle(entity=cast.north, status=StockStatus.ARRIVED)
    move(vehicle, cast, StockStatus.FOR_SALE, on=date(2026, 11, 10))
    move(vehicle, cast, StockStatus.OUT, exit_reason=ExitReason.SCRAP, on=GONE_ON)
    make_vehicle(entity=cast.south, entered_on=date(2026, 11, 22), previous_stay=vehicle)
    client = client_for(cast.vera)
    response = send(client, vehicle, opened(client, vehicle), act="correct", left_on=day)
    assert response.status_code == 422
    page = parse(response)
    assert sentence in page.find(id="exit_left_on_error").text
    assert page.select_one("[name=left_on]").get("value", "") == day
    assert page.select_one("[name=why]")["value"] == "véhicule confondu"


def test_no_reason_makes_a_sale_of_what_no_order_held(cast, client_for):
    vehicle, client = make_gone(cast, status=StockStatus.DELIVERY), client_for(cast.vera)
    offered = parse(client.get(f"{path(vehicle)}sortie/")).select("[name=exit_reason] option")
    assert {one["value"] for one in offered} & {"private_sale", "trade_sale", "auction", "withdrawn"} == set()
    mine = {"exit_reason": "private_sale"}
    refusal = refusal_of(
        lambda: exits.correct_exit(
            vehicle=vehicle, base={"exit_reason": "scrap"}, mine=mine, reason="x", actor=cast.vera, now=NOW
        )
    )
    assert refusal.field == "exit_reason"


def test_nothing_changed_is_said(cast, client_for):
    vehicle, client = make_gone(cast), client_for(cast.vera)
    response = send(client, vehicle, opened(client, vehicle), act="correct")
    assert (response.status_code, "Changez la date ou le motif" in response.text) == (422, True)


def test_the_second_of_two_sees_what_the_first_wrote(cast, client_for):
    vehicle = make_gone(cast)
    first, second = client_for(cast.vera), client_for(cast.marc)
    data = opened(first, vehicle)
    send(first, vehicle, data, act="correct", left_on="18/11/2026")
    response = send(second, vehicle, data, act="correct", left_on="19/11/2026")
    assert (response.status_code, "18/11/2026" in response.text) == (422, True)
    page = parse(response)
    assert page.select_one("[name=left_on]")["value"] == "19/11/2026"


def test_what_is_in_stock_has_no_exit_and_who_may_not_edit_no_button(cast, client_for):
    vehicle = make_vehicle(entity=cast.north)
    assert "Ce véhicule n’est pas sorti." in client_for(cast.vera).get(f"{path(vehicle)}sortie/").text
    gone = make_gone(cast)
    assert "Corriger la sortie" not in client_for(cast.sam).get(path(gone)).text
    assert client_for(cast.sam).post(f"{path(gone)}sortie/", {"act": "undo", "why": "x"}).status_code == 403
