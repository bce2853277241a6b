"""Which rows a page counted, and not only how many: a digest of their keys, made in the same reading as the count.

The sum and the sum of squares of the keys' remainders: whoever is exchanged for somebody else changes one of them.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, QuerySet, Sum

PRIME = 2_147_483_647
"""The square of a remainder fits into 64 bits."""


@dataclass(frozen=True, slots=True)
class CountedRows:
    """How many rows, and the digest of which."""

    number: int
    digest: str


def counted(rows: QuerySet[Any], column: str = "pk") -> CountedRows:
    """Count rows and digest one of their columns."""
    rest = F(column) % PRIME
    square = ExpressionWrapper(rest * rest % PRIME, output_field=BigIntegerField())
    told = rows.order_by().aggregate(row_number=Count(column), row_sum=Sum(F(column) % PRIME), row_squares=Sum(square))
    return CountedRows(told["row_number"], _text(told["row_number"], told["row_sum"] or 0, told["row_squares"] or 0))


class KeyDigest:
    """The same of keys that are read anyway, one after the other."""

    def __init__(self) -> None:
        self._number = self._total = self._squares = 0

    def add(self, key: int) -> None:
        rest = key % PRIME
        self._number, self._total, self._squares = (
            self._number + 1,
            self._total + rest,
            self._squares + rest * rest % PRIME,
        )

    def __str__(self) -> str:
        return _text(self._number, self._total, self._squares)


def _text(number: int, total: int, squares: int) -> str:
    return f"{number:x}-{int(total):x}-{int(squares):x}"
