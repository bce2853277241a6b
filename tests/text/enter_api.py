"""Every member, header and address of the API, with hostile text."""

import json
from typing import Any

from staffetta.accounts import tokens
from staffetta.communications.models import TransactionalMessage
from tests.api.caller import Caller
from tests.communications import made
from tests.text.hunt import BLANK, LONG, MARK, ODD, ODD_NUMBER, Hunt

TOLD = f"{MARK}\x07\u200b\u202ee\u0301\ufeff"
"""What the API cleans; half a surrogate pair and NUL it refuses, since a program can be told."""


def enter(hunt: Hunt) -> None:
    message = made.order_confirmation(made.channel(), creates_contacts=True)
    made.people(1)
    caller = Caller(tokens.issue("negozio", None)[1])
    for hostile in (LONG, BLANK, ODD):
        for number, body in enumerate(_bodies(hostile)):
            status = caller.send(body=json.dumps(body), key=f"{MARK}-{number}-{len(hostile)}").status_code
            assert status in (202, 422), (status, body)
    _refused(hunt, caller)
    said: dict[str, Any] = {"consent": {"source": TOLD, "text": TOLD}, "values": {"order": TOLD}}
    assert caller.send(recipient=ODD_NUMBER, key=f"{MARK}-1", **said).status_code == 202
    _unknown_places(hunt, caller, message)
    hunt.look()


def _bodies(hostile: str) -> list[Any]:
    person = {"recipient": "+393330000000", "values": {"order": "A-1"}}
    return [
        hostile, [hostile], {hostile: hostile},
        {**person, "recipient": hostile}, {**person, "recipient": {"phone": hostile}},
        {**person, "recipient": {"phone": "+393330000000", hostile: hostile}},
        {**person, "values": {"order": hostile}}, {**person, "values": {hostile: "A-1"}},
        {**person, "consent": {"source": hostile, "text": "x"}},
        {**person, "consent": {"source": "x", "text": hostile}},
        {**person, "consent": hostile}, {**person, "opt_in_again": hostile}, {**person, "expires_in": hostile},
    ]  # fmt: skip


def _refused(hunt: Hunt, caller: Caller) -> None:
    for key in (ODD, LONG, BLANK):
        sent = key.encode("utf-8", "surrogatepass").decode("latin-1")  # as a server hands it over
        assert caller.send(key=sent.replace("\0", "").replace("\x07", "")).status_code == 400
    hunt.offer("deliveries.Idempotency.key")


def _unknown_places(hunt: Hunt, caller: Caller, message: TransactionalMessage) -> None:
    for path in ("deliveries/{}", "transactional-messages/{}/send", "{}"):
        for odd in (f"{MARK}%00%ED%A0%BD%07e%CC%81", f"{MARK}" + "%F0%9F%98%80" * 400):
            address = f"/api/v1/{path.format(odd)}"
            assert caller.client.get(address).status_code in (404, 405)
            assert caller.client.post(address, "{}", content_type="application/json").status_code in (404, 405, 422)
    assert caller.client.generic("HUNT\x07", f"/api/v1/transactional-messages/{message.name}/send").status_code == 405
    hunt.offer("api.ApiCall.method")
