"""What gettext cannot collect is never translated: a text marked inside an f-string, or by a name it does not know."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "staffetta"
MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext"}
TRANSLATIONS = ("django.utils.translation", "staffetta.cli.parsers.translation")


def marked_inside(tree: ast.AST) -> list[int]:
    """Return the lines of f-strings that hold a marked text."""
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    calls = [call for node in strings for call in ast.walk(node) if isinstance(call, ast.Call)]
    return [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id in MARKS]


@pytest.mark.parametrize("room", sorted(path.name for path in SOURCE.iterdir() if path.is_dir()))
def test_no_text_is_marked_inside_an_f_string(room: str) -> None:
    found = {path.name: marked_inside(ast.parse(path.read_text())) for path in (SOURCE / room).rglob("*.py")}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_one_inside_an_f_string_is_found() -> None:
    assert marked_inside(ast.parse("""print(f"{_('Save')}")""")) == [1]


def renamed(tree: ast.AST) -> list[int]:
    """Return the lines that import a function of gettext under another name than `_`: its texts are never collected."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    ours = [node for node in imports if node.module in TRANSLATIONS]
    names = [(node.lineno, name) for node in ours for name in node.names if "gettext" in name.name]
    return [line for line, name in names if name.asname not in (None, "_")]


@pytest.mark.parametrize("room", sorted(path.name for path in SOURCE.iterdir() if path.is_dir()))
def test_texts_are_marked_by_names_that_are_collected(room: str) -> None:
    found = {path.name: renamed(ast.parse(path.read_text())) for path in (SOURCE / room).rglob("*.py")}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("module", TRANSLATIONS)
def test_a_mark_of_another_name_is_found(module: str) -> None:
    assert renamed(ast.parse(f"from {module} import gettext as translated")) == [1]
