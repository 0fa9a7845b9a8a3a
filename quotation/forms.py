"""What a person types on the way to a value."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from openflex.core.forms import AmountField, DayField, NamedBlanks, WholeNumberField, YesNoField, set_units
from openflex.core.french import format_number
from openflex.core.sections import SectionForm
from quotation.models import Quotation, QuotationSettings
from quotation.providers.base import ListingState, MarketFilters, SellerKind
from quotation.selectors import MarketWords
from vehicles import enums, validators
from vehicles.forms import CountryOfPlate, MileageField, PlateField, VinField
from vehicles.selectors import highest_known_mileage

FIRST_YEAR_OF_LONG_VINS = 1981


class PlateSearchForm(forms.Form):
    plate = PlateField(label="Immatriculation")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plate"].widget.attrs.update({"placeholder": "AA-123-AA", "autofocus": True})

    def clean_plate(self) -> str:
        return _read_plate(
            self.cleaned_data["plate"], otherwise="Un véhicule immatriculé à l’étranger se choisit manuellement."
        )


def _read_plate(text: str, *, is_foreign: bool = False, otherwise: str) -> str:
    """The plate as it is stored; `otherwise` says what to do with one that no French form fits."""
    try:
        return validators.parse_plate(text, foreign=is_foreign).normalised
    except ValidationError as error:
        if error.code == "unreadable" and not is_foreign:
            example = "Immatriculation non reconnue\u00a0: écrivez par exemple AA-123-AA ou 1234 AB 56."
            raise ValidationError(f"{example} {otherwise}", code=error.code) from None
        raise


class CatalogueForm(forms.Form):
    """The manual way down to a version. Nothing is required: each choice narrows what the next one offers."""

    kind = forms.ChoiceField(label="Genre", choices=enums.VehicleKind.choices, initial=enums.VehicleKind.CAR)
    make = forms.CharField(label="Marque", required=False, max_length=60)
    model = forms.CharField(label="Modèle", required=False, max_length=80)
    year = forms.IntegerField(label="Année", required=False, min_value=1950, max_value=2100)
    energy = forms.ChoiceField(label="Énergie", required=False, choices=[("", "Toutes"), *enums.Energy.choices])
    gearbox = forms.ChoiceField(label="Boîte", required=False, choices=[("", "Toutes"), *enums.Gearbox.choices])
    body = forms.CharField(label="Carrosserie", required=False, max_length=40)
    expand = forms.BooleanField(label="Élargir le catalogue aux versions plus anciennes", required=False)


class IdentityRules(CountryOfPlate):
    """What is checked of a plate with its country, a VIN and a first registration, here and on a trade-in estimate."""

    today: date
    instance: Any
    warnings: list[validators.FieldWarning]

    def check_identity(self, data: dict[str, Any]) -> None:
        if not data.get("plate") and not data.get("has_no_plate") and "plate" not in self.errors:
            self.add_error("plate", "Saisissez l’immatriculation, ou cochez «\u00a0VN ou véhicule sans plaque\u00a0».")
        elif data.get("plate") and data.get("has_no_plate"):
            self.add_error(
                "plate",
                "La case «\u00a0VN ou véhicule sans plaque\u00a0» dit le contraire\u00a0: décochez-la, ou effacez "
                "l’immatriculation.",
            )
        elif data.get("plate"):
            try:
                data["plate"] = _read_plate(
                    data["plate"],
                    is_foreign=bool(data.get("plate_country")),
                    otherwise="S’il est immatriculé à l’étranger, choisissez son pays.",
                )
            except ValidationError as error:
                self.add_error("plate", error)
        if data.get("first_registration"):
            try:
                validators.check_first_registration(
                    data["first_registration"], stage=enums.Stage.USED, today=self.today
                )
            except ValidationError as error:
                self.add_error("first_registration", error)
        if data.get("vin"):
            self._check_vin(data["vin"], data.get("first_registration"))
        known = {name: data.get(name) or "" for name in ("vin", "plate", "plate_country") if name not in self.errors}
        self.warnings += doubts(mileage_km=data.get("mileage_km"), **known)

    def _check_vin(self, vin: str, first_registration: date | None) -> None:
        """A short one is right for a vehicle of before 1981, and where its sheet in stock or the register has it."""
        is_old = first_registration is not None and first_registration.year < FIRST_YEAR_OF_LONG_VINS
        if len(vin) < validators.VIN_LENGTH and vin != self.instance.vin and not is_old:
            message = validators.vin_length_message(vin)
            self.add_error("vin", f"{message} Seul un véhicule d’avant {FIRST_YEAR_OF_LONG_VINS} en a moins.")


def doubts(
    *, vin: str = "", plate: str = "", plate_country: str = "", mileage_km: int | None = None
) -> list[validators.FieldWarning]:
    """What is doubtful in what is known of a vehicle, and blocks nothing."""
    found = validators.vin_warnings(vin)
    if mileage_km is not None:
        known = highest_known_mileage(vin=vin, plate=plate, plate_country=plate_country)
        found += validators.mileage_warnings(mileage_km, known_km=known)
    return found


class DetailsForm(NamedBlanks, forms.ModelForm, IdentityRules):
    """Step 2. Colours come from the provider for this version; what cannot be read stays in the draft as typed."""

    exterior_colour = forms.CharField(label="Couleurs extérieures", required=False, max_length=200)
    interior_colour = forms.CharField(label="Couleurs intérieures", required=False, max_length=200)
    plate = PlateField(label="Immatriculation", required=False)
    plate_country = forms.ChoiceField(label="Pays", required=False)
    vin = VinField(label="VIN", required=False, takes_short=True)
    first_registration = DayField(label="Date MEC")
    mileage_km = MileageField(label="Kilométrage")
    # The provider asks for both: what it is told when nobody answers must not be a secret.
    first_hand = YesNoField(label="Première main", help_text="Sans réponse, la cote retient «\u00a0Non\u00a0».")

    class Meta:
        model = Quotation
        fields = [
            "exterior_colour", "interior_colour", "plate", "plate_country", "has_no_plate", "vin",
            "first_registration", "mileage_km", "first_hand", "origin",
        ]  # fmt: skip

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        self.warnings: list[validators.FieldWarning] = []
        super().__init__(*args, **kwargs)
        set_units(self, {"mileage_km": "km"})
        self.initial.update(self.instance.unread)
        self.offer_countries()
        self.fields["origin"].help_text = "Sans réponse, la cote retient «\u00a0Particulier\u00a0»."
        if missing := self._missing():
            self.fields[missing].widget.attrs["autofocus"] = True

    def _missing(self) -> str:
        """The first of what must be said and is not: after a search by plate the mileage, which no plate tells."""
        draft = self.instance
        needed = [*([] if draft.has_no_plate else ["plate"]), "first_registration", "mileage_km"]
        missing = [name for name in needed if name not in draft.unread and getattr(draft, name) in (None, "")]
        return missing[0] if missing else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.check_identity(data)
        return data

    def readable(self) -> tuple[dict[str, Any], dict[str, str]]:
        """For the draft: the values that can be read, and the words of those that cannot."""
        values = {name: self.cleaned_data[name] for name in self.fields if name in self.cleaned_data}
        # The database keeps no NUL, and nobody types one.
        unread = {name: self.data.get(name, "").replace("\0", "") for name in self.fields if name not in values}
        blank = {name: self._blank(name) for name, text in unread.items() if not text.strip()}
        return {**values, **blank}, {name: text for name, text in unread.items() if name not in blank}

    def base(self) -> dict[str, str] | None:
        """What this form was opened with; None when it does not say so, or nothing that can be read."""
        return _texts(self.data.get("base", ""), self.fields)

    def seen(self) -> dict[str, str]:
        """What another tab had saved, as the person saw it who chooses now."""
        return _texts(self.data.get("seen", ""), self.fields) or {}

    def _blank(self, name: str) -> Any:
        """What a field holds once it is emptied: what was read in it before must not come back."""
        return None if Quotation._meta.get_field(name).null else ""

    def _post_clean(self) -> None:
        """Nothing: the verb writes to the locked row."""


def _texts(text: str, names: Iterable[str]) -> dict[str, str] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return {name: str(found[name]) for name in names if name in found} if isinstance(found, dict) else None


class CredentialsForm(forms.Form):
    """With what the entity signs in at the provider. What is typed as a secret is never sent back, refused or not."""

    client_id = forms.CharField(label="Identifiant client", max_length=200)
    client_secret = forms.CharField(
        label="Secret",
        max_length=500,
        widget=forms.PasswordInput,
        help_text="Conservé chiffré, jamais réaffiché : après une erreur, il se saisit de nouveau.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client_id"].widget.attrs.update({"autocomplete": "off", "spellcheck": "false"})
        # Not the person's own password, which a browser would propose here.
        self.fields["client_secret"].widget.attrs["autocomplete"] = "new-password"

    def clean_client_id(self) -> str:
        return _unbroken(self.cleaned_data["client_id"])

    def clean_client_secret(self) -> str:
        return _unbroken(self.cleaned_data["client_secret"])


def _unbroken(text: str) -> str:
    """What was copied with a space or a line end in it is not what the provider gave."""
    if not text.isprintable() or " " in text:
        raise ValidationError("Sans espace ni retour à la ligne : copiez-le de nouveau.")
    return text


class QuotationSettingsForm(SectionForm):
    """What an entity decides about its quotations."""

    units = {"daily_quota": "par jour", "proposed_price_percent": "%"}
    daily_quota = WholeNumberField(label="Appels payants", required=False, min_value=0, max_value=1_000_000)
    proposed_price_percent = AmountField(
        label="Prix proposé", help_text="De la valeur de marché ajustée, de 1 à 200 %."
    )

    class Meta:
        model = QuotationSettings
        fields = ["daily_quota", "proposed_price_percent"]

    def __init__(self, *args: Any, usual_quota: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = f"Vide\u00a0: {format_number(usual_quota)}, comme l’installation."
        self.fields["daily_quota"].help_text = f"De toutes les personnes de l’entité. {usual}"


class SalePriceForm(forms.Form):
    """The what-if of the market study: blank means no price."""

    sale_price = AmountField(label="Prix de vente", required=False)


MOST_KM = 5_000_000
RADII = [("", "Tout le pays"), *((str(km), f"{km}\u00a0km") for km in (50, 100, 150, 200, 300, 500))]
SORTS = [
    ("price", "Prix de publication"),
    ("similarity", "Similarité"),
    ("distance", "Distance"),
    ("mileage", "Kilométrage"),
    ("days_online", "Durée de publication"),
]
# Best first: the likest, the nearest, the cheapest.
SORT_ORDERS = {"similarity": "-similarity"}


class MarketForm(forms.Form):
    """What of the market is looked at: all of it stands in the address, and nothing of it costs a call."""

    state = forms.ChoiceField(label="Afficher", choices=ListingState.choices, required=False)
    sort = forms.ChoiceField(label="Triés par", choices=SORTS, required=False)
    radius = forms.ChoiceField(label="Distance", choices=RADII, required=False)
    energy = forms.MultipleChoiceField(
        label="Énergie", choices=enums.Energy.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    gearbox = forms.MultipleChoiceField(
        label="Boîte", choices=enums.Gearbox.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    seller = forms.MultipleChoiceField(
        label="Vendeur", choices=SellerKind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    mileage_min = WholeNumberField(label="Kilométrage, à partir de", required=False, min_value=0, max_value=MOST_KM)
    mileage_max = WholeNumberField(label="Kilométrage, jusqu’à", required=False, min_value=0, max_value=MOST_KM)
    registered_from = DayField(label="MEC, à partir du", required=False)
    registered_to = DayField(label="MEC, jusqu’au", required=False)
    stars = forms.TypedChoiceField(
        label="Similarité",
        choices=[("", "Toutes"), ("5", "5\u00a0étoiles"), *((str(n), f"{n}\u00a0étoiles et plus") for n in (4, 3, 2))],
        required=False,
        coerce=int,
        empty_value=None,
    )
    option = forms.MultipleChoiceField(label="Options", required=False, widget=forms.CheckboxSelectMultiple)

    # Chosen beside the filters, not among them.
    OUTSIDE = ("state", "sort")

    def __init__(self, *args: Any, options: list[tuple[str, str]], present: MarketWords, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_units(self, {"mileage_min": "km", "mileage_max": "km"})
        fields: dict[str, Any] = self.fields
        fields["option"].choices = options
        for name, words in (("energy", present.energies), ("gearbox", present.gearboxes), ("seller", present.sellers)):
            fields[name].choices = [choice for choice in fields[name].choices if choice[0] in words]
        for name in [name for name in ("energy", "gearbox", "seller", "option") if not fields[name].choices]:
            del fields[name]

    def filters(self) -> MarketFilters:
        """What is chosen; what cannot be read counts as not chosen, its field says why."""
        data = self.cleaned_data
        return MarketFilters(
            energies=frozenset(enums.Energy(word) for word in data.get("energy", ())),
            gearboxes=frozenset(enums.Gearbox(word) for word in data.get("gearbox", ())),
            sellers=frozenset(SellerKind(word) for word in data.get("seller", ())),
            options=frozenset(data.get("option", ())),
            mileage_min=data.get("mileage_min"),
            mileage_max=data.get("mileage_max"),
            registered_from=data.get("registered_from"),
            registered_to=data.get("registered_to"),
            stars_min=data.get("stars"),
            radius_km=int(data["radius"]) if data.get("radius") else None,
        )
