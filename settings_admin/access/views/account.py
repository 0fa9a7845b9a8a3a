"""*Mon compte*: who I am, how I sign in, when I am away."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.dialogs import Dialog, render_dialog
from openflex.core.errors import Refused
from openflex.core.http import image_response, read_only, writes
from openflex.core.sections import told_of_conflict
from settings_admin import scoping
from settings_admin.access.authority import may_manage, overseers_of
from settings_admin.access.forms.account import AbsenceForm, AccountForm, PhotoForm
from settings_admin.access.models import Absence, User
from settings_admin.access.requests import SignedInRequest, StaffRequest
from settings_admin.access.selectors.absences import absences_around, possible_substitutes
from settings_admin.access.selectors.people import photo_of
from settings_admin.access.selectors.second_factor import has_second_factor
from settings_admin.access.selectors.sessions import open_sessions
from settings_admin.access.services import absences, account
from settings_admin.guards import signed_in, staff_only
from settings_admin.records.services import EditConflict


@signed_in
@writes("GET", "POST")
def my_account(request: SignedInRequest) -> HttpResponse:
    """The page; sent, it saves name, function and phone."""
    form: Any = AccountForm(request.POST if request.method == "POST" else None, instance=request.user)
    if form.is_valid():
        base, mine = form.changes()
        try:
            account.edit_own_account(user=request.user, base=base, mine=mine)
        except EditConflict as conflict:
            form = told_of_conflict(form, conflict.fields, now=User.objects.get(pk=request.user.pk))
        else:
            messages.success(request, "Votre compte est enregistré.")
            return htmx.redirect(request, "my_account")
    return _page(request, form=form)


def _page(request: SignedInRequest, *, form: Any = None, photo_form: PhotoForm | None = None) -> HttpResponse:
    user, now = request.user, timezone.now()
    context: dict[str, Any] = {
        "form": form or AccountForm(instance=user),
        "photo_form": photo_form or PhotoForm(),
        "session_count": len(open_sessions(user, this_key=request.session.session_key, now=now)),
        "has_second_factor": has_second_factor(user),
    }
    if user.holding_id is not None:
        absences, stood_in_for = absences_around(user, today=today_paris(now))
        context |= {
            "overseers": overseers_of(user),
            "may_manage": may_manage(request.belonging, user),  # type: ignore[attr-defined]
            "absences": absences,
            "stood_in_for": stood_in_for,
        }
    status = 422 if any(one is not None and one.errors for one in (form, photo_form)) else 200
    return render(request, "access/my_account.html", context, status=status)


@signed_in
@writes("POST")
def save_my_photo(request: SignedInRequest) -> HttpResponse:
    """A file sets the photo, the button `remove` takes it away."""
    if "remove" in request.POST:
        account.remove_photo(user=request.user)
        messages.success(request, "Votre photo est retirée.")
        return htmx.redirect(request, "my_account")
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["photo"]
        try:
            account.set_photo(user=request.user, file=file, size=file.size)
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            messages.success(request, "Votre photo est enregistrée.")
            return htmx.redirect(request, "my_account")
    return _page(request, photo_form=form)


@signed_in
@read_only
def photo(request: SignedInRequest, pk: int) -> HttpResponse:
    """The photo of somebody whom the reader works with."""
    scope = scoping.current_scope()
    scoping.enter(scope.narrowed(scope.widest))
    found = photo_of(pk, reader=request.user)
    if found is None:
        raise Http404
    version = found.user.photo_version
    is_named = request.GET.get("v") == version
    return image_response(request, bytes(found.content), kind="webp", version=version, is_named=is_named)


@staff_only
@writes("GET", "POST")
def plan_my_absence(request: StaffRequest) -> HttpResponse:
    scope = scoping.current_scope()
    scoping.enter(scope.narrowed(scope.widest))
    data = request.POST if request.method == "POST" else None
    form = AbsenceForm(data, colleagues=possible_substitutes(request.user))
    if form.is_valid():
        today = today_paris(timezone.now())
        try:
            absences.plan_absence(actor=request.user, user=request.user, today=today, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "Votre absence est prévue.")
            return htmx.redirect(request, "my_account")
    dialog = Dialog(
        title="Prévoir une absence",
        subtitle=request.user.full_name,
        url=reverse("plan_my_absence"),
        back=reverse("my_account"),
        verb="Prévoir",
        icon="calendar-off",
        consequence="Du premier au dernier jour, un collègue reçoit ce qui vous serait arrivé.",
        body="access/_absence_fields.html",
    )
    return render_dialog(request, dialog, form=form)


@staff_only
@writes("POST")
def cancel_my_absence(request: StaffRequest, pk: int) -> HttpResponse:
    absence = get_object_or_404(Absence, pk=pk, user=request.user)
    absences.cancel_absence(actor=request.user, absence=absence)
    messages.success(request, "Votre absence est annulée.")
    return htmx.redirect(request, "my_account")
