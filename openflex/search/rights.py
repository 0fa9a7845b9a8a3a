"""What « Rechercher partout » lets one do, in words; each row rests on the right of its source."""

from settings_admin.registries import Act, register_acts


def register() -> None:
    register_acts(Act("search:everywhere", "chercher partout, parmi ce qu’on peut ouvrir"))
