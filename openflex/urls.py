"""Every route of the site; each app brings its own under its French name."""

from django.urls import include, path
from django_prometheus.exports import ExportToDjangoView

from openflex.core import views as core_views
from openflex.core.http import public

handler403 = "settings_admin.access.views.shell.permission_denied"

urlpatterns = [
    path("healthz", core_views.healthz, name="healthz"),
    path("readyz", core_views.readyz, name="readyz"),
    path("metrics", public(ExportToDjangoView), name="metrics"),  # the proxy keeps it inside the network
    path("courriels/", core_views.outbox, name="outbox"),
    path("style/", core_views.style_page, name="style_page"),
    path("accueil/", include("openflex.dashboard.urls")),
    path("recherche/", include("openflex.search.urls")),
    path("clients/", include("customers.urls")),
    path("opportunites/", include("opportunities.urls")),
    path("vehicules/", include("vehicles.urls")),
    path("cotations/", include("quotation.urls")),
    path("parametres/organisation/", include("settings_admin.organisation.urls")),
    path("parametres/numerotation/", include("settings_admin.numbering.urls")),
    path("parametres/journal/", include("settings_admin.audit.urls")),
    path("parametres/", include("settings_admin.access.urls_settings")),
    path("live/", include("openflex.live.urls")),
    path("notifications/", include("openflex.notifications.urls")),
    path("mes-exports/", include("settings_admin.exports.urls")),
    path("", include("settings_admin.access.urls")),
]
