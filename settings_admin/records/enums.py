"""What the access log keeps of people's acts, and what several packages write into one history."""

from enum import StrEnum
from typing import Final

# In the history of an entity: how it writes its numbers.
NUMBERING_CHANGED: Final = "numbering_changed"


class AccessKind(StrEnum):
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SECOND_FACTOR_FAILED = "second_factor_failed"
    LOCKED_OUT = "locked_out"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - what happened, not a password
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    RECOVERY_CODES = "recovery_codes"
    EXPORTED = "exported"
    EXPORT_DOWNLOADED = "export_downloaded"
    PERSONAL_DATA_SEEN = "personal_data_seen"
    PERSONAL_DATA_EXPORTED = "personal_data_exported"
    USERS_IMPORTED = "users_imported"
    CUSTOMERS_IMPORTED = "customers_imported"
