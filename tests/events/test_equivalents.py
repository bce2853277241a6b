"""The forms of one number."""

import pytest

from staffetta.contacts.phones.equivalents import equivalents


@pytest.mark.parametrize(
    ("digits", "also"),
    [
        ("5511987654321", "551187654321"),
        ("551187654321", "5511987654321"),
        ("5215512345678", "525512345678"),
        ("525512345678", "5215512345678"),
        ("5491123456789", "541123456789"),
        ("541123456789", "5491123456789"),
    ],
)
def test_a_number_has_the_forms_of_its_country(digits: str, also: str) -> None:
    assert equivalents(digits) == {digits, also}


def test_an_italian_number_has_one_form() -> None:
    assert equivalents("393331234567") == {"393331234567"}
