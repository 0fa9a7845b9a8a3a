"""Routes of the quotations."""

from django.urls import path

from quotation.views import details, history, provider, radar, start, stock, study

app_name = "quotation"

urlpatterns = [
    path("", history.quotation_list, name="list"),
    path("export/", history.export_quotations, name="export"),
    path("consommation/", history.consumption, name="consumption"),
    path("consommation/export/", history.export_calls, name="export_calls"),
    path("fournisseur/", provider.provider_list, name="providers"),
    path("fournisseur/<int:pk>/", provider.provider_page, name="provider"),
    path("fournisseur/<int:pk>/identifiants/", provider.save_credentials, name="save_credentials"),
    path("fournisseur/<int:pk>/identifiants/retirer/", provider.remove_credentials, name="remove_credentials"),
    path("fournisseur/<int:pk>/reglages/", provider.save_settings, name="save_settings"),
    path("fournisseur/<int:pk>/tester/", provider.try_access, name="try_access"),
    path("nouvelle/", start.start, name="start"),
    path("identifier/", start.identify, name="identify"),
    path("catalogue/", start.catalogue, name="catalogue"),
    path("choisir/", start.choose_from_catalogue, name="choose_from_catalogue"),
    path("vehicule/<int:pk>/", stock.value_vehicle, name="value_vehicle"),
    path("<int:pk>/", history.open_quotation, name="open"),
    path("<int:pk>/configuration/", start.configure, name="configure"),
    path("<int:pk>/identifier/", start.identify_again, name="identify_again"),
    path("<int:pk>/choisir/", start.choose_again, name="choose_again"),
    path("<int:pk>/version/", start.choose_candidate, name="choose_candidate"),
    path("<int:pk>/details/", details.details, name="details"),
    path("<int:pk>/brouillon/", details.save_draft, name="save_draft"),
    path("<int:pk>/equipements/", details.fetch_equipment, name="fetch_equipment"),
    path("<int:pk>/cote/", details.value, name="value"),
    path("<int:pk>/annonces/", radar.radar, name="radar"),
    path("<int:pk>/annonces/actualiser/", history.fetch_adverts, name="fetch_adverts"),
    path("<int:pk>/detail-des-prix/", radar.price_details, name="price_details"),
    path("<int:pk>/etude/", study.market_study, name="study"),
    path("<int:pk>/prix-de-vente/", study.save_sale_price, name="save_sale_price"),
    path("<int:pk>/actualiser/", history.redo, name="redo"),
    path("<int:pk>/reprendre/", history.copy, name="copy"),
]
