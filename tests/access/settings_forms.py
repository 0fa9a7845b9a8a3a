"""Each form of *Paramètres* as a browser sends it, of rows of *Nord*: an administrator of the holding may send it.

A route of *Paramètres* that takes a POST and has no form here fails `test_forged_forms.py`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any
from uuid import uuid4

from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from openflex.core.checks import routes
from opportunities.models import CloseReason, MessageTemplate
from quotation.providers.wire import Credentials
from quotation.services.access import save_credentials
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import Absence, Entity, Membership, PointOfSale, User, UserGroup, UserImport
from settings_admin.organisation.services.logos import set_logo
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.cast import Cast
from tests.make import make_user
from tests.settings_admin.imports.way import csv_of, line
from vehicles.models import VehicleSettings

SECTION_FIELDS = {
    "entity": {"identite": ("name", "siren", "vat_number"), "coordonnees": ("street", "postcode", "city", "phone")},
    "site": {
        "identite": ("name", "siret"),
        "coordonnees": ("street", "postcode", "city", "phone", "email"),
        "activite": ("brands",),
    },
}
# Whoever manages users may send one: it is kept for them, and changes nothing before it is confirmed.
KEPT_FOR_WHO_SENDS = {"access:import"}
# Asks the provider and writes nothing: tests/quotation/test_provider_page.py says what is answered.
ASKS_ONLY = {"quotation:try_access"}
PERSON = ("first_name", "last_name", "email", "job_title", "phone")


@dataclass(frozen=True)
class World:
    """The cast, and in Nord something that each form can be about."""

    cast: Cast
    sellers: UserGroup
    admins: UserGroup
    holding_admins: UserGroup
    local: UserGroup
    invited: User
    gone: User
    spare_site: PointOfSale
    sent_file: UserImport
    absence: Absence
    # Two reasons of closing: one of several, and one that is retired.
    reason: CloseReason
    retired: CloseReason
    message: MessageTemplate


@dataclass(frozen=True)
class Sent:
    """One form: where it goes, and what stands in it."""

    url_name: str
    parameters: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return reverse(self.url_name, kwargs=self.parameters)

    def __str__(self) -> str:
        return f"{self.url} {self.data}"


# They change nothing and name no row: tests/settings_admin/audit says whose lines stand in the file.
EXPORTS = {"audit:export"}
# Where the pages of *Paramètres* stand, those of other apps too.
PLACES = ("parametres/", "cotations/fournisseur/", "opportunites/reglages/", "vehicules/reglages/")


def posting_routes() -> list[str]:
    """The names of all routes of *Paramètres* that take a POST, but for exports."""
    return [
        route.name
        for route in routes()
        if route.pattern.startswith(PLACES)
        and route.name not in EXPORTS
        and "POST" in getattr(route.view, "http_methods", ("GET", "POST"))
    ]


def build_world(cast: Cast) -> World:
    sellers, admins, holding_admins = (
        built_in_group(cast.holding, one)
        for one in (BuiltInGroup.SALESPERSON, BuiltInGroup.ENTITY_ADMIN, BuiltInGroup.HOLDING_ADMIN)
    )
    local = UserGroup.objects.create(
        holding=cast.holding, entity=cast.north, name="Préparation", rights=["vehicles.view"]
    )
    add_member(actor=None, user=cast.sam, group=local, entity=cast.north)
    invited, gone = (
        make_user(
            f"{name}@example.test", holding=cast.holding, group=BuiltInGroup.SALESPERSON, entity=cast.north,
            first_name=name.title(),
        )
        for name in ("invited", "gone")
    )  # fmt: skip
    invited.set_unusable_password()
    invited.save()
    gone.is_active = False
    gone.save()
    TOTP.activate(cast.vera, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    for row in (cast.north, cast.north_1):
        logo = image("white")  # another one than the forms send: the same again changes nothing
        set_logo(row=row, file=logo, size=logo.size, actor=cast.alice)
    held = Credentials("avant", "secret-avant")
    save_credentials(entity=cast.north, credentials=held, actor=cast.alice, now=timezone.now())
    spare = PointOfSale.objects.create(entity=cast.north, name="Nord 3", brands=["PEUGEOT"])
    line = {
        "first_name": "Neuve",
        "last_name": "Personne",
        "email": "neuve@example.test",
        "groups": "Vendeur",
        "entity": "Nord",
    }
    file = UserImport.objects.create(
        holding=cast.holding, created_by=cast.alice, filename="equipe.csv", lines=[[2, line]]
    )
    days = {"starts_on": date(2099, 1, 5), "ends_on": date(2099, 1, 9)}
    away = Absence.objects.create(holding=cast.holding, user=cast.sam, substitute=cast.marc, **days)
    UserSession.objects.create(user=cast.sam, session_key="of-sam", ip="192.0.2.7", last_seen_at=timezone.now())
    reason, _, retired = (
        CloseReason.objects.create(
            entity=cast.north, status="lost", label=label, position=position, is_active=label != "Météo"
        )
        for position, label in enumerate(("Prix", "Délai", "Météo"))
    )
    message = MessageTemplate.objects.create(entity=cast.north, means="sms", label="Rappel", body="Bonjour {nom}")
    return World(
        cast, sellers, admins, holding_admins, local, invited, gone, spare, file, away, reason, retired, message
    )


def image(colour: str = "navy") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (60, 30), colour).save(out, "PNG")
    return SimpleUploadedFile("logo.png", out.getvalue(), "image/png")


def key() -> str:
    return str(uuid4())


def section(row: Entity | PointOfSale, section_key: str, **typed: str) -> Sent:
    """One section of a sheet, with what it was opened with and what was typed into it."""
    kind = "entity" if isinstance(row, Entity) else "site"
    data: dict[str, Any] = {}
    for one in SECTION_FIELDS[kind][section_key]:
        value = getattr(row, one)
        data[one] = data[f"initial-{one}"] = ", ".join(value) if isinstance(value, list) else value
    return Sent(f"organisation:save_{kind}", {"pk": row.pk, "key": section_key}, {**data, **typed})


def person(user: User, **typed: str) -> Sent:
    opened = {name: getattr(user, name) for name in PERSON}
    return Sent(
        "access:user_edit", {"pk": user.pk}, {**{f"initial-{k}": v for k, v in opened.items()}, **opened, **typed}
    )


def numbering(entity: Entity, **typed: str) -> Sent:
    """How an entity that changed nothing yet numbers its stock."""
    opened = {"prefix": "", "year_digits": "2", "separator": "-", "min_digits": "4", "next_number": "1"}
    data = {**{f"initial-{name}": value for name, value in opened.items()}, **opened, **typed}
    return Sent("numbering:save", {"pk": entity.pk, "key": "stock"}, data)


def reason(row: CloseReason, **typed: str) -> Sent:
    """The words of a reason, opened and changed."""
    data = {"key": key(), "initial-label": row.label, "label": row.label, **typed}
    return Sent("opportunities:settings_reason_rename", {"pk": row.pk}, data)


def message(row: MessageTemplate, **typed: str) -> Sent:
    opened = {name: getattr(row, name) for name in ("label", "means", "subject", "body")}
    data = {"key": key(), **{f"initial-{name}": value for name, value in opened.items()}, **opened, **typed}
    return Sent("opportunities:settings_message_edit", {"pk": row.pk}, data)


FIGURES = {"overdue_after_days": "7", "offer_valid_days": "15", "trade_in_valid_days": "15", "trade_in_photos": "4"}


def figures(entity: Entity, **typed: str) -> Sent:
    """What an entity that changed nothing yet decides about its opportunities."""
    data = {**{f"initial-{name}": value for name, value in FIGURES.items()}, **FIGURES, **typed}
    return Sent("opportunities:settings_figures_save", {"pk": entity.pk}, data)


def vehicle_settings(entity: Entity, **typed: str) -> Sent:
    """What an entity that changed nothing yet decides about its vehicles."""
    own = VehicleSettings()
    opened = {"holding_percent": "6,00", "car_lines": own.car_lines, "motorcycle_lines": own.motorcycle_lines}
    data = {**{f"initial-{name}": value for name, value in opened.items()}, **opened, **typed}
    return Sent("vehicles:settings_save", {"pk": entity.pk}, data)


def invitation(**typed: Any) -> dict[str, Any]:
    new = {"email": "neuve@example.test", "first_name": "Neuve", "last_name": "Personne", "job_title": ""}
    return {"who": "invite", **new, **typed}


def _membership(user: User, group: UserGroup) -> Membership:
    return Membership.objects.get(user=user, group=group)


FORMS: dict[str, Callable[[World], list[Sent]]] = {
    "access:group_create": lambda w: [
        Sent("access:group_create", data={"key": key(), "name": name, "entity": entity, "rights": ["vehicles.view"]})
        for name, entity in (("Livraison", w.cast.north.pk), ("Partout", "holding"))
    ],
    "access:group_edit": lambda w: [
        Sent("access:group_edit", {"pk": group.pk}, {"initial-name": group.name, "name": "À moi", "description": ""})
        for group in (w.local, w.sellers)
    ],
    "access:group_rights": lambda w: [
        Sent(
            "access:group_rights",
            {"pk": group.pk},
            {"base": group.rights, "rights": [*group.rights, "vehicles.edit"], "confirmed": "1"},
        )
        for group in (w.local, w.sellers)
    ],
    "access:group_delete": lambda w: [Sent("access:group_delete", {"pk": w.local.pk})],
    "access:group_add": lambda w: [
        Sent("access:group_add", {"pk": w.local.pk}, {"who": "pick", "user": w.cast.marc.pk}),
        Sent("access:group_add", {"pk": w.sellers.pk}, {"who": "pick", "user": w.cast.marc.pk, "answer": "oui"}),
        Sent("access:group_add", {"pk": w.sellers.pk}, {"who": "pick", "user": w.cast.marc.pk, "answer": "non"}),
        Sent("access:group_add", {"pk": w.admins.pk}, invitation(answer="oui")),
        Sent("access:group_add", {"pk": w.local.pk}, invitation()),
    ],
    "access:group_remove": lambda w: [
        Sent("access:group_remove", {"pk": group.pk, "user_pk": w.cast.sam.pk}, {"where": where})
        for group, where in ((w.local, w.cast.north.pk), (w.sellers, w.cast.north.pk), (w.sellers, "everywhere"))
    ],
    "access:user_edit": lambda w: [person(w.cast.sam, email="pirate@example.test")],
    "access:user_leave": lambda w: [Sent("access:user_leave", {"pk": w.cast.sam.pk})],
    "access:user_come_back": lambda w: [Sent("access:user_come_back", {"pk": w.gone.pk})],
    "access:user_invite_again": lambda w: [Sent("access:user_invite_again", {"pk": w.invited.pk})],
    "access:user_sites": lambda w: [
        Sent(
            "access:user_sites",
            {"pk": user.pk, "membership_pk": _membership(user, w.sellers).pk},
            sites,
        )
        for user, sites in (
            (w.cast.sam, {"points_of_sale": [w.cast.north_1.pk]}),
            (w.cast.momo, {"is_whole": "on"}),
        )
    ],
    "access:import": lambda w: [
        Sent("access:import", data={"key": key(), "file": SimpleUploadedFile("equipe.csv", csv_of(line("a@b.test")))})
    ],
    "access:import_preview": lambda w: [Sent("access:import_preview", {"pk": w.sent_file.pk}, {"lines": "2"})],
    "access:user_add": lambda w: [
        Sent("access:user_add", {"pk": w.cast.marc.pk}, {"group": w.local.pk}),
        Sent("access:user_add", {"pk": w.cast.marc.pk}, {"group": w.sellers.pk, "answer": "oui"}),
        Sent("access:user_add", {"pk": w.cast.marc.pk}, {"group": w.admins.pk, "answer": "non"}),
    ],
    "access:user_absence": lambda w: [
        Sent(
            "access:user_absence",
            {"pk": w.cast.sam.pk},
            {"starts_on": "02/03/2099", "ends_on": "06/03/2099", "substitute": w.cast.marc.pk},
        )
    ],
    "access:user_absence_cancel": lambda w: [
        Sent("access:user_absence_cancel", {"pk": w.cast.sam.pk, "absence_pk": w.absence.pk})
    ],
    "access:user_sign_out": lambda w: [Sent("access:user_sign_out", {"pk": w.cast.sam.pk})],
    "access:require_second_factor": lambda w: [Sent("access:require_second_factor", data={"required": "yes"})],
    "access:reset_second_factor": lambda w: [Sent("access:reset_second_factor", {"pk": w.cast.vera.pk})],
    "quotation:save_credentials": lambda w: [
        Sent("quotation:save_credentials", {"pk": w.cast.north.pk}, {"client_id": "pirate", "client_secret": "pirate"})
    ],
    "quotation:remove_credentials": lambda w: [Sent("quotation:remove_credentials", {"pk": w.cast.north.pk})],
    "quotation:save_settings": lambda w: [
        Sent(
            "quotation:save_settings",
            {"pk": w.cast.north.pk},
            {
                "initial-daily_quota": "",
                "daily_quota": "7",
                "initial-proposed_price_percent": "102",
                "proposed_price_percent": "102",
            },
        )
    ],
    "numbering:save": lambda w: [numbering(w.cast.north, prefix="VO"), numbering(w.cast.north, next_number="500")],
    "opportunities:settings_reason_add": lambda w: [
        Sent(
            "opportunities:settings_reason_add",
            {"pk": w.cast.north.pk, "status": "won"},
            {"key": key(), "initial-label": "", "label": "Vendu ailleurs"},
        )
    ],
    "opportunities:settings_reason_rename": lambda w: [reason(w.reason, label="Prix trop haut")],
    "opportunities:settings_reason_place": lambda w: [
        Sent("opportunities:settings_reason_place", {"pk": w.reason.pk}, {"position": "1"})
    ],
    "opportunities:settings_reason_offer": lambda w: [
        Sent("opportunities:settings_reason_offer", {"pk": row.pk}, {"offer": offer})
        for row, offer in ((w.reason, "no"), (w.retired, "yes"))
    ],
    "opportunities:settings_figures_save": lambda w: [figures(w.cast.north, overdue_after_days="10")],
    "vehicles:settings_save": lambda w: [vehicle_settings(w.cast.north, car_lines="Lavage")],
    "opportunities:settings_message_add": lambda w: [
        Sent(
            "opportunities:settings_message_add",
            {"pk": w.cast.north.pk},
            {
                "key": key(),
                "label": "Relance",
                "means": "email",
                "subject": "Votre projet",
                "body": "Bonjour {client},",
            },
        )
    ],
    "opportunities:settings_message_edit": lambda w: [message(w.message, body="Bonjour {client}")],
    "opportunities:settings_message_offer": lambda w: [
        Sent("opportunities:settings_message_offer", {"pk": w.message.pk}, {"offer": "no"})
    ],
    "quotation:try_access": lambda w: [Sent("quotation:try_access", {"pk": w.cast.north.pk})],
    "organisation:add_entity": lambda w: [Sent("organisation:add_entity", data={"key": key(), "name": "Est"})],
    "organisation:save_entity": lambda w: [
        section(w.cast.north, "identite", name="À moi"),
        section(w.cast.north, "coordonnees", street="1 rue du Port"),
    ],
    "organisation:entity_logo": lambda w: [
        Sent("organisation:entity_logo", {"pk": w.cast.north.pk}, {"logo": image()}),
        Sent("organisation:entity_logo", {"pk": w.cast.north.pk}, {"remove": "1"}),
    ],
    "organisation:add_site": lambda w: [
        Sent(
            "organisation:add_site",
            {"pk": w.cast.north.pk},
            {"key": key(), "name": "Nord 4", "source": w.spare_site.pk, "copies": ["brands", "people"]},
        )
    ],
    "organisation:delete_site": lambda w: [Sent("organisation:delete_site", {"pk": w.spare_site.pk})],
    "organisation:save_site": lambda w: [
        section(w.cast.north_1, "identite", name="À moi"),
        section(w.cast.north_1, "coordonnees", street="1 rue du Port"),
        section(w.cast.north_1, "activite", brands="FIAT"),
        Sent(
            "organisation:save_site",
            {"pk": w.cast.north_1.pk, "key": "horaires"},
            {"initial-opening_hours": "{}", "opening_hours_mon_0": "9h", "opening_hours_mon_1": "18h"},
        ),
    ],
    "organisation:site_logo": lambda w: [
        Sent("organisation:site_logo", {"pk": w.cast.north_1.pk}, {"logo": image()}),
        Sent("organisation:site_logo", {"pk": w.cast.north_1.pk}, {"remove": "1"}),
    ],
}


def all_forms(world: World, *, but: Collection[str] = ()) -> list[Sent]:
    """Every form, made anew: files are read once, keys serve once."""
    with unscoped("the test fills in forms"):
        return [sent for name, make in FORMS.items() if name not in but for sent in make(world)]
