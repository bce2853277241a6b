"""Sinch Engage. Facts, strengths and quirks: README.md beside this file; what is not established: profile.toml."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from string import Template
from typing import ClassVar, Self

from staffetta.connectors.contract import KeyShape, Progress, Recorder, Settings
from staffetta.connectors.engage.channels import list_channels
from staffetta.connectors.engage.client import EngageClient
from staffetta.connectors.engage.fields import FIXED, read_customer, read_field
from staffetta.connectors.engage.paging import Listing, listing, pages, rows_of, template_listing
from staffetta.connectors.engage.payloads import Row, Unreadable, member, text
from staffetta.connectors.engage.profile import load_profile
from staffetta.connectors.engage.talk import read_all_replies, read_history, read_replies_of
from staffetta.connectors.engage.templates import read_template
from staffetta.connectors.errors import BadAnswer, ConnectorError, NotFound, NotSupported, Refused
from staffetta.connectors.messages import (
    Accepted,
    Capabilities,
    ChannelListing,
    Customer,
    HistoryEntry,
    ListedField,
    ListedTemplate,
    Notification,
    Reply,
    TextMessage,
)
from staffetta.outbound.as_json import as_json

USUAL_KEY = re.compile(r"[0-9a-f]{32}_(\d+)_[0-9a-f]{20,}")
SHORTEST_KEY, LONGEST_KEY = 16, 512  # characters
ADDRESS = re.compile(r"[A-Za-z0-9_@+-][A-Za-z0-9._@+-]{0,199}")  # user id, number or secret hash: a path segment
STATES = frozenset({"start", "stop", "block", "unblock"})
LOOKUP_IDS = 50  # of twelve digits each: an address of less than a thousand characters
RAW_KEPT = 4_000  # characters of the answer to a send
LINES, ONE_LINE = "num_chats", "1"  # how many lines of a conversation; more than one is not established
NO_METHOD = frozenset({404, 405, 501})


class EngageConnector:
    """One channel's key. Raises only the closed error family, except ProfileError for a wrong `settings.profile`."""

    kind: ClassVar[str] = "engage"
    capabilities: ClassVar[Capabilities] = Capabilities(lookup_ids=LOOKUP_IDS)

    def __init__(self, key: str, settings: Settings, record: Recorder) -> None:
        self._own_id = self.shape(key).channel_id
        self._profile = load_profile(settings.profile)
        self._client = EngageClient(key, settings, record, check_path=self._profile["customers"].path)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._client.close()

    @staticmethod
    def shape(key: str) -> KeyShape:
        """The usual form names its channel; other forms are tried all the same, only the absurd is refused."""
        usual = USUAL_KEY.fullmatch(key)
        if usual:
            return KeyShape(channel_id=usual[1])
        readable = key.isascii() and key.isprintable() and " " not in key
        fits = SHORTEST_KEY <= len(key) <= LONGEST_KEY
        return KeyShape(absurd=not (readable and fits) or "@" in key or "://" in key)

    async def check_key(self) -> None:
        """GET /user?limit=1: a 2xx with a good code is a good key."""
        await self._client.get("check_key", self._profile["customers"].path, {"limit": "1", "offset": "0"})

    async def list_channels(self) -> ChannelListing:
        """The channel list, else the channels of the agents, else the key's own channel alone."""
        return await list_channels(self._client, self._profile, self._own_id)

    async def list_templates(self, progress: Progress) -> Sequence[ListedTemplate]:
        """All templates in every state; of doubled ones (name and language) the approved one, else the first."""
        section = self._profile["templates"]
        if not section.path:
            raise NotSupported
        found: dict[tuple[str, str], ListedTemplate] = {}
        rows = 0
        try:
            async for page in pages(self._client, template_listing(section), section.page_size):
                for template in (read_template(row, section) for row in page):
                    key = (template.name, template.language_raw)
                    if key not in found or template.status == "approved" != found[key].status:
                        found[key] = template
                rows += len(page)
                progress(rows)
        except ConnectorError as error:
            if rows or error.status not in NO_METHOD:
                raise
            raise NotSupported(error.provider_code, error.provider_reason, status=error.status) from None
        return list(found.values())

    async def list_fields(self) -> Sequence[ListedField]:
        """The customer fields; `number` and `name` exist always, also where Engage does not offer the list."""
        section = self._profile["fields"]
        rows: list[Row] = []
        if section.path:
            try:
                answer = await self._client.get("list_fields", section.path, section.query)
                rows = rows_of(answer, Listing("list_fields", section, section["name"], lambda _: "", {}))
            except ConnectorError as error:
                if error.status not in NO_METHOD:
                    raise
        found = {field.name: field for field in (read_field(row, section) for row in rows) if field.name}
        return [field for field in FIXED if field.name not in found] + list(found.values())

    async def customers(self, page_size: int = 500) -> AsyncIterator[Sequence[Customer]]:
        """GET /user page by page."""
        section = self._profile["customers"]
        async for page in pages(self._client, listing("customers", section), page_size):
            yield [read_customer(row, section) for row in page]

    async def customer_page(self, offset: int, limit: int) -> Sequence[Customer]:
        """GET /user, one page."""
        section = self._profile["customers"]
        wanted = listing("customers", section)
        query = {**wanted.query, "limit": str(limit), "offset": str(offset)}
        rows = rows_of(await self._client.get(wanted.operation, section.path, query), wanted)
        found = [read_customer(row, section) for row in rows]
        if found and not any(customer.id for customer in found):
            raise BadAnswer("", "rows without " + " or ".join(wanted.names))
        return found

    async def read_customer(self, recipient: str) -> Customer | None:
        """GET /user/{id}."""
        section = self._profile["customers"]
        path = f"{section.path}/{_segment(recipient)}"
        try:
            rows = rows_of(await self._client.get("read_customer", path), listing("customers", section))
        except NotFound:
            return None
        found = [read_customer(row, section) for row in rows]
        return next((customer for customer in found if customer.id == recipient), None)

    async def look_up(self, recipients: Sequence[str]) -> Sequence[Customer]:
        """GET /user/{id},{id}: rows of others, and rows that do not say whether somebody stopped, tell nothing."""
        section = self._profile["customers"]
        path = f"{section.path}/{','.join(_segment(recipient) for recipient in recipients)}"
        try:
            rows = rows_of(await self._client.get("look_up", path), listing("look_up", section))
        except NotFound:
            return []
        told = [row for row in rows if any(name in row for name in section["stopped"])]
        wanted = set(recipients)
        found = [customer for customer in (read_customer(row, section) for row in told) if customer.id in wanted]
        if rows and not found:
            raise BadAnswer("", "rows of other customers, or without their state")
        return found

    async def send_notification(self, message: Notification) -> Accepted:
        """POST /chat/notification."""
        body = {
            "id": message.recipient,
            "batch_ids": "",
            "user_filter": "",
            "notification_template": message.template,
            "notification_body_variables": as_json(message.body).decode() if message.body else "",
            "notification_header_media": message.header_media,
            "notification_header_variable": message.header,
            "notification_button_variable": message.button,
            "notification_language": message.language,
        }
        return await self._send("send_notification", "/chat/notification", body)

    async def send_text(self, message: TextMessage) -> Accepted:
        """POST /chat."""
        body = {
            "id": message.recipient,
            "message": message.text,
            "attachment": message.attachment,
            "filename": message.filename,
            "buttons": "",
            "meta": "",
            "batch_ids": "",
            "user_filter": "",
        }
        return await self._send("send_text", "/chat", body)

    async def history(self, recipient: str, limit: int = 20) -> Sequence[HistoryEntry]:
        """GET /chat: the only way to look up what became of a send without an answer."""
        section = self._profile["history"]
        query = {"id": recipient, "limit": str(limit), **section.query}
        answer = await self._client.get("history", section.path, query)
        try:
            return read_history(answer, self._profile)
        except Unreadable as error:
            raise BadAnswer("", str(error)) from None

    async def replies(self, page_size: int = 150) -> AsyncIterator[Sequence[Reply]]:
        """GET /ticket page by page, with the last lines of each; where that is refused, with the last line alone."""
        wanted, read = listing("replies", self._profile["tickets"]), False
        if not wanted.section.path:
            raise NotSupported
        try:
            async for found in self._read_replies(wanted, page_size):
                read = True
                yield found
        except ConnectorError as error:
            if read or error.status not in NO_METHOD:
                raise
            await self.check_key()  # where this fails too, the provider is in trouble: that passes
            raise NotSupported(error.provider_code, error.provider_reason, status=error.status) from None

    async def replies_of(self, recipient: str, limit: int = 20) -> Sequence[Reply]:
        """GET /chat: a conversation that an agent closed is no longer listed, the person's history is still there."""
        section = self._profile["history"]
        query = {"id": recipient, "limit": str(limit), **section.query}
        answer = await self._client.get("replies_of", section.path, query)
        try:
            return read_replies_of(recipient, answer, self._profile)
        except Unreadable as error:
            raise BadAnswer("", str(error)) from None

    async def _read_replies(self, wanted: Listing, page_size: int) -> AsyncIterator[Sequence[Reply]]:
        """Yield the lines of each page, also none: that a page came says that the operation is there."""
        answered = False
        try:
            async for page in pages(self._client, wanted, page_size):
                answered = True
                yield read_all_replies(page, self._profile)
        except Refused:
            if answered or wanted.query.get(LINES, ONE_LINE) == ONE_LINE:
                raise
            wanted = replace(wanted, query={**wanted.query, LINES: ONE_LINE})
            async for page in pages(self._client, wanted, page_size):
                yield read_all_replies(page, self._profile)

    @staticmethod
    def example_reply(settings: Settings, recipient: str, text: str) -> bytes:
        """The example of the profile, filled in."""
        example = Template(load_profile(settings.profile)["example_reply"].answer)
        return example.safe_substitute(recipient=json.dumps(recipient), text=json.dumps(text)).encode()

    async def write_customer(self, recipient: str, name: str | None, fields: dict[str, str]) -> None:
        """PUT /user/{id} with the changes as a JSON text in the query; without changes nothing is asked."""
        changes: dict[str, object] = {} if name is None else {"name": name}
        if fields:
            changes["customfields"] = fields
        if changes:
            query = {"fields": json.dumps(changes, ensure_ascii=False)}
            await self._client.put("write_customer", f"/user/{_segment(recipient)}", query)

    async def set_customer_state(self, recipient: str, state: str) -> None:
        """PUT /user/{id}/start, /stop, /block or /unblock."""
        if state not in STATES:
            raise NotSupported("", f"no such customer state: {state}")
        await self._client.put(f"customer_{state}", f"/user/{_segment(recipient)}/{state}")

    async def delete_customer(self, recipient: str) -> None:
        """DELETE /user/{id}."""
        await self._client.delete("delete_customer", f"/user/{_segment(recipient)}")

    async def _send(self, operation: str, path: str, body: dict[str, str]) -> Accepted:
        answer, raw = await self._client.send(operation, path, body)
        names = self._profile["sends"]["message_id"]
        return Accepted(text(member(answer, names)) if isinstance(answer, dict) else "", raw[:RAW_KEPT])


def _segment(recipient: str) -> str:
    """Return a person's address as a path segment; anything that would lead elsewhere ("..") is refused here."""
    if not ADDRESS.fullmatch(recipient):
        raise Refused("bad_address", "not a user id, number or secret hash")
    return recipient
