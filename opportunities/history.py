"""The one timeline of an opportunity: what was said, offered, estimated, planned and changed, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import BigIntegerField, Func, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Concat, NullIf
from django.urls import reverse

from openflex.core.facts import field_label, field_text
from openflex.core.fields import field_of
from openflex.core.french import NBSP, NO_VALUE, format_euros, long_instant
from opportunities import enums
from opportunities.models import CloseReason, Comment, Exchange, Opportunity, TradeIn
from settings_admin.models import User
from settings_admin.records.models import TimelineEntry
from settings_admin.records.selectors import Change, HistoryLine, line_of, source_urls, url_of_source
from vehicles import condition
from vehicles.history import one_sending
from vehicles.models import Vehicle
from vehicles.selectors import counted_equipment
from vehicles.validators import format_plate

PAGE: Final = 50

# What the history can be narrowed to: key, label, kinds of entries.
GROUPS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "comments": ("Commentaires", ("comment",)),
    "offers": ("Offres", ("offer_created", "offer_state")),
    "trade_in": (
        "Reprise",
        ("trade_in_created", "trade_in_state", "trade_in_changed", "trade_in_reopened", "trade_in_entry_cancelled"),
    ),
    "exchanges": ("Appels et e-mails", ("exchange",)),
    "appointments": (
        "Rdv",
        (
            "appointment",
            "appointment_moved",
            "appointment_left",
            "appointment_done",
            "appointment_missed",
            "appointment_cancelled",
        ),
    ),
    "status": ("Statut", ("created", "closed", "reopened", "merged", "absorbed")),
}
_ICONS: Final[Mapping[str, str]] = {
    "comment": "message-2",
    "offer_created": "file-text",
    "offer_state": "file-text",
    "trade_in_created": "arrows-exchange",
    "trade_in_state": "arrows-exchange",
    "trade_in_changed": "arrows-exchange",
    "trade_in_reopened": "lock-open",
    "trade_in_entry_cancelled": "arrow-back-up",
    "exchange": "phone",
    "appointment": "calendar-check",
    "appointment_moved": "calendar-clock",
    "appointment_left": "calendar-exclamation",
    "appointment_done": "calendar-check",
    "appointment_missed": "user-off",
    "appointment_cancelled": "ban",
    "created": "plus",
    "closed": "checklist",
    "reopened": "lock-open",
    "reassigned": "user",
    "request_handed_over": "user",
    "postponed": "calendar-clock",
    "merged": "arrows-exchange",
    "absorbed": "arrows-exchange",
}


@dataclass(frozen=True)
class Line:
    """One line: « Gilles VENDEUR a créé [une reprise] sur l’offre n° 26176 », with what hangs on it."""

    pk: int
    at: datetime
    actor: str
    kind: str
    icon: str
    sentence: str
    link: str = ""
    url: str = ""
    after: str = ""
    comment: Comment | None = None
    text: str = ""
    changes: Sequence[Change] = field(default_factory=tuple)


# What was said in the exchange of an entry, the subject of an e-mail above; read with the entry itself.
_SAID: Final = Subquery(
    Exchange.objects.filter(pk=Cast(KeyTextTransform("exchange", OuterRef("details")), BigIntegerField()))
    .order_by()
    .values(
        words=Func(
            Value("\n"), NullIf("subject", Value("")), NullIf("text", Value("")), function="CONCAT_WS",
            output_field=TextField(),
        )
    )
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    lines: list[Line]
    # The entry after which the next ones follow; None at the end.
    next_after: int | None
    # Are there newer lines, on the pages before?
    is_later: bool


def page_of(opportunity: Opportunity, *, group: str = "", after: int | None = None, comment: int | None = None) -> Page:
    """Newest first, `PAGE` at a time, those of duplicates merged into it among them. `group`: a key of GROUPS.
    `comment`: the page that has it, unless `after` says where to go on."""
    # Asked as one, through the index of the target: a duplicate is found by its key.
    told_here = Opportunity.objects.filter(Q(pk=opportunity.pk) | Q(merged_into=opportunity)).order_by().values("pk")
    rows = TimelineEntry.objects.filter(target_type=Opportunity._meta.label_lower, target_id__in=told_here)
    if group in GROUPS:
        rows = rows.filter(kind__in=GROUPS[group][1])
    if after is None and comment is not None:
        after = _before_page_of(comment, rows)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    entries = list(rows.annotate(said=_SAID).order_by("-pk")[: PAGE + 1])
    shown = entries[:PAGE]
    return Page(_lines(shown), shown[-1].pk if len(entries) > PAGE else None, is_later=after is not None)


def _before_page_of(comment: int, rows: QuerySet[TimelineEntry]) -> int | None:
    """The entry after which the page with this comment begins; None for the first page, and for one that is not among
    these rows."""
    told = rows.filter(kind="comment", details__comment=comment).values_list("pk", flat=True).first()
    if told is None:
        return None
    newer = rows.filter(pk__gt=told).order_by("-pk").values_list("pk", flat=True)
    whole = newer.count() // PAGE * PAGE
    return newer[whole - 1] if whole else None


def url_of_comment(opportunity_pk: int, comment_pk: int) -> str:
    """The history at this comment, on whatever page of it that is by then."""
    return f"{reverse('opportunities:page', args=[opportunity_pk])}?commentaire={comment_pk}#commentaire-{comment_pk}"


def _lines(entries: Sequence[TimelineEntry]) -> list[Line]:
    told = [entry.details["comment"] for entry in entries if "comment" in entry.details]
    rows = Comment.objects.filter(pk__in=told).select_related("author", "asked_of", "answered_by__author", "answers")
    comments = {row.pk: row for row in rows}
    names = _names(entries)
    return [_line(entry, comments, _changes(entry, names)) for entry in entries]


# What a change names by its id, and how that is called. What the reader does not see is said to be there, by no name.
_NAMED: Final[Mapping[str, tuple[Any, Any]]] = {
    "salesperson": (User, Concat("first_name", Value(" "), "last_name", output_field=TextField())),
    "vehicle": (Vehicle, Concat("make", Value(" "), "model", output_field=TextField())),
    "close_reason": (CloseReason, Cast("label", TextField())),
}
_UNTOLD: Final = frozenset({"closed_at", "closed_by", "overdue_on", "merged_into"})


def _names(entries: Sequence[TimelineEntry]) -> dict[str, dict[int, str]]:
    """The people, vehicles and reasons that the changes of these entries name, in one statement."""
    ids: dict[str, set[int]] = {name: set() for name in _NAMED}
    for entry in entries:
        for name in _NAMED.keys() & entry.changes.keys():
            ids[name].update(pk for pk in entry.changes[name] if pk)
    first, *others = (
        _NAMED[name][0].objects.filter(pk__in=pks).order_by().values_list(Value(name), "pk", _NAMED[name][1])
        for name, pks in ids.items()
    )
    names: dict[str, dict[int, str]] = {name: {} for name in _NAMED}
    for name, pk, words in first.union(*others) if any(ids.values()) else ():
        names[name][pk] = words.strip() or "autre"
    return names


def _changes(entry: TimelineEntry, names: Mapping[str, Mapping[int, str]]) -> list[Change]:
    changes = []
    for name, values in entry.changes.items():
        if name in _UNTOLD:
            continue
        column = field_of(Opportunity, name)
        if name in _NAMED:
            old, new = (names.get(name, {}).get(pk, "autre") if pk else NO_VALUE for pk in values)
        else:
            old, new = (field_text(column, value) for value in values)
        changes.append(Change(field_label(column), old, new))
    return changes


def _line(
    entry: Any,
    comments: Mapping[int, Comment],
    changes: Sequence[Change],
) -> Line:
    sentence, link, url, *after = _sentence(entry)
    comment = comments.get(entry.details.get("comment", 0))
    return Line(
        pk=entry.pk,
        at=entry.at,
        actor=entry.actor_name or "OpenFlex",
        kind=entry.kind,
        icon=_ICONS.get(entry.kind, "pencil"),
        sentence=sentence,
        link=link,
        url=url,
        after=" ".join(after),
        comment=comment,
        text=entry.said or entry.details.get("outcome") or entry.details.get("reason", ""),
        changes=changes,
    )


def _sentence(entry: TimelineEntry) -> tuple[str, ...]:
    """The words after the name, a link with its address where they lead somewhere, and the words behind it."""
    told = entry.details
    if told.get("redacted"):
        return _FORGOTTEN.get(entry.kind, _WORDS.get(entry.kind, "a modifié l’opportunité")), "", ""
    match entry.kind:
        case "comment":
            return "a ajouté un commentaire", "", ""
        case "offer_created":
            return "a créé", *_offer_link(told)
        case "offer_state":
            state = enums.OfferState(told["state"]).label.lower()
            return f"a noté «{NBSP}{state}{NBSP}» sur", *_offer_link(told)
        case "trade_in_created" if told.get("offer"):
            url = reverse("opportunities:trade_in", args=[told["trade_in"]])
            return "a créé", "une reprise", url, f"sur {_offer_link(told)[0]}"
        case kind if kind in GROUPS["trade_in"][1]:
            url = reverse("opportunities:trade_in", args=[told["trade_in"]])
            return _trade_in_words(kind, told), f"la reprise n°{NBSP}{told['number']}", url
        case "exchange":
            return _EXCHANGES[told["means"]], "", ""
        case kind if kind.startswith("appointment"):
            return _appointment_words(kind, told), "", ""
        case "request_handed_over":
            return f"a confié à {told['of']} une demande faite à {told['was_of']}", "", ""
        case "absorbed":
            return f"a fusionné l’opportunité n°{NBSP}{told['number']} avec celle-ci", "", ""
        case "merged":
            return f"a fusionné cette opportunité avec la n°{NBSP}{told['into']}", "", ""
        case "followed":
            return f"a ajouté {told['user']} à ceux qui suivent", "", ""
        case "unfollowed":
            return f"a retiré {told['user']} de ceux qui suivent", "", ""
        case "created":
            extra = f" pour {told['for']}, absent" if told.get("for") else ""
            return f"a créé l’opportunité{extra}", "", ""
        case kind:
            return _WORDS.get(kind, "a modifié l’opportunité"), "", ""


_EXCHANGES: Final[Mapping[str, str]] = {
    enums.ExchangeMeans.CALL: "a appelé le client",
    enums.ExchangeMeans.EMAIL: "a écrit un e-mail au client",
    enums.ExchangeMeans.SMS: "a envoyé un SMS au client",
    enums.ExchangeMeans.VISIT: "a reçu le client",
}
_WORDS: Final[Mapping[str, str]] = {
    "closed": "a clôturé l’opportunité",
    "reopened": "a rouvert l’opportunité",
    "reassigned": "a réaffecté l’opportunité",
    "postponed": "a reporté la prochaine action",
    "next_action": "a fixé la prochaine action",
}


# What is left to say once the customer was erased.
_FORGOTTEN: Final[Mapping[str, str]] = {
    "comment": "a écrit un commentaire",
    "exchange": "a parlé avec le client",
    "offer_created": "a créé une offre",
    "trade_in_created": "a créé une reprise",
    "created": "a créé l’opportunité",
    **dict.fromkeys(GROUPS["appointments"][1], "a noté un rendez-vous"),
}


def _offer_link(told: Mapping[str, Any]) -> tuple[str, str]:
    number = told.get("offer_number") or told["number"]
    return f"l’offre n°{NBSP}{number}", reverse("opportunities:offer", args=[told["offer"]])


def _trade_in_words(kind: str, told: Mapping[str, Any]) -> str:
    if kind == "trade_in_entry_cancelled":
        return "a annulé l’entrée en stock de"
    if kind == "trade_in_reopened":
        return "a rouvert"
    if "state" not in told:
        return "a créé" if kind == "trade_in_created" else "a modifié"
    words = {
        enums.TradeInState.TO_APPROVE: "a demandé un prix pour",
        enums.TradeInState.APPROVED: "a validé",
        enums.TradeInState.DECLINED: "a refusé",
        enums.TradeInState.ACCEPTED: "a noté l’accord du client sur",
        enums.TradeInState.REFUSED: "a noté le refus du client de",
        enums.TradeInState.ENTERED: "a fait entrer en stock",
        enums.TradeInState.DRAFT: "a repris",
        enums.TradeInState.EXPIRED: "a laissé expirer",
    }
    sentence = words[enums.TradeInState(told["state"])]
    return f"{sentence}, à {format_euros(told['price'])}," if told.get("price") else sentence


def _appointment_words(kind: str, told: Mapping[str, Any]) -> str:
    what = enums.AppointmentKind(told["kind"]).label.lower()
    when = long_instant(datetime.fromisoformat(told["starts_at"]))
    match kind:
        case "appointment_moved":
            return _moved_words(what, when, told)
        case "appointment_left":
            return f"a laissé à {told['with']} le {what} du {when}{NBSP}: {told['to']} est déjà en rendez-vous"
    verb = {
        "appointment": "a planifié un",
        "appointment_done": "a tenu le",
        "appointment_missed": "attendait le client au",
        "appointment_cancelled": "a annulé le",
    }[kind]
    return f"{verb} {what} {'le' if kind == 'appointment' else 'du'} {when}, avec {told['with']}"


def _moved_words(what: str, when: str, told: Mapping[str, Any]) -> str:
    """From when to when, and whose it is now, as far as that changed."""
    to = f", et l’a confié à {told['with']}" if "was_with" in told else f", avec {told['with']}"
    if "was" in told:
        return f"a déplacé le {what} du {long_instant(datetime.fromisoformat(told['was']))} au {when}{to}"
    return f"a confié à {told['with']} le {what} du {when}" if "was_with" in told else f"a modifié le {what} du {when}"


# --- one estimate ---------------------------------------------------------------------------------
_OF_TRADE_IN: Final[Mapping[str, tuple[str, str]]] = {
    "created": ("a créé l’estimation", "plus"),
    "asked": ("a demandé un prix", "hourglass"),
    "decided": ("a décidé", "gauge"),
    "reopened": ("a rouvert l’estimation", "lock-open"),
    "entered": ("a fait entrer le véhicule en stock", "building-warehouse"),
    "entry_cancelled": ("a annulé l’entrée en stock", "arrow-back-up"),
}
_PEOPLE_OF_TRADE_IN: Final = ("asked_by", "decided_by")
# Said by the line itself, its hour and its name, or of use to the machine alone.
_UNTOLD_OF_TRADE_IN: Final = frozenset({*_PEOPLE_OF_TRADE_IN, "asked_at", "decided_at", "version_code", "vehicle"})


def of_trade_in(found: Sequence[TimelineEntry], *, trade_in: TradeIn) -> list[HistoryLine]:
    """The changes of an estimate in words, in the order given."""
    entries = one_sending(found)
    urls = source_urls(entries)
    return [_trade_in_line(entry, trade_in, url_of_source(entry, urls)) for entry in entries]


def _trade_in_line(entry: TimelineEntry, trade_in: TradeIn, url: str) -> HistoryLine:
    sentence, icon = _OF_TRADE_IN.get(entry.kind, ("a modifié l’estimation", "pencil"))
    if entry.kind in condition.SENTENCES:
        sentence = condition.sentence_of(entry.kind, entry.details, with_amounts=True)
        icon = condition.SENTENCES[entry.kind][1]
    elif entry.kind == "created" and entry.details.get("quotation"):
        sentence = "a créé l’estimation à partir d’une cotation"
    # In the order of the columns: the database keeps none.
    changes = [
        _trade_in_change(column.name, *entry.changes[column.name], trade_in=trade_in)
        for column in TradeIn._meta.concrete_fields
        if column.name in entry.changes and not _is_untold(entry, column.name)
    ]
    if reason := entry.details.get("reason"):
        changes.append(Change("Motif", NO_VALUE, reason))
    return line_of(entry, sentence=sentence, icon=icon, changes=changes, url=url)


def _is_untold(entry: TimelineEntry, name: str) -> bool:
    """Of a value of the market nobody needs to hear that it is not the sandbox's."""
    return name in _UNTOLD_OF_TRADE_IN or (name == "is_sandbox" and not any(entry.changes[name]))


def _trade_in_change(name: str, old: Any, new: Any, *, trade_in: TradeIn) -> Change:
    column = field_of(TradeIn, name)
    if name == "equipment":
        return Change(field_label(column), *(counted_equipment(rows) for rows in (old, new)))
    if name == "plate":
        old, new = (format_plate(value or "", foreign=trade_in.is_foreign) for value in (old, new))
    return Change(field_label(column), field_text(column, old), field_text(column, new))
