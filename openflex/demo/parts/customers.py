"""Customers of every entity, who some vehicles were bought from, and what they agreed to."""

from datetime import timedelta
from random import Random

from customers.enums import Civility, ConsentChannel, ConsentPurpose
from customers.models import Consent, Contact, Customer, OwnedVehicle
from openflex.demo.copying import copy_rows
from openflex.demo.persons import make_customer
from openflex.demo.world import World
from settings_admin.models import TimelineEntry, User
from vehicles.models import Vehicle

# How many in each entity, and which of its people follow them.
ENTITIES = {"main": (110, ("vendeur", "manager", "moto")), "second": (28, ("entite",)), "armor": (12, ("autre",))}
# Of the first entity: the one that the release notes name.
RINO = {
    "civility": Civility.PROFESSOR.value, "birth_name": "RINO", "mobile": "+33639980001", "email": "pr.rino@example.fr",
    "street_number": "12", "street_type": "rue", "street_name": "de la Paix", "postcode": "71100",
    "city": "Chalon-sur-Saône",
}  # fmt: skip
DAYS = 420


def seed(world: World) -> None:
    random = Random("customers")  # a seed of its own: another part's draws never move these
    customers: list[Customer] = []
    for key, (count, people) in ENTITIES.items():
        for number in range(count):
            is_rino = key == "main" and number == 0
            customer = (
                Customer(**RINO) if is_rino else make_customer(random, serial=len(customers) + 2, today=world.today)
            )
            _place(world, random, customer, entity_key=key, followed_by=world.users[random.choice(people)])
            customers.append(customer)
    copy_rows(customers)
    copy_rows([_created(world, customer) for customer in customers])
    copy_rows([_consent(world, random, one) for one in customers if random.random() < 0.5])
    copy_rows([_contact(one) for one in customers if one.is_company])
    _supply(world, random, customers)
    rino = customers[0]
    copy_rows([_drives(world, rino)])


def _place(world: World, random: Random, customer: Customer, *, entity_key: str, followed_by: User) -> None:
    customer.entity = world.entities[entity_key]
    customer.country = "France"
    customer.salesperson = followed_by if random.random() < 0.8 else None
    customer.created_by = followed_by
    day = world.day(random.randrange(DAYS))
    customer.created_at = customer.changed_at = world.instant(day, 9 * 60 + random.randrange(8 * 60))


def _created(world: World, customer: Customer) -> TimelineEntry:
    return TimelineEntry(
        holding_id=customer.entity.holding_id,
        entity_id=customer.entity_id,
        target_type=Customer._meta.label_lower,
        target_id=customer.pk,
        kind="created",
        actor=customer.created_by,
        actor_name=customer.created_by.full_name,
        at=customer.created_at,
    )


def _consent(world: World, random: Random, customer: Customer) -> Consent:
    is_objection = random.random() < 0.1
    return Consent(
        entity_id=customer.entity_id,
        customer=customer,
        purpose=(ConsentPurpose.REUSE if is_objection else ConsentPurpose.EMAIL).value,
        is_given=not is_objection,
        channel=(ConsentChannel.OFFICIAL_PAPER if is_objection else ConsentChannel.IN_PERSON).value,
        recorded_by=customer.created_by,
        at=min(customer.created_at + timedelta(minutes=5), world.now),
    )


def _contact(customer: Customer) -> Contact:
    return Contact(
        entity_id=customer.entity_id,
        customer=customer,
        name="Accueil",
        role="Standard",
        phone=customer.phone,
        created_at=customer.created_at,
    )


def _drives(world: World, customer: Customer) -> OwnedVehicle:
    return OwnedVehicle(
        entity_id=customer.entity_id,
        customer=customer,
        make="PEUGEOT",
        model="3008",
        version="1.5 BlueHDi 130 Allure",
        plate="FH-482-KT",
        mileage_km=74_200,
        created_at=customer.created_at,
    )


def _supply(world: World, random: Random, customers: list[Customer]) -> None:
    """What was taken in part exchange came from somebody."""
    by_entity: dict[int, list[Customer]] = {}
    for customer in customers:
        by_entity.setdefault(customer.entity_id, []).append(customer)
    vehicles = list(Vehicle.objects.filter(is_trade_in=True, entity__in=list(by_entity)).order_by("pk"))
    for vehicle in vehicles:
        vehicle.supplier = random.choice(by_entity[vehicle.entity_id])
    Vehicle.objects.bulk_update(vehicles, ["supplier"], batch_size=200)
