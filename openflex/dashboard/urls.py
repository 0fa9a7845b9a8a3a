"""Routes of *Accueil*."""

from django.urls import path

from openflex.dashboard import views

app_name = "dashboard"

urlpatterns = [path("", views.home, name="home")]
