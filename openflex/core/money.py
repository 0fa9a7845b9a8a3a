"""Amounts in euros: exact decimals, whole cents, one rounding.

Every amount is a `Decimal` in euros. Binary floats are refused where they would enter, because 0.1 + 0.2
is not 0.3. Rounding is the French commercial one, half away from zero.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final, Self

from openflex.core.errors import Refused

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal("0.00")
# Highest amount the application takes (auctions.md, "Bad input"); numeric(9, 2) in the database.
MAX_AMOUNT: Final = Decimal("9999999.99")


class AmountRefused(Refused):
    """A typed amount that cannot be taken."""


class TaxUnknown(ValueError):
    """The VAT of a price was asked for although its rate is not known."""


def cents(amount: Decimal | int) -> Decimal:
    """The amount rounded to the cent, half away from zero: 2.005 → 2.01, −2.005 → −2.01; never −0.00."""
    if not isinstance(amount, Decimal | int):
        raise TypeError(f"An amount is a Decimal, not {type(amount).__name__}.")
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP) + ZERO


def split_largest_remainder(amount: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Share an amount of whole cents pro rata of the weights; the parts add up to it exactly.

    Each line gets its share cut to the cent; the cents left over go one each to the largest remainders,
    ties in line order. A negative amount is the mirror image of the positive one. A line of weight zero
    gets nothing, unless all weigh zero: then the lines share equally, since something must be said of a lot
    whose starting prices are all 0. `ValueError`: no line, a negative weight, a fraction of a cent.
    """
    if not weights:
        raise ValueError("There is no line to share between.")
    if any(weight < 0 for weight in weights):
        raise ValueError("A weight is negative.")
    total_cents = _whole_cents(abs(amount))
    exact = [total_cents * share for share in _shares(weights)]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda line: parts[line] - exact[line])
    for line in by_remainder[: total_cents - sum(parts)]:
        parts[line] += 1
    sign = -1 if amount < 0 else 1
    return [Decimal(sign * part) * CENT for part in parts]


def _whole_cents(amount: Decimal) -> int:
    if amount != cents(amount):
        raise ValueError(f"{amount} is not a whole number of cents.")
    return int(amount * 100)


def _shares(weights: Sequence[Decimal | int]) -> list[Fraction]:
    exact = [Fraction(weight) for weight in weights]
    total = sum(exact)
    if total == 0:
        return [Fraction(1, len(exact))] * len(exact)
    return [weight / total for weight in exact]


@dataclass(frozen=True, slots=True)
class Price:
    """One amount, whether VAT is inside it, and the VAT rate as a ratio (0.20), `None` when not known.

    The amount that was typed or agreed is kept as it is; the other one is computed from it, to the cent.
    Asking for what the rate would be needed for raises `TaxUnknown`: nothing is guessed.
    """

    amount: Decimal
    includes_vat: bool
    rate: Decimal | None

    def __post_init__(self) -> None:
        if self.amount != cents(self.amount):
            raise ValueError(f"{self.amount} is not a whole number of cents.")
        if self.rate is not None and not 0 <= self.rate < 1:
            raise ValueError(f"A VAT rate is a ratio such as 0.20, not {self.rate}.")

    @classmethod
    def from_incl_vat(cls, amount: Decimal, *, rate: Decimal | None) -> Self:
        return cls(amount=amount, includes_vat=True, rate=rate)

    @classmethod
    def from_excl_vat(cls, amount: Decimal, *, rate: Decimal | None) -> Self:
        return cls(amount=amount, includes_vat=False, rate=rate)

    @property
    def incl_vat(self) -> Decimal:
        return self.amount if self.includes_vat else cents(self.amount * (1 + self._known_rate()))

    @property
    def excl_vat(self) -> Decimal:
        return cents(self.amount / (1 + self._known_rate())) if self.includes_vat else self.amount

    @property
    def vat(self) -> Decimal:
        """What is left between the two amounts, so that excl. + VAT = incl. to the cent."""
        return self.incl_vat - self.excl_vat

    def _known_rate(self) -> Decimal:
        if self.rate is None:
            raise TaxUnknown("The VAT rate of this price is not known.")
        return self.rate


# Figures in one piece or in groups of three, so that a slip such as "7 0200" is not read as 70 200.
_TYPED_AMOUNT: Final = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:[.,](?P<decimals>[0-9]+))?"
)
_MAX_TYPED_LENGTH: Final = 24


def parse_amount(text: str, *, allow_negative: bool = False) -> Decimal:
    """Read an amount as French people type it: "1 234,56", "1234.56", "89 632 €", any kind of space.

    `AmountRefused` with a code: `unreadable` ("1e9", "1.234,56"), `too_many_decimals`, `negative`,
    `too_high` (beyond ± 9 999 999,99).
    """
    compact = " ".join(text.replace("\u2212", "-").split()).removesuffix("€").rstrip()
    match = _TYPED_AMOUNT.fullmatch(compact) if len(compact) <= _MAX_TYPED_LENGTH else None
    if match is None:
        raise AmountRefused("unreadable", "Montant illisible\u00a0: écrivez par exemple 1\u202f234,56.")
    if len(match["decimals"] or "") > 2:
        raise AmountRefused("too_many_decimals", "Un montant s’arrête aux centimes\u00a0: deux décimales au plus.")
    amount = cents(Decimal(f"{match['sign']}{match['whole'].replace(' ', '')}.{match['decimals'] or '0'}"))
    if amount < 0 and not allow_negative:
        raise AmountRefused("negative", "Le montant ne peut pas être négatif.")
    if abs(amount) > MAX_AMOUNT:
        raise AmountRefused("too_high", "Montant trop élevé\u00a0: 9\u202f999\u202f999,99\u00a0€ au plus.")
    return amount
