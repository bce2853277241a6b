"""One conversation with Engage: puts the key where the method wants it, sends once, reads the answer, reports."""

import json
import re
from collections.abc import Mapping
from urllib.parse import urlencode

from staffetta.connectors.contract import Recorder, Settings, Transport
from staffetta.connectors.engage.answers import of_outbound, read
from staffetta.connectors.errors import ConnectorError, KeyRefused, NotPermitted
from staffetta.connectors.messages import Exchange
from staffetta.outbound.http import Http
from staffetta.outbound.redaction import MASK, redactor
from staffetta.outbound.values import Limits, OutboundError, Request, Response
from staffetta.text import storable

CHECK, FORBIDDEN = "check_key", 403
KEPT_BODY = 20_000  # characters of a request or an answer in an exchange
LIKE_A_KEY = re.compile(r"[0-9a-fA-F]{32}_\d+_[0-9a-fA-F]{20,}")


class EngageClient:
    """Calls of one channel's key. Raises only members of the closed error family."""

    def __init__(self, key: str, settings: Settings, record: Recorder, check_path: str = "") -> None:
        self._check_path = check_path
        self._key = key
        self._secrets = (key,)
        self._redactor = redactor(self._secrets)
        self._record = record
        self._base = f"{settings.base_url.rstrip('/')}/api/v{settings.version}"
        self._http: Transport = settings.transport or Http(
            Limits(
                connect_timeout=settings.connect_timeout,
                read_timeout=settings.read_timeout,
                whole_timeout=settings.whole_timeout,
                max_connections=settings.max_connections,
                allow_private_addresses=settings.allow_private_addresses,
            )
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.__aexit__()

    async def get(self, operation: str, path: str, query: Mapping[str, str] | None = None) -> object:
        """Read something; the key travels in the query. `operation` names the call in its exchange."""
        answer, _ = await self._permitted(operation, self._keyed("GET", path, query or {}))
        return answer

    async def _permitted(
        self, operation: str, request: Request, *, is_send: bool = False, recipient: str = ""
    ) -> tuple[object, Response]:
        """Call; raises NotPermitted where the answer is 403 although the key is good."""
        try:
            return await self._call(operation, request, is_send=is_send, recipient=recipient)
        except KeyRefused as error:
            if error.status == FORBIDDEN and operation != CHECK and await self._key_is_good():
                raise NotPermitted(error.provider_code, error.provider_reason, status=error.status) from None
            raise

    async def _key_is_good(self) -> bool:
        """Ask the check of the key; what comes in its way says nothing against the first answer."""
        if not self._check_path:
            return False
        try:
            await self._call(CHECK, self._keyed("GET", self._check_path, {"limit": "1", "offset": "0"}))
        except ConnectorError:
            return False
        return True

    async def put(self, operation: str, path: str, query: Mapping[str, str] | None = None) -> object:
        """Change something; the key travels in the query, there is no body."""
        answer, _ = await self._permitted(operation, self._keyed("PUT", path, query or {}))
        return answer

    async def delete(self, operation: str, path: str) -> object:
        """Delete something; the key travels in the query."""
        answer, _ = await self._permitted(operation, self._keyed("DELETE", path, {}))
        return answer

    async def send(self, operation: str, path: str, body: dict[str, str]) -> tuple[object, str]:
        """Send a message, the key inside its body; return the answer parsed and as text."""
        request = Request("POST", self._base + path, json={**body, "apikey": self._key}, secrets=self._secrets)
        answer, response = await self._permitted(operation, request, is_send=True, recipient=body["id"])
        return answer, response.text

    def _keyed(self, method: str, path: str, query: Mapping[str, str]) -> Request:
        return Request(method, self._base + path, {"apikey": self._key, **query}, secrets=self._secrets)

    async def _call(
        self, operation: str, request: Request, *, is_send: bool = False, recipient: str = ""
    ) -> tuple[object, Response]:
        wants = self._record.wants
        response: Response | None = None
        elapsed = 0.0
        failure: ConnectorError
        try:
            response = await self._http.send(request)
            elapsed = response.elapsed
            answer = read(response, self._clean, recipient)
        except OutboundError as error:
            failure, elapsed = of_outbound(error), error.elapsed
        except ConnectorError as error:
            failure = error
        else:
            if wants(is_send=is_send, failed=False):
                told = self._exchange(operation, request, response, error="", elapsed=elapsed, is_send=is_send)
                self._record(told)
            return answer, response
        if wants(is_send=is_send, failed=True):
            told = self._exchange(operation, request, response, error=failure.code, elapsed=elapsed, is_send=is_send)
            self._record(told)
        raise failure

    def _exchange(
        self, operation: str, request: Request, response: Response | None,
        *, error: str, elapsed: float, is_send: bool,
    ) -> Exchange:  # fmt: skip
        query = f"?{urlencode(request.query)}" if request.query else ""
        body = json.dumps(request.json, ensure_ascii=False) if request.json is not None else ""
        return Exchange(
            operation=operation,
            method=request.method,
            url=storable(self._clean(request.url + query)),
            request_body=storable(self._clean(body)[:KEPT_BODY]),
            status=response.status if response else None,
            response_body=storable(self._clean(response.text)[:KEPT_BODY]) if response else "",
            error=error,
            started_at=self._record.now() - elapsed,
            duration_ms=round(elapsed * 1000),
            is_send=is_send,
        )

    def _clean(self, text: str) -> str:
        """Take out this channel's key in all its forms, and whatever looks like the key of another channel."""
        return LIKE_A_KEY.sub(MASK, self._redactor.text(text))
