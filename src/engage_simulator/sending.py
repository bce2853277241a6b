"""POST /chat/notification and POST /chat: what is refused, and what goes into the ledger.

Statuses: 400 what was given does not fit · 403 channel switched off · 404 the template (a name in a language) does not
exist · 412 not deliverable now: stopped, blocked, unknown to /chat, or outside WhatsApp's 24 hours.
"""

from __future__ import annotations

import json
import re
from typing import Any

from .answers import Answer, refusal
from .asked import Asked
from .calls import Call
from .ledger import Accepted
from .simulator import Simulator
from .template import Template, Values
from .world import Channel, Customer

PHONE = re.compile(r"[1-9]\d{6,14}")
OTHER_ADDRESS = re.compile(r"-?[\w.]{1,128}")
LONGEST_TEXT = 4096
NOT_DELIVERABLE = refusal(412, "User is stopped or blocked")
WINDOW_CLOSED = refusal(412, "The 24 hour window of this user is closed")
NOBODY = refusal(412, "User unknown: nobody can be written to before they wrote")
INACTIVE = refusal(403, "Channel is not active")
BAD_VARIABLES = refusal(400, "Parameter notification_body_variables must be a JSON array of strings")
BAD_RECIPIENT = refusal(400, "Parameter id is not a recipient of this channel")


def send_notification(asked: Asked) -> Answer:
    """Send a WhatsApp template; an unknown number becomes a customer."""
    simulator, channel, call = asked
    recipient = call.recipient
    refused = _unable(channel, recipient)
    if refused:
        return refused
    template = _find_template(channel, call)
    if not isinstance(template, Template):
        return template
    variables = read_variables(call.body.get("notification_body_variables"))
    if variables is None:
        return BAD_VARIABLES
    values = _values(call.body, variables)
    complaint = template.complaint(values)
    if complaint:
        return refusal(400, complaint)
    customer = channel.customers.get(recipient)
    if customer is None:
        _welcome(simulator, channel, recipient)
    elif customer.stopped or customer.blocked:
        return NOT_DELIVERABLE
    return _accept(simulator, _notification(simulator.clock.now(), channel.id, recipient, template, values))


def send_chat(asked: Asked) -> Answer:
    """Send free text or an attachment to somebody who is known."""
    simulator, channel, call = asked
    recipient = call.recipient
    refused = _unable(channel, recipient, notification=False)
    if refused:
        return refused
    message, attachment = _text(call.body, "message"), _text(call.body, "attachment")
    complaint = _chat_complaint(message, attachment)
    if complaint:
        return refusal(400, complaint)
    now = simulator.clock.now()
    refused = _unreachable(channel, channel.customers.get(recipient), now)
    return refused or _accept(
        simulator, Accepted(now, channel.id, recipient, "chat", None, (), "", "", "", attachment, message)
    )


def read_variables(given: Any) -> tuple[str, ...] | None:
    """The array inside the string (a bare array will do); None when it is neither. Nothing given = no variables."""
    if not given:
        return ()
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return None
    if not isinstance(given, list) or not all(isinstance(value, str) for value in given):
        return None
    return tuple(given)


def message_id(channel: str, sequence: int) -> str:
    """The id of the message with this number in the ledger."""
    return f"{channel}8{sequence:09d}"


def _unable(channel: Channel, recipient: str, *, notification: bool = True) -> Answer | None:
    """What the channel cannot do at all."""
    if not channel.active:
        return INACTIVE
    if notification and not channel.whatsapp:
        return refusal(400, f"Channel {channel.id} has no notifications ({channel.messenger})")
    address = PHONE if channel.whatsapp else OTHER_ADDRESS
    return None if address.fullmatch(recipient) else BAD_RECIPIENT


def _find_template(channel: Channel, call: Call) -> Template | Answer:
    name, language = call.template, _text(call.body, "notification_language")
    template = channel.templates.get((name, language))
    if template is None:
        return refusal(404, f"Notification template {name!r} does not exist in language {language!r}")
    if not template.approved:
        return refusal(400, f"Notification template {name} ({language}) is not approved: {template.status}")
    return template


def _values(body: dict[str, Any], variables: tuple[str, ...]) -> Values:
    return Values(
        variables,
        _text(body, "notification_header_media"),
        _text(body, "notification_header_variable"),
        _text(body, "notification_button_variable"),
    )


def _text(body: dict[str, Any], name: str) -> str:
    return str(body.get(name) or "")


def _notification(now: float, channel: str, recipient: str, template: Template, values: Values) -> Accepted:
    return Accepted(
        now,
        channel,
        recipient,
        "notification",
        template,
        values.body,
        values.header_media,
        values.header_variable,
        values.button_variable,
        "",
        "",
    )


def _chat_complaint(message: str, attachment: str) -> str:
    if not message and not attachment:
        return "Parameter message is empty and there is no attachment"
    if len(message) > LONGEST_TEXT:
        return f"The message is longer than {LONGEST_TEXT} characters"
    if attachment and not attachment.startswith(("http://", "https://")):
        return "Parameter attachment must be a public address"
    return ""


def _unreachable(channel: Channel, customer: Customer | None, now: float) -> Answer | None:
    """Why this person cannot be written to freely now."""
    if customer is None:
        return NOBODY
    if customer.stopped or customer.blocked:
        return NOT_DELIVERABLE
    return WINDOW_CLOSED if channel.whatsapp and customer.window < now else None


def _welcome(simulator: Simulator, channel: Channel, recipient: str) -> None:
    """A customer who never wrote: known from now on, but free text has to wait."""
    created = str(int(simulator.clock.now()))
    channel.customers.put(Customer(recipient, channel.messenger, created=created, window=0.0))


def _accept(simulator: Simulator, row: Accepted) -> Answer:
    rows = simulator.ledger.rows
    rows.append(row)
    return 200, b'{"code":200,"reason":"OK","id":"%s"}' % message_id(row.channel, len(rows)).encode()
