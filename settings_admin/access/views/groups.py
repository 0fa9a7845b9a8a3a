"""*Groupes, utilisateurs et droits*: the groups of the current entity and the shared ones, their people and rights."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from openflex.core import htmx
from openflex.core.dialogs import Dialog, render_dialog
from openflex.core.errors import Refused
from openflex.core.french import counted, of_name
from openflex.core.http import read_only, row_number, writes
from openflex.core.lists import AFTER, BEFORE, PAGE_SIZE, address, cursor_in
from openflex.core.paging import keyset_page
from openflex.core.sections import told_of_conflict
from settings_admin.access import authority
from settings_admin.access.authority import MANAGE_GROUPS, MANAGE_SHARED_GROUPS, MANAGE_USERS
from settings_admin.access.forms.groups import HOLDING, GroupForm, NewGroupForm, RightsForm
from settings_admin.access.history import told
from settings_admin.access.models import UserGroup
from settings_admin.access.requests import StaffRequest
from settings_admin.access.selectors import effects
from settings_admin.access.selectors import groups as selectors
from settings_admin.access.services import groups
from settings_admin.access.views import joining
from settings_admin.guards import RightMissing, get_for, read_widely, right
from settings_admin.organisation.models import Entity
from settings_admin.records.selectors import timeline_of
from settings_admin.records.services import EditConflict
from settings_admin.records.views import History, is_reading_on, older, read_history
from settings_admin.scoping import Scope, current_scope

TABS = (("utilisateurs", "Utilisateurs"), ("droits", "Droits"), ("historique", "Historique"))


@right(MANAGE_USERS, on="scope")
@read_only
def group_list(request: StaffRequest) -> HttpResponse:
    """The groups; on a desk the first one stands open beside them, with the same people as on its own page."""
    read_widely(MANAGE_USERS)
    found = selectors.listed_groups()
    context = {"groups": found, "may_create": _may_create()}
    if found:
        context |= _group_context(request, found[0])
    return render(request, "access/groups.html", context)


@right(MANAGE_USERS, on="row")
@read_only
def group_page(request: StaffRequest, pk: int) -> HttpResponse:
    group = get_for(request, selectors.groups(), pk, right=MANAGE_USERS)
    if is_reading_on(request):
        return older(request, _history(request, group), of=group.name, url=_history_url(group))
    # Its people are counted anew where the reader manages users: `get_for` looked in all of their entities.
    group = selectors.groups().get(pk=pk)
    context = {"groups": selectors.listed_groups(), "may_create": _may_create(), "is_chosen": True}
    return htmx.render_part(request, "access/groups.html", "groups", context | _group_context(request, group))


def _group_context(request: StaffRequest, group: UserGroup) -> dict[str, Any]:
    tab = request.GET.get("onglet", "")
    tab = tab if tab in dict(TABS) else TABS[0][0]
    may_edit = may_edit_group(group)
    may_add = bool(joining.givable_places(request, group))
    context: dict[str, Any] = {"group": group, "tab": tab, "tabs": TABS, "may_edit": may_edit, "may_add": may_add}
    if tab == "utilisateurs":
        context |= _members(request, group)
    elif tab == "droits":
        context["modules"] = authority.matrix_of(
            rights=group.rights, editor=request.belonging, place=authority.owner_of(group)
        )
    else:
        history = _history(request, group)
        context |= {"lines": history.lines, "more_url": history.more_url}
    return context


def _history(request: StaffRequest, group: UserGroup) -> History:
    return read_history(
        request, timeline_of(group), told=lambda entries: list(map(told, entries)), url=_history_url(group)
    )


def _history_url(group: UserGroup) -> str:
    return f"{group_url(group)}?onglet=historique"


def _members(request: StaffRequest, group: UserGroup) -> dict[str, Any]:
    """A page of the group's people, by name, of those whom the words look for."""
    words = request.GET.get("q", "").strip()
    people = selectors.people_of(group, words=words)
    page = keyset_page(
        people, field="last_name", descending=False, cursor=cursor_in(request, people, "last_name"), size=PAGE_SIZE
    )
    members = selectors.members_of(group, page.rows)
    for member in members:
        member.may_leave = any(authority.may_change(request.belonging, one) for one in member.memberships)
    query = QueryDict(mutable=True)
    query.update({"onglet": TABS[0][0], **({"q": words} if words else {})})
    return {
        "members": members,
        "words": words,
        "next_url": address(query, **{AFTER: page.next_cursor}) if page.next_cursor else "",
        "previous_url": address(query, **{BEFORE: page.previous_cursor}) if page.previous_cursor else "",
    }


def may_edit_group(group: UserGroup) -> bool:
    """Shared groups belong to the administrators of the holding, local ones to those of all of their entity."""
    scope = current_scope()
    if group.entity_id is None:
        return MANAGE_SHARED_GROUPS in scope.holding_rights
    return group.entity_id in scope.granted(MANAGE_GROUPS).whole


def group_to_edit(request: StaffRequest, pk: int) -> UserGroup:
    group = get_for(request, selectors.groups(), pk, right=MANAGE_GROUPS)
    if not may_edit_group(group):
        raise RightMissing(MANAGE_SHARED_GROUPS if group.is_shared else MANAGE_GROUPS, group.entity_id)
    return group


def _may_create() -> bool:
    """A group belongs to a whole entity, or to the holding: who manages groups at some sites only makes none."""
    scope = current_scope()
    return MANAGE_SHARED_GROUPS in scope.holding_rights or bool(_owners(scope))


def _owners(scope: Scope) -> frozenset[int]:
    """The entities of the top bar to which a new group of this person may belong."""
    return (scope.granted(MANAGE_GROUPS) & scope.current).whole


@right(MANAGE_GROUPS, on="scope")
@writes("GET", "POST")
def group_create(request: StaffRequest) -> HttpResponse:
    """A new group, or (`?copie=`) one that starts with what another gives, as far as one holds it."""
    if not _may_create():
        raise RightMissing(MANAGE_GROUPS)
    scope = current_scope()
    may_share = MANAGE_SHARED_GROUPS in scope.holding_rights
    entities = list(Entity.objects.filter(pk__in=_owners(scope)))
    model = _model_group(request)
    initial = _initial(request, model, may_share=may_share, entities=entities)
    form = NewGroupForm(joining.filled_in(request), initial=initial, entities=entities, may_share=may_share)
    ticked = form["rights"].value() or []
    place = authority.Place(_chosen(form, entities, may_share=may_share))
    modules = authority.matrix_of(rights=ticked, editor=request.belonging, place=place)
    if joining.is_looking_ahead(request):
        return render(request, "access/_rights_matrix.html", {"modules": modules, "is_new": True})
    if form.is_valid():
        data = form.cleaned_data
        try:
            group = groups.create_group(
                actor=request.user,
                entity=data["entity"],
                name=data["name"],
                description=data["description"],
                rights=data["rights"],
                key=data["key"],
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"Le groupe {group.name} est créé.")
            return htmx.redirect(request, "access:group", group.pk)
    context = {
        "form": form,
        "model": model,
        "left_out": len(set(model.rights) - set(initial["rights"])) if model else 0,
        "modules": modules,
        "url": f"{request.path}?part={joining.AHEAD}",
    }
    return render(request, "access/group_form.html", context, status=422 if form.errors else 200)


def _chosen(form: NewGroupForm, entities: list[Entity], *, may_share: bool) -> Entity | None:
    """Whose group it will be, None for the holding: what may be ticked depends on it. Before one is chosen: as for the
    holding, or the first."""
    chosen = next((one for one in entities if str(one.pk) == form["entity"].value()), None)
    return chosen if may_share or chosen else entities[0]


def _model_group(request: StaffRequest) -> UserGroup | None:
    asked = row_number(request.GET.get("copie", ""))
    return get_object_or_404(selectors.groups(), pk=asked) if asked is not None else None


def _initial(
    request: StaffRequest, model: UserGroup | None, *, may_share: bool, entities: list[Entity]
) -> dict[str, Any]:
    if model is None:
        return {"rights": []}
    place = authority.owner_of(model) if may_share or model.entity else authority.Place(entities[0])
    missing = set(authority.missing_rights(request.belonging, model.rights, place))
    return {
        "name": f"{model.name} (copie)",
        "description": model.description,
        **({"entity": str(model.entity_id)} if model.entity_id else {"entity": HOLDING} if may_share else {}),
        "rights": [code for code in model.rights if code not in missing],
    }


@right(MANAGE_GROUPS, on="row")
@writes("GET", "POST")
def group_edit(request: StaffRequest, pk: int) -> HttpResponse:
    group = group_to_edit(request, pk)
    form: Any = GroupForm(request.POST or None, instance=UserGroup.objects.get(pk=pk))
    if form.is_valid():
        base, mine = form.changes()
        try:
            groups.edit_group(actor=request.user, group=group, base=base, mine=mine)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        except EditConflict as conflict:
            form = told_of_conflict(form, conflict.fields, now=UserGroup.objects.get(pk=pk))
        else:
            return htmx.redirect(request, "access:group", pk)
    dialog = Dialog(
        title="Modifier le groupe", subtitle=group.name, url=request.path, back=group_url(group), verb="Enregistrer"
    )
    return render_dialog(request, dialog, form=form)


@right(MANAGE_GROUPS, on="row")
@writes("POST")
def save_rights(request: StaffRequest, pk: int) -> HttpResponse:
    """First says who gains and loses what; written once that was confirmed, or at once when it touches nobody."""
    group = group_to_edit(request, pk)
    form = RightsForm(request.POST)
    if not form.is_valid():
        raise Refused("unknown_right", " ".join(str(error) for errors in form.errors.values() for error in errors))
    if not form.give and not form.take:
        return _rights_saved(request, group, "Rien n’a changé.")
    new_rights = [code for code in group.rights if code not in form.take] + sorted(form.give - set(group.rights))
    touched = effects.of_changed_rights(group, rights=new_rights)
    refusal = ""
    if "confirmed" in request.POST or not touched:
        try:
            groups.change_rights(actor=request.user, group=group, give=form.give, take=form.take)
        except Refused as error:
            refusal = error.message
        else:
            return _rights_saved(request, group, f"Droits du groupe {group.name} enregistrés.")
    return _ask_about_rights(request, group, form, touched, refusal=refusal)


def _ask_about_rights(
    request: StaffRequest, group: UserGroup, form: RightsForm, touched: list[effects.Effect], *, refusal: str
) -> HttpResponse:
    reach = f"Cela touche {counted(len(touched), 'personne')}." if touched else ""
    dialog = Dialog(
        title=f"Changer les droits {of_name(group.name)}",
        subtitle=reach or "Cela ne touche personne pour l’instant.",
        url=request.path,
        back=f"{group_url(group)}?onglet=droits",
        icon="key",
        body="access/_group_rights_ask.html",
        buttons="access/_group_rights_buttons.html",
    )
    return render_dialog(
        request,
        dialog,
        refusal=refusal,
        base=form.cleaned_data["base"],
        rights=form.cleaned_data["rights"],
        gained=effects.by_right(touched, gained=True),
        lost=effects.by_right(touched, gained=False),
    )


def _rights_saved(request: StaffRequest, group: UserGroup, message: str) -> HttpResponse:
    messages.success(request, message)
    return htmx.redirect(request, f"{group_url(group)}?onglet=droits")


@right(MANAGE_GROUPS, on="row")
@writes("GET", "POST")
def group_delete(request: StaffRequest, pk: int) -> HttpResponse:
    group = group_to_edit(request, pk)
    refusal = ""
    if request.method == "POST":
        try:
            groups.delete_group(actor=request.user, group=group)
        except Refused as error:
            refusal = error.message
        else:
            messages.success(request, f"Le groupe {group.name} est supprimé.")
            return htmx.redirect(request, "access:groups")
    touched = effects.of_changed_rights(group, rights=[])
    inside: int = vars(group)["people"]
    lose = "perdent" if len(touched) > 1 else "perd"
    dialog = Dialog(
        title=f"Supprimer le groupe {group.name}\u00a0?",
        subtitle=f"{counted(inside, 'personne')} dans ce groupe, dont {len(touched)} y {lose} des droits."
        if inside
        else "Personne n’est dans ce groupe.",
        url=request.path,
        back=group_url(group),
        verb="Supprimer le groupe",
        busy="Suppression…",
        icon="trash",
        body="access/_group_lost.html",
        is_grave=True,
    )
    return render_dialog(request, dialog, refusal=refusal, lost=effects.by_right(touched, gained=False))


@right(MANAGE_USERS, on="scope")
@read_only
def compare_groups(request: StaffRequest) -> HttpResponse:
    """Two groups side by side, right by right."""
    found = list(selectors.groups())
    by_pk = {str(group.pk): group for group in found}
    first = by_pk.get(request.GET.get("a", ""), found[0] if found else None)
    second = by_pk.get(request.GET.get("b", ""), found[1] if len(found) > 1 else first)
    modules = selectors.compared(first, second) if first and second else []
    context = {
        "groups": found,
        "first": first,
        "second": second,
        "modules": modules,
        "differ": any(in_first != in_second for _, lines in modules for _, in_first, in_second in lines),
        "only_differences": "differences" in request.GET,
    }
    return render(request, "access/groups_compared.html", context)


def group_url(group: UserGroup) -> str:
    return reverse("access:group", args=[group.pk])
