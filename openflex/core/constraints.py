"""A constraint of the database speaks French: its violation becomes the refusal that a form shows."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from openflex.core.errors import Refused


@contextmanager
def refusing(refusals: Mapping[str, Refused]) -> Iterator[None]:
    """Runs the block in a savepoint; the violation of a constraint named in `refusals` raises that refusal."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnostics = getattr(error.__cause__, "diag", None)
        refusal = refusals.get(diagnostics.constraint_name or "") if diagnostics else None
        if refusal is None:
            raise
        raise refusal from None
