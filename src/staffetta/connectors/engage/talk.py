"""Conversations: a person's history, and what people wrote, as far as Engage's open tickets show it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from staffetta.connectors.engage.payloads import (
    LONGEST_NAME,
    Row,
    Unreadable,
    exact,
    find_rows,
    identity_of,
    member,
    seconds,
    text,
    truth,
)
from staffetta.connectors.engage.profile import Profile
from staffetta.connectors.messages import HistoryEntry, Reply
from staffetta.text import storable, unstorable


def read_history(answer: object, profile: Profile) -> list[HistoryEntry]:
    """Return the lines of one person. A line that does not say so counts as incoming: it must not prove a send."""
    section = profile["history"]
    rows = find_rows(answer, section.names["rows"], section["id"] + section["text"])
    return [_entry(row, profile) for row in rows]


def _entry(row: Row, profile: Profile) -> HistoryEntry:
    section = profile["history"]
    words = member(row, section["text"])
    return HistoryEntry(
        text=storable(words) if isinstance(words, str) else text(words),
        outgoing=truth(member(row, section["outgoing"])),
        at=seconds(member(row, section["at"])),
        id=exact(member(row, section["id"])),
    )


def read_all_replies(tickets: Iterable[Row], profile: Profile) -> list[Reply]:
    """Return the incoming lines of all tickets that can be read; one that cannot is passed over."""
    return [reply for ticket in tickets for reply in read_replies(ticket, profile)]


def read_replies_of(recipient: str, answer: object, profile: Profile) -> Sequence[Reply]:
    """Return the incoming lines of one person's history that say when they were written, oldest first."""
    section = profile["history"]
    lines = [
        line
        for line in find_rows(answer, section.names["rows"], section["id"] + section["text"])
        if member(line, section["outgoing"]) is not None and seconds(member(line, section["at"])) is not None
    ]
    tickets = profile["tickets"]
    return read_replies({tickets["customer"][0]: recipient, tickets["chats"][0]: lines}, profile)


def read_replies(ticket: Row, profile: Profile) -> Sequence[Reply]:
    """Return the incoming lines of one ticket, oldest first, each with a key that stays the same when it is read again.

    A line is known by Engage's own id, else by its time and text, so that it is the same one in the person's next
    ticket. Without either it is told apart from the ticket's other lines with that text by its place among them.
    """
    section = profile["tickets"]
    recipient = exact(member(ticket, section["customer"]))
    if recipient and unstorable(recipient, LONGEST_NAME):
        return []  # nobody here can have such an address
    name = identity_of(ticket, section["id"])
    try:
        lines = find_rows(member(ticket, section["chats"]) or [], ("",), profile["history"]["text"])
    except Unreadable:
        return []
    seen: Counter[str] = Counter()
    replies = []
    for line in _oldest_first(lines, profile):
        entry = _entry(line, profile)
        if entry.outgoing or not recipient:
            continue
        told = member(line, profile["history"]["text"])  # as it came: a key stays the same for ever
        as_told = told if isinstance(told, str) else entry.text
        words, button = _said(line, entry, profile)
        same = entry.id or (f"{entry.at}\0{as_told}" if entry.at else f"{name}\0{as_told}")
        seen[same] += 1  # the same words twice in one ticket are two replies
        key = hashlib.sha256(f"{recipient}\0{same}\0{seen[same]}".encode("utf-8", "replace")).hexdigest()[:32]
        replies.append(Reply(key, recipient, words, entry.at, button))
    return replies


def _oldest_first(lines: Sequence[Row], profile: Profile) -> Sequence[Row]:
    """Turn lines that come newest first around, as far as their times tell."""
    times = [seconds(member(line, profile["history"]["at"])) for line in lines]
    known = [at for at in times if at is not None]
    return list(reversed(lines)) if known and known[0] > known[-1] else lines


def _said(line: Row, entry: HistoryEntry, profile: Profile) -> tuple[str, str]:
    """Return what a person wrote and what a button carried; a line may hold both in an object instead of a text."""
    section = profile["history"]
    words, carried = member(line, section["text"]), member(line, section["button"])
    if isinstance(words, Mapping):
        carried = carried or member(words, section["button"])
        words = member(words, (*section["text"], "title", "body"))
    if isinstance(carried, Mapping):
        carried = member(carried, (*section["button"], *section["id"], *section["text"]))
    return (words if isinstance(words, str) else text(words) or entry.text), text(carried)
