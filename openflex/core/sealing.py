"""Small secrets that the database keeps and nobody reads there: sealed with keys made from SECRET_KEY.

A key that was retired into SECRET_KEY_FALLBACKS still opens what it sealed; `reseal` moves it to the newest key, after
which the fallback can go.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def seal(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises cryptography.fernet.InvalidToken when no key of this installation sealed it."""
    return _box().decrypt(sealed.encode()).decode()


def reseal(sealed: str) -> str:
    """The same secret under the newest key."""
    return _box().rotate(sealed.encode()).decode()


def _box() -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> bytes:
    """Long random secrets in, so one hash is enough; the prefix keeps this key from being any other made of it."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"openflex.sealing:" + secret.encode()).digest())
