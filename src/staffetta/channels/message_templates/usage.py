"""What uses a template or hangs on a channel. The rooms above register who tells it; this room knows nobody above."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """One thing that uses a template: `kind` and `name` in the reader's language, `url` its page.

    `kind` groups what is of one kind ("communication"), `kinds` is its plural; `running` is true while it sends.
    """

    kind: str
    name: str
    url: str
    running: bool = False
    kinds: str = ""


@dataclass(frozen=True, slots=True)
class Dependent:
    """Things of one kind that hang on a channel: "3 communications", with the page that lists them ("" = none)."""

    label: str
    number: int
    url: str = ""


def counted(usages: Sequence[Usage]) -> str:
    """Return "1 transactional message, 2 communications"."""
    kinds = {usage.kind: usage.kinds or usage.kind for usage in usages}
    numbers = Counter(usage.kind for usage in usages)
    return ", ".join(f"{number} {kind if number == 1 else kinds[kind]}" for kind, number in numbers.items())


OfTemplates = Callable[[Sequence[int]], Mapping[int, Sequence[Usage]]]
OfChannel = Callable[[int], Sequence[Dependent]]
_of_templates: list[OfTemplates] = []
_of_channel: list[OfChannel] = []


def register(of_templates: OfTemplates, of_channel: OfChannel) -> None:
    """Let a room tell what uses templates (ids of `Template` in, usages by id out) and what hangs on a channel.

    Both are asked once a page, whatever the number of templates: one or two queries, no more.
    """
    if of_templates not in _of_templates:
        _of_templates.append(of_templates)
        _of_channel.append(of_channel)


def of_templates(template_ids: Sequence[int]) -> dict[int, list[Usage]]:
    """Return what uses each of these templates; templates nothing uses have an empty list."""
    found: dict[int, list[Usage]] = {pk: [] for pk in template_ids}
    for finder in _of_templates if template_ids else ():
        for pk, usages in finder(template_ids).items():
            found[pk].extend(usages)
    return found


def of_channel(channel_id: int) -> list[Dependent]:
    """Return what hangs on a channel, kind by kind, kinds of which there is nothing left out."""
    return [thing for finder in _of_channel for thing in finder(channel_id) if thing.number]
