"""Routes of the opportunities."""

from django.urls import path, re_path

from opportunities.views import (
    acts,
    calendar,
    comments,
    creation,
    offers,
    page,
    summary,
    trade_in_acts,
    trade_in_creation,
    trade_ins,
)
from opportunities.views import list as list_views

app_name = "opportunities"

urlpatterns = [
    path("", list_views.opportunity_list, name="list"),
    path("export/", list_views.export, name="export"),
    path("nouvelle/", creation.create, name="create"),
    path("agenda/", calendar.calendar, name="calendar"),
    path("client/<int:pk>/", creation.of_customer, name="of_customer"),
    path("offres/<int:pk>/", offers.offer, name="offer"),
    path("offres/<int:pk>/etat/", offers.move_offer, name="move_offer"),
    path("rdv/<int:pk>/terminer/", acts.end_appointment, name="end_appointment"),
    path("reprises/cotation/<int:pk>/", trade_in_creation.from_quotation, name="trade_in_create"),
    path("reprises/<int:pk>/", trade_ins.page, name="trade_in"),
    path("reprises/<int:pk>/<slug:key>/enregistrer/", trade_ins.save_section, name="save_trade_in"),
    path("reprises/<int:pk>/controle/", trade_ins.propose_inspection, name="propose_trade_in_inspection"),
    path("reprises/<int:pk>/demander/", trade_in_acts.ask, name="ask_price"),
    path("reprises/<int:pk>/reprendre/", trade_in_acts.take_back, name="take_back"),
    path("reprises/<int:pk>/decider/", trade_in_acts.decide, name="decide_price"),
    path("reprises/<int:pk>/reponse/", trade_in_acts.answer, name="answer_price"),
    path("<int:pk>/reprises/nouvelle/", trade_in_creation.add, name="add_trade_in"),
    path("<int:pk>/", page.page, name="page"),
    re_path(r"^(?P<pk>\d+)/(?P<tab>synthese|offres|reprise)/$", page.page, name="tab"),
    path("<int:pk>/synthese/enregistrer/", summary.save_summary, name="save_summary"),
    path("<int:pk>/commentaires/", comments.comment, name="comment"),
    path("<int:pk>/offres/nouvelle/", offers.make_offer, name="make_offer"),
    path("<int:pk>/relancer/", acts.exchange, name="exchange"),
    path("<int:pk>/planifier/<slug:kind>/", acts.plan, name="plan"),
    path("<int:pk>/reporter/", acts.postpone, name="postpone"),
    path("demandes/<int:pk>/repondre/", comments.answer, name="answer"),
    path("offres/<int:pk>/reponse/", offers.answer_offer, name="answer_offer"),
    path("<int:pk>/interet/", acts.set_stars, name="stars"),
    path("<int:pk>/suivre/", acts.follow, name="follow"),
    path("<int:pk>/reaffecter/", acts.reassign, name="reassign"),
    path("<int:pk>/cloturer/<slug:status>/", acts.close, name="close"),
    path("<int:pk>/rouvrir/", acts.reopen, name="reopen"),
    path("<int:pk>/fusionner/", acts.merge, name="merge"),
]
