"""No form of a key gets out of the door: not by an answer, an error text, a traceback, a repr or a log."""

import asyncio
import json
import logging
import traceback
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffetta.outbound.http import Http
from staffetta.outbound.redaction import MASK, Redactor
from staffetta.outbound.values import Limits, OutboundError, Request, Response
from tests.wire import Answer, Seen, Talk, refused_port, serving, steps, wire

KEY = "0123456789abcdef0123456789abcdef_24001_0123456789abcdef01234567a"
ODD_KEY = 'new form/of+a key="è"&%_with everything in it 1234567890'
LIMITS = Limits(connect_timeout=0.3, read_timeout=0.5, allow_private_addresses=True)


def traces(text: str, key: str) -> list[str]:
    parts = (key, key[:32], key[-20:])
    forms = [form for part in parts for form in (part, quote(part, safe=""), quote(part), json.dumps(part)[1:-1])]
    return [form for form in forms if form.lower() in text.lower()]


@pytest.mark.parametrize("key", [KEY, ODD_KEY])
def test_an_answer_that_quotes_the_key_comes_without_it(key: str) -> None:
    def echo(seen: Seen) -> Answer:
        body = seen.target + seen.body.decode() + key[:32] + " " + key[-20:] + quote(key).lower() + key.upper()
        return Answer(body, headers={"X-Echo": seen.target})

    async def send(url: str) -> Response:
        async with Http(LIMITS) as http:
            return await http.send(Request("POST", url, {"apikey": key}, json={"apikey": key}, secrets=(key,)))

    with serving(echo) as server:
        answer = asyncio.run(send(server.url()))
        assert traces(server.seen[0].body.decode(), key), "the server did get it"
    assert not traces(answer.text, key)
    assert not traces(str(answer.headers), key)
    assert MASK in answer.text


@pytest.mark.parametrize("key", [KEY, ODD_KEY])
def test_no_failure_prints_the_key(key: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(1)
    logging.getLogger("pyreqwest").setLevel(1)

    async def send(url: str) -> str:
        async with Http(LIMITS) as http:
            try:
                await http.send(Request("POST", url, {"apikey": key}, json={"apikey": key}, secrets=(key,)))
            except OutboundError as error:
                return "".join(traceback.format_exception(error)) + repr(error) + repr(error.__dict__)
        return ""

    with wire(steps(Talk.read)) as server:
        told = asyncio.run(send(server.url()))
    told += asyncio.run(send(f"http://127.0.0.1:{refused_port()}/"))
    told += asyncio.run(send("http://no-such-name.invalid/"))
    assert "cut_off" in told
    assert "not_made" in told
    assert not traces(told + caplog.text, key)


def test_a_request_does_not_show_its_secrets() -> None:
    request = Request("POST", "http://x/", {"apikey": KEY}, json={"apikey": KEY}, secrets=(KEY,), headers={"a": KEY})
    assert not traces(repr(request), KEY)


@given(key=st.text(min_size=8, max_size=80), before=st.text(max_size=30), after=st.text(max_size=30))
def test_redaction_leaves_no_form_of_any_key(key: str, before: str, after: str) -> None:
    redactor = Redactor([key])
    forms = [key, quote(key, safe="", errors="replace"), json.dumps(key)[1:-1], key[:32], key[-20:]]
    for form in forms:
        assert form not in redactor.text(f"{before} {form} {after}").replace(MASK, "")
        cleaned = redactor.data(f"{before} {form} {after}".encode("utf-8", "replace"))
        assert form.encode("utf-8", "replace") not in cleaned.replace(MASK.encode(), b"")


def test_nothing_is_taken_out_without_secrets() -> None:
    assert Redactor([]).text("abc") == "abc"
    assert Redactor([""]).data(b"abc") == b"abc"
