"""The forms of an opportunity, one for each act."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms

from customers.forms import CustomerField
from openflex.core.dates import PARIS, in_paris
from openflex.core.forms import AmountField, DayField, HourField, NamedBlanks, WholeNumberField, set_units
from openflex.core.french import format_euros
from openflex.core.sections import SectionForm
from opportunities import enums
from opportunities.models import Appointment, CloseReason, Opportunity, TradeIn
from settings_admin.models import Entity, PointOfSale, User
from vehicles.forms.picker import VehicleField


class PersonField(forms.ModelChoiceField):
    """A colleague, by full name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.full_name)


def _offer_people(form: forms.BaseForm, name: str, people: list[User]) -> None:
    field: Any = form.fields[name]
    field.queryset = User.objects.filter(pk__in=[user.pk for user in people]).order_by("first_name", "last_name", "pk")


class OnceForm(forms.Form):
    """A form that makes one row, however often it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class CommentForm(OnceForm):
    """What one writes, and, of a request, whom it asks and by when. Without `people` nobody can be asked yet: the page
    fetches them once somebody begins to write (`has_people`)."""

    text = forms.CharField(
        label="Ajouter un commentaire",
        strip=False,
        required=False,
        widget=forms.Textarea(
            attrs={
                "rows": 3,
                "placeholder": "Écrivez un commentaire. @ pour prévenir un collègue.",
                "data-mentions": "",
            }
        ),
    )
    asked_of = PersonField(User.objects.none(), label="Demander à", required=False, empty_label="Personne")
    due_on = DayField(label="Réponse attendue le", required=False)

    def __init__(self, *args: Any, people: list[User] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_people = people is not None
        _offer_people(self, "asked_of", people or [])


class CreateForm(NamedBlanks, OnceForm):
    """*Créer une opportunité*. `entity`: the one it is created in, whose customers and stock are offered."""

    customer = CustomerField(label="Client")
    source = forms.ChoiceField(label="Source", choices=enums.Source.choices, initial=enums.Source.INTERNAL)
    stars = forms.TypedChoiceField(
        label="Intérêt", choices=[(3, "3 étoiles"), (2, "2 étoiles"), (1, "1 étoile")], coerce=int, initial=1
    )
    point_of_sale = forms.ModelChoiceField(PointOfSale.objects.none(), label="Point de vente", required=False)
    salesperson = PersonField(User.objects.none(), label="Vendeur", empty_label=None)
    vehicle = VehicleField(label="Véhicule souhaité", required=False)
    wish = forms.CharField(label="Ou ce que cherche le client", required=False, max_length=200)
    next_action = forms.ChoiceField(
        label="Prochaine action",
        choices=[("", "Aucune"), *enums.NextAction.choices],
        required=False,
        initial=enums.NextAction.CALL,
    )
    next_action_on = DayField(label="Échéance", required=False)
    next_action_note = forms.CharField(label="Précision", required=False, max_length=200)
    blank = "Aucune"

    def __init__(self, *args: Any, entity: Entity, people: list[User], sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_people(self, "salesperson", people)
        site: Any = self.fields["point_of_sale"]
        site.queryset = sites
        for name in ("customer", "vehicle"):
            picker: Any = self.fields[name]
            if not picker.of_entity(entity.pk):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("next_action") and not data.get("next_action_on") and "next_action_on" not in self.errors:
            self.add_error("next_action_on", "Indiquez pour quand.")
        return data

    def values(self) -> dict[str, Any]:
        """What `create_opportunity` takes besides who and where."""
        names = ("source", "stars", "vehicle", "wish", "next_action", "next_action_note", "next_action_on")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


def _shown_price(price: Any) -> str:
    """Beside the price that was proposed for another vehicle."""
    if price is None:
        return "Ce véhicule n’a pas de prix affiché\u00a0: indiquez le vôtre."
    return f"Ce véhicule est affiché à {format_euros(price)}\u00a0: vérifiez le prix, puis envoyez de nouveau."


class OfferForm(OnceForm):
    """*Faire une nouvelle offre*: one vehicle, its price, what is taken in exchange, how long it holds. `proposed`: the
    price of the stock that stood in the form without anybody having typed it."""

    vehicle = VehicleField(label="Véhicule")
    price = AmountField(label="Prix proposé TTC")
    proposed = AmountField(widget=forms.HiddenInput, required=False)
    trade_in = forms.ModelChoiceField(
        TradeIn.objects.none(), label="Reprise", required=False, empty_label="Sans reprise"
    )
    valid_until = DayField(label="Valable jusqu’au")
    note = forms.CharField(
        label="Conditions particulières", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, opportunity: Opportunity, trade_ins: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["trade_in"]
        chosen.queryset = trade_ins
        chosen.label_from_instance = lambda one: f"{one} · {format_euros(one.price)}"
        picker: Any = self.fields["vehicle"]
        if not picker.of_entity(opportunity.entity_id):
            del self.fields["vehicle"]
        set_units(self, {"price": "€"})

    def clean_price(self) -> Any:
        price = self.cleaned_data["price"]
        if price is not None and price <= 0:
            raise forms.ValidationError("Indiquez un prix supérieur à zéro.")
        return price

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (vehicle := data.get("vehicle")) and self._is_of_another(vehicle.sale_price):
            self.add_error("price", _shown_price(vehicle.sale_price))
            self._propose(vehicle.sale_price)
        return data

    def follow_vehicle(self) -> None:
        """Another vehicle was chosen: its price takes the place of the one proposed for the first; a price that
        was typed stays."""
        self.is_valid()
        vehicle = self.cleaned_data.get("vehicle")
        if vehicle and (not self.data.get("price") or self._is_of_another(vehicle.sale_price)):
            self._propose(vehicle.sale_price)
        self.errors.clear()

    def _is_of_another(self, shown: Any) -> bool:
        price, proposed = (self._amount(name) for name in ("price", "proposed"))
        return proposed is not None and price == proposed != shown

    def _amount(self, name: str) -> Any:
        """As it was typed; what cannot be read is said beside its field, and is nobody's proposal."""
        try:
            return self.fields[name].to_python(self.data.get(name))
        except forms.ValidationError:
            return None

    def _propose(self, price: Any) -> None:
        written = self.fields["price"].prepare_value(price) or ""
        self.data = {**self.data.dict(), "price": written, "proposed": written}  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in ("vehicle", "price", "trade_in", "valid_until", "note")}


class SummaryForm(SectionForm):
    """The summary of an opportunity, edited in place."""

    vehicle = VehicleField(label="Véhicule souhaité", required=False)
    next_action_on = DayField(label="Échéance", required=False)

    class Meta:
        model = Opportunity
        fields = ("source", "stars", "vehicle", "wish", "next_action", "next_action_note", "next_action_on")
        widgets = {"stars": forms.Select(choices=[(3, "3 étoiles"), (2, "2 étoiles"), (1, "1 étoile")])}

    def __init__(self, *args: Any, instance: Opportunity, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, **kwargs)
        picker: Any = self.fields["vehicle"]
        # Whoever does not see the vehicle that is wanted cannot take it off unseen.
        if not picker.of_entity(instance.entity_id) or not picker.keeping(instance.vehicle_id):
            del self.fields["vehicle"]


class ExchangeForm(NamedBlanks, OnceForm):
    """*Relancer le client*: what was said, and what is to be done next."""

    means = forms.ChoiceField(label="Par", choices=enums.ExchangeMeans.choices)
    outcome = forms.ChoiceField(label="Résultat", choices=enums.ExchangeOutcome.choices)
    subject = forms.CharField(label="Objet", required=False, max_length=160)
    text = forms.CharField(
        label="Ce qui a été dit ou écrit", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )
    next_action = forms.ChoiceField(
        label="Prochaine action", choices=[("", "Aucune"), *enums.NextAction.choices], required=False
    )
    next_action_on = DayField(label="Échéance", required=False)
    next_action_note = forms.CharField(label="Précision", required=False, max_length=200)
    blank = "Aucune"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("next_action") and not data.get("next_action_on") and "next_action_on" not in self.errors:
            self.add_error("next_action_on", "Indiquez pour quand.")
        if data.get("outcome") == enums.ExchangeOutcome.REACHED and not data.get("text", "").strip():
            self.add_error("text", "Écrivez ce qui a été dit.")
        if data.get("means") != enums.ExchangeMeans.EMAIL:
            data["subject"] = ""
        return data


class PostponeForm(forms.Form):
    """*Reporter*: to which day, and why."""

    to = DayField(label="Reporter au")
    reason = forms.CharField(
        label="Pourquoi", max_length=200, error_messages={"required": "Dites pourquoi\u00a0: l’historique le garde."}
    )


class AnswerForm(OnceForm):
    """The answer to a colleague's request."""

    text = forms.CharField(
        label="Votre réponse",
        strip=False,
        error_messages={"required": "Écrivez votre réponse."},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class OfferAnswerForm(forms.Form):
    """What the customer says of an offer, or that it was handed to them."""

    state = forms.ChoiceField(label="Que devient l’offre\u00a0?", widget=forms.RadioSelect)

    def __init__(self, *args: Any, states: Sequence[enums.OfferState], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["state"]
        offered.choices = [(state.value, state.label) for state in states]


class AppointmentForm(NamedBlanks, OnceForm):
    """A *rdv*; with the kind TEST_DRIVE, a *rdv essai* with its vehicle and the customer's licence."""

    salesperson = PersonField(User.objects.none(), label="Avec", empty_label=None)
    day = DayField(label="Le")
    starts = HourField(label="De")
    ends = HourField(label="À")
    note = forms.CharField(label="Précision", required=False, max_length=200)

    def __init__(
        self, *args: Any, people: list[User], kind: enums.AppointmentKind, entity_id: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        _offer_people(self, "salesperson", people)
        if kind == enums.AppointmentKind.MEETING:
            return
        self.fields["vehicle"] = picker = VehicleField(label="Véhicule à essayer")
        if not picker.of_entity(entity_id) and self.initial.get("vehicle"):
            del self.fields["vehicle"]
        self.fields["licence_number"] = forms.CharField(label="N° de permis", max_length=20, required=False)
        self.fields["licence_issued_on"] = DayField(label="Permis délivré le", required=False)
        self.fields["mileage_out_km"] = WholeNumberField(
            label="Km au départ", required=False, min_value=0, help_text="À défaut, celui de la fiche du véhicule."
        )
        set_units(self, {"mileage_out_km": "km"})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"day", "starts", "ends"} <= data.keys():
            data["starts_at"] = _instant(data["day"], data["starts"])
            data["ends_at"] = _instant(data["day"], data["ends"])
        return data

    def values(self) -> dict[str, Any]:
        """What `plan_appointment` takes besides the kind, and `move_appointment`."""
        return {name: self.cleaned_data[name] for name in _OF_APPOINTMENT if name in self.cleaned_data}


_OF_APPOINTMENT = (
    "salesperson", "vehicle", "starts_at", "ends_at", "note", "licence_number", "licence_issued_on", "mileage_out_km",
)  # fmt: skip


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=PARIS)


class MoveForm(AppointmentForm):
    """*Déplacer*: the same, opened on what is planned. `seen`: as it was then."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, appointment: Appointment, people: list[User]) -> None:
        starts, ends = (in_paris(at) for at in (appointment.starts_at, appointment.ends_at))
        initial = {name: getattr(appointment, name) for name in _OF_APPOINTMENT} | {
            "salesperson": appointment.salesperson_id,
            "vehicle": appointment.vehicle_id,
            "day": starts.date(),
            "starts": starts.time(),
            "ends": ends.time(),
            "seen": appointment.mark,
        }
        kind = enums.AppointmentKind(appointment.kind)
        super().__init__(data, people=people, kind=kind, entity_id=appointment.entity_id, initial=initial)
        if appointment.salesperson not in people:
            # Who has left, say: nobody is put in their place unseen.
            whose: Any = self.fields["salesperson"]
            whose.empty_label = "Choisir"

    def has_seen(self, appointment: Appointment) -> None:
        """Sent again after it was told how `appointment` stands now, the form wins."""
        appointment.refresh_from_db()
        self.data = {**self.data.dict(), "seen": appointment.mark}  # type: ignore[attr-defined]  # what was posted


class CancelAppointmentForm(forms.Form):
    outcome = forms.CharField(label="Pourquoi", required=False, max_length=200)


class CloseForm(NamedBlanks, forms.Form):
    """Why an opportunity is closed, in the reasons of its entity."""

    reason = forms.ModelChoiceField(CloseReason.objects.none(), label="Motif")
    competitor = forms.CharField(label="Concurrent", required=False, max_length=80)
    note = forms.CharField(label="Précision", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, reasons: Any, status: enums.Status, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["reason"]
        offered.queryset, offered.empty_label = reasons, "Choisir"
        if status != enums.Status.LOST:
            del self.fields["competitor"]


class ReassignForm(forms.Form):
    salesperson = PersonField(User.objects.none(), label="Vendeur", empty_label=None)

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_people(self, "salesperson", people)


class MergeForm(forms.Form):
    """The opportunity of the same customer that is kept."""

    into = forms.ModelChoiceField(Opportunity.objects.none(), label="Fusionner avec", empty_label=None)

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["into"]
        offered.queryset = others


class EndAppointmentForm(forms.Form):
    state = forms.ChoiceField(
        label="Issue",
        choices=[(one.value, one.label) for one in enums.AppointmentState if one != enums.AppointmentState.PLANNED],
    )
    outcome = forms.CharField(
        label="Compte rendu", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    mileage_back_km = WholeNumberField(label="Km au retour", required=False, min_value=0)

    def __init__(self, *args: Any, is_test_drive: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_test_drive:
            set_units(self, {"mileage_back_km": "km"})
        else:
            del self.fields["mileage_back_km"]
