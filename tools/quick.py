"""Check a change quickly: style, types, and the tests of the rooms it touches and of those that import them.

`make quick` looks at what differs from HEAD, or at the last commit when nothing does; `make quick ARGS="--since REV"`
looks at what differs from a revision. It runs on SQLite, without browser and crash tests, for as long as `BUDGET`
allows, nearest tests first, and prints what it left out. `make test` leaves nothing out.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import grimp

from tests.durations import seconds_of
from tools.imports_of_tests import imported_modules

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
BUDGET = 76.0
"""Seconds of tests, by the times recorded in tests/durations.json; two workers share them."""
FOUNDATIONS = ("channels", "notices", "accounts", "ui", "work", "connectors", "outbound", "text")
"""Rooms that nearly all others import: a change here runs its own tests only."""
OTHER_PARTS = ("browser", "crash")
FAR = 100
"""Added to the distance of tests that only stand in a room that imports the change."""
SLOW_FOLDERS = ("tests/journeys", "tests/crash")


@dataclass
class Selection:
    """The test files to run, nearest first, and what was left out, with the reason."""

    files: list[Path] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def changed_files(since: str) -> list[Path]:
    """Return what differs from a revision, new files included, as paths below the root."""
    new = _git("ls-files", "--others", "--exclude-standard")
    return sorted({Path(name) for name in [*_git("diff", "--name-only", since), *new]})


def room_of(path: Path) -> str:
    """Return the room a file belongs to; "" for a file outside of all rooms."""
    match path.parts:
        case ("src", "staffetta", room, _, *_) | ("tests", room, _, *_):
            return room
        case ("src", "staffetta", module):
            return Path(module).stem
        case ("src", package, *_):
            return package
        case _:
            return ""


def select(changed: Sequence[Path], budget: float = BUDGET) -> Selection:
    """Choose the tests of a change: those of its rooms, then those of the rooms that import what was changed."""
    rooms = {room for path in changed if (room := room_of(path))}
    distances = _distances(changed, rooms)
    selection, spent = Selection(), 0.0
    for file in sorted(distances, key=lambda file: (distances[file], seconds_of(file), str(file))):
        if spent and spent + seconds_of(file) > budget:
            selection.left_out.append(f"{file}: no time left")
            continue
        spent += seconds_of(file)
        selection.files.append(file)
    if rooms & set(FOUNDATIONS):
        named = ", ".join(sorted(rooms & set(FOUNDATIONS)))
        selection.left_out.append(f"the tests of the rooms that import {named}: nearly all of them")
    return selection


def _distances(changed: Sequence[Path], rooms: set[str]) -> dict[Path, int]:
    """Return how far each test file to be considered is from the change: 0 is changed itself, 1 stands in its room."""
    distances = {path: 0 for path in changed if path.name.startswith("test_") and (ROOT / path).exists()}
    for room in rooms:
        for file in _test_files(f"tests/{room}"):
            distances.setdefault(file, 1)
    if any(path.suffix == ".py" for path in changed):
        for file in _test_files("tests/structure"):
            distances.setdefault(file, 1)
    reached = _reached(_modules(path for path in changed if room_of(path) not in FOUNDATIONS))
    for file in _test_files("tests"):
        near = [reached[module] for module in imported_modules(ROOT / file) if module in reached]
        if near:
            distances.setdefault(file, 2 + min(near))
    for room, distance in _importing_rooms(reached).items():
        for file in _test_files(f"tests/{room}"):
            distances.setdefault(file, FAR + distance)
    return {file: distance for file, distance in distances.items() if not str(file).startswith(SLOW_FOLDERS)}


def _reached(modules: set[str]) -> dict[str, int]:
    """Return how many imports lead from each module to a changed one."""
    graph = grimp.build_graph("staffetta", cache_dir=str(ROOT / ".import_linter_cache"))
    distances = dict.fromkeys(modules & graph.modules, 0)
    latest = set(distances)
    while latest:
        importers = {above for module in latest for above in graph.find_modules_that_directly_import(module)}
        latest = importers - distances.keys()
        distances |= dict.fromkeys(latest, max(distances.values()) + 1)
    return distances


def _importing_rooms(reached: Mapping[str, int]) -> dict[str, int]:
    """Return the rooms that hold importing modules, each with its shortest way to the change."""
    rooms: dict[str, int] = {}
    for module, distance in reached.items():
        room = module.split(".")[1] if "." in module else ""
        rooms[room] = min(distance, rooms.get(room, distance))
    return rooms


def _modules(paths: Iterable[Path]) -> set[str]:
    """Return the names of the modules of the platform among these files."""
    sources = (path.relative_to("src").with_suffix("") for path in paths if path.parts[0] == "src")
    return {".".join(path.parts).removesuffix(".__init__") for path in sources}


def _test_files(folder: str) -> list[Path]:
    return [path.relative_to(ROOT) for path in (ROOT / folder).rglob("test_*.py")]


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def _checks() -> list[list[str]]:
    """Return the commands that look at the whole tree; each takes seconds once its cache is warm."""
    return [
        [str(BIN / "ruff"), "check", "--quiet", "."],
        [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
        ["sh", "tools/templates.sh", "--check"],
        [str(BIN / "lint-imports"), "--no-cache"],
        [str(BIN / "mypy"), "--no-error-summary"],
    ]


def run(selection: Selection) -> int:
    """Run the checks beside the tests; return the first status that is not 0."""
    checks = [
        (command, subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        for command in _checks()
    ]
    chosen = " and ".join(f"not {part}" for part in OTHER_PARTS)
    tests = [sys.executable, "-m", "pytest", "-m", chosen, *map(str, selection.files)]
    statuses = [subprocess.run(tests, cwd=ROOT, check=False).returncode if selection.files else 0]
    for command, process in checks:
        said = process.communicate()[0]
        if process.returncode:
            print(f"-- {' '.join(command)}\n{said}", flush=True)
        statuses.append(process.returncode)
    return next((status for status in statuses if status), 0)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make quick", description=__doc__)
    parser.add_argument("--since", metavar="REV", help="look at what differs from this revision")
    since = parser.parse_args(arguments).since
    started = time.monotonic()
    changed = changed_files(since or "HEAD") or changed_files("HEAD~1")
    selection = select(changed)
    print(f"{len(changed)} changed files, {len(selection.files)} test files", flush=True)
    status = run(selection)
    for line in selection.left_out:
        print(f"left out: {line}")
    print("left out: browser and crash tests, PostgreSQL, and all rooms not named (make test runs everything)")
    print(f"quick: {'passed' if not status else 'FAILED'} in {time.monotonic() - started:.0f} s")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
