"""Sign-in by allauth (only the pages we offer), and the person's own choices."""

from allauth.account import views as allauth_views
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path

from openflex.core.http import public
from settings_admin.access.views import account, news, sessions
from settings_admin.access.views import shell as views
from settings_admin.guards import signed_in

urlpatterns = [
    path("", views.landing, name="landing"),
    path("priceback/", views.priceback_home, name="priceback_home"),
    path("perimetre/", views.switch_scope, name="switch_scope"),
    path("preferences/", views.set_preference, name="set_preference"),
    path("nouveautes/", news.news, name="news"),
    path("nouveautes/ouvrir/", news.open_news, name="open_news"),
    path("compte/", account.my_account, name="my_account"),
    path("compte/photo/", account.save_my_photo, name="save_my_photo"),
    path("compte/photos/<int:pk>/", account.photo, name="user_photo"),
    path("compte/absences/nouvelle/", account.plan_my_absence, name="plan_my_absence"),
    path("compte/absences/<int:pk>/annuler/", account.cancel_my_absence, name="cancel_my_absence"),
    path("compte/sessions/", sessions.my_sessions, name="my_sessions"),
    path("compte/sessions/fermer/", sessions.end_my_sessions, name="end_my_sessions"),
    path("compte/sessions/<int:pk>/fermer/", sessions.end_my_session, name="end_my_session"),
    path("compte/second-facteur/", signed_in(second_factor.index), name="mfa_index"),
    path("compte/second-facteur/activer/", signed_in(totp.activate_totp), name="mfa_activate_totp"),
    path("compte/second-facteur/desactiver/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("compte/codes-de-secours/", signed_in(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "compte/codes-de-secours/nouveaux/",
        signed_in(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("compte/confirmer/", signed_in(allauth_views.reauthenticate), name="account_reauthenticate"),
    path("compte/confirmer/code/", signed_in(second_factor.reauthenticate), name="mfa_reauthenticate"),
    path("connexion/code/", public(second_factor.authenticate), name="mfa_authenticate"),
    path("connexion/", public(allauth_views.login), name="account_login"),
    # Open to everybody: between password and code it is the way back.
    path("deconnexion/", public(allauth_views.logout), name="account_logout"),
    path("compte-inactif/", public(allauth_views.account_inactive), name="account_inactive"),
    path("mot-de-passe/", signed_in(allauth_views.password_change), name="account_change_password"),
    path("mot-de-passe/oublie/", public(allauth_views.password_reset), name="account_reset_password"),
    path("mot-de-passe/oublie/envoye/", public(allauth_views.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public(allauth_views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "mot-de-passe/nouveau/fait/",
        public(allauth_views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
