"""What was told to whom, and where each wants to be told it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from openflex.notifications.enums import EmailChoice
from settings_admin.scoping import Audience, ScopedModel


class Notification(ScopedModel):
    """One thing told to one person. Nothing of it is shown without asking its kind whether they may still read it.

    `entity`, `target_type` and `target_id` say what it is about; `url` is where it leads. `meant_for` is the absent
    colleague for whom the recipient stands in. Where `sentence` names somebody, `needs` is the right that knowing them
    takes in that entity, and `discreet` the sentence for who holds it no more. With a `once` there is one row for it
    and the recipient, updated in place: `count` is how often it happened since it was last read. `email_due` is what is
    still to be sent by e-mail; `email_taken_at` the moment a worker took it on. One that is not `is_in_app` is told by
    e-mail alone: no bell, toast or page knows it.
    """

    audience = Audience(user="recipient_id")

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    meant_for = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    entity = models.ForeignKey("settings_admin.Entity", models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=40)
    title = models.CharField("titre", max_length=120)
    sentence = models.CharField("phrase", max_length=400)
    discreet = models.CharField(max_length=400, blank=True, default="")
    needs = models.CharField(max_length=60, blank=True, default="")
    text = models.TextField("texte", blank=True)
    url = models.CharField(max_length=500)
    target_type = models.CharField(max_length=60)
    target_id = models.BigIntegerField()
    once = models.CharField(max_length=100, blank=True)
    count = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    is_in_app = models.BooleanField(default=True)
    email_due = models.CharField(max_length=10, choices=EmailChoice.choices, default=EmailChoice.NEVER)
    email_taken_at = models.DateTimeField(null=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-changed_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "once"], condition=~Q(once=""), name="notification_once"),
        ]
        indexes = [
            models.Index(fields=["recipient", "-changed_at", "-id"], name="notification_of_mine"),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notification_unread"),
            models.Index(
                fields=["email_due", "changed_at"],
                condition=~Q(email_due=EmailChoice.NEVER),
                name="notification_email_due",
            ),
            models.Index(fields=["target_type", "target_id"], name="notification_of_target"),
            models.Index(fields=["changed_at"], name="notification_by_age"),
        ]


class Preference(ScopedModel):
    """Where one person wants to be told one kind: in the application, and when (`choice`) by e-mail; without a row, as
    the kind proposes."""

    audience = Audience(user="user_id")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    choice = models.CharField(max_length=10, choices=EmailChoice.choices)
    is_in_app = models.BooleanField(default=True)

    class Meta(ScopedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="email_preference_once")]
