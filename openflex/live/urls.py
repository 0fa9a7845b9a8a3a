from django.urls import path

from openflex.live import views

app_name = "live"
urlpatterns = [path("instantanes/", views.snapshots, name="snapshots")]
