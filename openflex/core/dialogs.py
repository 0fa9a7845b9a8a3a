"""An act on one row: a dialog that says what it does and asks what it needs; without a script, a page of its own."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from openflex.core import htmx


@dataclass(frozen=True)
class Dialog:
    """The words and addresses around an act. `url` does it, `back` is where *Annuler* leads without a dialog.

    `body` is the template of what stands between: the fields of `form` alone, unless another is named. `is_grave`
    colours the button of what takes something away; `buttons` replaces it, where there is more than one answer.
    """

    title: str
    subtitle: str
    url: str
    back: str
    verb: str = ""
    busy: str = "Envoi…"
    consequence: str = ""
    icon: str = ""
    body: str = "forms/_dialog_fields.html"
    buttons: str = ""
    is_grave: bool = False


def render_dialog(
    request: HttpRequest, dialog: Dialog, *, form: Any = None, refusal: str = "", **context: Any
) -> HttpResponse:
    """422, which is swapped into the dialog, with a refused form or a refusal that is beside no field of any form."""
    status = 422 if refusal or (form is not None and form.errors) else 200
    context |= {"dialog": dialog, "form": form, "refusal": refusal}
    return htmx.render_part(request, "forms/dialog.html", "act", context, status=status)
