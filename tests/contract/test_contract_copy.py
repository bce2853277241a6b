"""The contract that is tested against is the one everybody reads."""

from pathlib import Path

import pytest

OURS = Path(__file__).parent / "engage-contract.json"
THEIRS = Path(__file__).resolve().parents[3] / "shared" / "engage-contract.json"


@pytest.mark.skipif(not THEIRS.exists(), reason="the original lies beside the checkout only where it is written")
def test_the_copy_of_the_contract_equals_the_original() -> None:
    assert OURS.read_bytes() == THEIRS.read_bytes()
