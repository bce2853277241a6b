"""What was asked: a request, and which operation of the API it is (engage-api, section 2)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

VERSIONS = (10, 11, 12, 14, 15, 16)

FIXED = {
    ("POST", "/chat/notification"): "send_notification",
    ("POST", "/chat"): "send_chat",
    ("GET", "/chat/notification"): "list_templates",
    ("GET", "/chat"): "read_history",
    ("GET", "/user"): "list_customers",
    ("GET", "/user/property"): "list_fields",
    ("GET", "/ticket"): "list_tickets",
    ("GET", "/agent"): "list_agents",
    ("GET", "/channel"): "list_channels",
}
OF_CUSTOMERS = {
    ("GET", ""): "read_customers",
    ("PUT", ""): "write_customers",
    ("DELETE", ""): "delete_customers",
    ("PUT", "start"): "start_customers",
    ("PUT", "stop"): "stop_customers",
    ("PUT", "block"): "block_customers",
    ("PUT", "unblock"): "unblock_customers",
}
OPERATIONS = frozenset(FIXED.values()) | frozenset(OF_CUSTOMERS.values())
PREFIXES = {f"/api/v{version}": version for version in VERSIONS}


def resolve(method: str, path: str) -> tuple[str, str, str]:
    """Operation (empty when there is none), the path below the version, and the ids in it."""
    start = path.find("/", 5)
    if path[:start] not in PREFIXES:
        return "", path, ""
    below = path[start:]
    operation = FIXED.get((method, below))
    if operation is None and below.startswith("/user/"):
        ids, _, deed = below[6:].partition("/")
        return OF_CUSTOMERS.get((method, deed), ""), below, ids
    return operation or "", below, ""


class Call:
    """One request, taken apart. `fault` says why it could not be."""

    __slots__ = ("apikey", "body", "fault", "ids", "method", "operation", "path", "query", "raw")

    def __init__(self, method: str, path: str, query: bytes, raw: bytes) -> None:
        self.method = method
        self.operation, self.path, self.ids = resolve(method, path)
        self.raw = raw
        self.query: dict[str, str] = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else {}
        self.body: dict[str, Any] = {}
        self.fault = self._read_body() if raw else ""
        self.apikey = str(self.body.get("apikey") or self.query.get("apikey") or "")

    def _read_body(self) -> str:
        try:
            body = json.loads(self.raw)
        except ValueError:
            return "The body is not JSON"
        if not isinstance(body, dict):
            return "The body is not a JSON object"
        self.body = body
        return ""

    @property
    def recipient(self) -> str:
        """Whom it is about, if it is about one person."""
        return str(self.body.get("id") or self.ids or self.query.get("id") or "")

    @property
    def template(self) -> str:
        return str(self.body.get("notification_template") or "")

    def number(self, name: str, default: int) -> int:
        """A number of the query; what is none counts as missing."""
        text = self.query.get(name, "")
        return int(text) if text.isascii() and text.isdigit() else default
