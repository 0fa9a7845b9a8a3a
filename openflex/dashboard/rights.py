"""What *Accueil* lets one do, in words; it needs no right of its own, each row rests on the right of its source."""

from settings_admin.registries import Act, register_acts


def register() -> None:
    register_acts(Act("dashboard:home", "voir sa journée sur *Accueil*, de ce qu’on peut ouvrir"))
