"""Conversations: a person's history, and what people wrote, as far as Engage's open tickets show it."""

import hashlib
from collections import Counter
from collections.abc import Sequence

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


def read_replies(ticket: Row, profile: Profile) -> Sequence[Reply]:
    """Return the incoming lines of one ticket, each with a key that stays the same whenever it is read again."""
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
    for line in lines:
        entry = _entry(line, profile)
        if entry.outgoing or not recipient:
            continue
        words = member(line, profile["history"]["text"])  # as they came: a key stays the same for ever
        same = entry.id or f"{entry.at}\0{words if isinstance(words, str) else entry.text}"
        seen[same] += 1  # the same words twice in one ticket are two replies
        key = hashlib.sha256(f"{name}\0{recipient}\0{same}\0{seen[same]}".encode("utf-8", "replace")).hexdigest()[:32]
        replies.append(Reply(key, recipient, entry.text, entry.at))
    return replies
