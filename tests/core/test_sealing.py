"""Sealed secrets: unreadable where they are kept, readable after the key was changed, lost with the keys."""

import pytest
from cryptography.fernet import InvalidToken

from openflex.core.sealing import reseal, seal, unseal

NEW, OLD = "new-" + "n" * 50, "old-" + "o" * 50


def test_what_is_sealed_is_read_back_and_not_seen():
    sealed = seal("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert seal("JBSWY3DPEHPK3PXP") != sealed
    assert unseal(sealed) == "JBSWY3DPEHPK3PXP"


def test_a_retired_key_still_opens_and_resealing_does_away_with_it(settings):
    settings.SECRET_KEY = OLD
    sealed = seal("secret")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert unseal(sealed) == "secret"
    moved = reseal(sealed)
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(moved) == "secret"
    with pytest.raises(InvalidToken):
        unseal(sealed)
