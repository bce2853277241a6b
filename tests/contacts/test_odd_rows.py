"""Files that are tables, with rows that are odd: each odd row is rejected with its reason, the others are taken."""

import pytest

from staffetta.contacts.exports import export
from staffetta.contacts.models import Contact, ImportReject
from tests.contacts.people import Accept, finish

pytestmark = pytest.mark.django_db
MAPPING = {"Nome": "first_name", "Telefono": "phone"}


def test_rows_with_another_separator_are_rejected_one_by_one(accept: Accept) -> None:
    rows = b"Nome;Telefono\nAnna;+39 347 1234567\nLuca,+39 347 1234568\nUgo\t+39 347 1234569\nEva;+39 347 1234560\n"
    source = finish(accept(rows, MAPPING))
    assert (source.created, source.rejected) == (2, 2)
    told = ImportReject.objects.order_by("row").values_list("row", "reason", "cells")
    assert list(told) == [
        (3, "missing_phone", ["Luca,+39 347 1234568"]),
        (4, "missing_phone", ["Ugo\t+39 347 1234569"]),
    ]


def test_a_formula_is_a_text_here_and_no_formula_in_what_is_exported(accept: Accept) -> None:
    finish(accept(b"Nome;Telefono\n=1+1;+39 347 1234567\n@SUM(A1);+39 347 1234568\n", MAPPING))
    assert set(Contact.objects.values_list("first_name", flat=True)) == {"=1+1", "@SUM(A1)"}
    for line in b"".join(export.encoded(Contact.objects.all(), "csv")).decode("utf-8-sig").splitlines()[1:]:
        assert not line.lstrip('"').startswith(("=", "@"))
