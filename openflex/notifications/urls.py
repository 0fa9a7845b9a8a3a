"""Routes of the notifications."""

from django.urls import path

from openflex.notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.notification_list, name="list"),
    path("dernieres/", views.panel, name="panel"),
    path("tout-lire/", views.read_all, name="read_all"),
    path("preferences/", views.preferences, name="preferences"),
    path("<int:pk>/apercu/", views.toast, name="toast"),
    path("<int:pk>/ouvrir/", views.open_target, name="open"),
    path("<int:pk>/lire/", views.read, name="read"),
]
