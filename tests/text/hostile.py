"""A provider whose every answer holds what no database stores, on a raw wire; and that text itself."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pytest_django import Settings

from staffetta.channels.connection import connect
from staffetta.channels.models import Channel, Refresh
from staffetta.channels.refreshing import refresh
from tests.wire import Answer, Seen, serving

type Row = dict[str, Any]

CHANNEL = "24001"
KEY = f"{'a' * 32}_{CHANNEL}_{'b' * 20}"
HALF = "\ud83d"
HOSTILE = f"x\0{HALF}\x07\u200b\u202ee\u0301\ufeff {'\U0001f600' * 700}"
"""NUL, half an emoji, BEL, hidden signs, a letter in two pieces, and more than any column holds."""
ID = "393330000000"


class Provider:
    """What the provider answers, list by list; changed by the tests."""

    def __init__(self) -> None:
        self.customers: list[Row] = [{"id": ID, "name": "Anna", "messenger": "WB"}]
        self.templates: list[Row] = [template("promo_estiva")]
        self.fields: list[Row] = [{"name": "citta", "title": "Città", "type": "text"}]
        self.tickets: list[Row] = []
        self.channels: list[Row] = [{"id": CHANNEL, "name": "Novità", "messenger": "WB", "number": "39021234567"}]
        self.failing: dict[str, Answer] = {}
        self.send: Callable[[Row], Answer] = lambda _body: Answer({"code": 200, "id": "m-1"})

    def answer(self, seen: Seen) -> Answer:
        part = seen.path.rpartition("/api/v16/")[2]
        rows = {
            "user": ("user", self.customers),
            "chat/notification": ("notification_templates", self.templates),
            "user/property": ("properties", self.fields),
            "ticket": ("tickets", self.tickets),
            "channel": ("channels", self.channels),
        }
        if part in self.failing:
            return self.failing[part]
        if seen.method == "POST":
            return self.send(json.loads(seen.body))
        if part not in rows:
            return Answer({"code": 404, "reason": "no such thing"}, 404)
        name, listed = rows[part]
        offset, limit = int(seen.query.get("offset", 0)), int(seen.query.get("limit", 500))
        return Answer({"code": 200, name: listed[offset : offset + limit]})


def template(name: str, text: str = "Ciao {{1}}", **more: Any) -> Row:
    components = [{"type": "BODY", "text": text}]
    return {
        "name": name, "language": "it", "status": "APPROVED", "category": "MARKETING", "components": components, **more
    }  # fmt: skip


@contextmanager
def provider(settings: Settings) -> Iterator[Provider]:
    """Serve a provider at the address this installation calls."""
    served = Provider()
    with serving(served.answer) as wire:
        settings.ENGAGE_URL = wire.url("").rstrip("/")
        settings.SEND_PACE = 0
        yield served


def connected() -> Channel:
    """Connect the channel and download everything, as the first visit does."""
    download(connect.connect(KEY))
    Channel.objects.filter(provider_id=CHANNEL).update(pace=0)
    return Channel.objects.get(provider_id=CHANNEL)


def download(asked: Refresh) -> Refresh:
    refresh.run(asked.pk)
    asked.refresh_from_db()
    return asked
