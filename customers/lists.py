"""What the list of customers shows, sorts by and filters on."""

from typing import Any, Final

import django_filters as filters
import django_tables2 as tables
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from customers import enums, selectors
from customers.models import Consent, Customer
from customers.periods import CONSENT_YEARS, silent_since
from customers.validators import tidy
from openflex.core import french
from openflex.core.dates import today_paris
from openflex.core.filters import CheckboxesFilter, DayFilter, SearchFilter
from openflex.core.lists import FigureColumn, ListTable, PartColumn, Tab, cell
from settings_admin.scoping import current_scope

DEFAULT_COLUMNS: Final = ("name", "best_phone", "email", "place", "salesperson", "changed_at")
SORTS: Final = {
    "name": "sort_name",
    "place": "city",
    "postcode": "postcode",
    "created_at": "created_at",
    "changed_at": "changed_at",
}
DEFAULT_SORT: Final = "-changed_at"


def tabs(user_id: int) -> list[Tab]:
    return [
        Tab("", "Tous les clients", Q(), has_count=False),
        Tab("mine", "Mes clients", Q(salesperson=user_id)),
        Tab("companies", "Sociétés", Q(kind=enums.CustomerKind.COMPANY), has_count=False),
        Tab("erased_soon", "Bientôt effacés", Q(erase_on__isnull=False)),
    ]


class CustomerTable(ListTable):
    name = PartColumn(
        "customers/cells/name.html",
        export=lambda customer: customer.display_name,
        verbose_name="Client",
        attrs=cell("cell-title", "pin-1"),
    )
    best_phone = PartColumn(
        "customers/cells/phone.html",
        export=lambda customer: french.format_phone(customer.best_phone),
        verbose_name="Téléphone",
        attrs=cell("cell-sub"),
    )
    email = tables.Column(verbose_name="E-mail", attrs=cell("clip", fact="E-mail"))
    place = tables.Column(verbose_name="Ville", attrs=cell("muted", fact="Ville"))
    salesperson = tables.Column(verbose_name="Commercial", attrs=cell("muted", priority=1))
    changed_at = FigureColumn(french.format_instant, verbose_name="Modifié", largest_first=True)
    # Not shown until asked for.
    kind = tables.Column(verbose_name="Nature", attrs=cell("muted"))
    postcode = tables.Column(verbose_name="Code postal", attrs=cell("muted"))
    mobile = tables.Column(verbose_name="Mobile", attrs=cell("muted"))
    phone = tables.Column(verbose_name="Fixe", attrs=cell("muted"))
    siret = tables.Column(verbose_name="SIRET", attrs=cell("muted"))
    born_on = FigureColumn(french.format_day, verbose_name="Né(e) le")
    created_at = FigureColumn(french.format_instant, verbose_name="Créé", largest_first=True)
    erase_on = FigureColumn(french.format_day, verbose_name="Effacé le")
    entity = tables.Column(verbose_name="Entité", attrs=cell("muted"))

    class Meta(ListTable.Meta):
        model = Customer
        fields = ()


_CONSENTS = [
    ("objection", "opposé à la prospection"),
    *((purpose.value, f"{purpose.label}\u00a0: d’accord") for purpose in enums.ConsentPurpose if purpose != "reuse"),
]


class CustomerFilter(filters.FilterSet):
    """The filters of the list; each one that is set becomes a chip."""

    q = SearchFilter(method="search")
    kind = CheckboxesFilter(choices=enums.CustomerKind.choices, label="Nature")
    salesperson = CheckboxesFilter(label="Commercial")
    city = filters.CharFilter(method="by_place", label="Ville ou code postal")
    email = filters.ChoiceFilter(
        method="by_email", label="Adresse e-mail", choices=[("with", "avec"), ("without", "sans")], empty_label="Tous"
    )
    consent = filters.ChoiceFilter(method="by_consent", label="Consentement", choices=_CONSENTS, empty_label="Tous")
    since = DayFilter(field_name="created_at", label="Créé depuis le")
    until = DayFilter(field_name="created_at", label="Créé jusqu’au", is_last=True)

    class Meta:
        model = Customer
        fields: list[str] = []

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Read once: boxes, chips and the check of what was chosen share it.
        people = selectors.salespeople_seen(current_scope())
        self.filters["salesperson"].extra["choices"] = [(str(user.pk), user.full_name) for user in people]

    def search(self, rows: QuerySet[Customer], name: str, value: str) -> QuerySet[Customer]:
        return rows.search(value)  # type: ignore[attr-defined]

    def by_place(self, rows: QuerySet[Customer], name: str, value: str) -> QuerySet[Customer]:
        """« 71 » and « 71100 » are postcodes, all else the beginning of a city."""
        text = tidy(value)
        if text[:2].isdecimal():
            return rows.filter(postcode__startswith=text.replace(" ", ""))
        return rows.filter(city__istartswith=text)

    def by_email(self, rows: QuerySet[Customer], name: str, value: str) -> QuerySet[Customer]:
        return rows.exclude(email="") if value == "with" else rows.filter(email="")

    def by_consent(self, rows: QuerySet[Customer], name: str, value: str) -> QuerySet[Customer]:
        """By what was said last, as long as it counts."""
        is_objection = value == "objection"
        purpose = enums.ConsentPurpose.REUSE if is_objection else value
        said = Consent.objects.filter(purpose=purpose, is_given=not is_objection)
        later = Consent.objects.filter(customer=OuterRef("customer"), purpose=purpose).filter(
            Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
        )
        # From the few who said so to their pages: asked of each customer in turn, a list with few of them takes long.
        rows = rows.filter(pk__in=said.filter(~Exists(later)).order_by().values("customer"))
        if is_objection:
            return rows
        silent = silent_since(today_paris(timezone.now()), years=CONSENT_YEARS)
        rows = rows.filter(Q(last_contact_at=None) | Q(last_contact_at__gte=silent))
        # Asked of those few alone whose former agreements have lapsed.
        anew = said.filter(customer=OuterRef("pk"), at__gte=OuterRef("agreed_since_at"))
        return rows.filter(Q(agreed_since_at=None) | Exists(anew))
