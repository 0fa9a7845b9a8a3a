"""E-mails leave once, after the commit, by the worker, who tries again."""

import smtplib

import pytest
from celery.exceptions import Retry
from django.core import mail as outbox
from django.db import transaction

from openflex.core import mail
from openflex.core.tasks import send_email

TEMPLATE = "account/email/unknown_account"


class Stop(Exception):
    pass


@pytest.mark.django_db(transaction=True)
def test_an_email_leaves_after_the_commit():
    with transaction.atomic():
        mail.send(TEMPLATE, to=["a@example.test"], context={"email": "a@example.test"})
        assert outbox.outbox == []
    (message,) = outbox.outbox
    assert message.to == ["a@example.test"]
    assert message.subject == "Pas de compte OpenFlex à cette adresse"
    assert "a@example.test" in message.body


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_sends_nothing():
    @transaction.atomic
    def send_and_fail():
        mail.send(TEMPLATE, to=["a@example.test"], context={"email": "a@example.test"})
        raise Stop

    with pytest.raises(Stop):
        send_and_fail()
    assert outbox.outbox == []


@pytest.mark.django_db(transaction=True)
def test_a_subject_is_one_line():
    mail.send(TEMPLATE, to=["a@example.test"], context={"email": "a@example.test\nBcc: b@example.test"})
    assert "\n" not in outbox.outbox[0].subject


@pytest.mark.parametrize("failure", [smtplib.SMTPServerDisconnected("gone"), ConnectionRefusedError("no")])
def test_a_server_that_does_not_answer_is_asked_again(monkeypatch, failure):
    def fail(self):
        raise failure

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", fail)
    with pytest.raises(Retry):
        send_email.apply(
            kwargs={"subject": "s", "text": "t", "html": "", "to": ["a@example.test"]}, throw=True, retries=0
        ).get()
    assert send_email.max_retries == 12


def test_an_html_version_goes_along():
    send_email(subject="s", text="t", html="<p>t</p>", to=["a@example.test"])
    (message,) = outbox.outbox
    assert [(part.content, part.mimetype) for part in message.alternatives] == [("<p>t</p>", "text/html")]
