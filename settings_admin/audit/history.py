"""The lines of the log in words, with what they name."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from openflex.core.french import NBSP, counted
from settings_admin.audit.enums import USER
from settings_admin.audit.models import AuditLine
from settings_admin.audit.selectors import sees_whole_holding
from settings_admin.records.enums import AccessKind
from settings_admin.records.selectors import HistoryLine, line_of
from settings_admin.registries import audit_targets, export_kinds
from settings_admin.scoping import Scope

_SENTENCES: dict[str, tuple[str, str]] = {
    AccessKind.SIGNED_IN: ("s’est connecté", "user-check"),
    AccessKind.SIGN_IN_FAILED: (f"Échec de connexion{NBSP}: mot de passe refusé", "alert-circle"),
    AccessKind.SECOND_FACTOR_FAILED: (f"Échec de connexion{NBSP}: code refusé", "alert-circle"),
    AccessKind.LOCKED_OUT: ("Compte bloqué un moment après plusieurs échecs", "lock"),
    AccessKind.SIGNED_OUT: ("s’est déconnecté", "logout"),
    AccessKind.SESSIONS_ENDED: ("a fermé", "device-desktop"),
    AccessKind.PASSWORD_CHANGED: ("a changé son mot de passe", "key"),
    AccessKind.SECOND_FACTOR_ON: ("a activé son second facteur", "shield-check"),
    AccessKind.SECOND_FACTOR_OFF: ("a désactivé son second facteur", "lock-open"),
    AccessKind.RECOVERY_CODES: ("a créé de nouveaux codes de secours", "key"),
    AccessKind.EXPORTED: ("a exporté la liste", "file-export"),
    AccessKind.EXPORT_DOWNLOADED: ("a téléchargé le fichier", "download"),
    AccessKind.PERSONAL_DATA_SEEN: ("a consulté la fiche", "eye"),
    AccessKind.PERSONAL_DATA_EXPORTED: ("a exporté tout ce qui est conservé", "file-export"),
    AccessKind.USERS_IMPORTED: ("a importé un fichier d’utilisateurs", "file-import"),
    AccessKind.CUSTOMERS_IMPORTED: ("a importé un fichier de clients", "file-import"),
}
_FAILURES = (AccessKind.SIGN_IN_FAILED, AccessKind.SECOND_FACTOR_FAILED, AccessKind.LOCKED_OUT)


@dataclass(frozen=True)
class Named:
    """What a line names, and where its name leads; empty: nowhere that this reader may go."""

    name: str
    label: str = ""
    url: str = ""


def told(line: AuditLine) -> HistoryLine:
    """« s’est connecté », « a changé les droits », with old → new."""
    if not line.is_change:
        return _access_told(line)
    target = audit_targets().get(line.target_type)
    entry = line.as_entry()
    # Of a model that nobody registers any more: what is known without its words.
    if target is None or target.told is None:
        return line_of(entry, sentence="a fait un changement", icon="history")
    words: HistoryLine = target.told(entry)
    return words


def _access_told(line: AuditLine) -> HistoryLine:
    sentence, icon = _SENTENCES.get(line.kind, ("a fait un acte", "history"))
    rows, closed = line.details.get("rows"), line.details.get("count")
    if rows is not None:
        sentence = f"{sentence} ({counted(rows, 'ligne')})"
    if closed is not None:
        sentence = f"{sentence} {counted(closed, 'session')}"
    return HistoryLine(line.at, "", sentence, icon)


def make_ready(lines: Iterable[AuditLine], *, scope: Scope) -> None:
    """Puts on each line its words (`words`, `sign`), who did it (`who`) and what it was about (`about`); a statement
    for each of the registered models that the lines name."""
    lines = list(lines)
    ids: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        if line.target_id is not None:
            ids[line.target_type].add(line.target_id)
        if line.actor_id is not None:
            ids[USER].add(line.actor_id)
    names = {key: one.names(ids[key]) for key, one in audit_targets().items() if one.names is not None and ids[key]}
    for line in lines:
        facts = vars(line)
        facts["words"] = told(line)
        facts["sign"] = "bad" if line.kind in _FAILURES else ""
        facts["who"] = _who(line, names, scope)
        facts["about"] = _about(line, names, scope)


def _who(line: AuditLine, names: dict[str, dict[int, str]], scope: Scope) -> Named:
    if line.actor is None:
        return Named("OpenFlex")
    is_seen = line.actor_id in names.get(USER, {})
    return Named(line.actor_name or line.actor.full_name, url=_url(USER, line.actor_id, scope) if is_seen else "")


def _about(line: AuditLine, names: dict[str, dict[int, str]], scope: Scope) -> Named:
    if not line.is_change and "list" in line.details:
        return Named(line.details["label"], "Liste", _list_url(line, scope))
    target = audit_targets().get(line.target_type)
    if target is None or line.target_id is None:
        return Named("")
    if target.named_after:
        place = getattr(line, target.named_after)
        return Named(place.name, target.label, _url(line.target_type, place.pk, scope))
    name = names[line.target_type].get(line.target_id, "")
    # Of what is gone its history keeps the name.
    gone = str(line.details.get("name", ""))
    return Named(name or gone, target.label, _url(line.target_type, line.target_id, scope) if name else "")


def _list_url(line: AuditLine, scope: Scope) -> str:
    """The list that was exported, with its filters for who sees the whole holding: they may name other entities'
    customers."""
    kind = export_kinds().get(line.details["list"])
    if kind is None or not scope.allows_somewhere(kind.right):
        return ""
    query = line.details.get("query", "") if sees_whole_holding(scope) else ""
    return f"{reverse(kind.list_url)}{'?' if query else ''}{query}"


def _url(model: str, pk: int | None, scope: Scope) -> str:
    target = audit_targets()[model]
    if not target.url_name or not scope.allows_everywhere(target.right):
        return ""
    return reverse(target.url_name, args=[pk])
