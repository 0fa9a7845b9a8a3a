"""What happens to the opportunities by itself; each verb may run twice and does it once."""

from celery import shared_task
from django.utils import timezone

from openflex.core.dates import today_paris
from opportunities.services import reminders
from opportunities.services.offers import expire_offers
from opportunities.services.trade_in_prices import expire_trade_ins
from settings_admin.scoping import unscoped


@shared_task
def expire_past() -> None:
    now = timezone.now()
    with unscoped("offers and prices of every entity"):
        expire_offers(now=now)
        expire_trade_ins(today=today_paris(now))


@shared_task
def remind_of_overdue() -> None:
    with unscoped("opportunities of every entity"):
        reminders.remind_of_overdue(now=timezone.now())


@shared_task
def tell_teams() -> None:
    with unscoped("opportunities of every entity"):
        reminders.tell_teams(now=timezone.now())
