"""Every situation of tests/cases.py is held by tests that exist."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.cases import CASES

ROOT = Path(__file__).resolve().parents[2]
SITUATIONS = [(title, nodes) for section in CASES.values() for title, nodes in section.items()]


@cache
def functions(path: str) -> set[str]:
    file = ROOT / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.exists() else ast.Module([], [])
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("title", "nodes"), SITUATIONS, ids=[title for title, _nodes in SITUATIONS])
def test_a_situation_is_held_by_tests_that_exist(title: str, nodes: tuple[str, ...]) -> None:
    assert nodes, title
    gone = [node for node in nodes if node.partition("::")[2] not in functions(node.partition("::")[0])]
    assert not gone, f"{title}: no such test"


def test_a_situation_is_told_once() -> None:
    titles = [title for title, _nodes in SITUATIONS]
    assert len(titles) == len(set(titles))
