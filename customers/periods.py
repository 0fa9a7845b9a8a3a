"""How long a customer is kept without any contact, and from when on no consent counts any more (RGPD art. 5.1.e).

Nothing was ever sold to a *prospect* nor bought from them: three years after the last contact they are erased, as the
CNIL recommends. Who bought or sold something is erased after five, when no claim can come from the contract any more
(C. com. art. L. 110-4), and receives no prospecting after three. What a law keeps longer stays (`registry.Keeper`).
"""

from datetime import date, datetime, timedelta
from typing import Final

from openflex.core.dates import add_years, paris_day_bounds, today_paris

PROSPECT_YEARS: Final = 3
CLIENT_YEARS: Final = 5
CONSENT_YEARS: Final = 3
# Between the day on which an erasure is announced and the erasure.
NOTICE: Final = timedelta(days=60)


def due_on(last_contact_at: datetime, *, is_client: bool) -> date:
    """The first day (Europe/Paris) on which the customer is kept no more."""
    return add_years(today_paris(last_contact_at), CLIENT_YEARS if is_client else PROSPECT_YEARS)


def announced_for(due: date, *, today: date, announced: date | None) -> date | None:
    """The day for which the erasure is announced: none before the notice runs, never one that leaves less of it."""
    if today < due - NOTICE:
        return None
    return max(due, announced or today + NOTICE)


def silent_since(today: date, *, years: int) -> datetime:
    """With whom there was a last contact before that instant, that was so many years ago on this day."""
    last = add_years(today, -years)
    # On 28 February of a common year, those of the 29th too.
    if add_years(last + timedelta(days=1), years) <= today:
        last += timedelta(days=1)
    return paris_day_bounds(last)[1]


def agreed_since(last_contact_at: datetime | None, *, at: datetime) -> datetime | None:
    """From which instant on an agreement counts, after a contact `at` that follows the last one: that at which the
    former ones lapsed, None when none has. A new contact revives none of them: the customer is to be asked again."""
    if last_contact_at is None or not has_lapsed(last_contact_at, today=today_paris(at)):
        return None
    return paris_day_bounds(add_years(today_paris(last_contact_at), CONSENT_YEARS))[0]


def has_lapsed(last_contact_at: datetime | None, *, today: date) -> bool:
    """Whether what the customer agreed to counts no more; as long as nobody knows of when the last contact was, it
    does."""
    return last_contact_at is not None and last_contact_at < silent_since(today, years=CONSENT_YEARS)
