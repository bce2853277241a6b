"""However a body is cut into parts, it comes out whole or is refused for its length, and leaves its room free."""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from staffetta.work.entrance.bodies import Bodies
from staffetta.work.entrance.bounds import Bounds, Permission
from staffetta.work.entrance.environ import announced, environ_of
from staffetta.work.entrance.faults import Overloaded, Unread

MOST = 100
BOUNDS = Bounds(spool=Path(tempfile.gettempdir()), unasked=20, memory=MOST, uploads=1)


def wire(parts: list[bytes]) -> Iterator[Mapping[str, Any]]:
    """Yield the messages of the server for a body that comes in these parts, and then that the caller has left."""
    for part in parts:
        yield {"type": "http.request", "body": part, "more_body": True}
    yield {"type": "http.request", "body": b"", "more_body": False}
    yield {"type": "http.disconnect"}


async def read(bodies: Bodies, parts: list[bytes], length: int, permission: Permission) -> bytes:
    messages = wire(parts)

    async def receive() -> Mapping[str, Any]:
        return next(messages)

    async def ask() -> Permission:
        return permission

    body = await bodies.read(receive, length, ask)
    try:
        content = body.file.read()
        assert body.length == len(content)
        return content
    finally:
        body.close()


@given(st.lists(st.binary(max_size=50), max_size=8), st.booleans(), st.booleans(), st.booleans())
def test_a_body_comes_out_whole_or_is_refused(parts: list[bytes], told: bool, known: bool, to_file: bool) -> None:
    async def twice() -> None:
        bodies = Bodies(BOUNDS)
        whole = b"".join(parts)
        permission = Permission(known=known, most=MOST, to_file=to_file)
        for _ in range(2):  # what the first one took up is free again
            reason = ""
            try:
                assert await read(bodies, parts, len(whole) if told else 0, permission) == whole
            except Unread as unread:
                reason = unread.reason
            expected = {"unknown", "too_large"} if not known else {"too_large"}
            assert bool(reason) == (len(whole) > 20 and (not known or len(whole) > MOST))
            assert reason in expected | {""}

    asyncio.run(twice())


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=8))
def test_no_more_room_is_taken_than_there_is(parts: list[bytes]) -> None:
    bodies = Bodies(Bounds(spool=BOUNDS.spool, unasked=0, memory=60, uploads=1))
    permission = Permission(known=True, most=1_000)
    try:
        content = asyncio.run(read(bodies, parts, 0, permission))
    except Overloaded:
        assert sum(map(len, parts[1:])) > 60
    else:
        assert content == b"".join(parts)


HEADER = st.text("abcXYZ-_09", min_size=1, max_size=8).map(str.encode)


@given(st.lists(st.tuples(HEADER, st.binary(max_size=8)), max_size=6), st.binary(max_size=20))
def test_any_request_becomes_variables(headers: list[tuple[bytes, bytes]], path: bytes) -> None:
    scope = {
        "server": ("127.0.0.1", "80"), "client": ("::1", "1"), "scheme": "http", "method": "GET", "raw_path": path,
        "query_string": b"", "http_version": "1.1", "headers": headers,
    }  # fmt: skip
    environ = environ_of(scope)
    named = {name.upper().replace(b"-", b"_") for name, _ in headers if b"_" not in name}
    assert {name for name in environ if name.startswith("HTTP_")} == {f"HTTP_{name.decode()}" for name in named}
    assert announced(environ) == 0


@given(st.text("0123456789-+ .e٣²", max_size=6))
def test_only_a_number_is_a_length(text: str) -> None:
    length = announced({"CONTENT_LENGTH": text})
    assert length == (int(text) if text.isascii() and text.isdigit() else 0)
    assert announced({"CONTENT_LENGTH": text, "HTTP_TRANSFER_ENCODING": "chunked"}) == 0
