"""A command that cannot be taken back does what it showed: nothing without a yes, nothing that changed meanwhile."""

import io
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from staffetta.channels.models import Channel, Template
from staffetta.cli.main import main, parser
from staffetta.communications.models import Communication
from staffetta.contacts.consents import consent
from staffetta.contacts.models import AudienceRules, Contact
from tests import world as factory
from tests.cli.commands import parsers_of
from tests.seen.confirmations import other_receiver, other_words, ready_to_start, used_by_a_draft
from tests.world import World

pytestmark = pytest.mark.django_db

FILES = {"backup", "restore"}
"""Whose --yes is about a file, or about everything."""


def paused(world: World) -> None:
    ready_to_start(world)
    Communication.objects.filter(pk=world.communication.pk).update(state="paused", platform="whatsapp")


@dataclass(frozen=True, slots=True)
class Dangerous:
    """A command by its words; `changed`: what a colleague does meanwhile; `untouched`: that nothing was done."""

    words: Callable[[World], list[str]]
    changed: Callable[[World], object]
    untouched: Callable[[World], bool]
    ready: Callable[[World], object] = lambda _world: None


def draft_state(world: World) -> str:
    return str(Communication.objects.get(pk=world.communication.pk).state)


COMMANDS = {
    "communications start": Dangerous(
        lambda w: [str(w.communication.pk)], other_words, lambda w: draft_state(w) == "draft", ready_to_start
    ),
    "communications start, as many others": Dangerous(
        lambda w: [str(w.communication.pk)], other_receiver, lambda w: draft_state(w) == "draft", ready_to_start
    ),
    "communications resume": Dangerous(
        lambda w: [str(w.communication.pk)], other_words, lambda w: draft_state(w) == "paused", paused
    ),
    "contacts erase": Dangerous(
        lambda w: [str(w.contact.pk)],
        lambda w: consent.record([w.contact.pk], "whatsapp", consent.BOTH, "yes", "import"),
        lambda w: Contact.objects.filter(pk=w.contact.pk).exists(),
    ),
    "audiences delete": Dangerous(
        lambda _w: [f"rule:{AudienceRules.objects.get().pk}"],
        used_by_a_draft,
        lambda _w: AudienceRules.objects.exists(),
    ),
    "channels disconnect": Dangerous(
        lambda w: [w.channel.provider_id],
        lambda w: Template.objects.create(channel=w.channel, name="altra"),
        lambda w: Template.objects.filter(channel=w.channel).exists(),
    ),
    "channels reset": Dangerous(
        lambda _w: [],
        lambda w: Channel.objects.filter(pk=w.channel.pk).update(name="Altro"),
        lambda w: Template.objects.filter(channel=w.channel).exists(),
    ),
}


@pytest.fixture
def world() -> World:
    return factory.build()


def line_of(name: str, world: World) -> list[str]:
    return [*name.partition(",")[0].split(), *COMMANDS[name].words(world)]


def digest(told: str) -> str:
    found = re.search(r"--seen ([0-9a-f]{16})", told)
    assert found, told
    return found[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_without_a_yes_it_shows_what_it_would_do_and_does_nothing(
    name: str, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    COMMANDS[name].ready(world)
    assert main(line_of(name, world)) == 1
    told = capsys.readouterr().err
    assert "--yes" in told
    assert digest(told)
    assert "\x1f" not in told
    assert COMMANDS[name].untouched(world)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_changed_meanwhile_is_shown_and_not_done(
    name: str, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    command = COMMANDS[name]
    command.ready(world)
    main(line_of(name, world))
    seen = digest(capsys.readouterr().err)
    command.changed(world)
    assert main([*line_of(name, world), "--seen", seen, "--yes"]) == 1
    told = capsys.readouterr().err
    assert "Nel frattempo è cambiato: non è stato fatto nulla" in told
    assert digest(told) != seen
    assert command.untouched(world)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_still_so_is_done(name: str, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    COMMANDS[name].ready(world)
    main(line_of(name, world))
    assert main([*line_of(name, world), "--seen", digest(capsys.readouterr().err)]) == 0
    assert not COMMANDS[name].untouched(world)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "done"), [("s", True), ("Sì", True), ("y", True), ("", False), ("n", False)])
def test_a_person_is_asked(
    typed: str, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, done: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(f"{typed}\n"))
    assert main(["contacts", "erase", str(world.contact.pk)]) == (0 if done else 1)
    assert "non si può annullare" in capsys.readouterr().out
    assert Contact.objects.filter(pk=world.contact.pk).exists() != done


def test_every_command_with_a_yes_shows_and_binds() -> None:
    """A new command that wants --yes takes --seen too, and is walked above."""
    asking = set()
    for each in parsers_of(parser()):
        options = {option for action in each._actions for option in action.option_strings}
        words = " ".join(each.prog.split()[1:])
        if "--yes" in options and words not in FILES:
            assert "--seen" in options, words
            asking.add(words)
    assert asking == {name.partition(",")[0] for name in COMMANDS}
