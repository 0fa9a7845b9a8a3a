"""Routes of the customers."""

from django.urls import path

from customers.views import add, around, imports, merging, page, picking, privacy, sections
from customers.views import list as list_views

app_name = "customers"

urlpatterns = [
    path("", list_views.customer_list, name="list"),
    path("export/", list_views.export, name="export"),
    path("colonnes/", list_views.choose_columns, name="choose_columns"),
    path("creer/", add.add_customer, name="add"),
    path("ressemblants/", add.duplicates, name="duplicates"),
    path("importer/", imports.upload, name="import"),
    path("importer/modele/", imports.model_file, name="import_model"),
    path("importer/<int:pk>/", imports.preview, name="import_preview"),
    path("importer/<int:pk>/reprendre/", imports.resume, name="import_resume"),
    path("importer/<int:pk>/refus/", imports.refused_file, name="import_refused"),
    path("choisir/", picking.pick, name="pick"),
    path("choisir/nouveau/", picking.pick_new, name="pick_new"),
    path("choisir/creer/", picking.pick_create, name="pick_create"),
    path("<int:pk>/", page.customer_page, name="page"),
    path("<int:pk>/fusionner/", merging.merge_find, name="merge_find"),
    path("<int:pk>/fusionner/<int:other_pk>/", merging.merge, name="merge"),
    path("<int:pk>/donnees/", privacy.everything, name="everything"),
    path("<int:pk>/effacer/", privacy.erase, name="erase"),
    path("<int:pk>/garder/", privacy.keep, name="keep"),
    path("<int:pk>/sections/<slug:key>/", sections.save_section, name="save_section"),
    path("<int:pk>/contacts/ajouter/", around.contact_add, name="contact_add"),
    path("<int:pk>/contacts/<int:part_pk>/", around.contact_edit, name="contact_edit"),
    path("<int:pk>/contacts/<int:part_pk>/retirer/", around.contact_remove, name="contact_remove"),
    path("<int:pk>/consentements/", around.consent, name="consent"),
    path("<int:pk>/vehicules/ajouter/", around.vehicle_add, name="vehicle_add"),
    path("<int:pk>/vehicules/<int:part_pk>/", around.vehicle_edit, name="vehicle_edit"),
    path("<int:pk>/vehicules/<int:part_pk>/retirer/", around.vehicle_remove, name="vehicle_remove"),
]
