"""The words of access."""

from django.db import models


class MerchantRole(models.TextChoices):
    ADMIN = "admin", "Administrateur"
    USER = "user", "Utilisateur"
