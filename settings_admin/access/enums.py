"""The words of access."""

from django.db import models


class MerchantRole(models.TextChoices):
    ADMIN = "admin", "Administrateur"
    USER = "user", "Utilisateur"


class LineEffect(models.TextChoices):
    """What one line of a file of users does."""

    REFUSED = "refused", "Refusées"
    INVITE = "invite", "À inviter"
    ADD = "add", "À ajouter"
    NOTHING = "nothing", "Sans effet"
