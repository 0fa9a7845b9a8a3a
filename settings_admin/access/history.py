"""The histories of people and groups, in words."""

from datetime import date

from openflex.core.french import NBSP, format_day
from settings_admin.access.models import User, UserGroup
from settings_admin.records.models import TimelineEntry
from settings_admin.records.selectors import Change, HistoryLine, line_of
from settings_admin.registries import all_rights, right_label
from settings_admin.scoping import current_scope

_SENTENCES = {
    "group_created": ("a créé le groupe", "plus"),
    "group_changed": ("a modifié le groupe", "pencil"),
    "rights_changed": ("a changé les droits", "key"),
    "group_deleted": ("a supprimé le groupe", "trash"),
    "invited": ("l’a invité", "mail"),
    "invited_again": ("l’a invité de nouveau", "mail"),
    "person_changed": ("a modifié le compte", "pencil"),
    "photo_changed": ("a changé la photo", "photo"),
    "photo_removed": ("a retiré la photo", "photo"),
    "left": ("a désactivé le compte", "user-off"),
    "came_back": ("a réactivé le compte", "user-check"),
    "devices_signed_out": ("a déconnecté tous les appareils", "logout"),
    "second_factor_reset": ("a réinitialisé le second facteur", "lock-open"),
    "second_factor_required": ("a rendu le second facteur obligatoire", "shield-lock"),
    "second_factor_optional": ("a rendu le second facteur facultatif", "lock-open"),
    "absence_planned": ("a prévu une absence", "calendar-off"),
    "absence_cancelled": ("a annulé une absence", "calendar-x"),
}
_YES_NO = {True: "oui", False: "non"}


def told(entry: TimelineEntry, *, group_name: str = "") -> HistoryLine:
    """`group_name`: of the group whose rights changed, where the line stands in the history of one of its people."""
    sentence, icon = _sentence(entry)
    if group_name and is_of_group(entry):
        sentence = f"{sentence} du groupe {group_name}"
    changes = [] if entry.kind in ("rights_changed", "group_created", "group_deleted", "left") else _changes(entry)
    return line_of(entry, sentence=sentence, icon=icon, changes=[*changes, *_rights(entry)])


def _sentence(entry: TimelineEntry) -> tuple[str, str]:
    details = entry.details
    if entry.kind.startswith("member_"):
        sentence, icon = _of_member(entry)
        was = _was(entry)
        return (f"{sentence}, jusque-là{NBSP}: {was}" if was else sentence), icon
    sentence, icon = _SENTENCES.get(entry.kind, (entry.kind, "history"))
    if entry.kind.startswith("absence_"):
        first, last = (format_day(date.fromisoformat(details[name])) for name in ("from", "to"))
        sentence = f"{sentence} du {first} au {last}"
        if entry.kind == "absence_planned":
            sentence = f"{sentence}, remplacement par {details['substitute']}"
    if entry.kind == "left" and details.get("successor"):
        sentence = f"{sentence}, ce qui restait ouvert est passé à {details['successor']}"
    return sentence, icon


def _of_member(entry: TimelineEntry) -> tuple[str, str]:
    is_group, place = is_of_group(entry), _place(entry)
    other = entry.details.get("user_name" if is_group else "group_name", "")
    if entry.kind == "member_added":
        return (f"a ajouté {other}, {place}" if is_group else f"l’a ajouté à {other}, {place}"), "user-plus"
    if entry.kind == "member_removed":
        return (f"a retiré {other}, {place}" if is_group else f"l’a retiré de {other}, {place}"), "user-minus"
    return (f"a affecté {other} à {place}" if is_group else f"l’a affecté dans {other} à {place}"), "map-pin"


def _was(entry: TimelineEntry) -> str:
    """Where it held until then, as far as the reader sees these places."""
    reach = current_scope().reach
    seen = [one for one in entry.details.get("was", ()) if one["entity"] in reach.entities]
    names = [one["place"] if one["entity"] in reach.whole else one["where"] for one in seen]
    # Two that read alike to whoever sees some sites only say nothing.
    return ", ".join(name for name in names if name != _place(entry))


def _place(entry: TimelineEntry) -> str:
    """« Nord (Nord 1) », or « Nord » to whoever sees some of its sites only."""
    place: str = entry.details.get("place", "")
    if entry.entity_id is None or entry.entity_id in current_scope().reach.whole:
        return place
    return str(entry.details.get("where", place.partition(" (")[0]))


def is_of_group(entry: TimelineEntry) -> bool:
    """A line about a group, which stands in the history of its people too."""
    return entry.target_type == UserGroup._meta.label_lower


def _rights(entry: TimelineEntry) -> list[Change]:
    """« Véhicules : exporter » with what it was and became; a right that no app knows any more by its code."""
    old, new = entry.changes.get("rights", [[], []])
    known = all_rights()

    def label(code: str) -> str:
        return right_label(code) if code in known else code

    return [
        Change(label(code), _YES_NO[code in old], _YES_NO[code in new])
        for code in [*(code for code in new if code not in old), *(code for code in old if code not in new)]
    ]


def _changes(entry: TimelineEntry) -> list[Change]:
    labels = {field.name: str(field.verbose_name) for field in User._meta.concrete_fields} | {
        "name": "nom",
        "description": "description",
    }
    return [
        Change(labels.get(name, name).capitalize(), _shown(values[0]), _shown(values[1]))
        for name, values in entry.changes.items()
        if name != "rights"
    ]


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _YES_NO[value]
    return str(value) if value not in (None, "") else "–"
