"""Which modules of the platform a test file imports, its helpers under `tests/` included."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@cache
def imported_modules(file: Path) -> frozenset[str]:
    """Return the names a test file may import: `from a.b import c` gives both a.b and a.b.c."""
    found: set[str] = set()
    seen: set[Path] = set()
    waiting = [file]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        for name in _names(path):
            if name.startswith("staffetta"):
                found.add(name)
            elif name.startswith("tests.") and name not in {"tests.conftest", "tests.world"}:
                waiting.append(ROOT / (name.replace(".", "/") + ".py"))
    return frozenset(found)


def _names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
