"""Routes of the stock."""

from django.urls import path

from vehicles.views import add, exits, moves, picking, preparation, sections, settings, sheet, sheet_condition
from vehicles.views import list as list_views

app_name = "vehicles"

urlpatterns = [
    path("", list_views.vehicle_list, name="list"),
    path("capital/", list_views.capital, name="capital"),
    path("export/", list_views.export, name="export"),
    path("colonnes/", list_views.choose_columns, name="choose_columns"),
    path("choisir/", picking.pick, name="pick"),
    path("ajouter/", add.add_vehicle, name="add"),
    path("ajouter/prochain-controle/", add.propose_inspection, name="propose_inspection_of_new"),
    path("<int:pk>/", sheet.sheet, name="sheet"),
    path("<int:pk>/historique/", sheet.history_page, name="history"),
    path("<int:pk>/sections/<slug:key>/", sections.save_section, name="save_section"),
    path("<int:pk>/prochain-controle/", sections.propose_inspection, name="propose_inspection"),
    path("<int:pk>/statut/", moves.move, name="move"),
    path("<int:pk>/statut/prochain-controle/", moves.propose_inspection, name="propose_inspection_on_entry"),
    path("<int:pk>/sortie/", exits.correct_exit, name="correct_exit"),
    path("<int:pk>/point-de-vente/", moves.change_site, name="change_site"),
    path("<int:pk>/reserver/", moves.reserve, name="reserve"),
    path("<int:pk>/liberer/", moves.release, name="release"),
    path("<int:pk>/archive/", moves.archive, name="archive"),
    path("reglages/", settings.entity_list, name="settings_entities"),
    path("reglages/<int:pk>/", settings.settings_page, name="settings_of"),
    path("reglages/<int:pk>/enregistrer/", settings.save_settings, name="settings_save"),
    path("<int:pk>/preparation/", preparation.start, name="start_preparation"),
    path("<int:pk>/preparation/terminer/", preparation.close, name="close_preparation"),
    path("<int:pk>/preparation/lignes/", preparation.add, name="add_task"),
    path("<int:pk>/preparation/lignes/<int:task_pk>/", preparation.tick, name="tick_task"),
    path("<int:pk>/preparation/lignes/<int:task_pk>/retirer/", preparation.remove, name="remove_task"),
    path("photos/<int:pk>/<slug:size>/", sheet_condition.photo, name="photo"),
    path("<int:pk>/photos/", sheet_condition.add_photos, name="add_photos"),
    path("<int:pk>/photos/<int:photo_pk>/place/", sheet_condition.move_photo, name="move_photo"),
    path("<int:pk>/photos/<int:photo_pk>/retirer/", sheet_condition.remove_photo, name="remove_photo"),
    path("photos/defauts/<int:pk>/<slug:size>/", sheet_condition.damage_photo, name="damage_photo"),
    path("<int:pk>/etat/defauts/<int:part_pk>/photos/", sheet_condition.add_damage_photos, name="add_damage_photos"),
    path(
        "<int:pk>/etat/defauts/<int:part_pk>/photos/<int:photo_pk>/retirer/",
        sheet_condition.remove_damage_photo,
        name="remove_damage_photo",
    ),
    path("<int:pk>/etat/<slug:what>/ajouter/", sheet_condition.add_part, name="add_part"),
    path("<int:pk>/etat/<slug:what>/<int:part_pk>/", sheet_condition.edit_part, name="edit_part"),
    path("<int:pk>/etat/<slug:what>/<int:part_pk>/retirer/", sheet_condition.remove_part, name="remove_part"),
]
