"""*Paramètres*: the page of pages, and those about people and rights."""

from django.urls import path

from settings_admin.access.views import groups, hub, imports, members, security, users

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
    path("utilisateurs/<int:pk>/modifier/", users.user_edit, name="user_edit"),
    path("utilisateurs/<int:pk>/depart/", users.user_leave, name="user_leave"),
    path("utilisateurs/<int:pk>/retour/", users.user_come_back, name="user_come_back"),
    path("utilisateurs/<int:pk>/inviter/", users.user_invite_again, name="user_invite_again"),
    path("utilisateurs/<int:pk>/affectations/<int:membership_pk>/", users.user_sites, name="user_sites"),
    # Users from a file
    path("utilisateurs/importer/", imports.upload, name="import"),
    path("utilisateurs/importer/modele/", imports.model_file, name="import_model"),
    path("utilisateurs/importer/<int:pk>/", imports.preview, name="import_preview"),
    path("utilisateurs/importer/<int:pk>/refus/", imports.refused_file, name="import_refused"),
    # Accounts
    path("securite/", security.account_security, name="account_security"),
    path("securite/second-facteur/", security.require_second_factor, name="require_second_factor"),
    path("utilisateurs/<int:pk>/second-facteur/", security.reset_second_factor, name="reset_second_factor"),
]
