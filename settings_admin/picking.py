"""The choice of one row among thousands in a form of an app above: type some words, and choose.

What is chosen are radio buttons that the server draws: the keyboard needs no script of ours, and nothing of the form
around it is swapped. An app tells what may be picked by a `Kind`, its field is a `PickerField` of it, its address
answers with `choices`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from openflex.core.http import row_number
from openflex.core.search import is_long_enough
from settings_admin.guards import RightMissing, read_widely
from settings_admin.scoping import current_scope

_FIELD = re.compile(r"[a-z][a-z0-9_]{0,40}")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What may be picked. `offered`: the rows that may be; `shown`: those that a choice made before is drawn from;
    `search(words, entity_id)`: the first few, for three characters at least. `choice` draws one, as `row`. `creation`
    draws the way to a new one, for who holds `creation_right`."""

    legend: str
    nothing: str
    not_found: str
    not_offered: str
    placeholder: str
    url: str
    right: str
    offered: Callable[[], QuerySet[Any]]
    shown: Callable[[], QuerySet[Any]]
    search: Callable[[str, int], Sequence[Model]]
    choice: str
    creation: str = ""
    creation_right: str = ""


@dataclass(frozen=True)
class Asked:
    """Which picker asks. That the field must be filled only matters to what is drawn; the form decides."""

    field: str
    entity_id: int
    is_required: bool

    @property
    def query(self) -> str:
        required = {"required": 1} if self.is_required else {}
        return urlencode({"field": self.field, "entity": self.entity_id, **required})


def asked_by(request: HttpRequest, *, right: str) -> Asked:
    """The field that asks and the entity it asks for: any of this person's, for a form may be of another than the
    current one. Raises Http404 for a stranger's, RightMissing where the right is not held."""
    field, entity_id = request.GET.get("field", ""), row_number(request.GET.get("entity", ""))
    scope = current_scope()
    if entity_id is None and len(scope.reach.entities) == 1:
        (entity_id,) = scope.reach.entities
    if entity_id is None or entity_id not in scope.widest.entities or not _FIELD.fullmatch(field):
        raise Http404
    if not scope.allows(right, entity_id):
        raise RightMissing(right, entity_id)
    read_widely(right)
    return Asked(field, entity_id, is_required="required" in request.GET)


def choices(request: HttpRequest, kind: Kind) -> HttpResponse:
    """Those with the words typed so far, under the one that is chosen."""
    asked = asked_by(request, right=kind.right)
    words = request.GET.get(f"{asked.field}_words", "").strip()[:200]
    too_short = not is_long_enough(words)
    chosen = row_number(request.GET.get(asked.field, ""))
    context = {
        "kind": kind,
        "asked": asked,
        "field": asked.field,
        "words": words,
        "too_short": too_short,
        "chosen": kind.shown().filter(entity=asked.entity_id, pk=chosen).first() if chosen else None,
        "matches": [] if too_short else kind.search(words, asked.entity_id),
    }
    return render(request, "forms/choices.html", context)


class Picker(forms.Widget):
    """`rows`: those that may be chosen; `entity_id`: the entity that they belong to."""

    template_name = "forms/picker.html"

    def __init__(self, kind: Kind, rows: QuerySet[Any]) -> None:
        super().__init__()
        self.kind, self.rows = kind, rows
        self.entity_id = 0
        self.may_create = False

    def format_value(self, value: Any) -> str:
        return "" if value in (None, "") else str(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        chosen = context["widget"]["value"]
        context |= {
            "kind": self.kind,
            "asked": Asked(name, self.entity_id, self.is_required),
            "field": name,
            "may_create": self.may_create,
            "chosen": self.rows.filter(pk=chosen).first() if chosen.isdecimal() else None,
            # Of the search field: what the label points at, and where a refusal is told.
            "search": {
                "attrs": {key: set_to for key, set_to in context["widget"]["attrs"].items() if key != "required"}
            },
        }
        return context


class PickerField(forms.ModelChoiceField):
    """One row of one entity. The form says which entity by `of_entity`, in its `__init__`; until then there is none."""

    kind: ClassVar[Kind]

    def __init__(self, **options: Any) -> None:
        nothing = self.kind.offered().none()
        super().__init__(
            queryset=nothing,
            widget=Picker(self.kind, nothing),
            error_messages={"invalid_choice": self.kind.not_offered},
            **options,
        )

    def of_entity(self, entity_id: int) -> bool:
        """Offers the rows of the entity. False, and none, where this person may not see them: the form takes the field
        away then, for its value would show one."""
        scope = current_scope()
        if not scope.allows(self.kind.right, entity_id):
            return False
        picker: Any = self.widget
        self.queryset = picker.rows = self.kind.offered().filter(entity=entity_id)
        picker.entity_id = entity_id
        picker.may_create = bool(self.kind.creation) and scope.allows(self.kind.creation_right, entity_id)
        return True

    def keeping(self, pk: int | None) -> bool:
        """After `of_entity`: the one that was chosen before may stay, though it is no longer offered. False when this
        person does not see it."""
        if pk is None:
            return True
        chosen = self.kind.shown().filter(pk=pk)
        if not chosen.exists():
            return False
        picker: Any = self.widget
        self.queryset = picker.rows = picker.rows | chosen
        return True
