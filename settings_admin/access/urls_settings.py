"""*Paramètres*: the page of pages, and those about people and rights."""

from django.urls import path

from settings_admin.access.views import groups, hub, imports, members, security, user_acts, users

app_name = "access"

urlpatterns = [
    path("", hub.settings_hub, name="settings"),
    # Groups
    path("groupes/", groups.group_list, name="groups"),
    path("groupes/nouveau/", groups.group_create, name="group_create"),
    path("groupes/comparer/", groups.compare_groups, name="groups_compared"),
    path("groupes/<int:pk>/", groups.group_page, name="group"),
    path("groupes/<int:pk>/modifier/", groups.group_edit, name="group_edit"),
    path("groupes/<int:pk>/droits/", groups.save_rights, name="group_rights"),
    path("groupes/<int:pk>/supprimer/", groups.group_delete, name="group_delete"),
    path("groupes/<int:pk>/ajouter/", members.group_add, name="group_add"),
    path("groupes/<int:pk>/retirer/<int:user_pk>/", members.group_remove, name="group_remove"),
    # Users
    path("utilisateurs/", users.user_list, name="users"),
    path("utilisateurs/<int:pk>/", users.user_page, name="user"),
    path("utilisateurs/<int:pk>/modifier/", user_acts.user_edit, name="user_edit"),
    path("utilisateurs/<int:pk>/depart/", user_acts.user_leave, name="user_leave"),
    path("utilisateurs/<int:pk>/retour/", user_acts.user_come_back, name="user_come_back"),
    path("utilisateurs/<int:pk>/inviter/", user_acts.user_invite_again, name="user_invite_again"),
    path("utilisateurs/<int:pk>/affectations/<int:membership_pk>/", user_acts.user_sites, name="user_sites"),
    path("utilisateurs/<int:pk>/groupes/ajouter/", user_acts.user_add, name="user_add"),
    path("utilisateurs/<int:pk>/absences/nouvelle/", user_acts.user_absence, name="user_absence"),
    path(
        "utilisateurs/<int:pk>/absences/<int:absence_pk>/annuler/",
        user_acts.user_absence_cancel,
        name="user_absence_cancel",
    ),
    path("utilisateurs/<int:pk>/sessions/fermer/", user_acts.user_sign_out, name="user_sign_out"),
    path("utilisateurs/<int:pk>/second-facteur/", user_acts.reset_second_factor, name="reset_second_factor"),
    # Users from a file
    path("utilisateurs/importer/", imports.upload, name="import"),
    path("utilisateurs/importer/modele/", imports.model_file, name="import_model"),
    path("utilisateurs/importer/<int:pk>/", imports.preview, name="import_preview"),
    path("utilisateurs/importer/<int:pk>/refus/", imports.refused_file, name="import_refused"),
    # Accounts
    path("securite/", security.account_security, name="account_security"),
    path("securite/second-facteur/", security.require_second_factor, name="require_second_factor"),
]
