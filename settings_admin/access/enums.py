"""The words of access."""

from django.db import models


class MerchantRole(models.TextChoices):
    ADMIN = "admin", "Administrateur"
    USER = "user", "Utilisateur"


class Language(models.TextChoices):
    """Those in which the application speaks, its e-mails too."""

    FRENCH = "fr", "Français"


class LineEffect(models.TextChoices):
    """What one line of a file of users does."""

    REFUSED = "refused", "Refusées"
    INVITE = "invite", "À inviter"
    ADD = "add", "À ajouter"
    NOTHING = "nothing", "Sans effet"
