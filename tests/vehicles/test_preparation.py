"""*En préparation*: a checklist that several tick, that says who and when, and ends with its last line."""

import json
from datetime import UTC, datetime
from importlib import import_module
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from openflex.core.errors import Refused
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.support.htmx import parse, swap
from tests.support.xlsx import rows_of
from tests.vehicles.way import fresh, history, path
from vehicles.enums import PREPARATION, StockStatus
from vehicles.models import PreparationTask
from vehicles.services import exits, preparation, stock

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _one_day(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def vehicle(cast, as_user):
    as_user(cast.vera)
    return make_vehicle(entity=cast.north, point_of_sale=cast.north_1)


@pytest.fixture
def prepared(vehicle, cast):
    return preparation.start_preparation(vehicle=vehicle, actor=cast.vera)


def tasks(vehicle):
    with unscoped("the test looks at what was written"):
        return list(PreparationTask.objects.filter(vehicle=vehicle).select_related("done_by"))


def labels(vehicle):
    return [task.label for task in tasks(vehicle)]


def kinds(vehicle):
    return [entry.kind for entry in history(vehicle)]


def act(client, vehicle, *way, **data):
    return client.post(f"{path(vehicle)}preparation/" + "".join(f"{part}/" for part in way), data)


def tick(client, vehicle, task, *, done=True):
    return act(client, vehicle, "lignes", task.pk, **({"done": "on"} if done else {}))


def card(client, vehicle):
    return parse(client.get(path(vehicle))).select_one("#preparation")


def words(element):
    return " ".join(element.text.split())


# --- Begun and ticked --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PREPARATION)
def test_it_begins_with_the_usual_lines_of_the_kind_once(cast, client_for, kind):
    vehicle, client = make_vehicle(entity=cast.north, kind=kind), client_for(cast.vera)
    assert "Aucune préparation n’a été commencée." in card(client, vehicle).text
    for _ in range(2):
        assert act(client, vehicle).status_code == 303
    assert labels(vehicle) == list(PREPARATION[kind])
    assert (fresh(vehicle).is_being_prepared, kinds(vehicle)) == (True, ["preparation_started"])
    shown = card(client, vehicle)
    assert [words(one) for one in shown.select("label.check")] == list(PREPARATION[kind])
    assert "0 sur 7" in shown.text


def test_a_line_says_who_ticked_it_and_when_and_the_first_of_two_has_done_it(cast, client_for, prepared):
    vera, marc = client_for(cast.vera), client_for(cast.marc)
    first = tasks(prepared)[0]
    for client in (vera, marc):
        assert tick(client, prepared, first).status_code == 303
    (done, *others) = tasks(prepared)
    assert (done.done_by, done.done_at) == (cast.vera, NOW)
    assert {other.done_at for other in others} == {None}
    shown = card(marc, prepared)
    assert "Vera Nom, le 24 novembre 2026 à 10:00" in words(shown)
    assert "1 sur 7" in shown.text
    assert kinds(prepared) == ["task_done", "preparation_started"]
    told = words(parse(vera.get(path(prepared))).select_one("#historique"))
    assert "Vera Nom a coché une ligne de la préparation : Lavage et nettoyage intérieur" in told
    for _ in range(2):
        assert tick(marc, prepared, first, done=False).status_code == 303
    assert (tasks(prepared)[0].done_at, tasks(prepared)[0].done_by) == (None, None)
    assert kinds(prepared)[0] == "task_undone"


def test_with_the_last_line_it_ends_and_goes_on_when_one_is_open_again(cast, client_for, prepared):
    client = client_for(cast.vera)
    for task in tasks(prepared):
        assert fresh(prepared).is_being_prepared
        tick(client, prepared, task)
    assert not fresh(prepared).is_being_prepared
    assert kinds(prepared)[:2] == ["preparation_finished", "task_done"]
    assert "Terminée" in card(client, prepared).text
    assert parse(client.get("/vehicules/?tab=prepare")).select("[data-row-link]") == []
    tick(client, prepared, tasks(prepared)[2], done=False)
    assert fresh(prepared).is_being_prepared
    assert len(parse(client.get("/vehicules/?tab=prepare")).select("tbody a[data-row-link]")) == 1


def test_after_the_end_another_one_begins_anew(cast, prepared):
    for task in tasks(prepared):
        preparation.tick_task(vehicle=prepared, task_pk=task.pk, is_done=True, actor=cast.vera)
    preparation.start_preparation(vehicle=prepared, actor=cast.marc)
    assert {task.done_at for task in tasks(prepared)} == {None}
    assert labels(prepared) == list(PREPARATION["car"])


# --- Closed before its end ---------------------------------------------------------------------------------


def test_closed_before_its_end_it_names_what_is_left_and_is_taken_up_there(cast, client_for, prepared):
    client = client_for(cast.vera)
    for task in tasks(prepared)[:5]:
        tick(client, prepared, task)
    asked = client.get(f"{path(prepared)}preparation/terminer/")
    assert "Il reste\u00a0: Essai routier, Photos." in asked.text
    for _ in range(2):
        assert act(client, prepared, "terminer").status_code == 303
    assert not fresh(prepared).is_being_prepared
    assert kinds(prepared).count("preparation_closed") == 1
    told = words(parse(client.get(path(prepared))).select_one("#historique"))
    assert "a terminé la préparation avant sa dernière ligne ; il restait : Essai routier, Photos" in told
    shown = card(client, prepared)
    assert ("Terminée avant la fin" in shown.text, "Reprendre la préparation" in shown.text) == (True, True)
    act(client, prepared)
    assert [task.done_at is not None for task in tasks(prepared)] == [True] * 5 + [False] * 2


# --- Own lines ---------------------------------------------------------------------------------------------


def test_own_lines_are_added_and_taken_off(cast, client_for, prepared):
    client = client_for(cast.vera)
    typed = {"label": " Double des clés ", "key": str(uuid4())}
    for _ in range(2):
        assert act(client, prepared, "lignes", **typed).status_code == 303
    assert labels(prepared)[-1] == "Double des clés"
    assert len(labels(prepared)) == 8
    unwanted = tasks(prepared)[3]
    for _ in range(2):
        assert act(client, prepared, "lignes", unwanted.pk, "retirer").status_code == 303
    assert "Carrosserie et jantes" not in labels(prepared)
    assert kinds(prepared) == ["task_removed", "task_added", "preparation_started"]


def test_a_line_added_to_what_was_finished_opens_it_again(cast, client_for, prepared):
    for task in tasks(prepared):
        preparation.tick_task(vehicle=prepared, task_pk=task.pk, is_done=True, actor=cast.vera)
    act(client_for(cast.vera), prepared, "lignes", label="Double des clés", key=str(uuid4()))
    assert (fresh(prepared).is_being_prepared, kinds(prepared)[0]) == (True, "preparation_reopened")


def test_taking_off_the_last_open_line_ends_it_and_an_emptied_list_does_not(cast, prepared):
    *done, last = tasks(prepared)
    for task in done:
        preparation.tick_task(vehicle=prepared, task_pk=task.pk, is_done=True, actor=cast.vera)
    preparation.remove_task(vehicle=prepared, task_pk=last.pk, actor=cast.vera)
    assert not fresh(prepared).is_being_prepared
    other = preparation.start_preparation(
        vehicle=make_vehicle(entity=cast.north, point_of_sale=cast.north_1), actor=cast.vera
    )
    for task in tasks(other):
        preparation.remove_task(vehicle=other, task_pk=task.pk, actor=cast.vera)
    assert fresh(other).is_being_prepared


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("  ", "Ce champ est obligatoire."),
        ("PHOTOS", "Cette ligne est déjà dans la liste."),
        ("x" * 81, "Assurez-vous que cette valeur comporte au plus 80 caractères"),
    ],
)
@pytest.mark.parametrize("is_htmx", [True, False])
def test_what_is_wrong_is_said_beside_the_field_and_stays(cast, client_for, prepared, label, sentence, is_htmx):
    client = client_for(cast.vera, htmx=is_htmx)
    response = act(client, prepared, "lignes", label=label, key=str(uuid4()))
    assert response.status_code == 422
    page = parse(response)
    field = page.select_one("#preparation [name=label]")
    assert sentence in " ".join(page.find(id=f"{field['id']}_error").text.replace("'", "’").split())
    assert field["value"] == label
    assert len(labels(prepared)) == 7


# --- Two people --------------------------------------------------------------------------------------------


def test_who_ticks_a_line_that_is_gone_is_told_and_sees_the_list_as_it_is(cast, client_for, prepared):
    first = tasks(prepared)[0]
    preparation.remove_task(vehicle=prepared, task_pk=first.pk, actor=cast.marc)
    response = tick(client_for(cast.vera, htmx=True), prepared, first)
    assert json.loads(response["HX-Trigger"])["toast"]["message"] == "Cette ligne a été retirée entre-temps."
    assert first.label not in parse(response).select_one("#preparation").text


def test_a_ticked_line_comes_back_in_its_place_with_all_that_follows_from_it(cast, client_for, prepared):
    plain, htmx = client_for(cast.vera), client_for(cast.vera, htmx=True)
    before = parse(plain.get(path(prepared)))
    response = tick(htmx, prepared, tasks(prepared)[0])
    after, page = swap(before, response, target="#preparation"), parse(plain.get(path(prepared)))
    for place in ("#preparation", "#status-badges", "#historique", "#latest"):
        got, wanted = after.select_one(place), page.select_one(place)
        for key in (*got.select("[name=key]"), *wanted.select("[name=key]")):
            key["value"] = ""
        assert words(got) == words(wanted)
        tags = [[one.attrs for one in place.select(":not([name=csrfmiddlewaretoken])")] for place in (got, wanted)]
        assert tags[0] == tags[1]


# --- Where it is seen --------------------------------------------------------------------------------------


def test_the_list_and_its_file_say_how_far_it_is(cast, client_for, prepared):
    make_vehicle(entity=cast.north, model="OTHER")
    preparation.tick_task(vehicle=prepared, task_pk=tasks(prepared)[0].pk, is_done=True, actor=cast.vera)
    client = client_for(cast.vera)
    client.post("/vehicules/colonnes/", {"column": ["model", "status", "preparation"]})
    page = parse(client.get("/vehicules/?sort=model"))
    assert page.select_one("[title='En préparation\u00a0: 1 sur 7']")
    assert {row["Modèle"]: row["Préparation"] for row in rows_of(client.post("/vehicules/export/"))} == {
        "CLIO V": "1 sur 7", "OTHER": None,
    }  # fmt: skip
    assert "En préparation, 1 sur 7" in words(parse(client.get(path(prepared))).select_one("#status-badges"))


def test_it_goes_with_the_vehicle_to_another_site(cast, client_for, prepared):
    stock.change_site(vehicle=prepared, point_of_sale=cast.north_2, actor=cast.vera)
    assert {task.point_of_sale_id for task in tasks(prepared)} == {cast.north_2.pk}
    assert "0 sur 7" in card(client_for(cast.momo), prepared).text


def test_who_may_not_edit_reads_it_and_changes_nothing(cast, client_for, prepared):
    sam = client_for(cast.sam)
    shown = card(sam, prepared)
    assert (len(shown.select("li")), shown.select("form, input, button")) == (7, [])
    task = tasks(prepared)[0]
    for response in (
        tick(sam, prepared, task),
        act(sam, prepared, "terminer"),
        act(sam, prepared, "lignes", label="x"),
    ):
        assert response.status_code == 403
    assert tasks(prepared)[0].done_at is None


def test_what_went_out_or_was_put_away_is_not_prepared(cast, client_for, prepared):
    with unscoped("test data"):
        type(prepared).objects.filter(pk=prepared.pk).update(is_archived=True)
    client = client_for(cast.vera)
    assert card(client, prepared).select("form") == []
    with pytest.raises(Refused) as refusal:
        preparation.tick_task(vehicle=prepared, task_pk=tasks(prepared)[0].pk, is_done=True, actor=cast.vera)
    assert refusal.value.code == "not_in_stock"


def test_what_was_marked_before_there_were_lists_gets_one(cast):
    marked = make_vehicle(entity=cast.north, kind="scooter", is_being_prepared=True)
    other = make_vehicle(entity=cast.north)
    migration = import_module("vehicles.migrations.0022_what_is_being_prepared_has_a_list")
    state = MigrationLoader(connection).project_state(("vehicles", "0022_what_is_being_prepared_has_a_list"))
    for _ in range(2):
        migration.give_lists(state.apps, None)
    assert labels(marked) == list(PREPARATION["scooter"])
    assert labels(other) == []


# --- Of what is not there any more -------------------------------------------------------------------------


def test_what_left_or_was_put_away_is_being_prepared_no_more_until_it_is_back(cast, client_for, prepared):
    client = client_for(cast.vera)

    def said():
        page, rows = parse(client.get(path(prepared))), parse(client.get("/vehicules/?tab=all"))
        marks = [mark["title"] for mark in rows.select("tbody .badge.warn")]
        return (
            page.select_one("#preparation .badge").text.strip(),
            "En préparation" in page.select_one("#status-badges").text,
            marks,
        )

    for act, back in (
        (lambda: leave(prepared, cast), lambda: exits.undo_exit(vehicle=prepared, reason="Erreur", actor=cast.vera)),
        (lambda: put_away(prepared, cast, value=True), lambda: put_away(prepared, cast, value=False)),
    ):
        act()
        assert said() == ("Interrompue", False, [])
        back()
        assert said()[0] == "En cours"


def leave(vehicle, cast):
    stock.change_status(vehicle=vehicle, target=StockStatus.OUT, exit_reason="other", actor=cast.vera)


def put_away(vehicle, cast, *, value):
    stock.set_archived(vehicle=vehicle, value=value, actor=cast.vera)
