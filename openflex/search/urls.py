"""Routes of « Rechercher partout »."""

from django.urls import path

from openflex.search import views

app_name = "search"

urlpatterns = [path("", views.everywhere, name="everywhere")]
