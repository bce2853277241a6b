"""Conversations: a person's history, and what people wrote, as far as Engage's open tickets show it."""

import hashlib
from collections import Counter
from collections.abc import Sequence

from staffetta.connectors.engage.payloads import Row, Unreadable, find_rows, identity_of, member, seconds, text, truth
from staffetta.connectors.engage.profile import Profile
from staffetta.connectors.messages import HistoryEntry, Reply


def read_history(answer: object, profile: Profile) -> list[HistoryEntry]:
    """Return the lines of one person. A line that does not say so counts as incoming: it must not prove a send."""
    section = profile["history"]
    rows = find_rows(answer, section.names["rows"], section["id"] + section["text"])
    return [_entry(row, profile) for row in rows]


def _entry(row: Row, profile: Profile) -> HistoryEntry:
    section = profile["history"]
    words = member(row, section["text"])
    return HistoryEntry(
        text=words if isinstance(words, str) else text(words),
        outgoing=truth(member(row, section["outgoing"])),
        at=seconds(member(row, section["at"])),
        id=text(member(row, section["id"])),
    )


def read_replies(ticket: Row, profile: Profile) -> Sequence[Reply]:
    """Return the incoming lines of one ticket, each with a key that stays the same whenever it is read again."""
    section = profile["tickets"]
    recipient = text(member(ticket, section["customer"]))
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
        same = entry.id or f"{entry.at}\0{entry.text}"
        seen[same] += 1  # the same words twice in one ticket are two replies
        key = hashlib.sha256(f"{name}\0{recipient}\0{same}\0{seen[same]}".encode("utf-8", "replace")).hexdigest()[:32]
        replies.append(Reply(key, recipient, entry.text, entry.at))
    return replies
