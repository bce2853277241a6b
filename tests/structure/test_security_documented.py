"""Every promise of docs/reference/security.md names the tests that hold it, and these exist."""

import re

import pytest

from tests.structure.held_by import ROOT, gone

PAGE = (ROOT / "docs" / "reference" / "security.md").read_text(encoding="utf-8")
PROMISES = [line for line in PAGE.splitlines() if line.startswith("- ")]
CITED = re.compile(r"`(tests/[\w/]+\.py::\w+)`")


def test_there_are_promises() -> None:
    assert len(PROMISES) > 30


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_is_held_by_tests_that_exist(promise: str) -> None:
    cited = CITED.findall(promise)
    assert cited
    assert gone(cited) == []
