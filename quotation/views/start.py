"""Step 1: which version is it — by its plate, or by hand down the catalogue."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.http import read_only, writes
from quotation import answers, selectors
from quotation.enums import QuotationState
from quotation.forms import CatalogueForm, PlateSearchForm
from quotation.models import Quotation
from quotation.providers.act import PageAct
from quotation.providers.base import Candidate, ValuationProvider
from quotation.providers.failures import PlateUnknown, ProviderFailure
from quotation.services import drafts
from quotation.views.acting import (
    DRAFT_IS_KEPT,
    USE,
    asker_for,
    fetch,
    fetch_to_change,
    kept_at,
    may_change,
    page_context,
    sent_key,
    tell,
    the_provider,
)
from quotation.views.catalogue import catalogue_steps, choices_of, find_version
from quotation.views.details import render_reading
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.models import Entity, PointOfSale
from settings_admin.scoping import current_scope

TEMPLATE = "quotation/configure.html"
# In the session, for there is no draft before a version is picked: what this person chose last down the catalogue, and
# when, as long as it has led to no version.
LAST_CHOICES, CHOOSING_SINCE = "quotation_catalogue", "quotation_catalogue_at"


@right(USE, on="scope")
@read_only
def start(request: StaffRequest) -> HttpResponse:
    """*Cotation rapide*: goes on with what one left last, a draft or the choices that have led to none yet, unless
    `?vierge=1` asks for a new one, `?plaque=` too, of the plate that it names."""
    if plate := request.GET.get("plaque"):
        return _render(request, None, plate_form=PlateSearchForm(initial={"plate": plate}), mode="plaque")
    if request.GET.get("vierge"):
        return _render(request, None)
    last = selectors.last_quotation(request.user)
    if _chose_since(request, last):
        return _render(request, None, mode=request.GET.get("mode") or "manuel")
    if last is not None and last.state == QuotationState.DRAFT:
        return htmx.redirect(request, "quotation:details" if last.version_code else "quotation:configure", last.pk)
    return _render(request, None)


def _chose_since(request: StaffRequest, last: Quotation | None) -> bool:
    """Whether this person was choosing down the catalogue after they left that quotation."""
    chosen_at = request.session.get(CHOOSING_SINCE)
    return chosen_at is not None and (last is None or chosen_at > selectors.left_at(last).timestamp())


@right(USE, on="row")
@writes("GET", "POST")
def configure(request: StaffRequest, pk: int) -> HttpResponse:
    quotation = fetch(request, pk) if request.method != "POST" else fetch_to_change(request, pk)
    if quotation.state != QuotationState.DRAFT:
        return htmx.redirect(request, "quotation:radar", pk)
    if not may_change(quotation):
        return render_reading(request, quotation)
    return _keep_choices(request, quotation) if request.method == "POST" else _render(request, quotation)


@right(USE, on="scope")
@writes("POST")
def identify(request: StaffRequest) -> HttpResponse:
    form = PlateSearchForm(request.POST)
    if not form.is_valid():
        return _render(request, None, plate_form=form, status=422)
    return _identify(request, _new_draft(request), form)


@right(USE, on="row")
@writes("POST")
def identify_again(request: StaffRequest, pk: int) -> HttpResponse:
    draft = fetch_to_change(request, pk)
    form = PlateSearchForm(request.POST)
    if not form.is_valid():
        return _render(request, draft, plate_form=form, status=422)
    return _identify(request, draft, form)


def _identify(request: StaffRequest, draft: Quotation, form: PlateSearchForm) -> HttpResponse:
    provider = selectors.provider_of(draft.entity)
    asker = asker_for(request, entity=draft.entity, quotation=draft, act=provider.begin_act())
    try:
        found = drafts.identify_plate(draft=draft, plate=form.cleaned_data["plate"], provider=provider, asker=asker)
    except PlateUnknown as failure:
        if drafts.is_of_another(draft, form.cleaned_data["plate"]):
            # The draft of the other vehicle stays in *Mes cotations*.
            draft = drafts.new_draft(
                entity=draft.entity,
                point_of_sale=draft.point_of_sale,
                actor=request.user,
                key=sent_key(request),
                plate=form.cleaned_data["plate"],
            )
        form.add_error("plate", failure.message)
        return _render(request, draft, plate_form=form, mode="manuel", act=asker.act, status=422)
    except ProviderFailure as failure:
        return _render(request, draft, plate_form=form, failure=failure, mode="plaque", status=422)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return _render(request, draft, plate_form=form, status=422)
    if len(found.candidates) == 1:
        return _choose(request, draft, found.candidates[0], provider, asker.act)
    return htmx.redirect(request, "quotation:configure", draft.pk)


@right(USE, on="row")
@writes("POST")
def choose_candidate(request: StaffRequest, pk: int) -> HttpResponse:
    draft = fetch_to_change(request, pk)
    found = answers.identified(draft.plate_answer) if draft.plate_answer else None
    code = request.POST.get("version_code", "")
    candidate = next((one for one in found.candidates if one.version_code == code), None) if found else None
    if candidate is None:
        return _render(request, draft, mode="plaque", status=422, no_version=True)
    provider = selectors.provider_of(draft.entity)
    return _choose(request, draft, candidate, provider, provider.begin_act())


def _choose(
    request: StaffRequest, draft: Quotation, candidate: Candidate, provider: ValuationProvider, act: PageAct
) -> HttpResponse:
    drafts.choose_candidate(draft=draft, candidate=candidate)
    return _to_details(request, draft, provider, act)


@right(USE, on="scope")
@writes("GET", "POST")
def catalogue(request: StaffRequest) -> HttpResponse:
    """The lists of the manual way, narrowed by what is chosen so far."""
    return _keep_choices(request, None) if request.method == "POST" else _render(request, None, mode="manuel")


def _keep_choices(request: StaffRequest, draft: Quotation | None) -> HttpResponse:
    """At each choice: kept in the draft, or for this person until there is one; it stands in the address, too, so that
    a second tab goes on with its own."""
    form = CatalogueForm(request.POST)
    form.is_valid()
    choices = choices_of(form)
    if draft is None:
        request.session[LAST_CHOICES], request.session[CHOOSING_SINCE] = choices, timezone.now().timestamp()
    else:
        drafts.keep_choices(draft=draft, choices=choices)
    path = reverse("quotation:configure", args=[draft.pk]) if draft else reverse("quotation:catalogue")
    address = f"{path}?{urlencode({'mode': 'manuel', **choices})}"
    if not htmx.is_partial(request):
        return htmx.redirect(request, address)
    response = _render(request, draft, mode="manuel")
    response.headers["HX-Push-Url"] = address
    return response


@right(USE, on="scope")
@writes("POST")
def choose_from_catalogue(request: StaffRequest) -> HttpResponse:
    return _choose_from_catalogue(request, None)


@right(USE, on="row")
@writes("POST")
def choose_again(request: StaffRequest, pk: int) -> HttpResponse:
    return _choose_from_catalogue(request, fetch_to_change(request, pk))


def _choose_from_catalogue(request: StaffRequest, draft: Quotation | None) -> HttpResponse:
    """The version is looked up again: what the form carries beside its code is not trusted."""
    provider = _provider_for(draft)
    act = provider.begin_act()
    form = CatalogueForm(request.POST)
    form.is_valid()
    request.session[LAST_CHOICES] = choices_of(form)
    try:
        version = find_version(provider, form, request.POST.get("version_code", ""), act)
    except ProviderFailure as failure:
        return _render(request, draft, failure=failure, mode="manuel", act=act, status=422)
    if version is None:
        return _render(request, draft, mode="manuel", act=act, status=422, no_version=True)
    draft = draft or _new_draft(request)
    request.session.pop(CHOOSING_SINCE, None)
    drafts.choose_version(draft=draft, version=version, choices=choices_of(form))
    return _to_details(request, draft, selectors.provider_of(draft.entity), act)


def _to_details(request: StaffRequest, draft: Quotation, provider: ValuationProvider, act: PageAct) -> HttpResponse:
    asker = asker_for(request, entity=draft.entity, quotation=draft, act=act)
    tell(request, drafts.fetch_equipment(draft=draft, provider=provider, asker=asker), kept=DRAFT_IS_KEPT)
    return htmx.redirect(request, "quotation:details", draft.pk)


def _new_draft(request: StaffRequest) -> Quotation:
    """In the chosen entity and site; under *Toutes mes entités* the form says which entity."""
    scope = current_scope()
    entities = list(Entity.objects.order_by("name"))
    chosen = request.POST.get("entity")
    if chosen is not None or len(entities) > 1:
        # Never another one in its stead: the calls are paid by the entity.
        entities = [entity for entity in entities if str(entity.pk) == chosen]
    if not entities:
        raise Refused("no_entity", "Choisissez l’entité dans laquelle coter.")
    entity = entities[0]
    sites = scope.reach.partial.get(entity.pk, frozenset())
    site = PointOfSale.objects.filter(pk__in=sites).first() if len(sites) == 1 else None
    return drafts.new_draft(entity=entity, point_of_sale=site, actor=request.user, key=sent_key(request))


def _render(
    request: StaffRequest,
    draft: Quotation | None,
    *,
    plate_form: PlateSearchForm | None = None,
    mode: str = "",
    act: PageAct | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    """`act`: what the page has asked of the provider already; the lists of the manual way share its time."""
    mode = mode or request.GET.get("mode", "")
    if draft is not None and draft.is_foreign:
        mode = "manuel"  # the register knows French plates
    if mode not in ("plaque", "manuel"):
        mode = "manuel" if draft is not None and draft.catalogue is not None else "plaque"
    found = answers.identified(draft.plate_answer) if draft and draft.plate_answer else None
    plate_form = plate_form or PlateSearchForm(initial={"plate": draft.plate if draft and not draft.is_foreign else ""})
    if found:  # the version is chosen next: Enter must not search again
        del plate_form.fields["plate"].widget.attrs["autofocus"]
    context = page_context(
        draft,
        step=1,
        mode=mode,
        plate_form=plate_form,
        found=found,
        entities=_entities_to_choose(draft),
        entity_chosen=request.POST.get("entity", ""),
        kept=kept_at(draft, timezone.now()),
        suspension=the_provider().suspension(),
        configure_url=reverse("quotation:configure", args=[draft.pk]) if draft else reverse("quotation:start"),
        **extra,
    )
    if mode == "manuel":
        form = CatalogueForm(_choices(request, draft))
        provider = _provider_for(draft)
        act = act or provider.begin_act()
        steps = catalogue_steps(provider, form, act, today=today_paris(timezone.now()))
        context.update({"failure": context.get("failure"), **steps})
    return htmx.render_part(request, TEMPLATE, "wizard", context, status=status)


def _provider_for(draft: Quotation | None) -> ValuationProvider:
    """The catalogue is free, and read before a new draft has its entity."""
    return selectors.provider_of(draft.entity) if draft is not None else selectors.provider_of_scope()


def _choices(request: StaffRequest, draft: Quotation | None) -> Any:
    """What is being chosen; else what the draft was chosen by; else what this person chose last."""
    for sent in (request.GET, request.POST):
        if "kind" in sent:
            return sent
    if draft is not None and draft.catalogue is not None:
        return draft.catalogue
    return request.session.get(LAST_CHOICES)


def _entities_to_choose(draft: Quotation | None) -> list[Entity]:
    """Only where a new draft would not know: several entities in the scope."""
    if draft is not None or len(current_scope().reach.entities) < 2:
        return []
    return list(Entity.objects.order_by("name"))
