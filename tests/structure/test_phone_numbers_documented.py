"""docs/reference/phone-numbers.md says what the code does: its examples are read, its reasons are those there are."""

import re

import pytest

from staffetta.contacts.phones.phone import NotAPhone, PhoneReading, read_phone
from staffetta.contacts.phones.phone_words import PHONE_REASONS
from tests.structure.held_by import ROOT

PAGE = (ROOT / "docs" / "reference" / "phone-numbers.md").read_text(encoding="utf-8")
REJECTED = re.findall(r"^\| (`.+) \| `(phone_\w+)` \|", PAGE, re.MULTILINE)


def test_every_reason_is_documented() -> None:
    documented = set(re.findall(r"`((?:phone_|missing_|invalid_)\w+)`", PAGE))
    assert documented == set(PHONE_REASONS) - {"missing_phone", "invalid_phone"}


@pytest.mark.parametrize(
    ("typed", "prefix", "code"),
    [
        (typed, found[0] if (found := re.findall(r"with (?:recovery and )?(\d\d)", cells)) else "39", code)
        for cells, code in REJECTED
        for typed in re.findall("`([^`]+)`", cells)
    ],
)
def test_an_example_of_the_page_is_rejected_for_that_reason(typed: str, prefix: str, code: str) -> None:
    with pytest.raises(NotAPhone) as refused:
        read_phone(typed, PhoneReading("44" if typed == "34661234567" else prefix, recovers=True))
    assert refused.value.code == code
