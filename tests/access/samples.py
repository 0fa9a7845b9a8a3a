"""Real values for the parameters of every route: a route of a new module that has none fails the crawl."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from customers.models import Contact, OwnedVehicle
from openflex.core import private_files
from opportunities.models import (
    Appointment,
    CloseReason,
    Comment,
    MessageTemplate,
    Offer,
    TradeIn,
    TradeInCost,
    TradeInDamage,
    TradeInDamagePhoto,
    TradeInPhoto,
)
from settings_admin.models import Absence, Membership, UserGroup, UserImport
from settings_admin.organisation.services.logos import set_logo
from settings_admin.scoping import unscoped
from tests.cast import Cast
from tests.make import (
    make_customer,
    make_customer_import,
    make_export,
    make_notification,
    make_opportunity,
    make_quotation,
    make_vehicle,
)
from vehicles.models import Cost, Damage, DamagePhoto, Photo, PreparationTask

NORTH_VEHICLE = "a vehicle of Nord"


def build(cast: Cast) -> dict[str, Callable[[], dict[str, Any]]]:
    """Route name → its parameters, of rows that belong to *Nord*, first site."""
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, plate="GD642JM")
    expected = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, status="pre_entry")
    out = {"status": "out", "exit_reason": "scrap", "left_on": "2026-11-01"}
    gone = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, **out)

    with unscoped("test data"):
        at = {"entity": cast.north, "point_of_sale": cast.north_1, "vehicle": vehicle}
        cost = Cost.objects.create(**at, kind="tyres", planned="185")
        task = PreparationTask.objects.create(**at, label="Lavage")
        name = "aa/crawled.webp"
        photo = Photo.objects.create(**at, name=name, small_name=name, width=20, height=10)
        damage = Damage.objects.create(**at, zone="front", description="Rayure")
        place = {"entity": cast.north, "point_of_sale": cast.north_1}
        of_damage = DamagePhoto.objects.create(**place, damage=damage, name=name, small_name=name, width=20, height=10)
    if not private_files.exists(name, place="photos"):
        private_files.keep(name, BytesIO(b"pixels"), place="photos")

    customer = make_customer(entity=cast.north, birth_name="RINO")
    double = make_customer(entity=cast.north, birth_name="RINO")
    with unscoped("test data"):
        contact = Contact.objects.create(entity=cast.north, customer=customer, name="Paul RINO")
        owned = OwnedVehicle.objects.create(entity=cast.north, customer=customer, make="RENAULT", model="CLIO")
    of_customer = {
        f"customers:{name}": lambda more=more: {"pk": customer.pk, **more}
        for name, more in (
            ("page", {}),
            ("merge_find", {}),
            ("merge", {"other_pk": double.pk}),
            ("everything", {}),
            ("erase", {}),
            ("keep", {}),
            ("save_section", {"key": "adresse"}),
            ("contact_add", {}),
            ("contact_edit", {"part_pk": contact.pk}),
            ("contact_remove", {"part_pk": contact.pk}),
            ("consent", {}),
            ("vehicle_add", {}),
            ("vehicle_edit", {"part_pk": owned.pk}),
            ("vehicle_remove", {"part_pk": owned.pk}),
        )
    }

    opportunity = make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam)
    with unscoped("test data"):
        place = {"entity": cast.north, "point_of_sale": cast.north_1, "opportunity": opportunity}
        start = datetime(2030, 12, 2, 13, 0, tzinfo=UTC)
        appointment = Appointment.objects.create(
            **place, kind="meeting", salesperson=cast.sam, starts_at=start, ends_at=start + timedelta(hours=1),
            created_by=cast.sam,
        )  # fmt: skip
        drive = Appointment.objects.create(
            **place, kind="test_drive", salesperson=cast.sam, vehicle=vehicle, starts_at=start + timedelta(hours=2),
            ends_at=start + timedelta(hours=3), created_by=cast.sam,
        )  # fmt: skip
        offer = Offer.objects.create(
            **place, number=26176, vehicle=vehicle, price="17500", valid_until=date(2030, 12, 31), created_by=cast.sam,
            created_at=start,
        )  # fmt: skip
        trade_in = TradeIn.objects.create(
            **place, number=465850, make="VOLKSWAGEN", model="Golf Plus", created_by=cast.sam, created_at=start
        )
        of_estimate = {"entity": cast.north, "point_of_sale": cast.north_1, "trade_in": trade_in}
        estimated = TradeInPhoto.objects.create(**of_estimate, name=name, small_name=name, width=20, height=10)
        estimated_damage = TradeInDamage.objects.create(**of_estimate, zone="front", description="Rayure")
        of_estimated_damage = TradeInDamagePhoto.objects.create(
            entity=cast.north, point_of_sale=cast.north_1, damage=estimated_damage, name=name, small_name=name,
            width=20, height=10,
        )  # fmt: skip
        estimated_cost = TradeInCost.objects.create(**of_estimate, kind="tyres", planned="185")
        request = Comment.objects.create(
            **place, author=cast.marc, asked_of=cast.sam, text="Quel prix\u00a0?", at=start
        )
    of_opportunity = {
        f"opportunities:{name}": lambda row=row, more=more: {"pk": row.pk, **more}
        for name, row, more in (
            ("page", opportunity, {}),
            ("tab", opportunity, {"tab": "synthese"}),
            ("save_summary", opportunity, {}),
            ("comment", opportunity, {}),
            ("colleagues", opportunity, {}),
            ("make_offer", opportunity, {}),
            ("propose_price", opportunity, {}),
            ("exchange", opportunity, {}),
            ("postpone", opportunity, {}),
            ("answer", request, {}),
            ("answer_offer", offer, {}),
            ("plan", opportunity, {"kind": "rdv"}),
            ("stars", opportunity, {}),
            ("follow", opportunity, {}),
            ("reassign", opportunity, {}),
            ("close", opportunity, {"status": "perdue"}),
            ("reopen", opportunity, {}),
            ("merge", opportunity, {}),
            ("of_customer", customer, {}),
            ("create_for", customer, {}),
            ("offer", offer, {}),
            ("move_offer", offer, {}),
            ("move_appointment", appointment, {}),
            ("end_appointment", appointment, {}),
            ("cancel_appointment", appointment, {}),
            ("agreement", drive, {}),
            ("add_trade_in", opportunity, {}),
            ("trade_in", trade_in, {}),
            ("save_trade_in", trade_in, {"key": "vehicule"}),
            ("trade_in_photo", estimated, {"size": "petite"}),
            ("trade_in_add_photos", trade_in, {}),
            ("trade_in_move_photo", trade_in, {"photo_pk": estimated.pk}),
            ("trade_in_remove_photo", trade_in, {"photo_pk": estimated.pk}),
            ("trade_in_damage_photo", of_estimated_damage, {"size": "petite"}),
            ("trade_in_add_damage_photos", trade_in, {"part_pk": estimated_damage.pk}),
            (
                "trade_in_remove_damage_photo",
                trade_in,
                {"part_pk": estimated_damage.pk, "photo_pk": of_estimated_damage.pk},
            ),
            ("trade_in_add_part", trade_in, {"what": "frais"}),
            ("trade_in_edit_part", trade_in, {"what": "frais", "part_pk": estimated_cost.pk}),
            ("trade_in_remove_part", trade_in, {"what": "frais", "part_pk": estimated_cost.pk}),
            ("propose_trade_in_inspection", trade_in, {}),
            ("ask_price", trade_in, {}),
            ("take_back", trade_in, {}),
            ("decide_price", trade_in, {}),
            ("answer_price", trade_in, {}),
            ("enter_trade_in", trade_in, {}),
            ("reopen_trade_in", trade_in, {}),
            ("cancel_entry", trade_in, {}),
        )
    }

    with unscoped("test data"):
        reason = CloseReason.objects.create(entity=cast.north, status="lost", label="Prix")
        message = MessageTemplate.objects.create(entity=cast.north, means="sms", label="Rappel", body="Bonjour {nom}")
    of_opportunity |= {
        f"opportunities:settings_{name}": lambda row=row, more=more: {"pk": row.pk, **more}
        for name, row, more in (
            ("reasons_of", cast.north, {}),
            ("reason_add", cast.north, {"status": "lost"}),
            ("reason_rename", reason, {}),
            ("reason_place", reason, {}),
            ("reason_offer", reason, {}),
            ("figures_of", cast.north, {}),
            ("figures_save", cast.north, {}),
            ("messages_of", cast.north, {}),
            ("message_add", cast.north, {}),
            ("message_preview", cast.north, {}),
            ("message_edit", message, {}),
            ("message_offer", message, {}),
        )
    }

    quotation = make_quotation(entity=cast.north, point_of_sale=cast.north_1, created_by=cast.sam)
    of_quotation = {
        f"quotation:{name}": lambda: {"pk": quotation.pk}
        for name in (
            "open", "configure", "identify_again", "choose_again", "choose_candidate", "details", "save_draft",
            "fetch_equipment", "value", "radar", "fetch_adverts", "price_details", "study", "save_sale_price", "redo",
            "copy",
        )
    }  # fmt: skip
    of_quotation["opportunities:trade_in_create"] = lambda: {"pk": quotation.pk}

    export = make_export(user=cast.vera)
    of_export = {f"exports:{name}": lambda: {"pk": export.pk} for name in ("download", "cancel", "try_again")}
    told = make_notification(recipient=cast.vera)
    of_notification = {f"notifications:{name}": lambda: {"pk": told.pk} for name in ("toast", "open", "read")}
    with unscoped("test data"):
        group = UserGroup.objects.create(holding=cast.holding, entity=cast.north, name="Préparation", rights=[])
        membership = Membership.objects.get(user=cast.sam)
        absence = Absence.objects.create(
            holding=cast.holding,
            user=cast.sam,
            substitute=cast.marc,
            starts_on=date(2027, 5, 3),
            ends_on=date(2027, 5, 7),
        )
    of_person = {
        f"access:{name}": lambda: {"pk": cast.sam.pk}
        for name in (
            "user", "user_edit", "user_add", "user_leave", "user_come_back", "user_invite_again", "user_absence",
            "user_sign_out", "reset_second_factor",
        )
    }  # fmt: skip
    of_person |= {
        "access:user_sites": lambda: {"pk": cast.sam.pk, "membership_pk": membership.pk},
        "access:user_absence_cancel": lambda: {"pk": cast.sam.pk, "absence_pk": absence.pk},
    }
    of_group = {
        f"access:{name}": lambda: {"pk": group.pk}
        for name in ("group", "group_edit", "group_rights", "group_delete", "group_add")
    }
    with unscoped("test data"):
        sent = UserImport.objects.create(holding=cast.holding, created_by=cast.alice, filename="equipe.csv")
    sent_customers = make_customer_import(entity=cast.north, created_by=cast.sam)
    of_customer |= {
        f"customers:{name}": lambda: {"pk": sent_customers.pk}
        for name in ("import_preview", "import_refused", "import_resume")
    }
    of_import = {name: lambda: {"pk": sent.pk} for name in ("access:import_preview", "access:import_refused")}
    image = BytesIO()
    Image.new("RGB", (20, 10)).save(image, "PNG")
    with unscoped("test data"):
        set_logo(row=cast.north, file=image, size=image.tell(), actor=cast.alice)
    of_organisation = {
        f"organisation:{name}": lambda row=row, more=more: {"pk": row.pk, **more}
        for name, row, more in (
            ("entity", cast.north, {}),
            ("save_entity", cast.north, {"key": "identite"}),
            ("propose_vat_number", cast.north, {}),
            ("entity_logo", cast.north, {}),
            ("add_site", cast.north, {}),
            ("delete_site", cast.north_1, {}),
            ("site", cast.north_1, {}),
            ("save_site", cast.north_1, {"key": "identite"}),
            ("site_logo", cast.north_1, {}),
        )
    }

    of_provider = {
        f"quotation:{name}": lambda: {"pk": cast.north.pk}
        for name in ("provider", "save_credentials", "remove_credentials", "save_settings", "try_access")
    }

    of_numbering = {
        f"numbering:{name}": lambda more=more: {"pk": cast.north.pk, **more}
        for name, more in (("entity", {}), ("save", {"key": "stock"}), ("preview", {"key": "stock"}))
    }

    def of_vehicle(**more: Any) -> Callable[[], dict[str, Any]]:
        return lambda: {"pk": vehicle.pk, **more}

    return {
        **of_customer,
        **of_opportunity,
        **of_quotation,
        **of_provider,
        **of_numbering,
        "quotation:value_vehicle": of_vehicle(),
        **of_export,
        **of_notification,
        **of_group,
        **of_person,
        "access:group_remove": lambda: {"pk": group.pk, "user_pk": cast.sam.pk},
        **of_import,
        **of_organisation,
        "vehicles:sheet": of_vehicle(),
        "vehicles:save_section": of_vehicle(key="statut"),
        "vehicles:history": of_vehicle(),
        "vehicles:propose_inspection": of_vehicle(),
        "vehicles:propose_inspection_on_entry": lambda: {"pk": expected.pk},
        "vehicles:photo": lambda: {"pk": photo.pk, "size": "petite"},
        "vehicles:add_photos": of_vehicle(),
        "vehicles:move_photo": of_vehicle(photo_pk=photo.pk),
        "vehicles:remove_photo": of_vehicle(photo_pk=photo.pk),
        "vehicles:damage_photo": lambda: {"pk": of_damage.pk, "size": "petite"},
        "vehicles:add_damage_photos": of_vehicle(part_pk=damage.pk),
        "vehicles:remove_damage_photo": of_vehicle(part_pk=damage.pk, photo_pk=of_damage.pk),
        "vehicles:add_part": of_vehicle(what="frais"),
        "vehicles:edit_part": of_vehicle(what="frais", part_pk=cost.pk),
        "vehicles:remove_part": of_vehicle(what="frais", part_pk=cost.pk),
        "vehicles:move": of_vehicle(),
        "vehicles:correct_exit": lambda: {"pk": gone.pk},
        "vehicles:change_site": of_vehicle(),
        "vehicles:reserve": of_vehicle(),
        "vehicles:release": of_vehicle(),
        "vehicles:archive": of_vehicle(),
        "vehicles:start_preparation": of_vehicle(),
        "vehicles:settings_of": lambda: {"pk": cast.north.pk},
        "vehicles:settings_save": lambda: {"pk": cast.north.pk},
        "vehicles:close_preparation": of_vehicle(),
        "vehicles:add_task": of_vehicle(),
        "vehicles:tick_task": of_vehicle(task_pk=task.pk),
        "vehicles:remove_task": of_vehicle(task_pk=task.pk),
        "end_my_session": lambda: {"pk": 1},
        "user_photo": lambda: {"pk": cast.sam.pk},
        "cancel_my_absence": lambda: {"pk": 1},
        "account_reset_password_from_key": lambda: {"uidb36": "1", "key": "set-password"},
    }
