"""*Paramètres*: entities and points of sale."""

from django.urls import path

from settings_admin.organisation.views import entities, sites, structure

app_name = "organisation"

urlpatterns = [
    path("", entities.entity_list, name="list"),
    path("entites/nouvelle/", structure.add_entity, name="add_entity"),
    path("entites/<int:pk>/", entities.entity_sheet, name="entity"),
    path("entites/<int:pk>/sections/<str:key>/", entities.save_entity, name="save_entity"),
    path("entites/<int:pk>/tva/", entities.propose_vat_number, name="propose_vat_number"),
    path("entites/<int:pk>/logo/", entities.entity_logo, name="entity_logo"),
    path("entites/<int:pk>/points-de-vente/nouveau/", structure.add_site, name="add_site"),
    path("points-de-vente/<int:pk>/supprimer/", structure.delete_site, name="delete_site"),
    path("points-de-vente/<int:pk>/", sites.site_sheet, name="site"),
    path("points-de-vente/<int:pk>/sections/<str:key>/", sites.save_site, name="save_site"),
    path("points-de-vente/<int:pk>/logo/", sites.site_logo, name="site_logo"),
]
