"""The accounts that the demonstration is signed in with, and a colleague who only appears in histories."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from openflex.demo.world import PASSWORD, World
from settings_admin.access.enums import MerchantRole
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import User, UserGroup
from settings_admin.registries import BuiltInGroup


@dataclass(frozen=True)
class Colleague:
    """Staff: their group in one entity, perhaps at one site only, or (no entity) in the whole holding."""

    email: str
    first_name: str
    last_name: str
    job_title: str
    group: BuiltInGroup
    holding: str = "saone"
    entity: str = ""
    site: str = ""
    can_sign_in: bool = True


STAFF = {
    "admin": Colleague(
        "admin@demo.test", "Administrateur", "ADMINISTRATEUR", "Administrateur", BuiltInGroup.HOLDING_ADMIN
    ),
    "manager": Colleague(
        "manager@demo.test", "Nathalie", "CHEVALIER", "Chef des ventes", BuiltInGroup.SALES_MANAGER, entity="main"
    ),
    "vo": Colleague(
        "vo@demo.test", "Vincent", "S.", "Responsable VO", BuiltInGroup.USED_CAR_MANAGER, entity="main"
    ),
    "vendeur": Colleague("vendeur@demo.test", "Gilles", "VENDEUR", "Vendeur", BuiltInGroup.SALESPERSON, entity="main"),
    "moto": Colleague(
        "moto@demo.test", "Julien", "MOREAU", "Vendeur motos", BuiltInGroup.SALESPERSON, entity="main", site="motos"
    ),
    "entite": Colleague(
        "entite@demo.test", "Sylvie", "BERNARD", "Directrice de site", BuiltInGroup.ENTITY_ADMIN, entity="second"
    ),
    "autre": Colleague(
        "autre@demo.test", "Yann", "LE GOFF", "Administrateur", BuiltInGroup.HOLDING_ADMIN, holding="armor"
    ),
    "audrey": Colleague(
        "audrey.v@demo.test", "Audrey", "V.", "Secrétaire VO", BuiltInGroup.BACK_OFFICE, entity="main",
        can_sign_in=False,
    ),
}  # fmt: skip
# Key, e-mail, first and last name, company, role there.
BUYERS = [
    ("marchand1", "marchand1@demo.test", "Pauline", "PERRIN", "cordeliers", MerchantRole.ADMIN),
    ("marchand2", "marchand2@demo.test", "Karim", "LEFEBVRE", "jura", MerchantRole.ADMIN),
]

# A local group, of one entity, beside the shared ones: who prepares cars there, with what it takes and no more.
PREPARATION = (
    "Préparation", "Ceux qui préparent les véhicules, de l’entrée au parc de vente",
    ["vehicles.view", "vehicles.edit"],
)  # fmt: skip
PREPARATION_PEOPLE = ("audrey", "vo")


def seed(world: World) -> None:
    # Hashed once: the algorithm is slow on purpose.
    password = make_password(PASSWORD)
    for key, colleague in STAFF.items():
        world.users[key] = _add_colleague(world, colleague, password)
    for key, email, first_name, last_name, merchant, role in BUYERS:
        world.users[key] = User.objects.create(
            email=email,
            first_name=first_name,
            last_name=last_name,
            job_title="Acheteur",
            merchant=world.merchants[merchant],
            merchant_role=role,
            password=password,
        )
    _add_local_group(world)


def _add_local_group(world: World) -> None:
    name, description, rights = PREPARATION
    entity = world.entities["main"]
    group = UserGroup.objects.create(
        holding=entity.holding, entity=entity, name=name, description=description, rights=rights
    )
    for key in PREPARATION_PEOPLE:
        add_member(actor=None, user=world.users[key], group=group, entity=entity)


def _add_colleague(world: World, colleague: Colleague, password: str) -> User:
    holding = world.holdings[colleague.holding]
    user = User.objects.create(
        email=colleague.email,
        first_name=colleague.first_name,
        last_name=colleague.last_name,
        job_title=colleague.job_title,
        holding=holding,
        password=password if colleague.can_sign_in else make_password(None),
    )
    add_member(
        actor=None,
        user=user,
        group=built_in_group(holding, colleague.group),
        entity=world.entities.get(colleague.entity),
        points_of_sale=[world.sites[colleague.site]] if colleague.site else None,
    )
    return user
