"""Whoever asked for an export is told when it has ended, in the transaction in which it does."""

from datetime import timedelta

from django.utils import timezone

from openflex.notifications.models import Notification
from settings_admin.exports import services
from settings_admin.exports.enums import ExportState
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_export
from tests.settings_admin.exports.way import PAGE, export, take_away, three, write
from tests.support.htmx import parse


def told():
    with unscoped("the test looks at what was told"):
        rows = Notification.objects.order_by("pk").select_related("recipient")
        return [(row.recipient.first_name, row.title, row.sentence, row.text) for row in rows]


def test_it_is_ready(cast, client_for, ask):
    three(cast)
    client = client_for(cast.vera)
    ask(client, works=False)
    assert told() == []
    write(export())
    sentence = "Votre export «\u00a0Véhicules\u00a0» est prêt\u00a0: 3\u00a0lignes."
    assert told() == [("Vera", "Export prêt", sentence, "")]
    write(export())
    assert len(told()) == 1
    opened = client.post(parse(client.get("/notifications/")).select_one("main .notification form")["action"])
    assert opened["Location"] == PAGE


def test_it_failed_and_why(cast, client_for, ask):
    three(cast)
    ask(client_for(cast.vera), works=False)
    take_away(cast, BuiltInGroup.USED_CAR_MANAGER, "vehicles.export")
    write(export())
    ((_, title, sentence, text),) = told()
    assert (title, sentence) == (
        "Export interrompu",
        "Votre export «\u00a0Véhicules\u00a0» n’a pas pu être préparé.",
    )
    assert "exporter" in text


def test_it_was_given_up(cast):
    long_ago = timezone.now() - timedelta(hours=1)
    make_export(user=cast.vera, state=ExportState.RUNNING, alive_at=long_ago, attempts=3)
    with unscoped("exports of everybody"):
        services.restart_stuck(now=timezone.now())
    assert [(title, text) for _, title, _, text in told()] == [("Export interrompu", services.INTERRUPTED)]


def test_what_one_cancels_oneself_is_not_told(cast, client_for, ask):
    three(cast)
    client = client_for(cast.vera)
    ask(client, works=False)
    client.post(f"{PAGE}{export().pk}/annuler/")
    write(export())
    assert told() == []
