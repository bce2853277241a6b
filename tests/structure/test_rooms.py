"""Inside a room too imports go one way, and no room holds more modules than one can look over."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOMS = Path(__file__).resolve().parents[2] / "src" / "staffetta"
ORDER = {
    "contacts": [
        {"erasure"},
        {"exports"},
        {"imports", "audiences"},
        {"merging", "lists", "files"},
        {"consents"},
        {"fields", "storage"},
        {"phones"},
    ],
    "deliveries": [{"sending"}, {"planning", "reporting"}, {"ledger"}],
    "channels": [{"connection"}, {"refreshing"}, {"message_templates"}, {"calls"}],
}
"""From the top down; what stands side by side imports nothing of each other. Modules of the room itself serve all."""
MOST_MODULES = 20
FULLER = {"cli": 30, "communications": 27, "events": 21, "sync": 33, "work": 32}
"""These rooms wait for a cut."""


def imports(room: str) -> Iterator[tuple[str, str, str]]:
    """Yield (module, its part of the room, the part it imports)."""
    for path in (ROOMS / room).glob("*/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [f"{node.module}.{alias.name}".split(".") for alias in node.names]
                for _staffetta, _room, part, *_rest in (name for name in names if name[:2] == ["staffetta", room]):
                    yield path.stem, path.parent.name, part


@pytest.mark.parametrize("room", ORDER)
def test_parts_of_a_room_import_downwards_only(room: str) -> None:
    height = {part: -number for number, parts in enumerate(ORDER[room]) for part in parts}
    assert {(ROOMS / room / part).is_dir() for part in height} == {True}
    edges = [(module, here, there) for module, here, there in imports(room) if {here, there} <= height.keys()]
    assert edges
    assert [edge for edge in edges if edge[1] != edge[2] and height[edge[1]] <= height[edge[2]]] == []


def test_a_room_holds_no_more_modules_than_one_can_look_over() -> None:
    folders = {path.parent for path in ROOMS.rglob("*.py") if "migrations" not in path.parts}
    modules = {str(folder.relative_to(ROOMS)): len([*folder.glob("*.py")]) - 1 for folder in folders}
    assert {room: number for room, number in modules.items() if number > FULLER.get(room, MOST_MODULES)} == {}
