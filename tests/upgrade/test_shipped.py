"""A migration that was shipped is never edited: what it was is kept as a digest."""

import json

from tests.upgrade.fixture import FOLDER
from tools.upgrade_fixture.digests import ROOT, shipped

ADVICE = "a shipped migration was edited: take that back and add another one (CONTRIBUTING.md, A migration)"


def test_shipped_migrations_are_as_they_were() -> None:
    known, found = json.loads((FOLDER / "shipped_migrations.json").read_text()), shipped(ROOT)
    assert {name: found.get(name) for name in known} == known, ADVICE
