"""Help, parsing and refusing a command line need neither the models nor a database: seen by what is loaded."""

import inspect
import os
import pkgutil
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from typing import get_type_hints

import pytest

from staffetta.accounts.models import Role
from staffetta.cli import main as command_line
from staffetta.cli import parsers
from staffetta.cli.parsers import blacklist, contacts, options, users
from staffetta.contacts.audiences import audience
from staffetta.contacts.consents import keep_out
from staffetta.contacts.files.find_encoding import ENCODINGS
from staffetta.contacts.files.reading_words import DELIMITER_NAMES
from tests.cli.commands import actions_of, commands_of
from tests.processes import ROOT

MACHINERY = ("psycopg", "granian", "pyreqwest", "ninja", "apscheduler")
HEAVY = ("django", "logging", *MACHINERY)
MOST_MODULES = 140  # 121 with Python 3.13; a command that runs has more than 1,000
ACTIONS = actions_of(command_line.parser())
RUN = """
import sys
from staffetta.cli.main import main
try:
    status = main()
except SystemExit as end:
    status = end.code
sys.stderr.write("\\n" + " ".join(sys.modules))
sys.exit(status)
"""


def loaded(folder: Path, *arguments: str, database: str = "") -> tuple[int, list[str]]:
    """Run `staffetta ARGUMENTS` in a process; return its exit status and the modules it had at its end."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("STAFFETTA_", "DJANGO_"))}
    own |= {"STAFFETTA_DATA_DIR": str(folder), "STAFFETTA_DATABASE_URL": database, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], env=own,
        capture_output=True, text=True, check=False, cwd=ROOT, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stderr.splitlines()[-1].split()


def of_packages(modules: list[str], packages: tuple[str, ...]) -> set[str]:
    return {name for name in modules if name.split(".")[0] in packages}


def models(modules: list[str]) -> set[str]:
    return {name for name in modules if name.endswith(".models")}


@pytest.mark.parametrize(
    ("status", "command"),
    [
        (0, "--help"),
        (0, "channels --help"),
        (0, "communications create --help"),
        (2, ""),
        (2, "nonsense"),
        (2, "channels nonsense"),
        (2, "contacts merge one two"),
        (2, "users create anna --role queen"),
    ],
)
def test_what_runs_nothing_loads_no_model_and_no_driver(status: int, command: str, tmp_path: Path) -> None:
    ended, modules = loaded(tmp_path, *command.split())
    assert ended == status
    assert of_packages(modules, HEAVY) | models(modules) == set()
    assert len(modules) <= MOST_MODULES
    assert list(tmp_path.iterdir()) == [], "nothing is made in the data folder either"


def test_a_command_on_sqlite_loads_the_models_and_neither_driver_nor_server_nor_client(tmp_path: Path) -> None:
    ended, modules = loaded(tmp_path, "restore", str(tmp_path / "none"))
    assert ended == 1
    assert "staffetta.channels.models" in models(modules)
    assert of_packages(modules, MACHINERY) == set()
    assert len(modules) > MOST_MODULES


def test_a_command_on_postgresql_loads_its_driver(tmp_path: Path) -> None:
    ended, modules = loaded(tmp_path, "channels", "list", database="postgresql://nobody@127.0.0.1:9/none")
    assert ended == 1
    assert "psycopg" in of_packages(modules, MACHINERY)


@pytest.mark.parametrize("command", ACTIONS)
def test_a_command_names_a_function_that_takes_what_was_typed_and_returns_the_status(command: str) -> None:
    function = ACTIONS[command].load()
    assert inspect.isfunction(function)
    assert list(get_type_hints(function).values()) == [Namespace, int]


def test_every_command_runs_something() -> None:
    assert set(ACTIONS) == commands_of(command_line.parser())


def test_every_noun_is_on_the_list() -> None:
    found = {module.name for module in pkgutil.iter_modules(parsers.__path__)} - {"action", "options", "translation"}
    assert sorted(found) == list(command_line.NOUNS)


def test_what_can_be_chosen_is_what_the_rooms_know() -> None:
    assert list(users.ROLES) == Role.values
    assert blacklist.PLATFORMS == keep_out.PLATFORMS
    assert list(contacts.SEPARATORS.values()) == list(DELIMITER_NAMES)
    assert {*contacts.ENCODINGS.values(), "utf-8-sig"} == set(ENCODINGS)
    assert "|".join(["all", *(f"{kind}:ID" for kind in audience.KINDS)]) == options.AUDIENCE
