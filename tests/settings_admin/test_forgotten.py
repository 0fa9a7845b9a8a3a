"""What is forgotten after a year, as `data_retention.yaml` says: who signed in, exported, looked; and absences."""

from datetime import timedelta

import pgtrigger
import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from openflex.core.dates import today_paris
from settings_admin.access.tasks import forget_last_year
from settings_admin.models import Absence, AccessLog
from settings_admin.records.enums import AccessKind
from settings_admin.records.services import record_seen
from settings_admin.scoping import unscoped

pytestmark = pytest.mark.django_db


def seen(cast, *, days):
    with unscoped("test data"), pgtrigger.ignore("settings_admin.AccessLog:append_only"):
        record_seen(user=cast.sam, kind=AccessKind.EXPORTED, entity=cast.north)
        newest = AccessLog.objects.order_by("-pk")[:1].get()
        AccessLog.objects.filter(pk=newest.pk).update(at=timezone.now() - timedelta(days=days))
    return newest.pk


def left(model):
    with unscoped("the test looks at what is left"):
        return set(model.objects.order_by("pk").values_list("pk", flat=True))


def test_accesses_are_forgotten_after_a_year_and_not_sooner(cast):
    seen(cast, days=366)
    kept = {seen(cast, days=364), seen(cast, days=0)}
    forget_last_year()
    assert left(AccessLog) == kept
    forget_last_year()
    assert left(AccessLog) == kept


def test_more_than_fit_into_one_statement_are_forgotten_too(cast, monkeypatch):
    monkeypatch.setattr("settings_admin.records.services._AT_ONCE", 2)
    for _ in range(5):
        seen(cast, days=400)
    forget_last_year()
    assert left(AccessLog) == set()


def test_nobody_else_takes_a_line_away(cast):
    pk = seen(cast, days=400)
    with unscoped("the test tries"), pytest.raises(DatabaseError), transaction.atomic():
        AccessLog.objects.filter(pk=pk).delete()
    assert left(AccessLog) == {pk}


def test_absences_are_forgotten_a_year_after_their_end(cast):
    today, pks = today_paris(timezone.now()), []
    with unscoped("test data"):
        for days in (366, 365, 0):
            absence = Absence.objects.create(
                holding=cast.holding, user=cast.sam, substitute=cast.marc, starts_on=today - timedelta(days=days),
                ends_on=today - timedelta(days=days),
            )  # fmt: skip
            pks.append(absence.pk)
    forget_last_year()
    assert left(Absence) == set(pks[1:])
