"""Answers are read again as they came: their keys in order, and what `jsonb` would refuse."""

import json

import pytest
from django.utils import timezone

from openflex.core.kept_json import packed
from quotation.models import ProviderAnswer
from settings_admin.scoping import unscoped


@pytest.mark.parametrize("form", [packed, str.encode], ids=["packed", "as answers were kept before"])
@pytest.mark.parametrize(
    "raw", [[], [{"b": 1, "a": {"é": ["12.50", None, True]}}], ["avant\x00après"], ["\ud800"], [1.1, 10**20]]
)
def test_what_is_kept_is_read_as_it_came(cast, raw, form):
    with unscoped("test data"):
        kept = ProviderAnswer.objects.create(
            entity=cast.north,
            kind="plate",
            question="0" * 64,
            packed=form(json.dumps(raw, separators=(",", ":"))),
            answered_at=timezone.now(),
        )
        again = ProviderAnswer.objects.get(pk=kept.pk).raw
    assert again == raw
    assert [list(one) for one in again if isinstance(one, dict)] == [list(one) for one in raw if isinstance(one, dict)]
