"""By e-mail: at once or once a day, once, and not what was read meanwhile."""

from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.utils import timezone

from openflex.core import mail
from openflex.notifications import tasks
from openflex.notifications.enums import EmailChoice
from openflex.notifications.services import emails, mark_all_read
from settings_admin.models import User
from tests.notifications.way import NO_ACCESS, PAGE, SECRET, entries_of, lose_access, tell, want


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """The worker does at once what leaves with the commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def sent():
    return [(message.to[0], message.subject, message.body) for message in outbox.outbox]


class TestAtOnce:
    def test_it_leaves_after_the_commit_with_the_whole_text_and_the_address(self, cast, vehicle, commit):
        text = "Prix & « options » <b>\n" + "z" * 20_000
        with commit():
            tell(cast.sam, about=vehicle, actor=cast.marc, text=text)
            assert sent() == []
        ((to, subject, body),) = sent()
        assert to == "sam@example.test"
        assert subject == "Nouvelle remarque\u00a0: Marc Nom a commenté le véhicule GD-642-JM"
        assert text in body
        assert f"http://testserver/vehicules/{vehicle.pk}/\n" in body
        assert entries_of(cast.sam)[0].email_due == EmailChoice.NEVER

    def test_a_subject_is_one_line(self, cast, vehicle, commit):
        with commit():
            tell(cast.sam, about=vehicle, title="Un\nBcc: a@evil.test", sentence="L’\r\n& suite")
        assert sent()[0][1] == "Un Bcc: a@evil.test\u00a0: L’ & suite"
        assert outbox.outbox[0].recipients() == ["sam@example.test"]

    def test_not_when_the_person_wants_none(self, cast, vehicle, commit):
        want(cast.sam, EmailChoice.NEVER)
        with commit():
            tell(cast.sam, cast.vera, about=vehicle)
        assert [to for to, *_ in sent()] == ["vera@example.test"]

    def test_not_what_was_read_before_the_worker_came(self, cast, vehicle, as_user, commit):
        with commit():
            tell(cast.sam, about=vehicle)
            as_user(cast.sam)
            mark_all_read(user=cast.sam)
        assert sent() == []

    def test_not_to_who_lost_access(self, cast, vehicle, commit):
        with commit():
            tell(cast.sam, about=vehicle)
            lose_access(cast.sam)
        assert sent() == []
        assert entries_of(cast.sam)[0].email_due == EmailChoice.NEVER

    def test_not_to_a_leaver(self, cast, vehicle, commit):
        with commit():
            tell(cast.sam, about=vehicle)
            User.objects.filter(pk=cast.sam.pk).update(is_active=False)
        assert sent() == []

    def test_what_happens_again_is_sent_again_only_once_it_was_read(self, cast, vehicle, as_user, commit):
        for _ in range(3):
            with commit():
                tell(cast.sam, about=vehicle, once="bid-1")
        assert len(sent()) == 1
        as_user(cast.sam)
        mark_all_read(user=cast.sam)
        with commit():
            tell(cast.sam, about=vehicle, once="bid-1")
        assert len(sent()) == 2

    def test_what_the_queue_lost_is_found_and_sent_once(self, cast, vehicle, commit, time_machine):
        tell(cast.sam, about=vehicle)  # nothing of what leaves with the commit comes through
        with commit():
            tasks.send_left_behind()
        assert sent() == []  # it may still be on its way
        time_machine.shift(timedelta(minutes=6))
        for _ in range(2):
            with commit():
                tasks.send_left_behind()
        assert len(sent()) == 1

    def test_what_a_dead_worker_had_taken_is_sent_by_another_later(
        self, cast, vehicle, commit, time_machine, monkeypatch
    ):
        (entry,) = tell(cast.sam, about=vehicle)

        def dies(*args, **kwargs):
            raise SystemExit

        with monkeypatch.context() as broken:
            broken.setattr(mail, "send", dies)
            with pytest.raises(SystemExit):
                emails.send_at_once(entry.pk, now=timezone.now())
        time_machine.shift(timedelta(minutes=6))
        assert emails.send_at_once(entry.pk, now=timezone.now()) is False  # the first one may still be at work
        time_machine.shift(timedelta(minutes=6))
        with commit():
            tasks.send_left_behind()
        assert len(sent()) == 1


class TestDigest:
    @pytest.fixture(autouse=True)
    def _daily(self, cast):
        want(cast.sam, EmailChoice.DAILY)

    @pytest.fixture
    def at(self, commit, time_machine):
        """The beat comes at this hour of the French clock."""

        def run(instant):
            time_machine.move_to(f"{instant}+01:00")
            with commit():
                tasks.send_digests()
            return len(outbox.outbox)

        return run

    def test_it_leaves_at_the_hour_with_all_that_is_not_read_and_only_once(self, cast, vehicle, at, commit):
        with commit():
            tell(cast.sam, about=vehicle, title="Un")
            tell(cast.sam, about=vehicle, title="Deux", once="x")
            tell(cast.sam, about=vehicle, title="Deux", once="x")
        assert at("2026-11-24T18:00") == 0
        assert at("2026-11-25T07:59") == 0
        assert at("2026-11-25T08:00") == 1
        assert at("2026-11-25T08:10") == 1
        assert at("2026-11-26T08:00") == 1
        ((to, subject, body),) = sent()
        assert (to, subject) == ("sam@example.test", "2\u00a0notifications à lire sur OpenFlex")
        assert body.index("Un") < body.index("Deux")
        assert "(2\u00a0fois)" in body
        assert f"http://testserver/vehicules/{vehicle.pk}/" in body

    def test_the_hour_is_that_of_the_installation_in_summer_too(self, cast, vehicle, commit, settings, time_machine):
        settings.NOTIFICATION_DIGEST_HOUR = 18
        time_machine.move_to("2026-07-01T10:00:00+02:00")
        tell(cast.sam, about=vehicle)
        for clock, count in (("17:59", 0), ("18:00", 1)):
            time_machine.move_to(f"2026-07-01T{clock}+02:00")
            with commit():
                tasks.send_digests()
            assert len(outbox.outbox) == count

    def test_one_that_was_missed_is_sent_as_soon_as_the_beat_is_back(self, cast, vehicle, at):
        tell(cast.sam, about=vehicle)
        assert at("2026-11-27T15:20") == 1

    def test_what_came_after_the_hour_waits_for_the_next_day(self, cast, vehicle, at, time_machine):
        tell(cast.sam, about=vehicle, title="Un")
        assert at("2026-11-25T08:00") == 1
        time_machine.move_to("2026-11-25T08:05:00+01:00")
        tell(cast.sam, about=vehicle, title="Deux")
        assert at("2026-11-25T20:00") == 1
        assert at("2026-11-26T08:00") == 2
        assert "Un," not in outbox.outbox[1].body

    def test_what_was_read_meanwhile_is_not_in_it(self, cast, vehicle, client_for, at):
        tell(cast.sam, about=vehicle, text="Lu depuis")
        (entry,) = entries_of(cast.sam)
        tell(cast.sam, about=vehicle, text="Pas encore lu")
        client_for(cast.sam).post(f"{PAGE}{entry.pk}/lire/")
        assert at("2026-11-25T08:00") == 1
        assert "Pas encore lu" in outbox.outbox[0].body
        assert "Lu depuis" not in outbox.outbox[0].body

    def test_when_all_was_read_there_is_none(self, cast, vehicle, client_for, at):
        tell(cast.sam, about=vehicle)
        client_for(cast.sam).post(f"{PAGE}tout-lire/")
        assert at("2026-11-25T08:00") == 0

    def test_without_access_it_has_the_entry_without_content(self, cast, vehicle, at):
        tell(cast.sam, about=vehicle, title="Prix de la GOLF")
        lose_access(cast.sam)
        assert at("2026-11-25T08:00") == 1
        body = outbox.outbox[0].body
        assert NO_ACCESS in body
        for hidden in (SECRET, "Prix de la GOLF", f"/vehicules/{vehicle.pk}/"):
            assert hidden not in body

    def test_each_person_has_their_own(self, cast, vehicle, at):
        want(cast.vera, EmailChoice.DAILY)
        tell(cast.sam, about=vehicle, text="Pour Sam")
        tell(cast.vera, about=vehicle, text="Pour Vera")
        assert at("2026-11-25T08:00") == 2
        assert {(to, "Pour Sam" in body, "Pour Vera" in body) for to, _, body in sent()} == {
            ("sam@example.test", True, False),
            ("vera@example.test", False, True),
        }
