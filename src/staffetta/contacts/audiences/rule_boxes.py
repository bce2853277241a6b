"""Rules as the editor shows them: boxes of lines, each line a condition with the choices it has."""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from staffetta.channels.models import Channel
from staffetta.contacts.audiences.rule_draft import FIELD_ABOUT, Tree
from staffetta.contacts.audiences.rule_terms import About, Wants, operator, operators
from staffetta.contacts.audiences.rule_words import ABOUTS, MATCHES, OPERATORS, Names, fault_text
from staffetta.contacts.audiences.rule_world import fields
from staffetta.contacts.audiences.rules import DEPTH, PLATFORMS, Fault
from staffetta.contacts.lists.list_names import in_order
from staffetta.contacts.models import ContactList, Import, ImportState, Purpose

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One condition. `kind` is how its value is put in: none, text, number, date, days, one (of options), several."""

    path: str
    number: str
    abouts: list[tuple[str, list[Option]]]
    operators: list[Option]
    platforms: list[Option]
    purposes: list[Option]
    kind: str
    value: str
    to: str | None
    options: list[Option]
    error: str
    focus: bool


@dataclass(frozen=True, slots=True)
class Box:
    """A group."""

    path: str
    number: str
    matches: list[Option]
    inner: "list[Line | Box]"
    error: str
    may_group: bool
    focus: bool
    is_box: bool = True


class Desk:
    """What all lines of one page share: the choices, looked up once, and what is wrong where."""

    def __init__(self, faults: Sequence[Fault], focus: Path | None) -> None:
        self.faults = {fault.path: fault for fault in reversed(faults)}
        self.focus = focus
        self.fields = fields()
        self.labels = Names().fields
        self.things: dict[str, list[tuple[str, str]]] = {}

    def named(self, about: str) -> list[tuple[str, str]]:
        """Return what a list, import or channel can be chosen from."""
        if about not in self.things:
            self.things[about] = [(str(key), str(name)) for key, name in THINGS[about]()]
        return self.things[about]


def _lists() -> Iterable[tuple[object, object]]:
    return [(row.pk, row.name) for row in in_order(ContactList.objects.only("name"))]


def _imports() -> Iterable[tuple[object, object]]:
    rows = Import.objects.exclude(state=ImportState.UPLOADED).order_by("-pk")
    return rows.values_list("pk", "name")


def _channels() -> Iterable[tuple[object, object]]:
    return [(row.provider_id, row) for row in Channel.objects.order_by("name", "pk")]


THINGS = {"list": _lists, "import": _imports, "channel": _channels}


def boxes(tree: Tree, faults: Sequence[Fault] = (), focus: Path | None = None) -> Box:
    """Return what the editor shows of a tree, however incomplete."""
    return _box(tree, (), Desk(faults, focus))


def mark(tree: Tree) -> str:
    """Return a word that changes with the rules: what was counted for others is then counted again."""
    return f"{zlib.crc32(json.dumps(tree, sort_keys=True).encode()):x}"


def _box(node: Tree, path: Path, desk: Desk) -> Box:
    matches = [Option(name, str(label), name == node.get("match")) for name, label in MATCHES.items()]
    inner = [
        _box(each, (*path, n), desk) if "rules" in each else _line(each, (*path, n), desk)
        for n, each in enumerate(node["rules"])
    ]
    return Box(
        _name(path),
        _number(path),
        matches,
        inner,
        _error(path, desk),
        len(path) < DEPTH - 1,
        path == desk.focus,
    )


def _line(node: Tree, path: Path, desk: Desk) -> Line:
    about = next((each for each in About if each == node.get("about")), None)
    name = str(node.get("field", ""))
    type = desk.fields[name].type if about == About.FIELD and name in desk.fields else ""  # noqa: A001
    known = operators(about, type) if about else ()
    compared = (operator(about, type, node.get("is")) if about else None) or (known[0] if known else None)
    wants = compared.wants if compared else Wants.NOTHING
    kind, options = _input(about, type, wants, node, desk)
    return Line(
        _name(path),
        _number(path),
        _abouts(node, desk),
        [Option(each.name, str(OPERATORS[each.name]), each == compared) for each in known],
        _platforms(about, node),
        _purposes(about, node),
        kind,
        _text(node.get("value")),
        _text(node.get("to")) if wants == Wants.TWO else None,
        options,
        _error(path, desk),
        path == desk.focus,
    )


def _abouts(node: Tree, desk: Desk) -> list[tuple[str, list[Option]]]:
    chosen = f"{FIELD_ABOUT}{node['field']}" if node.get("about") == About.FIELD else str(node.get("about", ""))
    own = [(f"{FIELD_ABOUT}{name}", desk.labels.get(name, name)) for name in desk.fields]
    if chosen.startswith(FIELD_ABOUT) and chosen not in dict(own):
        own.append((chosen, chosen.removeprefix(FIELD_ABOUT)))
    rest = [(name, str(label)) for name, label in ABOUTS.items()]
    first = [Option("", _("Choose…"), selected=not chosen)]
    return [
        ("", first),
        (_("Contact fields"), [Option(value, label, value == chosen) for value, label in _by_label(own)]),
        (_("Opt-in, lists, messages"), [Option(value, label, value == chosen) for value, label in rest]),
    ]


def _by_label(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pairs, key=lambda pair: pair[1].casefold())


def _platforms(about: About | None, node: Tree) -> list[Option]:
    if about not in (About.CONSENT, About.SENT, About.REPLY):
        return []
    chosen = node.get("platform", "whatsapp" if about == About.CONSENT else "")
    every = [] if about == About.CONSENT else [Option("", _("on any platform"), selected=not chosen)]
    return every + [
        Option(name, name.capitalize().replace("Whatsapp", "WhatsApp"), name == chosen) for name in PLATFORMS
    ]


def _purposes(about: About | None, node: Tree) -> list[Option]:
    if about != About.CONSENT:
        return []
    chosen = node.get("purpose", Purpose.MARKETING.value)
    return [Option(value, str(label), value == chosen) for value, label in Purpose.choices]


def _input(
    about: About | None,
    type: str,  # noqa: A002  (the word of the field)
    wants: Wants,
    node: Tree,
    desk: Desk,
) -> tuple[str, list[Option]]:
    if about is None or wants == Wants.NOTHING:
        return "none", []
    if wants == Wants.DAYS:
        return "days", []
    if wants == Wants.SEVERAL:
        told = node.get("values") or []
        choices = dict.fromkeys([*desk.fields[str(node["field"])].choices, *told])
        return "several", [Option(choice, choice, choice in told) for choice in choices]
    if about in THINGS:
        return "one", _things(about, _text(node.get("value")), desk)
    if about == About.CREATED or type in ("date", "datetime"):
        return "date", []
    return ("number" if type in ("number", "integer") else "text"), []


def _things(about: str, chosen: str, desk: Desk) -> list[Option]:
    first = Option("", _("Choose…"), selected=not chosen)
    return [first, *(Option(value, label, value == chosen) for value, label in desk.named(about))]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _error(path: Path, desk: Desk) -> str:
    return fault_text(desk.faults[path]) if path in desk.faults else ""


def _name(path: Path) -> str:
    return ".".join(["r", *(str(step) for step in path)])


def _number(path: Path) -> str:
    return ".".join(str(step + 1) for step in path)
