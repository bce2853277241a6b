"""Every command of `staffetta`, with hostile text for whatever it takes."""

import argparse
import io
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from staffetta.cli.main import main, parser
from staffetta.communications.models import Communication
from staffetta.contacts.models import ContactField, ContactList, Suppression
from tests.cli.commands import parsers_of
from tests.communications import made
from tests.contacts import people
from tests.text.hunt import LONG, MARK, NUMBER, ODD_NUMBER, Hunt

ARGUMENT = f"{MARK}\udcf2\x07\u200b\u202ee\u0301\ufeff"
"""What an argument can hold: no NUL, and a byte that is no UTF-8 as half a surrogate pair."""
FILE_NAME = ARGUMENT + ".csv"
PASSWORD = "una-password-lunga"
LONG_RUNNING = ("run", "worker", "jobs", "demo", "backup", "restore")
"""They take files and ports only, or never end."""


def enter(hunt: Hunt, folder: Path) -> None:
    """Give every command hostile text, then fill each column that a command fills."""
    people.person("+393331230009", first_name="Anna")
    made.channel(sealed_key=None)
    table = folder / FILE_NAME
    table.write_text("telefono;nome\n+393331230001;Anna\n", encoding="utf-8")
    for words in _every_command(table):
        run(*words)
    _fill(folder, table)
    _judge(hunt)
    hunt.look()


def run(*words: str, typed: str = "") -> tuple[int, str]:
    """Run a command with a strict standard output, as a real one is; return its exit status and what it complained."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="strict")
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace")
    given = io.TextIOWrapper(io.BytesIO(typed.encode("utf-8", "surrogatepass")), encoding="utf-8")
    with redirect_stdout(out), redirect_stderr(err), patch("sys.stdin", given):
        try:
            status = main(words)
        except SystemExit as end:  # argparse
            status = int(end.code or 0)
    assert status in (0, 1, 2), words
    err.flush()
    told = err.buffer.getvalue().decode()
    return status, told


def ok(*words: str) -> None:
    status, told = run(*words)
    assert status == 0, told


def _every_command(table: Path) -> Iterator[list[str]]:
    for each in parsers_of(parser()):
        noun = each.prog.split()[1:2]
        if not each._subparsers and noun and noun[0] not in LONG_RUNNING and _takes_text(each):
            for hostile in (ARGUMENT, LONG):
                yield [*each.prog.split()[1:], *_arguments(each, table, hostile)]


def _takes_text(command: argparse.ArgumentParser) -> bool:
    return any(action.nargs != 0 and action.type is not int and not action.choices for action in command._actions)


def _arguments(command: argparse.ArgumentParser, table: Path, hostile: str) -> Iterator[str]:
    for action in command._actions:
        if isinstance(action, argparse._HelpAction) or action.dest == "wait":
            continue
        yield from action.option_strings[:1]
        if action.nargs == 0:
            continue
        if action.choices:
            yield str(next(iter(action.choices)))
        elif action.type is int:
            yield "1"
        else:
            yield str(table) if action.type is Path else hostile


def _fill(folder: Path, table: Path) -> None:
    password = folder / f"{MARK}\udcf2.txt"
    password.write_text(PASSWORD, encoding="utf-8")
    ok("users", "create", ARGUMENT, "--role", "viewer", "--password-file", str(password))
    ok("tokens", "issue", f"{ARGUMENT} 2")
    rules = folder / f"{MARK}\udcf2.json"
    ContactField.objects.create(name="citta", label="Città")
    rules.write_text('{"rules": [{"about": "field", "field": "citta", "is": "is", "value": "Roma"}]}')
    ok("audiences", "create", "--name", ARGUMENT, "--rules", str(rules))
    ok("blacklist", "add", ODD_NUMBER, "--reason", ARGUMENT)
    assert Suppression.objects.filter(masked__endswith=NUMBER[-2:]).exists()
    content = ["--channel", "24001", "--template", "conferma_ordine", "--language", "it", "--audience", "all"]
    variables = [f"--variable={key}=text:{ARGUMENT}|fallback:{ARGUMENT}" for key in "12"]
    ok("communications", "create", "--name", ARGUMENT, *content, *variables)
    ok("opt-outs", "add-words", ARGUMENT, "--as", "all")
    who = people.person("+393331230008", first_name="Anna")
    ok("contacts", "erase", str(who.pk), "--yes", "--reason", ARGUMENT)
    mapping = ["--map", "telefono=phone", "--map", "nome=first_name", "--wording", ARGUMENT]
    ok("contacts", "import", str(table), *mapping)
    assert ContactList.objects.count() == 0


def _judge(hunt: Hunt) -> None:
    """What takes only known values, or has a form of its own."""
    draft = Communication.objects.latest("pk")
    when = ["communications", "schedule", str(draft.pk), "--at", "2099-01-01T10:00"]
    table = {
        "communications.Communication.start_zone": [*when, "--zone", ARGUMENT],
        "communications.Communication.hours": ["communications", "hours", str(draft.pk), ARGUMENT],
        "channels.Channel.provider_id": ["channels", "connect", "--channel", ARGUMENT],
        "events.StopProof.number": ["channels", "test-number", "24001", ARGUMENT],
        "accounts.User.email": [
            "users",
            "create",
            "bo",
            "--role",
            "viewer",
            "--email",
            ARGUMENT,
            "--password-file",
            "-",
        ],
        "accounts.AccessToken.only_messages": ["tokens", "issue", "x", "--message", ARGUMENT],
        "accounts.User.role": ["users", "create", "bo", "--role", ARGUMENT, "--password-file", "-"],
        "contacts.OptOutWord.outcome": ["opt-outs", "add-words", "x", "--as", ARGUMENT],
        "contacts.PossibleOptOut.decision": ["opt-outs", "decide", "1", "--as", ARGUMENT],
        "contacts.Suppression.platform": ["blacklist", "add", "1", "--reason", "x", "--platform", ARGUMENT],
        "contacts.Import.delimiter": ["contacts", "import", "x", "--separator", ARGUMENT],
        "contacts.Import.phone_prefix": ["contacts", "import", "x", "--phone-prefix", ARGUMENT],
    }
    for column, words in table.items():
        status, told = run(*words, typed=PASSWORD)
        assert status, words
        assert told, words
        hunt.offer(column)
