"""What a command is restricted to and is not known, or is gone, is refused: a walk over every argument.

As tests/ui/test_restrictions.py for addresses: a new argument that is neither walked nor named as free fails.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db.models import Model

from staffetta.accounts.models import AuditEntry
from staffetta.cli.main import main, parser
from staffetta.contacts.models import Contact
from staffetta.sync.models import SyncConfiguration
from tests import world as factory
from tests.cli.commands import parsers_of
from tests.world import World

pytestmark = pytest.mark.django_db

BEYOND = "99999999"
ROWS = (BEYOND, "0", "9" * 40)
TEXT_ROWS = (*ROWS, "no-such-row", "²", "1 OR 1=1", " ")
AUDIENCES = ("list:99999999", "rule:99999999", "import:99999999", "list:²", "list:", "list:0", "nobody", " ", "ALL")
CHANNELS = (BEYOND, "no-such-channel", "*", " ")
MOMENTS = ("tomorrow", "2026-13-01T10:00", "2026-12-01", " ", "²")
ZONES = ("Europe/Nowhere", "../../etc/passwd", "²")
LIMIT = ("-1", "x", "²")
VALUE = "a value that is stored, sent or looked at as it is; what it may be is judged where it is stored"
PLACE = "a file of whoever types it"
SERVER = "where this process listens"
RESTRICTS: dict[str, tuple[str, ...]] = {
    "audiences show AUDIENCE": AUDIENCES,
    "audiences count AUDIENCE": AUDIENCES,
    "audiences delete rule:ID": (*AUDIENCES, "all"),
    "blacklist list --limit": LIMIT,
    "blacklist lift NUMBER": ("+393990000000", "no number", "²", " "),
    "channels refresh --channel": CHANNELS,
    "channels pace ID": CHANNELS,
    "channels test-number ID": CHANNELS,
    "channels prove-stop ID": CHANNELS,
    "channels opt-outs ID": CHANNELS,
    "channels disconnect ID": CHANNELS,
    "communications create --channel": CHANNELS,
    "communications create --template": ("no_such_template", "*", " "),
    "communications create --language": ("xx", "IT", "*", " "),
    "communications create --audience": AUDIENCES,
    "communications create --hours": ("25:00-26:00", "always", "²"),
    "communications create --days": ("monday", "mon-xyz", "²"),
    "communications create --speed": ("0", "-1", "x"),
    **{
        f"communications {verb} ID": TEXT_ROWS
        for verb in ("start", "stop", "schedule", "unschedule", "hours", "pause", "resume", "show")
    },
    "communications schedule --at": MOMENTS,
    "communications schedule --zone": ZONES,
    "communications hours HH:MM-HH:MM|none": ("25:00-26:00", "always", "²", " "),
    "communications hours --days": ("monday", "mon-xyz", "²"),
    "contacts imports --limit": LIMIT,
    "contacts cancel ID": ROWS,
    "contacts undo ID": ROWS,
    "contacts duplicates --limit": LIMIT,
    "contacts merge ID": ROWS,
    "contacts merge OTHER": ROWS,
    "contacts merge --take": ("no_such_field", "*", " "),
    "contacts unmerge ID": ROWS,
    "contacts erase ID": ROWS,
    "contacts export --audience": AUDIENCES,
    "contacts list --limit": LIMIT,
    "fields list --channel": CHANNELS,
    "opt-outs list --limit": LIMIT,
    "opt-outs decide ID": ROWS,
    "opt-outs remove-words TEXT": ("never added", "*", " "),
    "sync rehearse ID": ROWS,
    "sync run ID": ROWS,
    "sync show RUN": ROWS,
    "sync undo RUN": ROWS,
    "templates list --channel": CHANNELS,
    "templates on --channel": CHANNELS,
    "templates on NAME": ("no_such_template", "*", " "),
    "templates off --channel": CHANNELS,
    "templates off NAME": ("no_such_template", "*", " "),
    "tokens issue --message": ("no-such-message", "*", " "),
    "tokens right ID": ROWS,
    "tokens revoke ID": ROWS,
    "worker --lanes": ("no-such-lane", "*"),
    "contacts import --zone": ZONES,
    "contacts import --phone-prefix": ("9999", "x", "²"),
    **{
        f"{command} --seen": ("0" * 16, "x", " ")
        for command in (
            "audiences delete", "channels disconnect", "channels reset", "communications start",
            "communications resume", "contacts erase",
        )
    },
}  # fmt: skip
"""Argument -> values that are not known, or name what is not there."""
FREE = {
    "audiences create --name": VALUE,
    "audiences create --rules": PLACE,
    "backup FILE": PLACE,
    "restore FILE": PLACE,
    "blacklist add NUMBER": VALUE,
    "blacklist add --file": PLACE,
    "blacklist add --reason": VALUE,
    "blacklist add --days": VALUE,
    "channels connect --key-file": PLACE,
    "channels connect --channel": "chosen among what the provider lists for the key",
    "channels pace --per-second": VALUE,
    "channels pace --burst": VALUE,
    "channels test-number NUMBER": VALUE,
    "communications create --name": VALUE,
    "communications create --variable": VALUE,
    "communications create --header-media": VALUE,
    "communications schedule --expect": "a number of people, compared with those there are",
    "contacts import FILE": PLACE,
    **{
        f"contacts import --{name}": "a part of the file, compared with the file (tests/contacts)"
        for name in ("map", "mode", "consent", "sheet")
    },
    "contacts import --wording": VALUE,
    "contacts erase --reason": VALUE,
    "contacts export FILE": PLACE,
    "contacts export --search": "words that nobody has find nobody (below)",
    "contacts list --search": "words that nobody has find nobody (below)",
    "demo --port": SERVER,
    "demo --simulator-port": SERVER,
    "demo --fault": "the simulator's own",
    "engage probe --key-file": PLACE,
    "opt-outs try TEXT": VALUE,
    "opt-outs add-words TEXT": VALUE,
    "run --host": SERVER,
    "run --port": SERVER,
    "tokens issue NAME": VALUE,
    "tokens issue --days": VALUE,
    "users create NAME": VALUE,
    "users create --email": VALUE,
    "users create --password-file": PLACE,
}
"""Argument -> why it restricts nothing."""
GOOD: dict[str, Callable[[World], str]] = {
    "AUDIENCE": lambda w: f"list:{w.members.pk}",
    "rule:ID": lambda w: f"rule:{w.by_rules.pk}",
    "RUN": lambda w: str(w.sync_run.pk),
    "OTHER": lambda w: str(w.twin.second_id),
    "NUMBER": lambda _w: "+393990000000",
    "NAME": lambda w: w.template.name,
    "TEXT": lambda _w: "x",
    "HH:MM-HH:MM|none": lambda _w: "none",
    "FILE": lambda _w: "/nonexistent/a.csv",
    "--channel": lambda w: w.channel.provider_id,
    "--at": lambda _w: "2099-01-01T10:00",
    "--as": lambda _w: "none",
    "--may-opt-in-again": lambda _w: "no",
    "--reason": lambda _w: "x",
    "--name": lambda _w: "x",
    "--template": lambda w: w.template.name,
    "--language": lambda _w: "it",
    "--audience": lambda _w: "all",
}
"""What stands in the place of the other arguments that a command needs."""


def the_id(command: str, world: World) -> str:
    noun, _blank, verb = command.partition(" ")
    if noun == "channels":
        return world.channel.provider_id
    rows = {"communications": world.communication, "tokens": world.token, "sync": world.sync_run.configuration}
    if noun == "contacts":
        rows["contacts"] = {"unmerge": world.merge, "merge": world.contact, "erase": world.contact}.get(
            verb, world.source
        )
    return str(rows[noun].pk) if noun in rows else "1"


def arguments() -> Iterator[tuple[str, argparse.ArgumentParser, argparse.Action]]:
    """Yield every argument of every command that takes a value, but for those with a list of choices."""
    for each in parsers_of(parser()):
        if each._subparsers:
            continue
        command = " ".join(each.prog.split()[1:])
        for action in each._actions:
            if action.nargs != 0 and not isinstance(action, argparse._HelpAction) and not action.choices:
                yield f"{command} {name_of(action)}", each, action


def name_of(action: argparse.Action) -> str:
    """As the reference names it in English."""
    named = {"NOME": "NAME"}
    return action.option_strings[0] if action.option_strings else named.get(str(action.metavar), str(action.metavar))


ARGUMENTS = {name: (each, action) for name, each, action in arguments()}


def line(name: str, value: str, world: World) -> list[str]:
    """Return the command with this one value, and whatever else it needs."""
    each, wanted = ARGUMENTS[name]
    command = each.prog.split()[1:]
    words: list[str] = []
    for action in each._actions:
        option = action.option_strings[:1]
        needed = action.required or not action.option_strings
        if action is wanted:
            words += [f"{option[0]}={value}"] if option else [value]
        elif needed and not isinstance(action, argparse._HelpAction) and action.nargs != "*":
            named = name_of(action)
            words += [*option, the_id(" ".join(command), world) if named == "ID" else GOOD[named](world)]
    if "--yes" in each._option_string_actions and "--seen" not in name:
        words.append("--yes")
    return [*command, *words]


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was said; the command ended with 1 or 2, told nobody and wrote nothing."""
    before = AuditEntry.objects.count(), Contact.objects.count()
    capsys.readouterr()
    try:
        status = main(words)
    except SystemExit as ended:
        status = int(str(ended.code))
    told = capsys.readouterr()
    assert status in (1, 2), (words, told)
    assert told.out == "", words
    assert told.err.strip(), words
    assert (AuditEntry.objects.count(), Contact.objects.count()) == before, words
    return told.err


def test_every_argument_is_walked_or_free() -> None:
    assert set(ARGUMENTS) == set(RESTRICTS) | set(FREE)
    assert not set(RESTRICTS) & set(FREE)


@pytest.mark.parametrize("name", RESTRICTS)
def test_an_unknown_value_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    world = factory.build()
    for value in RESTRICTS[name]:
        assert "Traceback" not in refused(line(name, value, world), capsys)


GONE: dict[str, Callable[[World], Model]] = {
    "list": lambda w: w.members,
    "rule": lambda w: w.by_rules,
    "import": lambda w: w.source,
}


@pytest.mark.parametrize("kind", GONE)
@pytest.mark.parametrize("name", [name for name, values in RESTRICTS.items() if values == AUDIENCES])
def test_an_audience_that_vanished_is_refused(name: str, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    world = factory.build()
    audience = f"{kind}:{GONE[kind](world).pk}"
    GONE[kind](world).delete()
    refused(line(name, audience, world), capsys)


def test_words_that_nobody_has_find_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    factory.build()
    for words in ("no-such-person", "x" * 5000, " ".join(["maria"] * 9)):
        assert main(["contacts", "list", "--search", words]) == 0
        assert capsys.readouterr().out == ""
        file = tmp_path / "a.csv"
        assert main(["contacts", "export", str(file), "--search", words]) == 0
        assert len(file.read_text(encoding="utf-8-sig").splitlines()) == 1


def test_there_are_configurations_and_people_to_leave_alone() -> None:
    factory.build()
    assert SyncConfiguration.objects.exists()
    assert Contact.objects.count() > 1
