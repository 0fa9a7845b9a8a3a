"""A section of a sheet that two people may have open at once: what each changed, and the form again after a conflict.

Every field carries the value it was opened with, in a hidden field of its own. The verb compares these with the locked
row (`records.services.apply_edit`).
"""

from collections.abc import Collection
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.http import QueryDict

from openflex.core.forms import NamedBlanks, set_units

# No value of any field: what was sent as the value a form was opened with cannot be read, so it may be anything.
UNREADABLE = object()


def check_columns(form: "forms.ModelForm[Any]") -> None:
    """Refuses beside its field what its column cannot hold (a number too large, a text too long)."""
    for name, value in list(form.cleaned_data.items()):
        if name not in (form._meta.fields or ()) or value in (None, "", UNREADABLE):
            continue
        try:
            column = form.instance._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if not column.is_relation:
            try:
                column.run_validators(value)
            except ValidationError as error:
                form.add_error(name, error)


class TwoEditors(forms.BaseForm):
    """A form whose fields carry the values they were opened with, so that two editors can be merged; not the `key` of
    one that makes a row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.show_hidden_initial = name != "key"

    def changes(self, *, keep: Collection[str] = ()) -> tuple[dict[str, Any], dict[str, Any]]:
        """The values the changed fields were opened with, and those this editor gave them; `keep` names fields whose
        saved value stays."""
        names = [name for name in self.changed_data if name != "key" and name not in keep]
        return {name: self._opened_with(name) for name in names}, {name: self.cleaned_data[name] for name in names}

    def _opened_with(self, name: str) -> Any:
        field = self.fields[name]
        shown = field.hidden_widget().value_from_datadict(self.data, self.files, self[name].html_initial_name)
        if shown in (None, ""):
            return getattr(field, "empty_value", None)
        try:
            return field.clean(shown)
        except ValidationError:
            return UNREADABLE


class SectionForm(TwoEditors, NamedBlanks, forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A section of a sheet, which two people may have open at once."""

    units: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_units(self, {name: unit for name, unit in self.units.items() if name in self.fields})

    def _post_clean(self) -> None:
        """The limits of the columns only: the verb writes to the locked row, the database holds what must be unique."""
        check_columns(self)


def reopened(form: forms.BaseForm, *, on: forms.BaseForm) -> QueryDict:
    """What a person sent with `form`, as if it had been opened `on` what somebody else saved meanwhile: what they
    typed stays, what they left alone follows what is saved (sent again as it was, it would undo it)."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    data.pop("keep_theirs", None)
    for name, field in on.fields.items():
        bound = on[name]
        shown = field.hidden_widget().format_value(bound.value())
        values = shown if isinstance(shown, list) else ["" if shown is None else str(shown)]
        data.setlist(bound.html_initial_name, values)
        if name not in form.changed_data:
            data.setlist(bound.html_name, values)
    return data


def told_of_conflict(form: SectionForm, fields: Collection[str], *, now: Any) -> SectionForm:
    """The form again, opened on the row as it is `now`: beside each of `fields` what somebody else made of it, what was
    typed still in it. Sent again, it means it."""
    saved = type(form)(instance=now)
    return tell_conflict(type(form)(reopened(form, on=saved), instance=now), fields, saved=saved)


Opened = TypeVar("Opened", bound=forms.BaseForm)


def tell_conflict(again: Opened, fields: Collection[str], *, saved: forms.BaseForm) -> Opened:
    """`again`, a form opened anew, with what is `saved` beside each of these fields. One that is not shown any more,
    for what stands in it now is not the reader's to see, is told of without it."""
    again.is_valid()
    for name in fields:
        if name not in saved.fields:
            again.add_error(None, "Quelqu’un a changé entre-temps un champ que vous ne voyez plus.")
            continue
        again.add_error(name, f"Quelqu’un l’a changé entre-temps en «\u00a0{_shown(saved[name]) or 'rien'}\u00a0».")
    return again


def _shown(bound: forms.BoundField) -> Any:
    """What is chosen by its name, not by its number or code."""
    field, value = bound.field, bound.value()
    if isinstance(field, forms.ModelChoiceField) and field.queryset is not None and value:
        row = field.queryset.filter(pk=value).first()
        return row and field.label_from_instance(row)
    if isinstance(field, forms.ChoiceField):
        offered: Any = field.choices
        return value and dict(offered).get(value, value)
    return value
