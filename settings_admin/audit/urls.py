"""*Paramètres*: the audit log."""

from django.urls import path

from settings_admin.audit import views

app_name = "audit"

urlpatterns = [
    path("", views.audit_log, name="log"),
    path("export/", views.export_log, name="export"),
]
