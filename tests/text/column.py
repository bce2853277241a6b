"""What is said of a column that holds text: the entrances that fill it, and the form of the text."""

from dataclasses import dataclass
from enum import StrEnum


class Entrance(StrEnum):
    """Where text comes in."""

    PAGE = "page"
    API = "api"
    COMMAND = "command"
    FILE = "file"
    PROVIDER = "provider"


class Form(StrEnum):
    """How text is stored: as the functions of staffetta/text.py return it, or as it came."""

    SHOWN = "shown"
    VALUE = "value"
    IDENTITY = "identity"
    EXACT = "exact"
    SECRET = "secret"


@dataclass(frozen=True, slots=True)
class Column:
    """The entrances that fill a column with people's text, those that let only known values through, or why none."""

    form: Form
    takes: frozenset[Entrance] = frozenset()
    judges: frozenset[Entrance] = frozenset()
    ours: str = ""


def entrances(names: str) -> frozenset[Entrance]:
    return frozenset(Entrance(name) for name in names.split())


def shown(takes: str, judges: str = "") -> Column:
    return Column(Form.SHOWN, entrances(takes), entrances(judges))


def value(takes: str, judges: str = "") -> Column:
    return Column(Form.VALUE, entrances(takes), entrances(judges))


def identity(takes: str, judges: str = "") -> Column:
    return Column(Form.IDENTITY, entrances(takes), entrances(judges))


def exact(takes: str, judges: str = "") -> Column:
    """What goes back to the provider byte for byte."""
    return Column(Form.EXACT, entrances(takes), entrances(judges))


def judged(judges: str) -> Column:
    """Only values of a list, or of a strict form, get in."""
    return Column(Form.SHOWN, judges=entrances(judges))


def secret(why: str) -> Column:
    """Never changed, and never stored as it is: test_text_hunt.py has a test for each."""
    return Column(Form.SECRET, ours=why)


def ours(why: str, names: str) -> dict[str, Column]:
    return {name: Column(Form.SHOWN, ours=why) for name in names.split()}


def copied(names: str) -> dict[str, Column]:
    return ours("copied from columns that are clean, cut where it is shorter", names)


def codes(names: str) -> dict[str, Column]:
    return ours("a code of a closed list in the source", names)


def digests(names: str) -> dict[str, Column]:
    return ours("a digest", names)
