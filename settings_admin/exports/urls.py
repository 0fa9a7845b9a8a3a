"""Routes of the exports in the background."""

from django.urls import path

from settings_admin.exports import views

app_name = "exports"

urlpatterns = [
    path("", views.export_list, name="list"),
    path("utilisateurs/", views.export_users, name="users"),
    path("droits/", views.export_user_rights, name="user_rights"),
    path("<int:pk>/fichier/", views.download, name="download"),
    path("<int:pk>/annuler/", views.cancel, name="cancel"),
    path("<int:pk>/relancer/", views.try_again, name="try_again"),
]
