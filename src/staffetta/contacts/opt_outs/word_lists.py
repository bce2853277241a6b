"""The words people opt out with, from `words/*.toml`, one file for each language.

`all` and `marketing` are whole messages that are a No; `possible` are everyday words, which a person decides on;
`polite` may stand around all of these; `within` makes a longer text a possible opt-out. Case, accents, punctuation,
emoji, hidden signs and repeated letters do not count. "(a|b|)" stands for either, or for nothing.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from staffetta.contacts.opt_outs.match import Outcome, Phrase, Vocabulary, Words, words_of

FOLDER = Path(__file__).with_name("words")
LABELS, ALWAYS, BUTTONS = "labels", "always", "buttons"
OUTCOMES = {"polite": Outcome.NOTHING, "possible": Outcome.POSSIBLE, "marketing": Outcome.MARKETING, "all": Outcome.ALL}
"""Of a phrase in several lists, also of several languages, the last of these counts: the stricter."""


@cache
def built_in() -> Vocabulary:
    """Return the words this version brings."""
    phrases: dict[Words, Phrase] = {}
    for name, outcome in OUTCOMES.items():
        for language, lists in reversed(languages().items()):
            for text in lists.get(name, ()):
                phrases |= {words: Phrase(" ".join(words), outcome, language) for words in expanded(text)}
    for label in labels():
        outcome = Outcome.MARKETING if label.get("sources") else Outcome.POSSIBLE
        phrases[words_of(label["text"])] = Phrase(label["text"], outcome, label["language"])
    within = {words for lists in languages().values() for text in lists.get("within", ()) for words in expanded(text)}
    return Vocabulary(phrases, frozenset(within))


def languages() -> dict[str, Mapping[str, list[str]]]:
    """Return the lists by language, those of buttons last."""
    names = sorted(
        _files().keys() - {LABELS, ALWAYS}, key=lambda name: (name == BUTTONS, name not in ("it", "en"), name)
    )
    return {name: _files()[name] for name in names}


def labels() -> list[dict[str, Any]]:
    """Return the labels of WhatsApp's own marketing button: text, language, and the sources if there are any."""
    return list(_files()[LABELS]["label"])


@cache
def never_excepted() -> frozenset[Words]:
    """Return the words that stay a STOP whatever an installation makes an exception."""
    return frozenset(words_of(text) for text in _files()[ALWAYS]["always"])


@cache
def _files() -> Mapping[str, dict[str, Any]]:
    return {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.toml"))}


def expanded(text: str) -> Iterator[Words]:
    """Yield the phrases a text of the lists stands for, each as its words."""
    for plain in _alternatives(text):
        if words := words_of(plain):
            yield words


def _alternatives(text: str) -> Iterator[str]:
    start = text.find("(")
    if start < 0:
        yield text
        return
    depth, pieces, piece = 0, list[str](), start + 1
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0 or (depth == 1 and text[place] == "|"):
            pieces.append(text[piece:place])
            piece = place + 1
        if depth == 0:
            break
    for rest in _alternatives(text[piece:]):
        for one in pieces:
            for inner in _alternatives(one):
                yield f"{text[:start]}{inner}{rest}"
