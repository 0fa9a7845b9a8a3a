"""When an e-mail says what the bell says."""

from django.db.models import TextChoices


class EmailChoice(TextChoices):
    NEVER = "never", "Jamais"
    AT_ONCE = "at_once", "Aussitôt"
    DAILY = "daily", "Une fois par jour"
