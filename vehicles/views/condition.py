"""Photos, damage and refurbishment costs, wherever they stand: on the sheet of a vehicle or on a trade-in estimate.

The views of both are one line each; here is what they share. A `Place` says where it happens.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from openflex.core import htmx, private_files
from openflex.core.dialogs import Dialog, render_dialog
from openflex.core.errors import Refused
from openflex.core.http import image_response
from openflex.core.photos import CAMERA_ACCEPTED
from openflex.core.sections import reopened, tell_conflict
from settings_admin.access.requests import StaffRequest
from settings_admin.records.services import EditConflict
from vehicles import condition, forms
from vehicles.models.condition import CostFacts, DamageFacts, PhotoFacts
from vehicles.services import condition as parts
from vehicles.services import photos as photo_verbs

SIZES: Final = ("grande", "petite")
# Word of the address → what it is.
PARTS: Final[Mapping[str, str]] = {"defauts": "damage", "frais": "cost"}
_TITLES: Final[Mapping[str, Mapping[str, str]]] = {
    "damage": {"add": "Ajouter un défaut", "edit": "Modifier le défaut", "remove": "Retirer le défaut"},
    "cost": {
        "add": "Ajouter des frais de remise en état",
        "edit": "Modifier les frais de remise en état",
        "remove": "Retirer les frais de remise en état",
    },
}


@dataclass(frozen=True)
class Place:
    """Where a condition is shown. `prefix` begins the names of its routes (`urls_of`).

    `page(request, owner, status=…, refused=…)` draws the whole page; `context(owner)` is what it draws with, the
    `condition` included; `around` is the template of what else on the page follows from a condition, each piece with
    `hx-swap-oob`. `name` and `back` are the owner in words and the address of its page.
    """

    prefix: str
    around: str
    name: Callable[[Any], str]
    back: Callable[[Any], str]
    page: Callable[..., HttpResponse]
    context: Callable[..., dict[str, Any]]

    def __getattr__(self, name: str) -> str:
        """The name of a route, for templates: `place.add_photos`."""
        if name.startswith("_"):
            raise AttributeError(name)
        return f"{self.prefix}{name}"


@dataclass(frozen=True)
class Condition:
    """What the cards show. `sees_costs`: with the amounts; `refused`: the files that were not taken, with the reason;
    `needed`: how many photos there must be before the next step."""

    owner: Any
    place: Place
    may_edit: bool
    photos: Sequence[PhotoFacts]
    damages: Sequence[DamageFacts]
    costs: Sequence[CostFacts]
    sees_costs: bool = True
    refused: Sequence[tuple[str, str]] = ()
    needed: int = 0
    most_of_damage: int = photo_verbs.MOST_OF_A_DAMAGE
    key: UUID = field(default_factory=uuid4)
    accepted: str = CAMERA_ACCEPTED
    most: int = photo_verbs.MOST_PHOTOS

    @property
    def totals(self) -> condition.Totals:
        return condition.totals(self.costs)

    @property
    def damage_total(self) -> Any:
        known = [damage.cost for damage in self.damages if damage.cost is not None]
        return sum(known) if known else None

    @property
    def new_key(self) -> UUID:
        """Another one for each of the forms."""
        return uuid4()

    @property
    def missing(self) -> int:
        return max(self.needed - len(self.photos), 0)


def condition_of(
    owner: Any,
    *,
    place: Place,
    may_edit: bool,
    sees_costs: bool = True,
    refused: Sequence[tuple[str, str]] = (),
    needed: int = 0,
) -> Condition:
    """In three statements, and one for the photos of the damages."""
    return Condition(
        owner=owner,
        place=place,
        may_edit=may_edit and owner.is_editable,
        photos=list(owner.photos.order_by("position", "pk")),
        damages=list(owner.damages.order_by("pk").prefetch_related("photos")),
        costs=list(owner.costs.order_by("pk")),
        sees_costs=sees_costs,
        refused=refused,
        needed=needed,
    )


# --- Photos ----------------------------------------------------------------------------------------------


def photo_response(request: StaffRequest, photo: PhotoFacts, size: str) -> HttpResponse:
    """A photo never changes: its address is its version."""
    if size not in SIZES:
        raise Http404
    name = photo.name if size == "grande" else photo.small_name
    try:
        with private_files.read(name, place="photos") as file:
            content = file.read()
    except FileNotFoundError:
        raise Http404 from None
    return image_response(request, content, kind="webp", version=name, is_named=True)


def add_photos(request: StaffRequest, owner: Any, place: Place, damage_pk: int | None = None) -> HttpResponse:
    """Every file that can be taken is taken; 422 with the names of the others. Of the vehicle, or of a damage."""
    card = "photos" if damage_pk is None else "defauts"
    form = forms.PhotosForm(request.POST)
    sent = [
        photo_verbs.SentFile(name=str(file.name), file=file.file, size=file.size or 0)
        for file in request.FILES.getlist("photos")
    ]
    if not form.is_valid() or not sent:
        refused = [("Aucune photo", "Choisissez au moins une image.")]
        return _answer(request, owner, place, card=card, refused=refused)
    outcome = photo_verbs.add_photos(
        owner=owner, damage_pk=damage_pk, files=sent, key=form.cleaned_data["key"], actor=request.user
    )
    return _answer(request, owner, place, card=card, refused=outcome.refused)


def move_photo(request: StaffRequest, owner: Any, place: Place, photo_pk: int) -> HttpResponse:
    form = forms.MovePhotoForm(request.POST)
    if form.is_valid():
        photo_verbs.move_photo(owner=owner, photo_pk=photo_pk, to=form.cleaned_data["to"], actor=request.user)
    return _answer(request, owner, place, card="photos")


def remove_photo(
    request: StaffRequest, owner: Any, place: Place, photo_pk: int, damage_pk: int | None = None
) -> HttpResponse:
    card = "photos" if damage_pk is None else "defauts"
    if request.method == "POST":
        photo_verbs.remove_photo(owner=owner, damage_pk=damage_pk, photo_pk=photo_pk, actor=request.user)
        return _closed(_answer(request, owner, place, card=card), card=card)
    holder = owner if damage_pk is None else _part(owner, "damage", damage_pk)
    photo = get_object_or_404(holder.photos, pk=photo_pk)
    seen = place.photo if damage_pk is None else place.damage_photo
    return _dialog(
        request,
        owner,
        place,
        title="Retirer la photo",
        verb="Retirer",
        consequence="La photo est supprimée définitivement. L’historique garde la trace du retrait.",
        body="vehicles/condition/_photo_seen.html",
        is_grave=True,
        context={"photo_url": reverse(seen, args=[photo.pk, "petite"]), "photo": photo},
    )


# --- Damage and costs ------------------------------------------------------------------------------------


def add_part(request: StaffRequest, owner: Any, place: Place, what: str) -> HttpResponse:
    what = _what(what)
    form = forms.PART_FORMS[what](_sent(request))
    if form.is_valid():
        try:
            parts.add_part(
                owner=owner, what=what, values=form.values(), actor=request.user, key=form.cleaned_data["key"]
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return _closed(_answer(request, owner, place, card="defauts"), card="defauts")
    return _dialog(request, owner, place, title=_TITLES[what]["add"], verb="Ajouter", form=form)


def edit_part(request: StaffRequest, owner: Any, place: Place, what: str, part_pk: int) -> HttpResponse:
    what = _what(what)
    form = _edit_form(owner, what, part_pk, _sent(request))
    if form.is_valid():
        base, mine = form.changes()
        try:
            parts.edit_part(owner=owner, what=what, part_pk=part_pk, base=base, mine=mine, actor=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        except EditConflict as conflict:
            fresh = _edit_form(owner, what, part_pk)
            again = _edit_form(owner, what, part_pk, reopened(form, on=fresh))
            form = tell_conflict(again, conflict.fields, saved=fresh)
        else:
            return _closed(_answer(request, owner, place, card="defauts"), card="defauts")
    return _dialog(request, owner, place, title=_TITLES[what]["edit"], verb="Enregistrer", form=form)


def _edit_form(owner: Any, what: str, part_pk: int, data: QueryDict | None = None) -> Any:
    part = _part(owner, what, part_pk)
    return forms.PART_FORMS[what](data, initial={name: getattr(part, name) for name in parts.FIELDS[what]})


def remove_part(request: StaffRequest, owner: Any, place: Place, what: str, part_pk: int) -> HttpResponse:
    what = _what(what)
    if request.method == "POST":
        parts.remove_part(owner=owner, what=what, part_pk=part_pk, actor=request.user)
        return _closed(_answer(request, owner, place, card="defauts"), card="defauts")
    part = _part(owner, what, part_pk)
    words = part.description or (part.get_zone_display() if what == "damage" else part.get_kind_display())
    gone = " Ses photos sont supprimées." if what == "damage" and part.photos.exists() else ""
    consequence = (
        f"«\u00a0{words}\u00a0» ne comptera plus dans les totaux.{gone} L’historique garde la trace du retrait."
    )
    return _dialog(
        request, owner, place, title=_TITLES[what]["remove"], verb="Retirer", consequence=consequence, is_grave=True
    )


def _what(word: str) -> str:
    if word not in PARTS:
        raise Http404
    return PARTS[word]


def _part(owner: Any, what: str, pk: int) -> Any:
    return get_object_or_404(owner.damages if what == "damage" else owner.costs, pk=pk)


# --- Answers ---------------------------------------------------------------------------------------------


def _answer(
    request: StaffRequest, owner: Any, place: Place, *, card: str, refused: Sequence[tuple[str, str]] = ()
) -> HttpResponse:
    """The card again, with what else follows from it; without a script the page, led to or with what was refused."""
    status = 422 if refused else 200
    if htmx.is_partial(request):
        context = {**place.context(owner, refused=refused), "card": card, "place": place}
        return render(request, "vehicles/condition/answer.html", context, status=status)
    if refused:
        return place.page(request, owner, status=status, refused=refused, card=card)
    return htmx.redirect(request, f"{place.back(owner)}#{card}")


def _closed(response: HttpResponse, *, card: str) -> HttpResponse:
    """An answer from a dialog goes where the card is, and the dialog closes."""
    response.headers["HX-Retarget"] = f"#{card}"
    response.headers["HX-Reswap"] = "morph:outerHTML"
    return htmx.trigger(response, htmx.CLOSE_DIALOG)


def _dialog(
    request: StaffRequest,
    owner: Any,
    place: Place,
    *,
    title: str,
    verb: str,
    form: Any = None,
    context: Mapping[str, Any] | None = None,
    **more: Any,
) -> HttpResponse:
    dialog = Dialog(
        title=title, subtitle=place.name(owner), url=request.path, back=place.back(owner), verb=verb, **more
    )
    return render_dialog(request, dialog, form=form, owner=owner, **(context or {}))


def _sent(request: StaffRequest) -> QueryDict | None:
    """What a form was sent with; an empty one was sent too."""
    return request.POST if request.method == "POST" else None


def sheet_url(name: str) -> Callable[[Any], str]:
    return lambda owner: reverse(name, args=[owner.pk])
