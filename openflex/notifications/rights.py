"""What the pages of the notifications let one do, in words; they need no right, each shows what is one's own."""

from settings_admin.registries import Act, register_acts


def register() -> None:
    register_acts(
        Act("notifications:list", "retrouver ses notifications"),
        Act("notifications:panel", "retrouver ses notifications"),
        Act("notifications:toast", "retrouver ses notifications"),
        Act("notifications:open", "ouvrir une de ses notifications, ou la marquer comme lue"),
        Act("notifications:read", "ouvrir une de ses notifications, ou la marquer comme lue"),
        Act("notifications:read_all", "marquer toutes ses notifications comme lues"),
        Act("notifications:preferences", "choisir ce que l’on reçoit aussi par e-mail"),
    )
