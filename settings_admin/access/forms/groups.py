"""Groups: who enters one and where, its name, its rights."""

import uuid
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator

from openflex.core.sections import SectionForm
from settings_admin.access.models import User, UserGroup
from settings_admin.access.selectors.belonging import Place
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.registries import all_rights

PICK, INVITE = "pick", "invite"
EVERYWHERE = "everywhere"
HOLDING = "holding"


class PlaceForm(forms.Form):
    """Where somebody enters a group. `places`: where the person who adds may do it; each field shows when there is a
    choice. No ticked site: the whole entity, or, where they manage some of its sites only, these. `managed` keeps which
    ones they were when the form was drawn: less was not what somebody meant whose rights have changed since."""

    entity = forms.ModelChoiceField(
        label="Entité",
        queryset=Entity.objects.none(),
        empty_label="Choisir une entité",
        error_messages={"required": "Choisissez une entité."},
    )
    points_of_sale = forms.ModelMultipleChoiceField(
        label="Points de vente",
        queryset=PointOfSale.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Aucune case cochée\u00a0: tous, ceux ouverts plus tard compris.",
    )

    managed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, places: list[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        self.places = {place.entity.pk: place for place in places}
        self.mark = " ".join(
            ",".join(map(str, sorted(site.pk for site in place.points_of_sale)))
            for place in places
            if not place.is_whole
        )
        fields["managed"].initial = self.mark
        if not self.mark:
            del fields["managed"]
        if len(places) != 1:
            fields["entity"].queryset = Entity.objects.filter(pk__in=self.places)
            del fields["points_of_sale"]
            return
        del fields["entity"]
        sites = places[0].points_of_sale
        if len(sites) < 2:
            del fields["points_of_sale"]
            return
        fields["points_of_sale"].queryset = PointOfSale.objects.filter(pk__in=[site.pk for site in sites])
        if not places[0].is_whole:
            fields["points_of_sale"].help_text = "Aucune case cochée\u00a0: tous ceux que vous administrez."

    @property
    def place(self) -> tuple[Entity, list[PointOfSale] | None]:
        """The entity, and the sites when it is only some of them."""
        return self.place_in(self.cleaned_data.get("entity") or next(iter(self.places.values())).entity)

    def place_in(self, entity: Entity) -> tuple[Entity, list[PointOfSale] | None]:
        ticked = list(self.cleaned_data.get("points_of_sale") or [])
        place = self.places.get(entity.pk)
        if ticked or place is None or place.is_whole or self.cleaned_data.get("managed") != self.mark:
            return entity, ticked or None
        return entity, place.points_of_sale


class OwnersIterator(ModelChoiceIterator):
    """Groups under those to whom they belong: the holding, which shares them, then each entity."""

    def __iter__(self) -> Iterator[Any]:
        yield "", self.field.empty_label
        for owner, groups in groupby(self.queryset, key=lambda group: group.entity):
            yield (owner.name if owner else "Partagés"), [self.choice(group) for group in groups]


class GroupField(forms.ModelChoiceField):
    iterator = OwnersIterator


class JoinGroupForm(PlaceForm):
    """The group that a person enters, and where; a local group serves in its own entity."""

    group = GroupField(label="Groupe", queryset=UserGroup.objects.none(), empty_label="Choisissez un groupe")
    field_order = ("group", "entity", "points_of_sale")

    def __init__(self, *args: Any, groups: QuerySet[UserGroup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["group"].queryset = groups
        fields["group"].error_messages["invalid_choice"] = (
            "Ce groupe n’existe plus, ou ne vous est pas proposé ici. Choisissez-en un autre."
        )
        if "entity" in fields:
            fields["entity"].label = "Entité, pour un groupe partagé"
            fields["entity"].required = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        group = data.get("group")
        if group and group.is_shared and "entity" in self.fields and not data.get("entity") and not self.errors:
            self.add_error("entity", self.fields["entity"].error_messages["required"])
        return data

    @property
    def place(self) -> tuple[Entity, list[PointOfSale] | None]:
        owner = self.cleaned_data["group"].entity
        return self.place_in(owner) if owner else super().place


class AddUserForm(PlaceForm):
    """A colleague picked, or a new person invited, and where they enter the group."""

    who = forms.ChoiceField(
        label="Qui ajouter",
        choices=[(PICK, "Un collègue"), (INVITE, "Une nouvelle personne")],
        widget=forms.RadioSelect,
    )
    user = forms.ModelChoiceField(label="Collègue", queryset=User.objects.none(), required=False)
    email = forms.EmailField(
        label="Adresse e-mail", required=False, max_length=254, help_text="Elle y reçoit l’invitation et s’y connecte."
    )
    first_name = forms.CharField(label="Prénom", max_length=80, required=False)
    last_name = forms.CharField(label="Nom", max_length=80, required=False)
    job_title = forms.CharField(label="Fonction", max_length=80, required=False)
    field_order = ("who", "user", "email", "first_name", "last_name", "job_title", "entity", "points_of_sale")

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["user"].queryset = people

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("who") == PICK and not data.get("user") and "user" not in self.errors:
            self.add_error("user", "Choisissez un collègue de la liste.")
        if data.get("who") == INVITE:
            for name in ("email", "first_name", "last_name"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "Ce champ est obligatoire.")
        return data


class GroupForm(SectionForm):
    """The name of a group and what it is for."""

    class Meta:
        model = UserGroup
        fields = ("name", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}


class NewGroupForm(forms.Form):
    """A new group: its owner is an entity, or the holding, which shares it; chosen by nobody else where there are
    several."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    name = forms.CharField(label="Nom", max_length=80)
    description = forms.CharField(
        label="Description", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    entity = forms.ChoiceField(
        label="Appartient à", widget=forms.RadioSelect, error_messages={"required": "Choisissez à qui il appartient."}
    )
    rights = forms.MultipleChoiceField(label="Droits", required=False)

    def __init__(self, *args: Any, entities: list[Entity], may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entities = {str(entity.pk): entity for entity in entities}
        choices = [(key, f"{entity.name} seulement") for key, entity in self.entities.items()]
        if may_share:
            choices = [(HOLDING, "La holding\u00a0: partagé entre toutes ses entités"), *choices]
        fields: dict[str, Any] = self.fields
        fields["entity"].choices = choices
        if len(choices) == 1:
            fields["entity"].initial = choices[0][0]
        fields["rights"].choices = [(code, code) for code in all_rights()]

    def clean_entity(self) -> Entity | None:
        return self.entities.get(self.cleaned_data["entity"])


class RightsForm(forms.Form):
    """The matrix of a group: `base` are the rights it was opened with, `rights` those ticked now."""

    base = forms.MultipleChoiceField(required=False)
    rights = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        for name in ("base", "rights"):
            fields[name].choices = [(code, code) for code in all_rights()]
            fields[name].error_messages["invalid_choice"] = "Ce droit n’existe pas\u00a0: %(value)s."

    @property
    def give(self) -> set[str]:
        return set(self.cleaned_data["rights"]) - set(self.cleaned_data["base"])

    @property
    def take(self) -> set[str]:
        return set(self.cleaned_data["base"]) - set(self.cleaned_data["rights"])


class RemoveForm(forms.Form):
    """Out of the group in one entity, or everywhere."""

    where = forms.ChoiceField(label="Où", widget=forms.RadioSelect)

    def __init__(self, *args: Any, entities: list[Entity], is_everywhere: bool, may_everywhere: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.entities = {str(entity.pk): entity for entity in entities}
        others = " (reste dans les autres entités)" if is_everywhere else ""
        choices = [(key, f"Seulement sur {entity.name}{others}") for key, entity in self.entities.items()]
        if may_everywhere:
            choices.append((EVERYWHERE, "Partout"))
        fields: dict[str, Any] = self.fields
        fields["where"].choices = choices
        if len(choices) == 1:
            fields["where"].initial = choices[0][0]

    def clean_where(self) -> Entity | None:
        """The entity, or None for everywhere."""
        return self.entities.get(self.cleaned_data["where"])
