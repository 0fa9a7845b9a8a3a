"""The kinds of acts, as the log is filtered by them."""

from typing import Final

from django.db.models import Q

from settings_admin.records.enums import AccessKind

# Labels of the models, as `target_type` names them.
USER: Final = "settings_admin.user"
GROUP: Final = "settings_admin.usergroup"
HOLDING: Final = "settings_admin.holding"
_OF_PEOPLE: Final = (USER, GROUP, HOLDING)
_OF_SAFETY: Final = (AccessKind.PASSWORD_CHANGED, AccessKind.SECOND_FACTOR_ON, AccessKind.SECOND_FACTOR_OFF,
                     AccessKind.RECOVERY_CODES)  # fmt: skip
_OF_DATA: Final = (AccessKind.PERSONAL_DATA_SEEN, AccessKind.PERSONAL_DATA_EXPORTED, AccessKind.CUSTOMERS_IMPORTED)
_SIGN_INS: Final = (AccessKind.SIGNED_IN, AccessKind.SIGN_IN_FAILED, AccessKind.SECOND_FACTOR_FAILED,
                    AccessKind.LOCKED_OUT, AccessKind.SIGNED_OUT, AccessKind.SESSIONS_ENDED)  # fmt: skip


def _access(*kinds: AccessKind) -> Q:
    return Q(is_change=False, kind__in=kinds)


_IMPORTS: Final = _access(AccessKind.USERS_IMPORTED)

# Key, label, condition.
ACTS: Final[tuple[tuple[str, str, Q], ...]] = (
    ("connexion", "Connexion", _access(AccessKind.SIGNED_IN)),
    ("echec", "Échec de connexion", _access(AccessKind.SIGN_IN_FAILED, AccessKind.SECOND_FACTOR_FAILED)),
    ("blocage", "Blocage", _access(AccessKind.LOCKED_OUT)),
    ("deconnexion", "Déconnexion", _access(AccessKind.SIGNED_OUT, AccessKind.SESSIONS_ENDED)),
    ("securite", "Mot de passe, second facteur", _access(*_OF_SAFETY)),
    ("export", "Export", _access(AccessKind.EXPORTED, AccessKind.EXPORT_DOWNLOADED)),
    ("donnees", "Fiche consultée ou exportée, import de clients", _access(*_OF_DATA)),
    ("affectation", "Affectation", Q(is_change=True, target_type=USER, kind__startswith="member_")),
    (
        "compte",
        "Compte",
        (Q(is_change=True, target_type__in=(USER, HOLDING)) & ~Q(kind__startswith="member_")) | _IMPORTS,
    ),
    ("groupe", "Groupe et ses droits", Q(is_change=True, target_type=GROUP)),
    ("organisation", "Organisation et réglages", Q(is_change=True) & ~Q(target_type__in=_OF_PEOPLE)),
)
# Key, label, condition.
TABS: Final[tuple[tuple[str, str, Q], ...]] = (
    ("", "Tout", Q()),
    ("connexions", "Connexions", _access(*_SIGN_INS, *_OF_SAFETY)),
    ("droits", "Droits et comptes", Q(is_change=True, target_type__in=_OF_PEOPLE) | _IMPORTS),
    ("organisation", "Organisation et réglages", Q(is_change=True) & ~Q(target_type__in=_OF_PEOPLE)),
    ("exports", "Exports", _access(AccessKind.EXPORTED, AccessKind.EXPORT_DOWNLOADED)),
    ("donnees", "Données personnelles", _access(*_OF_DATA)),
)
