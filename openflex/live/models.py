"""The ledger of events: what was told, kept for minutes."""

from django.db import models


class Event(models.Model):
    """That something was told on a topic: written in the transaction that changed what is shown, so that a process of
    sockets can see what never reached it. No content, hence no scope."""

    topic = models.CharField(max_length=80)
    written_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["written_at"], name="live_event_written_at")]

    def __str__(self) -> str:
        return f"{self.pk} {self.topic}"
