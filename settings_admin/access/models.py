"""Who signs in, and what they may do where."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models.functions import Lower

from settings_admin.access.enums import Language, MerchantRole
from settings_admin.organisation.models import Entity, Holding, Merchant, PointOfSale
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import Audience, ScopedModel
from settings_admin.triggers import same_owner


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person with an account: staff of exactly one holding, or of one merchant company.

    Not a `ScopedModel`: signing in must find accounts before any scope exists. Pages reach colleagues only
    through `access.selectors`, which asks for the scope.
    """

    email = models.EmailField("adresse e-mail", unique=True)
    first_name = models.CharField("prénom", max_length=80)
    last_name = models.CharField("nom", max_length=80)
    job_title = models.CharField("fonction", max_length=80, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    language = models.CharField("langue", max_length=5, choices=Language.choices, default=Language.FRENCH)
    holding = models.ForeignKey(Holding, models.PROTECT, null=True, blank=True, related_name="users")
    merchant = models.ForeignKey(Merchant, models.PROTECT, null=True, blank=True, related_name="users")
    merchant_role = models.CharField(max_length=10, choices=MerchantRole.choices, blank=True)
    is_active = models.BooleanField("actif", default=True)
    # When the last invitation was made; the account has a password of its own once it was accepted.
    invited_at = models.DateTimeField(null=True, blank=True)
    # From when on it is to be sent, as long as it was not: a worker that takes it on moves this (services/invitations).
    invitation_due_at = models.DateTimeField(null=True, blank=True)
    # When the photo of `UserPhoto` was set: pages draw it, or initials, without reading the image.
    photo_at = models.DateTimeField("photo", null=True, blank=True)
    # The last version whose *Nouveautés* this person has read.
    seen_version = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["last_name", "first_name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
            models.CheckConstraint(
                condition=models.Q(holding__isnull=False, merchant__isnull=True)
                | models.Q(holding__isnull=True, merchant__isnull=False),
                name="user_of_one_holding_or_one_merchant",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @property
    def initials(self) -> str:
        return (self.first_name[:1] + self.last_name[:1]).upper() or self.email[:1].upper()

    @property
    def photo_version(self) -> str:
        """Stands in the address of the photo, so that a browser need not ask whether it is still the one."""
        return f"{self.photo_at:%Y%m%d%H%M%S%f}" if self.photo_at else ""


class UserPhoto(ScopedModel):
    """The photo of a person, square and small. `holding` and `merchant` are the person's: their colleagues see it.

    Kept in the database, as logos are: a few KB, which backups never miss.
    """

    audience = Audience(holding="holding_id", merchant="merchant_id")

    user = models.OneToOneField(User, models.CASCADE, related_name="photo")
    holding = models.ForeignKey(Holding, models.PROTECT, null=True, related_name="+")
    merchant = models.ForeignKey(Merchant, models.PROTECT, null=True, related_name="+")
    content = models.BinaryField()

    class Meta(ScopedModel.Meta):
        triggers = [same_owner("user", owner="holding"), same_owner("user", owner="merchant")]


class UserGroup(ScopedModel):
    """A named set of rights, owned by one entity or, `entity` null, by the holding: *Partagé*."""

    audience = Audience(entity="entity_id", holding="holding_id")

    holding = models.ForeignKey(Holding, models.PROTECT, related_name="groups")
    entity = models.ForeignKey(Entity, models.PROTECT, null=True, blank=True, related_name="groups")
    name = models.CharField("nom", max_length=80)
    description = models.CharField("description", max_length=300, blank=True)
    built_in = models.CharField(max_length=20, choices=BuiltInGroup.choices, blank=True)
    rights = ArrayField(models.CharField(max_length=60), default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ScopedModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint("holding", "entity", Lower("name"), name="group_name_unique", nulls_distinct=False),
            models.UniqueConstraint(
                fields=["holding", "built_in"], condition=~models.Q(built_in=""), name="built_in_group_once_a_holding"
            ),
        ]

        triggers = [same_owner("entity", owner="holding")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shared(self) -> bool:
        return self.entity_id is None


class Membership(ScopedModel):
    """One person in one group, in one entity (perhaps only some of its sites) or, `entity` null, in the whole holding.

    Whole-holding is stored as such, so that an entity created tomorrow is covered at once.
    """

    audience = Audience(entity="entity_id", holding="holding_id")

    holding = models.ForeignKey(Holding, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    group = models.ForeignKey(UserGroup, models.PROTECT, related_name="memberships")
    entity = models.ForeignKey(Entity, models.PROTECT, null=True, blank=True, related_name="memberships")
    # All of its points of sale, those opened later too; else those of `points_of_sale`.
    is_whole = models.BooleanField(default=True)
    points_of_sale = models.ManyToManyField(PointOfSale, blank=True, related_name="+")
    added_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ScopedModel.Meta):
        verbose_name = "affectation"
        verbose_name_plural = "affectations"
        constraints = [
            models.UniqueConstraint(fields=["user", "group", "entity"], name="membership_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=models.Q(entity__isnull=False) | models.Q(is_whole=True),
                name="whole_holding_has_all_sites",
            ),
        ]
        triggers = [
            same_owner("user", owner="holding"),
            same_owner("group", owner="holding"),
            same_owner("entity", owner="holding"),
        ]


class Absence(ScopedModel):
    """From a day to a day, both included, `substitute` receives what would have come to `user`."""

    audience = Audience(holding="holding_id")

    holding = models.ForeignKey(Holding, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="absences")
    substitute = models.ForeignKey(User, models.PROTECT, related_name="+")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ScopedModel.Meta):
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="absence_ends_after"),
            models.CheckConstraint(condition=~models.Q(user=models.F("substitute")), name="absence_of_somebody_else"),
            ExclusionConstraint(
                name="absence_one_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (
                        models.Func("starts_on", "ends_on", models.Value("[]"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        triggers = [same_owner("user", owner="holding"), same_owner("substitute", owner="holding")]


class UserImport(ScopedModel):
    """A file of users between its preview and its confirmation.

    `lines` are its cells as they were read, [[2, {"email": "…"}]]; once it is confirmed only those of the refused lines
    are left, and after a day nothing.
    """

    audience = Audience(user="created_by_id")

    holding = models.ForeignKey(Holding, models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    lines = models.JSONField(default=list)
    # What came of it, once confirmed: {"invite": 470, "add": 10, "nothing": 0, "refused": [[12, [["email", "…"]]]]}.
    outcome = models.JSONField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(ScopedModel.Meta):
        ordering = ["-created_at"]


class DistributedRight(models.Model):
    """A right that `migrate` has given to its built-in groups once; what administrators took back stays taken."""

    code = models.CharField(max_length=60, primary_key=True)
    distributed_at = models.DateTimeField(auto_now_add=True)
