"""*Ajouter un commentaire*, and the answer to a colleague's request."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dialogs import acted, render_dialog
from openflex.core.errors import Refused
from openflex.core.http import read_only, row_number, writes
from opportunities import selectors
from opportunities.forms import AnswerForm, CommentForm
from opportunities.history import url_of_comment
from opportunities.models import Comment
from opportunities.rights import AS_MANAGER, VIEW
from opportunities.services.comments import add_comment
from opportunities.views.acting import dialog_of
from opportunities.views.page import fetch, may, render_page
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import get_for, right


@right(VIEW, on="row")
@writes("POST")
def comment(request: StaffRequest, pk: int) -> HttpResponse:
    """Posts in place. Whoever sees an opportunity may comment it; `answers` names the request it answers."""
    opportunity = fetch(request, pk)
    form = CommentForm(request.POST, people=selectors.people_who_see(opportunity))
    answers = None
    if asked := request.POST.get("answers", ""):
        answers = get_object_or_404(Comment.objects.filter(opportunity=opportunity), pk=row_number(asked))
    if form.is_valid():
        try:
            made = add_comment(
                opportunity=opportunity,
                text=form.cleaned_data["text"],
                author=request.user,
                is_from_manager=may(AS_MANAGER, opportunity),
                asked_of=form.cleaned_data["asked_of"],
                due_on=form.cleaned_data["due_on"],
                answers=answers,
                key=form.cleaned_data["key"],
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            if not htmx.is_partial(request):
                return htmx.redirect(request, url_of_comment(opportunity.pk, made.pk))
            response = render_page(request, fetch(request, pk))
            response.headers["HX-Replace-Url"] = reverse("opportunities:page", args=[opportunity.pk])
            return response
    return render_page(request, opportunity, comment_form=form, answers=answers, status=422)


@right(VIEW, on="row")
@read_only
def colleagues(request: StaffRequest, pk: int) -> HttpResponse:
    """Whom a comment may ask or name: asked for when somebody begins to write one."""
    form = CommentForm(people=selectors.people_who_see(fetch(request, pk)))
    return htmx.render_part(request, "opportunities/colleagues.html", "people", {"form": form})


@right(VIEW, on="row")
@writes("GET", "POST")
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    """The answer to a request, in a dialog that shows what was asked."""
    asked = get_for(request, Comment.objects.select_related("author", "opportunity__customer"), pk, right=VIEW)
    if asked.asked_of_id is None:
        raise Http404
    # Asked of a colleague, and taken over from them.
    opportunity, is_own = asked.opportunity, asked.author_id == request.user.pk
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            add_comment(
                opportunity=opportunity, author=request.user, is_from_manager=may(AS_MANAGER, opportunity),
                answers=asked, now=timezone.now(), **form.cleaned_data,
            )  # fmt: skip
        except Refused as refusal:
            form.add_error("text", refusal.message)
        else:
            message = "Votre réponse est notée." if is_own else f"{asked.author.full_name} a votre réponse."
            return acted(request, message, "opportunities:page", opportunity.pk)
    title = "Répondre à votre demande" if is_own else f"Répondre à {asked.author.full_name}"
    dialog = dialog_of(opportunity, request, title, "Répondre", "opportunities/_answer_fields.html")
    return render_dialog(request, dialog, form=form, asked=asked)
