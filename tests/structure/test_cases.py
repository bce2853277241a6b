"""Every situation of tests/cases.py is held by tests that exist."""

import pytest

from tests.cases import CASES
from tests.structure.held_by import gone

SITUATIONS = [(title, nodes) for section in CASES.values() for title, nodes in section.items()]


@pytest.mark.parametrize(("title", "nodes"), SITUATIONS, ids=[title for title, _nodes in SITUATIONS])
def test_a_situation_is_held_by_tests_that_exist(title: str, nodes: tuple[str, ...]) -> None:
    assert nodes, title
    assert gone(nodes) == []


def test_a_situation_is_told_once() -> None:
    titles = [title for title, _nodes in SITUATIONS]
    assert len(titles) == len(set(titles))
