"""New entities, new points of sale, and a point of sale taken away."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from openflex.core import htmx
from openflex.core.dialogs import Dialog, render_dialog
from openflex.core.errors import Refused
from openflex.core.french import of_name
from openflex.core.http import writes
from settings_admin.guards import RightMissing, right
from settings_admin.organisation import forms
from settings_admin.organisation.models import Entity, Holding
from settings_admin.organisation.selectors import MANAGE
from settings_admin.organisation.services import structure
from settings_admin.organisation.views import sheet as the
from settings_admin.organisation.views.entities import ENTITY
from settings_admin.organisation.views.sheet import MANAGE_ENTITIES
from settings_admin.organisation.views.sites import SITE


@right(MANAGE_ENTITIES, on="scope")
@writes("GET", "POST")
def add_entity(request: HttpRequest) -> HttpResponse:
    """For those who administer the whole holding; all of them see the new entity at once."""
    form = forms.NewEntityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        holding = Holding.objects.get()  # the scope leaves one
        try:
            entity = structure.create_entity(
                holding=holding, values=form.values, actor=request.user, key=form.cleaned_data["key"]
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return htmx.redirect(request, ENTITY.url(entity))
    return _form_page(request, form, title="Ajouter une entité", back=reverse("organisation:list"))


@right(MANAGE, on="row")
@writes("GET", "POST")
def add_site(request: HttpRequest, pk: int) -> HttpResponse:
    entity = the.fetch(request, ENTITY, pk, to_edit=True)
    form = forms.NewSiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            site = structure.create_site(
                entity=entity,
                values=form.values,
                actor=request.user,
                key=form.cleaned_data["key"],
                source=form.cleaned_data["source"],
                copies=form.chosen_copies,
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return htmx.redirect(request, SITE.url(site))
    return _form_page(request, form, title="Ajouter un point de vente", back=ENTITY.url(entity), entity=entity)


def _form_page(request: HttpRequest, form: Any, *, title: str, back: str, entity: Entity | None = None) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "entity": entity}
    status = 422 if form.errors else 200
    return htmx.render_part(request, "organisation/new.html", "form", context, status=status)


@right(MANAGE, on="row")
@writes("GET", "POST")
def delete_site(request: HttpRequest, pk: int) -> HttpResponse:
    site = the.fetch(request, SITE, pk)
    if not the.may_restructure(site.entity_id):
        raise RightMissing(MANAGE, site.entity_id)
    refusal = ""
    if request.method == "POST":
        try:
            structure.delete_site(site=site, actor=request.user)
        except Refused as refused:
            refusal = refused.message
        else:
            return htmx.redirect(request, reverse("organisation:entity", args=[site.entity_id]))
    dialog = Dialog(
        title=f"Supprimer {site.name}",
        subtitle=f"Point de vente {of_name(site.entity.name)}",
        url=request.path,
        back=reverse("organisation:site", args=[pk]),
        verb="Supprimer",
        consequence=""
        if refusal
        else "Un point de vente se supprime tant que rien ne s’y rattache. Son historique reste.",
        is_grave=True,
    )
    return render_dialog(request, dialog, refusal=refusal)
