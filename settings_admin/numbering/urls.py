"""*Paramètres*: the numbering of documents."""

from django.urls import path

from settings_admin.numbering import views

app_name = "numbering"

urlpatterns = [
    path("", views.entity_list, name="list"),
    path("<int:pk>/", views.entity_page, name="entity"),
    path("<int:pk>/<slug:key>/", views.save, name="save"),
    path("<int:pk>/<slug:key>/apercu/", views.preview, name="preview"),
]
