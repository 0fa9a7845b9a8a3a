"""A customer of one entity: a person or a company, in the parts that the official papers ask for."""

from typing import ClassVar, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Replace, Trim

from customers import enums
from customers.identity import ERASED, FRANCE, Address, Names, display_name, identity_line, postal_lines
from openflex.core.search import FoldedText, search_condition
from settings_admin.models import Entity, User
from settings_admin.scoping import Audience, ScopedManager, ScopedModel
from settings_admin.triggers import same_owner

# Those that lists, searches and pickers show: neither merged into another one, nor erased.
LISTED = Q(merged_into=None, erased_at=None)


def _national(column: str) -> Replace:
    """« 0612345678 » of « +33612345678 »: as people type it in a search."""
    return Replace(F(column), Value("+33"), Value("0"))


class CustomerQuerySet(models.QuerySet["Customer"]):
    def listed(self) -> Self:
        return self.filter(LISTED)

    def search(self, text: str) -> Self:
        """Rows that contain every word, or the whole without its spaces and signs (a telephone, a SIRET); below three
        characters, all."""
        condition = search_condition(text.replace("’", "'"))
        return self if condition is None else self.filter(condition)


CustomerManager = ScopedManager.from_queryset(CustomerQuerySet)


class Customer(ScopedModel):
    """One row is one truth: its sections are edited in place, its history is in `TimelineEntry`.

    `merged_into`: this row was put into that one, which has all that pointed here; what it said stays readable.
    `erased_at`: they are forgotten, because they asked for it or after years of silence; `kept_because` says what the
    law keeps of them, if anything.
    """

    audience = Audience(entity="entity_id")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+", verbose_name="entité")
    kind = models.CharField(
        "nature", max_length=10, choices=enums.CustomerKind.choices, default=enums.CustomerKind.PERSON
    )

    # Identité
    civility = models.CharField("civilité", max_length=10, choices=enums.Civility.choices, blank=True)
    birth_name = models.CharField("nom de naissance", max_length=80, blank=True)
    used_name = models.CharField("nom d’usage", max_length=80, blank=True)
    first_names = models.CharField("prénoms", max_length=120, blank=True)
    sex = models.CharField("sexe", max_length=6, choices=enums.Sex.choices, blank=True)
    born_on = models.DateField("date de naissance", null=True, blank=True)
    birth_city = models.CharField("commune de naissance", max_length=100, blank=True)
    birth_department = models.CharField("département de naissance", max_length=3, blank=True)
    birth_country = models.CharField("pays de naissance", max_length=60, blank=True)
    company_name = models.CharField("raison sociale", max_length=120, blank=True)
    legal_form = models.CharField("forme juridique", max_length=12, choices=enums.LegalForm.choices, blank=True)
    is_sole_trader = models.BooleanField("entrepreneur individuel", default=False)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    vat_number = models.CharField("numéro de TVA", max_length=20, blank=True)

    # Coordonnées: telephones in their international form, the address in small letters.
    email = models.EmailField("adresse e-mail", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    mobile = models.CharField("mobile", max_length=20, blank=True)

    # Adresse
    street_number = models.CharField("numéro", max_length=10, blank=True)
    street_extension = models.CharField("extension", max_length=10, blank=True)
    street_type = models.CharField("type de voie", max_length=30, blank=True)
    street_name = models.CharField("nom de la voie", max_length=120, blank=True)
    address_extra = models.CharField("étage, bâtiment", max_length=80, blank=True)
    hamlet = models.CharField("lieu-dit", max_length=80, blank=True)
    postcode = models.CharField("code postal", max_length=10, blank=True)
    city = models.CharField("ville", max_length=100, blank=True)
    country = models.CharField("pays", max_length=60, blank=True, default=FRANCE)

    # Pièce d’identité
    identity_kind = models.CharField("pièce", max_length=20, choices=enums.IdentityDocument.choices, blank=True)
    identity_number = models.CharField("numéro de la pièce", max_length=40, blank=True)
    identity_issued_on = models.DateField("délivrée le", null=True, blank=True)
    identity_authority = models.CharField("délivrée par", max_length=120, blank=True)
    identity_until_on = models.DateField("valable jusqu’au", null=True, blank=True)

    # Suivi
    salesperson = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commercial attitré"
    )
    # Room for those of files that were merged into this one.
    notes = models.TextField("notes", blank=True, max_length=20_000)

    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")
    erased_at = models.DateTimeField("effacé", null=True, blank=True)
    kept_because = models.TextField("conservé parce que", blank=True)
    # When people last did something with the customer, up to a month behind as long as that makes no difference;
    # null until the first night (`services/silence.py`).
    last_contact_at = models.DateTimeField("dernier contact", null=True, editable=False)
    # After years of silence: what the customer agreed to before counts no more (`periods.agreed_since`).
    agreed_since_at = models.DateTimeField("accords depuis", null=True, editable=False)
    # The day for which the erasure is announced, of who was silent for years; null for everybody else.
    erase_on = models.DateField("effacé le", null=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="créé par")
    created_at = models.DateTimeField("créé", auto_now_add=True)
    changed_at = models.DateTimeField("modifié", auto_now=True)

    search_text = models.GeneratedField(
        expression=FoldedText(
            F("company_name"), F("birth_name"), F("used_name"), F("first_names"), F("email"), F("phone"),
            _national("phone"), F("mobile"), _national("mobile"), F("siret"), F("postcode"), F("city"),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )  # fmt: skip
    # What a list of names is sorted by: the name somebody goes by, then the first ones.
    sort_name = models.GeneratedField(
        expression=Trim(
            FoldedText(
                F("company_name"), Case(When(used_name="", then=F("birth_name")), default=F("used_name")),
                F("first_names"),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )  # fmt: skip

    objects: ClassVar[CustomerManager] = CustomerManager()

    class Meta(ScopedModel.Meta):
        verbose_name = "client"
        verbose_name_plural = "clients"
        ordering = ["sort_name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at__isnull=False)
                | (Q(kind="company") & ~Q(company_name=""))
                | (Q(kind="person") & (~Q(birth_name="") | ~Q(used_name=""))),
                name="customer_has_a_name",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="customer_not_merged_into_itself"),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="customer_search"),
            # A list is read in order until its page is full, whatever entities the scope holds.
            *(
                models.Index(F(column), F("id"), condition=LISTED, name=f"customer_by_{name}")
                for column, name in (
                    ("sort_name", "name"),
                    ("changed_at", "change"),
                    ("created_at", "creation"),
                    ("city", "city"),
                    ("postcode", "postcode"),
                )
            ),
            # Few of many, and the last ones in the order of the list.
            models.Index(
                fields=["changed_at", "id"], condition=LISTED & Q(erase_on__isnull=False), name="customer_erased_soon"
            ),
            # Duplicates are looked for while somebody types.
            models.Index(fields=["entity", "phone"], condition=LISTED & ~Q(phone=""), name="customer_phone"),
            models.Index(fields=["entity", "mobile"], condition=LISTED & ~Q(mobile=""), name="customer_mobile"),
            models.Index(fields=["entity", "siret"], condition=LISTED & ~Q(siret=""), name="customer_siret"),
            models.Index(fields=["entity", "email"], condition=LISTED & ~Q(email=""), name="customer_email"),
        ]
        triggers = [same_owner("merged_into")]

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_company(self) -> bool:
        return self.kind == enums.CustomerKind.COMPANY

    @property
    def is_listed(self) -> bool:
        return self.merged_into_id is None and self.erased_at is None

    @property
    def names(self) -> Names:
        if self.is_company:
            return Names(company_name=self.company_name, legal_form=self.legal_form)
        return Names(self.civility, self.birth_name, self.used_name, self.first_names)

    @property
    def display_name(self) -> str:
        return display_name(self.names) or ERASED

    @property
    def initials(self) -> str:
        """Two letters that stand for a photo: « CD » of Claire DUVAL, « PR » of Pr RINO."""
        words = [word for word in self.display_name.split() if word[:1].isalpha()]
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()

    @property
    def identity_line(self) -> str:
        return identity_line(self.names)

    @property
    def address(self) -> Address:
        return Address(
            number=self.street_number,
            extension=self.street_extension,
            street_type=self.street_type,
            street_name=self.street_name,
            extra=self.address_extra,
            hamlet=self.hamlet,
            postcode=self.postcode,
            city=self.city,
            country=self.country,
        )

    @property
    def postal_lines(self) -> list[str]:
        return postal_lines(self.address)

    @property
    def place(self) -> str:
        return f"{self.postcode} {self.city}".strip()

    @property
    def best_phone(self) -> str:
        return self.mobile or self.phone
