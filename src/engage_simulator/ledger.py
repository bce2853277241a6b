"""Everything the simulated provider accepted, in order: what a client's own books are compared with."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import batched
from typing import Any, NamedTuple

from .template import Template

COLUMNS = (
    "sequence",
    "time",
    "channel",
    "recipient",
    "kind",
    "template",
    "language",
    "variables",
    "header_media",
    "header_variable",
    "button_variable",
    "attachment",
    "text",
    "answered",
)


class Accepted(NamedTuple):
    """One accepted send. `kind` is `notification` or `chat`; the text of a notification is rendered when read."""

    time: float
    channel: str
    recipient: str
    kind: str
    template: Template | None
    variables: tuple[str, ...]
    header_media: str
    header_variable: str
    button_variable: str
    attachment: str
    message: str

    @property
    def text(self) -> str:
        return self.template.render(self.variables) if self.template else self.message


class Ledger:
    """Rows are only ever appended; the index by person is caught up when somebody asks for a person."""

    def __init__(self) -> None:
        self.rows: list[Accepted] = []
        self.unanswered: dict[int, str] = {}
        self._people: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self._indexed = 0

    def clear(self) -> None:
        self.rows.clear()
        self.unanswered.clear()
        self._people.clear()
        self._indexed = 0

    def of(self, channel: str, recipient: str) -> Iterator[tuple[int, Accepted]]:
        """The accepted sends to one person with their sequence numbers, oldest first."""
        for position in range(self._indexed, len(self.rows)):
            row = self.rows[position]
            self._people[row.channel, row.recipient].append(position)
        self._indexed = len(self.rows)
        for position in self._people.get((channel, recipient), ()):
            yield position + 1, self.rows[position]

    def entries(self, *, channel: str = "", template: str = "", after: int = 0) -> Iterator[dict[str, Any]]:
        """Rows for reading, oldest first, of a channel, a template, or beyond a sequence number."""
        for position in range(after, len(self.rows)):
            row = self.rows[position]
            if channel not in {"", row.channel} or template not in {"", row.template.name if row.template else None}:
                continue
            yield self._entry(position + 1, row)

    def _entry(self, sequence: int, row: Accepted) -> dict[str, Any]:
        template = row.template
        return {
            "sequence": sequence,
            "time": row.time,
            "channel": row.channel,
            "recipient": row.recipient,
            "kind": row.kind,
            "template": template.name if template else "",
            "language": template.language if template else "",
            "variables": list(row.variables),
            "header_media": row.header_media,
            "header_variable": row.header_variable,
            "button_variable": row.button_variable,
            "attachment": row.attachment,
            "text": row.text,
            "answered": sequence not in self.unanswered,
        }

    def summary(self, *, channel: str = "", template: str = "", after: int = 0) -> dict[str, Any]:
        """How many were accepted, by whom received, and who received more than one."""
        people: Counter[tuple[str, str]] = Counter()
        channels: defaultdict[str, Counter[str]] = defaultdict(Counter)
        unanswered = 0
        for position in range(after, len(self.rows)):
            row = self.rows[position]
            name = f"{row.template.name} ({row.template.language})" if row.template else ""
            if channel not in {"", row.channel} or template not in {"", row.template.name if row.template else None}:
                continue
            people[row.channel, row.recipient] += 1
            channels[row.channel][name or row.kind] += 1
            unanswered += position + 1 in self.unanswered
        return {
            "accepted": people.total(),
            "distinct_recipients": len({recipient for _, recipient in people}),
            "unanswered": unanswered,
            "duplicates": [
                {"channel": where, "recipient": recipient, "times": times}
                for (where, recipient), times in people.items()
                if times > 1
            ],
            "channels": {
                where: {"accepted": names.total(), "templates": dict(names)} for where, names in channels.items()
            },
        }

    def as_csv(self) -> Iterator[str]:
        """The whole ledger as CSV, in pieces; `variables` is a JSON array."""
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, COLUMNS)
        writer.writeheader()
        for entry in self.entries():
            writer.writerow(entry | {"variables": json.dumps(entry["variables"], ensure_ascii=False)})
            if buffer.tell() > 1 << 16:
                yield _drain(buffer)
        yield _drain(buffer)

    def as_ndjson(self) -> Iterator[str]:
        """The whole ledger, one JSON object per line, in pieces."""
        for entries in batched(self.entries(), 500):
            yield "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)


def _drain(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
