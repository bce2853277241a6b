"""Which addresses may be called, and that a name is called at the address that was checked."""

import asyncio
import ipaddress
import socket
from collections.abc import Callable

import pytest

from staffetta.outbound import addresses
from staffetta.outbound.addresses import Address, is_public
from staffetta.outbound.http import Http
from staffetta.outbound.routes import FRESH, Routes
from staffetta.outbound.values import Kind, Limits, OutboundError, Request
from tests.wire import Answer, Talk, refused_port, serving, wire

PRIVATE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200",
    "168.63.129.16", "0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::",
    "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "64:ff9b:1::1",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1")


@pytest.mark.parametrize("text", PRIVATE)
def test_private_local_multicast_and_metadata_addresses_are_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


def refused(url: str) -> OutboundError:
    async def send() -> None:
        async with Http() as http:
            await http.send(Request("GET", url))

    with pytest.raises(OutboundError) as told:
        asyncio.run(send())
    return told.value


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]",
     "169.254.169.254", "10.0.0.1", "①②⑦.0.0.1", "user:pass@127.0.0.1", "8.8.8.8@127.0.0.1", "127.0.0.1.", "LOCALHOST"],
)  # fmt: skip
def test_no_spelling_of_a_private_address_is_called(host: str) -> None:
    with serving(lambda _: Answer()) as server:
        authority = f"{host}:{server.port}"
        assert refused(f"http://{authority}/").kind is Kind.FORBIDDEN
        assert server.connections == 0


def test_a_private_address_is_called_where_the_installation_allows_it() -> None:
    async def send(url: str) -> int:
        async with Http(Limits(allow_private_addresses=True)) as http:
            return (await http.send(Request("GET", url))).status

    with serving(lambda _: Answer()) as server:
        assert asyncio.run(send(server.url(host="localhost"))) == 200


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let the system's resolver give these answers one after the other, the last for ever; return the names asked."""
    asked: list[str] = []
    left = list(answers)

    def getaddrinfo(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        texts = left.pop(0) if len(left) > 1 else left[0]
        if not texts:
            raise socket.gaierror("no address")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 0)) for text in texts]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_name_with_one_private_address_among_public_ones_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, ["8.8.8.8", "10.0.0.1"])
    assert refused("http://mixed.example/").kind is Kind.FORBIDDEN


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers differently the second time does not lead the client elsewhere: it never asks."""
    monkeypatch.setattr("staffetta.outbound.routes.is_public", lambda _: True)
    asked = names(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])

    async def send(url: str) -> None:
        async with Http(Limits(connect_timeout=1)) as http:
            assert (await http.send(Request("GET", url))).status == 200
            assert (await http.send(Request("GET", url))).status == 200

    with serving(lambda _: Answer()) as server:
        asyncio.run(send(server.url("/x", host="provider.example")))
        assert [seen.headers["host"] for seen in server.seen] == [f"provider.example:{server.port}"] * 2
    assert asked == ["provider.example"]


def test_the_next_address_of_a_name_is_tried_when_a_connection_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("staffetta.outbound.routes.is_public", lambda _: True)
    names(monkeypatch, ["127.0.0.2", "127.0.0.1"])

    async def send(url: str) -> None:
        async with Http(Limits(connect_timeout=1)) as http:
            for _ in range(2):
                assert (await http.send(Request("POST", url, json={}))).status == 200

    with serving(lambda _: Answer()) as server:
        asyncio.run(send(server.url(host="provider.example")))
        assert len(server.seen) == 2


def test_another_address_is_tried_only_while_there_is_time_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("staffetta.outbound.routes.is_public", lambda _: True)
    names(monkeypatch, ["127.0.0.1", "127.0.0.2"])

    async def send(url: str) -> OutboundError:
        async with Http(Limits(connect_timeout=0.5, read_timeout=5, whole_timeout=0.7)) as http:
            with pytest.raises(OutboundError) as told:
                await http.send(Request("POST", url, json={}))
            return told.value

    with wire(Talk.hold) as server:  # hangs in the TLS handshake
        error = asyncio.run(send(server.url(scheme="https", host="provider.example")))
    assert error.kind is Kind.NOT_MADE
    assert "no time left" in error.detail
    assert error.elapsed < 0.7


def test_a_name_whose_addresses_all_refuse_was_not_made_and_is_asked_for_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("staffetta.outbound.routes.is_public", lambda _: True)
    asked = names(monkeypatch, ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"])
    port = refused_port()

    async def send() -> None:
        async with Http(Limits(connect_timeout=1)) as http:
            for _ in range(2):
                with pytest.raises(OutboundError) as told:
                    await http.send(Request("POST", f"http://provider.example:{port}/", json={}))
                assert told.value.kind is Kind.NOT_MADE

    asyncio.run(send())
    assert asked == ["provider.example"] * 2


def test_a_client_let_go_while_a_request_is_under_way_still_brings_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("staffetta.outbound.routes.is_public", lambda _: True)
    monkeypatch.setattr("staffetta.outbound.routes.KEPT", 1)
    names(monkeypatch, ["127.0.0.1"])

    async def send(url: Callable[[str], str]) -> None:
        async with Http() as http:
            slow = asyncio.create_task(http.send(Request("GET", url("one.example"))))
            await asyncio.sleep(0.05)
            await http.send(Request("GET", url("two.example")))  # pushes the first route out
            assert (await slow).status == 200

    def reply(seen: object) -> Answer:
        if "one.example" in str(seen):
            server.closing.wait(0.3)
        return Answer()

    with serving(reply) as server:
        asyncio.run(send(lambda host: server.url(host=host)))


def test_a_name_is_looked_at_again_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[tuple[str, Address | None]] = []
    asked = names(monkeypatch, ["8.8.8.8"], ["8.8.8.8", "8.8.4.4"], ["8.8.4.4"], ["10.0.0.1"])

    def build(host: str, address: Address | None) -> object:
        built.append((host, address))
        return object()

    async def close(_: object) -> None:
        """Nothing was opened."""

    async def run() -> None:
        routes: Routes[object] = Routes(build, close, allow_private=False, timeout=1)
        first = await routes.to("provider.example")
        assert await routes.to("provider.example") is first
        first.fresh_until -= FRESH + 1
        assert await routes.to("provider.example") is first, "its address is still one of the name's"
        first.fresh_until -= FRESH + 1
        second = await routes.to("provider.example")
        assert second is not first
        second.fresh_until -= FRESH + 1
        with pytest.raises(OutboundError) as told:
            await routes.to("provider.example")
        assert told.value.kind is Kind.FORBIDDEN
        await routes.close()

    asyncio.run(run())
    assert len(asked) == 4
    assert [str(address) for _, address in built] == ["8.8.8.8", "8.8.4.4"]


def test_scoped_addresses_lose_their_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, ["fe80::1%eth0"])
    assert asyncio.run(addresses.resolve("x.example")) == [ipaddress.ip_address("fe80::1")]
