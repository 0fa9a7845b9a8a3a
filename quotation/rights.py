"""The rights of quotations, and the built-in groups that get them."""

from settings_admin.registries import ADMINS, Act, BuiltInGroup, Right, register_acts, register_rights

# From the plate to the value.
_STEPS = (
    "start", "identify", "catalogue", "choose_from_catalogue", "configure", "identify_again", "choose_again",
    "choose_candidate", "details", "save_draft", "fetch_equipment", "value",
)  # fmt: skip


def register() -> None:
    register_rights(
        "Cotations",
        Right(
            "quotation.use",
            "coter un véhicule",
            (BuiltInGroup.SALESPERSON, BuiltInGroup.SALES_MANAGER, BuiltInGroup.USED_CAR_MANAGER, *ADMINS),
        ),
        Right(
            "quotation.manage",
            "voir les cotations de tous",
            ADMINS,
            lets=("voir la liste des cotations de tous, et continuer celle d’un collègue",),
        ),
    )
    register_acts(
        Act("quotation:list", "voir la liste de ses cotations et de ses brouillons"),
        Act("quotation:export", "exporter la liste des cotations"),
        Act("quotation:consumption", "voir les appels payants au fournisseur de cotes"),
        Act("quotation:export_calls", "exporter les appels payants"),
        Act("quotation:providers", "voir comment ses entités se présentent au fournisseur de cotes"),
        Act("quotation:provider", "voir comment une entité se présente au fournisseur de cotes, et ses réglages"),
        Act(
            "quotation:save_credentials", "saisir ou retirer les identifiants d’une entité chez le fournisseur de cotes"
        ),
        Act(
            "quotation:remove_credentials",
            "saisir ou retirer les identifiants d’une entité chez le fournisseur de cotes",
        ),
        Act("quotation:try_access", "tester la connexion au fournisseur de cotes"),
        Act("quotation:save_settings", "régler les appels payants par jour et le prix proposé d’une entité"),
        Act("quotation:value_vehicle", "coter un véhicule du stock"),
        Act("quotation:open", "ouvrir une cotation, la sienne ou celle qu’un collègue envoie"),
        Act("quotation:radar", "voir les annonces comparables et l’étude du marché"),
        Act("quotation:price_details", "voir le détail des prix d’une cotation"),
        Act("quotation:study", "voir les annonces comparables et l’étude du marché"),
        Act("quotation:fetch_adverts", "redemander les annonces de sa cotation"),
        Act("quotation:save_sale_price", "noter un prix de vente sur sa cotation"),
        Act("quotation:redo", "actualiser une cotation au marché du jour"),
        Act("quotation:copy", "commencer une cotation à partir d’une autre"),
        *(Act(f"quotation:{step}", "coter un véhicule, de l’immatriculation à la cote") for step in _STEPS),
    )
