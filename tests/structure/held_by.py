"""Tests that hold a situation, a statement or a promise, named as `path::function`."""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def gone(nodes: Iterable[str]) -> list[str]:
    """Return those that do not exist."""
    return [node for node in nodes if node.partition("::")[2] not in _functions(node.partition("::")[0])]


@cache
def _functions(path: str) -> set[str]:
    file = ROOT / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.exists() else ast.Module([], [])
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
