"""The ASGI app: the API itself bare, since its speed is what clients are measured against, and the control address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from .answers import Answer, refusal
from .asked import Asked
from .calls import Call
from .control.app import control_app
from .customers import (
    block_customers,
    delete_customers,
    list_customers,
    read_customers,
    start_customers,
    stop_customers,
    unblock_customers,
    write_customers,
)
from .lists import list_agents, list_channels, list_fields, list_templates, list_tickets, read_history
from .play import Playing, Receive, Scope, Send, respond
from .seen import Request
from .sending import send_chat, send_notification
from .simulator import Simulator

type Handler = Callable[[Asked], Answer]

HANDLERS: dict[str, Handler] = {
    handler.__name__: handler
    for handler in (
        send_notification,
        send_chat,
        list_templates,
        read_history,
        list_customers,
        list_fields,
        list_tickets,
        list_agents,
        list_channels,
        read_customers,
        write_customers,
        delete_customers,
        start_customers,
        stop_customers,
        block_customers,
        unblock_customers,
    )
}
UNKNOWN_METHOD = refusal(404, "Unknown method")
NO_KEY = refusal(401, "Parameter apikey is missing")
WRONG_KEY = refusal(401, "Invalid API key")


class App:
    """Sinch Engage for one client after the other."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.control = control_app(simulator)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith("/api/"):
            await self._engage(scope, receive, send)
        else:
            await self.control(scope, receive, send)

    async def _engage(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        body: bytes = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        call = Call(scope["method"], scope["path"], scope["query_string"], body)
        if self.simulator.faults.rules:
            status = await self._with_faults(call, scope, receive, send)
        else:
            status, answer = self.answer(call)
            await respond(send, status, answer)
        self._note(call, scope["query_string"], status)

    def answer(self, call: Call) -> Answer:
        """The provider's own answer, with its effect."""
        if not call.operation:
            return UNKNOWN_METHOD
        if call.fault:
            return refusal(400, call.fault)
        channel = self.simulator.world.by_key.get(call.apikey)
        if channel is None:
            return WRONG_KEY if call.apikey else NO_KEY
        return HANDLERS[call.operation](Asked(self.simulator, channel, call))

    async def _with_faults(self, call: Call, scope: Scope, receive: Receive, send: Send) -> int:
        seconds, rule = self.simulator.faults.catch(call, self._channel_id(call))
        if seconds:
            await asyncio.sleep(seconds)
        if rule is None:
            status, body = self.answer(call)
            await respond(send, status, body)
            return status
        ledger = self.simulator.ledger
        before = len(ledger.rows)
        answer = self.answer(call) if rule.accepted else None
        sequence = len(ledger.rows)
        if sequence > before:
            ledger.unanswered[sequence] = rule.kind
        status = await Playing(self.simulator, call, rule, answer).play(scope, receive, send)
        if rule.kind == "hang" and status:
            ledger.unanswered.pop(sequence, None)
        return status

    def _note(self, call: Call, query: bytes, status: int) -> None:
        now, channel = self.simulator.clock.now(), self._channel_id(call)
        self.simulator.seen.add(Request(now, call.method, call.path, query, call.raw, call.operation, channel, status))

    def _channel_id(self, call: Call) -> str:
        channel = self.simulator.world.by_key.get(call.apikey)
        return channel.id if channel else ""
