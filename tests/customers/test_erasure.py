"""Everything about one customer, as files; and everything forgotten: no datum is left in any table of the database."""

import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, models

from customers.enums import ConsentChannel, ConsentPurpose
from customers.models import Consent, Contact, Customer, OwnedVehicle
from customers.services import around, editing, erasure
from customers.services.creation import create_customer
from customers.services.merging import merge
from openflex.core import private_files
from openflex.core.french import long_instant
from openflex.core.retention import columns_to_declare, of_customers, policy
from openflex.notifications.services import notify
from opportunities.models import (
    Appointment,
    Comment,
    Exchange,
    Offer,
    Opportunity,
    TradeIn,
    TradeInCost,
    TradeInDamage,
    TradeInDamagePhoto,
    TradeInPhoto,
)
from quotation.models import Quotation
from settings_admin.access.services.groups import create_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import AccessLog
from settings_admin.records.services import record_event
from settings_admin.scoping import unscoped
from tests.customers.way import fresh, history, path
from tests.make import make_customer, make_opportunity, make_quotation, make_vehicle
from tests.settings_admin.audit import way as audit
from vehicles.models import Cost, Damage, DamagePhoto, Hold, Photo, PreparationTask, Vehicle

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
# They are told apart in the whole database, whatever a column does to what it is given.
TOKEN = "zqx{number:03}jkv"


class Tokens:
    def __init__(self):
        self.given = []

    def new(self, length):
        self.given.append(TOKEN.format(number=len(self.given))[:length])
        return self.given[-1]

    def fill(self, row, *, only=None):
        """Every column of the row in which text may stand, save choices and keys; `only` those of these."""
        for name in sorted(columns_to_declare(type(row)) if only is None else only):
            field = row._meta.get_field(name)
            if isinstance(field, models.CharField | models.TextField) and not field.choices:
                room = field.max_length or 100
                if room >= 9:
                    setattr(row, name, self.new(room))
        if hasattr(row, "email"):
            row.email = f"{self.new(20)}@example.test"
        row.save()
        return row


def texts_in_the_database():
    """Every value of text, JSON or bytes of every table, by table and column."""
    kinds = ("text", "character varying", "jsonb", "json", "bytea", "ARRAY")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type = ANY(%s) "
            "AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'public')",
            [list(kinds)],
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT "{column}"::text FROM "{table}" WHERE "{column}" IS NOT NULL')
            yield f"{table}.{column}", "\n".join(text for (text,) in cursor.fetchall())


def where_found(tokens):
    return sorted(
        {(place, token) for place, text in texts_in_the_database() for token in tokens if token.lower() in text.lower()}
    )


def around_an_opportunity(customer, vehicle, cast):
    """A row of each table of the opportunities that hangs off a customer."""
    opportunity = make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam)
    place = {"entity": cast.north, "point_of_sale": cast.north_1}
    of_it = {**place, "opportunity": opportunity}
    quotation = make_quotation(entity=cast.north, point_of_sale=cast.north_1, created_by=cast.sam, plate="AB123CD")
    trade_in = TradeIn(
        **of_it, number=1, make="BMW", model="118i", quotation=quotation, created_by=cast.sam, created_at=NOW
    )
    yield opportunity
    yield Comment(**of_it, author=cast.sam, at=NOW)
    yield Exchange(**of_it, by=cast.sam, means="call", at=NOW)
    yield Appointment(
        **of_it, kind="meeting", salesperson=cast.sam, starts_at=NOW, ends_at=NOW + timedelta(hours=1),
        created_by=cast.sam,
    )  # fmt: skip
    yield Offer(
        **of_it, number=1, vehicle=vehicle, price="17500", valid_until=date(2030, 12, 31), created_by=cast.sam,
        created_at=NOW,
    )  # fmt: skip
    yield trade_in
    damage = TradeInDamage(**place, trade_in=trade_in, zone="front")
    yield damage
    yield TradeInDamagePhoto(**place, damage=damage, width=1, height=1)
    yield TradeInCost(**place, trade_in=trade_in, kind="tyres", planned="120")
    yield TradeInPhoto(**place, trade_in=trade_in, width=1, height=1)


def withdrawn_entry(customer, tokens, cast):
    """What their estimate had become in the stock before its entry was cancelled, with all that was copied to it."""
    vehicle = make_vehicle(
        entity=cast.north, point_of_sale=cast.north_1, supplier=customer, status="out", exit_reason="withdrawn"
    )
    place = {"entity": cast.north, "point_of_sale": cast.north_1}
    yield vehicle
    damage = Damage(**place, vehicle=vehicle, zone="front")
    yield damage
    yield DamagePhoto(**place, damage=damage, width=1, height=1)
    yield PreparationTask(**place, vehicle=vehicle)
    yield Cost(**place, vehicle=vehicle, kind="tyres", planned="120")
    yield Photo(**place, vehicle=vehicle, width=1, height=1)
    record_event(vehicle, kind="entered_from", actor=cast.sam, changes={"plate": ["", tokens.new(20)]})


def around_its_history(customer, tokens, cast):
    """What histories and notifications say of an opportunity and its estimate; the words of every kind of line."""
    opportunity, trade_in = Opportunity.objects.get(), TradeIn.objects.get()
    for target, kinds in ((opportunity, TOLD_OF_OPPORTUNITY), (trade_in, ("changed", "damage_added"))):
        for kind in kinds:
            details = {"reason": tokens.new(20), "outcome": tokens.new(20), "is": None}
            changes = (
                {"wish": ["", tokens.new(20)]} if target == opportunity else {"repairs_detail": ["", tokens.new(20)]}
            )
            record_event(target, kind=kind, actor=cast.sam, changes=changes, details=details)
        notify(
            recipients=[cast.sam], kind="opportunity_reminder", title="Rappel", sentence=tokens.new(20),
            text=tokens.new(20), url="/", target=target,
        )  # fmt: skip


TOLD_OF_OPPORTUNITY = (
    "created", "changed", "comment", "exchange", "offer_created", "offer_state", "trade_in_created", "trade_in_state",
    "appointment", "appointment_moved", "appointment_left", "appointment_cancelled", "postponed", "closed", "followed",
    "absorbed",
)  # fmt: skip


@pytest.fixture
def full(cast):
    """A customer of whom every column says something, with a file that was merged into theirs, and their tokens."""
    tokens = Tokens()
    with unscoped("test data"):
        customer = tokens.fill(create_customer(entity=cast.north, actor=cast.sam, values={"birth_name": "X"}))
        double = tokens.fill(create_customer(entity=cast.north, actor=cast.sam, values={"birth_name": "X"}))
        for one in (customer, double):
            tokens.fill(Contact(entity=cast.north, customer=one, name="x"))
            tokens.fill(OwnedVehicle(entity=cast.north, customer=one, make="x", model="x"))
            Consent.objects.create(
                entity=cast.north, customer=one, purpose="email", is_given=True, channel="online", at=NOW
            )
        vehicle = make_vehicle(entity=cast.north)
        for row in (*around_an_opportunity(customer, vehicle, cast), *withdrawn_entry(customer, tokens, cast)):
            tokens.fill(row, only=policy()[row._meta.label_lower].empty)
        Hold.objects.create(entity=cast.north, vehicle=vehicle, kind="order", customer=customer, label=tokens.new(20))
        around_its_history(customer, tokens, cast)
        # What the history keeps of them: old and new values, and the words of contacts.
        mine = {"city": tokens.new(20), "notes": tokens.new(20)}
        editing.edit_customer(
            customer=customer, base={name: getattr(customer, name) for name in mine}, mine=mine, actor=cast.sam
        )
        contact = Contact.objects.filter(customer=customer).get()
        around.edit_part(contact, base={"name": contact.name}, mine={"name": tokens.new(20)}, actor=cast.sam)
        around.remove_part(contact, actor=cast.sam)
        merge(survivor=customer, absorbed=double, taken=["notes"], actor=cast.sam)
    return fresh(customer), double, tokens.given


def test_the_tokens_stand_in_every_table_that_hangs_off_a_customer(cast, full):
    """Else the test below would find nothing because nothing was there."""
    _, _, tokens = full
    tables = {place.partition(".")[0] for place, _ in where_found(tokens)}
    filled = {table.model._meta.db_table for table in of_customers() if table.empty}
    assert filled <= tables
    assert "settings_admin_timelineentry" in tables
    assert len(tokens) > 60


def test_after_erasing_no_datum_is_left_in_the_whole_database(cast, client_for, full):
    customer, double, tokens = full
    assert client_for(cast.alice).post(path(customer, "effacer/")).status_code == 303
    assert where_found(tokens) == []
    after = fresh(customer)
    assert (after.display_name, after.kept_because, after.salesperson_id) == ("Client effacé", "", None)
    assert fresh(double).erased_at is not None
    kinds = [entry.kind for entry in history(customer)]
    assert kinds[0] == "erased"
    assert {"created", "changed", "merged"} <= set(kinds)
    page = client_for(cast.alice).get(path(customer)).text
    assert "Client effacé le" in page
    assert "a créé le client" in page


def test_nothing_leads_from_them_to_the_vehicle_they_had_quoted_nor_to_the_entry_that_was_cancelled(
    cast, client_for, full
):
    customer, _, _ = full
    ours = make_vehicle(entity=cast.north, plate="CD456EF", supplier=customer, entered_on=date(2010, 1, 4))
    client_for(cast.alice).post(path(customer, "effacer/"))
    with unscoped("the test looks at what was written"):
        assert TradeIn.objects.get().quotation_id is None
        assert Quotation.objects.get().plate == "AB123CD"  # beside no name
        withdrawn = Vehicle.objects.get(exit_reason="withdrawn")
        assert (withdrawn.supplier_id, withdrawn.plate, withdrawn.vin) == (None, "", "")
        # What did enter is the entity's own.
        assert (Vehicle.objects.get(pk=ours.pk).plate, ours.supplier_id) == ("CD456EF", customer.pk)


def test_the_pages_of_their_opportunity_say_that_something_was_done_and_no_more(cast, client_for, full):
    customer, _, tokens = full
    client = client_for(cast.alice)
    client.post(path(customer, "effacer/"))
    with unscoped("test"):
        pages = [
            f"/opportunites/{Opportunity.objects.get().pk}/",
            f"/opportunites/reprises/{TradeIn.objects.get().pk}/",
        ]
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200
        assert not any(token in response.text for token in tokens)
    assert client.get(pages[0]).text.count("a noté un rendez-vous") == 4


def test_erased_customers_are_found_by_nobody_and_edited_by_nobody(cast, client_for, full):
    customer, _, _ = full
    client = client_for(cast.alice)
    client.post(path(customer, "effacer/"))
    assert client.post(path(customer, "sections/adresse/"), {"city": "Mâcon"}).status_code == 422
    assert client.post(path(customer, "effacer/")).status_code == 303
    assert [entry.kind for entry in history(customer)].count("erased") == 1


def test_the_dialog_says_in_figures_what_goes(cast, client_for, full):
    customer, _, _ = full
    said = " ".join(client_for(cast.alice).get(path(customer, "effacer/")).text.split())
    assert "<dt>Contacts, supprimés</dt><dd>1</dd>" in said
    assert "<dt>Véhicules du client, supprimés</dt><dd>2</dd>" in said
    assert "<dt>Réservations de véhicules, sans nom</dt><dd>1</dd>" in said
    assert "La loi garde" not in said


def test_of_who_sold_us_a_vehicle_the_register_keeps_the_identity_for_ten_years(cast, client_for):
    seller = make_customer(
        entity=cast.north, birth_name="RINO", city="Chalon", mobile="+33612345678", identity_number="12AB", notes="x"
    )
    make_vehicle(entity=cast.north, point_of_sale=cast.north_1, supplier=seller, entered_on=date(2026, 10, 1))
    client = client_for(cast.alice)
    assert "R. 321-6-1" in client.get(path(seller, "effacer/")).text
    client.post(path(seller, "effacer/"))
    after = fresh(seller)
    assert (after.birth_name, after.city, after.identity_number) == ("RINO", "Chalon", "12AB")
    assert (after.mobile, after.notes) == ("", "")
    assert "1\u00a0véhicule" in after.kept_because
    assert "La loi en garde une partie" in client.get(path(seller)).text
    assert "RINO" not in client.get("/clients/?q=rino").text.replace("q=rino", "")


def test_what_a_law_kept_goes_when_its_time_is_over(cast, client_for, time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00", tick=False)
    seller = make_customer(entity=cast.north, birth_name="RINO")
    make_vehicle(entity=cast.north, supplier=seller, entered_on=date(2026, 10, 1))
    client_for(cast.alice).post(path(seller, "effacer/"))
    with unscoped("the sweep of the night"):
        assert erasure.complete_erasures(now=NOW) == 0
        assert fresh(seller).birth_name == "RINO"
        time_machine.move_to("2036-10-02T10:00:00+02:00", tick=False)
        assert erasure.complete_erasures(now=NOW) == 1
        assert erasure.complete_erasures(now=NOW) == 0
    assert (fresh(seller).birth_name, fresh(seller).kept_because) == ("", "")


def test_a_merged_file_is_erased_by_the_one_that_replaced_it(cast, client_for, full):
    _, double, _ = full
    response = client_for(cast.alice).post(path(double, "effacer/"))
    assert response.status_code == 409
    assert fresh(double).erased_at is None


def test_only_who_may_erase(cast, client_for, full):
    customer, _, _ = full
    assert client_for(cast.marc).post(path(customer, "effacer/")).status_code == 403
    assert fresh(customer).erased_at is None


# --- Everything about one customer ----------------------------------------------------------------------


def test_everything_is_handed_out_for_machines_and_for_people_and_written_down(cast, client_for, full):
    customer, double, _ = full
    response = client_for(cast.marc).post(path(customer, "donnees/"))
    archive = zipfile.ZipFile(io.BytesIO(response.getvalue()))
    told = json.loads(archive.read("donnees.json"))
    assert {"clients", "véhicules du client", "consentements", "historique"} <= set(told)
    assert told["clients"][0]["Nom de naissance"] == customer.birth_name
    page = archive.read("donnees.html").decode()
    (merged,) = told["fiches fusionnées avec celle-ci"]
    assert merged["Nom de naissance"] == double.birth_name
    for one in (customer, double):  # what was not chosen when the two became one is kept, hence handed out
        for column in ("birth_name", "city", "identity_number", "email", "phone"):
            assert getattr(one, column) in page
    for line in (*customer.notes.splitlines(), double.notes):
        assert line in page
    assert "a créé le client" in page
    with unscoped("the test looks at what was written"):
        line = AccessLog.objects.get(kind="personal_data_exported", user=cast.marc)
    assert (line.target_type, line.target_id) == ("customers.customer", customer.pk)
    assert client_for(cast.sam).post(path(customer, "donnees/")).status_code == 403


def test_what_is_handed_out_says_when_it_was_and_what_was_answered(cast, client_for):
    with unscoped("test data"):
        customer = create_customer(entity=cast.north, actor=cast.sam, values={"birth_name": "RINO"})
        vehicle = make_vehicle(entity=cast.north, model="CLIO V", version="")
        for row in around_an_opportunity(customer, vehicle, cast):
            row.save()
        for is_given in (True, False):
            around.record_consent(
                customer=customer, purpose=ConsentPurpose.EMAIL, is_given=is_given, channel=ConsentChannel.ONLINE,
                actor=cast.sam, at=NOW,
            )  # fmt: skip
    response = client_for(cast.marc).post(path(customer, "donnees/"))
    told = json.loads(zipfile.ZipFile(io.BytesIO(response.getvalue())).read("donnees.json"))
    answers = [{key: one[key] for key in ("Le", "Accord", "Objet", "Recueilli")} for one in told["consentements"]]
    when = long_instant(NOW)
    assert answers == [
        {"Le": when, "Accord": said, "Objet": "E-mail", "Recueilli": "En ligne"} for said in ("Oui", "Non")
    ]
    (offer,), (exchange,), (meeting,) = told["offres"], told["échanges"], told["rendez-vous"]
    assert (offer["N°"], offer["Prix proposé TTC"], offer["Valable jusqu’au"]) == (
        "1", "17\u202f500,00\u00a0€", "31/12/2030",
    )  # fmt: skip
    assert "CLIO V" in offer["Véhicule"]
    assert (exchange["Par"], exchange["Le"], meeting["De"]) == ("Appel", when, when)


def test_the_audit_log_names_whose_page_was_opened_and_whose_data_were_handed_out(cast, client_for, full):
    customer, _, _ = full
    client_for(cast.marc).get(path(customer))
    client_for(cast.marc).post(path(customer, "donnees/"))
    acts = [
        ("Marc Nom", "a exporté tout ce qui est conservé", f"{customer.display_name} Client"),
        ("Marc Nom", "a consulté la fiche", f"{customer.display_name} Client"),
    ]
    page = client_for(cast.alice).get(f"{audit.PAGE}?tab=donnees")
    assert audit.acts_of(page) == acts
    assert f'href="{path(customer)}"' in page.text
    # Who may not see customers reads what was done, of nobody.
    with unscoped("test data"):
        auditors = create_group(actor=cast.alice, entity=cast.north, name="Audit", rights=["settings.audit"])
        add_member(actor=cast.alice, user=cast.nobody, group=auditors, entity=cast.north)
    page = client_for(cast.nobody).get(f"{audit.PAGE}?tab=donnees")
    assert [(who, what) for who, what, _ in audit.acts_of(page)] == [(who, what) for who, what, _ in acts]
    assert customer.display_name not in page.text


def test_the_photos_of_their_estimates_are_handed_out_with_it(cast, client_for, full):
    customer, _, _ = full
    with unscoped("the test looks for photos"):
        photo = TradeInPhoto.objects.select_related("trade_in").get(trade_in__opportunity__customer=customer)
        of_damage = TradeInDamagePhoto.objects.get(damage__trade_in=photo.trade_in)
    for one in (photo, of_damage):
        private_files.keep(one.name, io.BytesIO(f"pixels {one.name}".encode()), place="photos")
    response = client_for(cast.marc).post(path(customer, "donnees/"))
    archive = zipfile.ZipFile(io.BytesIO(response.getvalue()))
    folder = f"reprise-{photo.trade_in.number}"
    assert archive.read(f"{folder}/photo-1.webp").decode() == f"pixels {photo.name}"
    assert archive.read(f"{folder}/defaut-1-photo-1.webp").decode() == f"pixels {of_damage.name}"


def test_the_columns_of_the_register_are_columns_of_customers():
    from vehicles.dealings import SELLER_COLUMNS

    assert set(SELLER_COLUMNS) <= {field.name for field in Customer._meta.local_fields}
