"""An act on one row: a dialog that says what it does and asks what it needs; without a script, a page of its own.

A page of many rows opens a dialog at `staying(…)`: once the act is done the dialog closes, and the page, which listens
to `acted`, draws itself again, where others are led to the row.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from openflex.core import htmx

STAY: Final = "rester"


@dataclass(frozen=True)
class Dialog:
    """The words and addresses around an act. `url` does it, `back` is where `dismiss` leads without a dialog.

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
    dismiss: str = "Annuler"
    is_grave: bool = False


def render_dialog(
    request: HttpRequest, dialog: Dialog, *, form: Any = None, refusal: str = "", **context: Any
) -> HttpResponse:
    """422, which is swapped into the dialog, with a refused form or a refusal that is beside no field of any form."""
    status = 422 if refusal or (form is not None and form.errors) else 200
    context |= {"dialog": dialog, "form": form, "refusal": refusal}
    return htmx.render_part(request, "forms/dialog.html", "act", context, status=status)


def staying(url_name: str, *args: Any) -> str:
    """The address of an act whose page is not left."""
    return f"{reverse(url_name, args=args)}?{STAY}=1"


def acted(request: HttpRequest, message: str, to: str, *args: Any) -> HttpResponse:
    """After an act: on to `to` with the message, or, where it was opened by `staying`, back to the page below."""
    if not (STAY in request.GET and htmx.is_partial(request)):
        messages.success(request, message)
        return htmx.redirect(request, to, *args)
    response = htmx.trigger(HttpResponse(status=204), htmx.CLOSE_DIALOG)
    htmx.trigger(response, htmx.TOAST, {"level": "ok", "message": message})
    return htmx.trigger(response, htmx.ACTED)
