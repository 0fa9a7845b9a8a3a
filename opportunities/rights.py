"""The rights of the opportunities, and the built-in groups that get them."""

from settings_admin.registries import ADMINS, Act, BuiltInGroup, Right, register_acts, register_rights

VIEW, EDIT = "opportunities.view", "opportunities.edit"
REASSIGN, AS_MANAGER = "opportunities.reassign", "opportunities.comment_as_manager"
SET_PRICE, EXPORT = "opportunities.set_trade_in_price", "opportunities.export"

_SALES = (BuiltInGroup.SALESPERSON, BuiltInGroup.SALES_MANAGER)
_MANAGERS = (BuiltInGroup.SALES_MANAGER, BuiltInGroup.USED_CAR_MANAGER, *ADMINS)


def register() -> None:
    register_rights(
        "Opportunités",
        Right(VIEW, "voir", (*_SALES, BuiltInGroup.USED_CAR_MANAGER, BuiltInGroup.BACK_OFFICE, *ADMINS)),
        Right(EDIT, "modifier", (*_SALES, *ADMINS)),
        Right(REASSIGN, "réaffecter", (BuiltInGroup.SALES_MANAGER, *ADMINS)),
        Right(
            AS_MANAGER,
            "commenter en tant que manager",
            _MANAGERS,
            lets=("prévenir par son commentaire ceux qui suivent une opportunité",),
        ),
        Right(SET_PRICE, "décider les prix de reprise", _MANAGERS),
        Right(EXPORT, "exporter", (BuiltInGroup.SALES_MANAGER, *ADMINS)),
    )
    register_acts(
        Act("opportunities:list", "voir la liste des opportunités, la chercher, la filtrer et la trier"),
        Act("opportunities:export", "exporter la liste des opportunités"),
        Act("opportunities:create", "créer une opportunité"),
        Act("opportunities:create_for", "créer une opportunité depuis la fiche d’un client"),
        Act("opportunities:page", "ouvrir une opportunité et son historique"),
        Act("opportunities:tab", "lire la synthèse, les offres et la reprise d’une opportunité"),
        Act("opportunities:of_customer", "voir les opportunités d’un client"),
        Act("opportunities:comment", "commenter une opportunité et répondre à une demande"),
        Act("opportunities:colleagues", "voir qui l’on peut citer ou interroger dans un commentaire"),
        Act("opportunities:follow", "suivre une opportunité, ou ne plus la suivre"),
        Act("opportunities:stars", "noter l’intérêt du client"),
        Act("opportunities:save_summary", "modifier la synthèse d’une opportunité"),
        Act("opportunities:exchange", "relancer le client et noter l’échange"),
        Act("opportunities:postpone", "reporter la prochaine action d’une opportunité"),
        Act("opportunities:answer", "répondre à la demande d’un collègue"),
        Act("opportunities:answer_offer", "remettre une offre au client, ou noter sa réponse"),
        Act("opportunities:plan", "planifier un rdv ou un rdv essai"),
        Act("opportunities:move_appointment", "déplacer un rendez-vous"),
        Act("opportunities:end_appointment", "terminer un rendez-vous"),
        Act("opportunities:cancel_appointment", "annuler un rendez-vous"),
        Act("opportunities:agreement", "imprimer la convention d’un essai"),
        Act("opportunities:close", "clôturer une opportunité"),
        Act("opportunities:reopen", "rouvrir une opportunité"),
        Act("opportunities:merge", "fusionner un doublon d’opportunité"),
        Act("opportunities:reassign", "réaffecter une opportunité"),
        Act("opportunities:calendar", "voir l’agenda des rendez-vous"),
        Act("opportunities:make_offer", "faire une offre"),
        Act("opportunities:propose_price", "se faire proposer le prix du véhicule que l’on offre"),
        Act("opportunities:offer", "ouvrir une offre"),
        Act("opportunities:trade_in_create", "créer une estimation de reprise à partir d’une cotation"),
        Act("opportunities:add_trade_in", "créer une estimation de reprise"),
        Act("opportunities:trade_in", "ouvrir une estimation de reprise"),
        Act("opportunities:trade_in_photo", "voir les photos d’une estimation de reprise"),
        Act("opportunities:trade_in_add_photos", "ajouter des photos à une estimation de reprise"),
        Act("opportunities:trade_in_move_photo", "ranger les photos d’une estimation de reprise"),
        Act("opportunities:trade_in_remove_photo", "retirer une photo d’une estimation de reprise"),
        Act("opportunities:trade_in_damage_photo", "voir les photos des défauts d’une estimation de reprise"),
        Act("opportunities:trade_in_add_damage_photos", "photographier un défaut d’une estimation de reprise"),
        Act("opportunities:trade_in_remove_damage_photo", "retirer la photo d’un défaut d’une estimation de reprise"),
        Act("opportunities:trade_in_add_part", "noter un défaut ou des frais sur une estimation de reprise"),
        Act("opportunities:trade_in_edit_part", "modifier un défaut ou des frais d’une estimation de reprise"),
        Act("opportunities:trade_in_remove_part", "retirer un défaut ou des frais d’une estimation de reprise"),
        Act("opportunities:save_trade_in", "compléter une estimation de reprise"),
        Act(
            "opportunities:propose_trade_in_inspection",
            "se faire proposer la date du prochain contrôle technique d’une reprise",
        ),
        Act("opportunities:ask_price", "demander le prix d’une reprise"),
        Act("opportunities:take_back", "reprendre une estimation pour la compléter"),
        Act("opportunities:answer_price", "noter la réponse du client au prix de sa reprise"),
        Act("opportunities:trade_ins_to_approve", "voir les estimations de reprise à valider"),
        Act("opportunities:decide_price", "valider ou refuser une estimation de reprise"),
        Act("opportunities:enter_trade_in", "faire entrer une reprise en stock"),
        Act("opportunities:cancel_entry", "annuler l’entrée en stock d’une reprise qui n’est pas arrivée"),
        Act("opportunities:move_offer", "remettre une offre au client, ou noter sa réponse"),
        Act("opportunities:settings_reasons", "voir les entités dont on règle les motifs de clôture"),
        Act("opportunities:settings_reasons_of", "voir les motifs de clôture d’une entité"),
        Act("opportunities:settings_reason_add", "ajouter un motif de clôture"),
        Act("opportunities:settings_reason_rename", "renommer un motif de clôture"),
        Act("opportunities:settings_reason_place", "ranger les motifs de clôture"),
        Act("opportunities:settings_reason_offer", "retirer un motif de clôture, ou le proposer de nouveau"),
        Act("opportunities:settings_figures", "voir les entités dont on règle les opportunités"),
        Act("opportunities:settings_figures_of", "voir les délais et les exigences d’une entité"),
        Act("opportunities:settings_figures_save", "modifier les délais et les exigences d’une entité"),
        Act("opportunities:settings_messages", "voir les entités dont on règle les modèles de messages"),
        Act("opportunities:settings_messages_of", "voir les modèles de messages d’une entité"),
        Act("opportunities:settings_message_add", "ajouter un modèle de message"),
        Act("opportunities:settings_message_preview", "voir un modèle de message comme un client le lirait"),
        Act("opportunities:settings_message_edit", "modifier un modèle de message"),
        Act("opportunities:settings_message_offer", "retirer un modèle de message, ou le proposer de nouveau"),
    )
