"""The experiments behind `outbound/http.py`: what a failure of the wire is told as, how often a POST is written."""

import asyncio
import datetime
import socket
import ssl
from collections import Counter
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from staffetta.outbound.http import Http
from staffetta.outbound.values import Kind, Limits, OutboundError, Request, Response
from tests.wire import Talk, Wire, refused_port, steps, wire

KEY = "0123456789abcdef0123456789abcdef_24001_0123456789abcdef01234567a"
PATIENT = Limits(connect_timeout=5, read_timeout=10, allow_private_addresses=True)
QUICK = Limits(connect_timeout=0.3, read_timeout=0.5, allow_private_addresses=True)


def post(url: str, limits: Limits = PATIENT, body: object = None) -> Response | OutboundError:
    async def once() -> Response | OutboundError:
        async with Http(limits) as http:
            try:
                return await http.send(
                    Request("POST", url, {"apikey": KEY}, json=body or {"apikey": KEY}, secrets=(KEY,))
                )
            except OutboundError as error:
                return error

    return asyncio.run(once())


def kind_of(outcome: Response | OutboundError) -> Kind:
    assert isinstance(outcome, OutboundError), outcome
    assert_no_key(outcome)
    return outcome.kind


def assert_no_key(error: BaseException) -> None:
    """Walk the error and everything a traceback would print with it."""
    while error is not None:
        for part in (KEY, KEY[:32], KEY[-20:]):
            assert part not in f"{error} {error!r} {error.args}"
        assert error.__cause__ is None
        error = error.__context__  # type: ignore[assignment]  # ends at None


class TestNothingLeft:
    def test_a_refused_connection_was_not_made(self) -> None:
        assert kind_of(post(f"http://127.0.0.1:{refused_port()}/x")) is Kind.NOT_MADE

    def test_an_unresolvable_name_was_not_made(self) -> None:
        assert kind_of(post("http://no-such-name.invalid/x")) is Kind.NOT_MADE

    def test_an_unresolvable_name_behind_the_guard_was_not_made(self) -> None:
        assert kind_of(post("http://no-such-name.invalid/x", Limits())) is Kind.NOT_MADE

    def test_tls_spoken_to_a_plain_server_was_not_made(self) -> None:
        with wire(steps(receive, lambda talk: talk.answer(status=400))) as server:
            assert kind_of(post(server.url("/x", "https"))) is Kind.NOT_MADE
            assert server.seen == []

    def test_a_certificate_nobody_knows_was_not_made(self, tmp_path: Path) -> None:
        context = self_signed(tmp_path)

        def script(talk: Talk) -> None:
            with context.wrap_socket(talk.socket, server_side=True) as secured:
                talk.socket = secured
                talk.read()

        with wire(script) as server:
            assert kind_of(post(server.url("/x", "https"))) is Kind.NOT_MADE
            assert server.seen == []

    def test_a_tls_handshake_without_answer_was_not_made(self) -> None:
        with wire(Talk.hold) as server:
            assert kind_of(post(server.url("/x", "https"), QUICK)) is Kind.NOT_MADE

    def test_a_connection_nobody_accepts_was_not_made(self) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            waiting = [socket.socket() for _ in range(3)]
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(listener.getsockname())
            assert kind_of(post(f"http://127.0.0.1:{listener.getsockname()[1]}/x", QUICK)) is Kind.NOT_MADE
            for one in waiting:
                one.close()

    def test_a_connect_timeout_longer_than_the_read_timeout_is_still_told_as_not_made(self) -> None:
        limits = Limits(connect_timeout=10, read_timeout=0.5, allow_private_addresses=True)
        with wire(Talk.hold) as server:
            assert kind_of(post(server.url("/x", "https"), limits)) is Kind.NOT_MADE

    def test_the_bound_of_the_whole_does_not_hide_a_connection_that_was_not_made(self) -> None:
        limits = Limits(connect_timeout=10, read_timeout=10, whole_timeout=0.5, allow_private_addresses=True)
        with wire(Talk.hold) as server:
            assert kind_of(post(server.url("/x", "https"), limits)) is Kind.NOT_MADE

    def test_who_waits_too_long_for_a_free_connection_has_sent_nothing(self) -> None:
        limits = Limits(read_timeout=5, whole_timeout=1, max_connections=1, allow_private_addresses=True)
        with wire(steps(Talk.read, Talk.hold)) as server:

            async def one_after_the_other() -> list[Response | OutboundError | BaseException]:
                async with Http(limits) as http:
                    first = asyncio.create_task(http.send(Request("POST", server.url())))
                    await asyncio.sleep(0.2)  # the second gets the connection that the first gives up
                    others = [http.send(Request("POST", server.url())) for _ in range(2)]
                    return await asyncio.gather(first, *others, return_exceptions=True)

            kinds = [each.kind for each in asyncio.run(one_after_the_other()) if isinstance(each, OutboundError)]
            assert kinds == [Kind.TIMED_OUT, Kind.TIMED_OUT, Kind.NOT_MADE]
            assert len(server.seen) == 2

    def test_what_is_too_large_to_send_is_not_sent(self) -> None:
        with wire(Talk.answer) as server:
            outcome = post(server.url(), Limits(max_request=100, allow_private_addresses=True), {"x": "y" * 100})
            assert kind_of(outcome) is Kind.REQUEST_TOO_LARGE
            assert server.connections == 0

    @pytest.mark.parametrize("url", ["file:///etc/passwd", "nonsense", "http://", "ftp://example.com/", "http://[::1"])
    def test_what_is_no_web_address_is_forbidden(self, url: str) -> None:
        assert kind_of(post(url)) is Kind.FORBIDDEN

    def test_a_header_with_a_line_break_is_forbidden(self) -> None:
        async def send() -> None:
            async with Http(QUICK) as http:
                await http.send(Request("GET", "http://127.0.0.1:1/", headers={"x": "a\r\nb: c"}))

        with pytest.raises(OutboundError) as told:
            asyncio.run(send())
        assert told.value.kind is Kind.FORBIDDEN
        assert told.value.nothing_left


class TestMayHaveLeft:
    def test_closed_after_the_request_was_read_is_cut_off(self) -> None:
        with wire(steps(Talk.read)) as server:
            assert kind_of(post(server.url())) is Kind.CUT_OFF
            assert len(server.seen) == 1

    def test_reset_after_the_request_was_read_is_cut_off(self) -> None:
        with wire(steps(Talk.read, Talk.reset)) as server:
            assert kind_of(post(server.url())) is Kind.CUT_OFF
            assert len(server.seen) == 1

    def test_reset_in_the_middle_of_the_request_is_cut_off(self) -> None:
        with wire(steps(receive, Talk.reset)) as server:
            limits = Limits(max_request=20_000_000, allow_private_addresses=True)
            assert kind_of(post(server.url(), limits, {"x": "y" * 10_000_000})) is Kind.CUT_OFF

    def test_no_answer_is_timed_out(self) -> None:
        with wire(steps(Talk.read, Talk.hold)) as server:
            assert kind_of(post(server.url(), QUICK)) is Kind.TIMED_OUT
            assert len(server.seen) == 1

    def test_a_body_that_stops_coming_is_timed_out(self) -> None:
        def script(talk: Talk) -> None:
            talk.read()
            talk.write(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{")
            talk.hold()

        with wire(script) as server:
            assert kind_of(post(server.url(), QUICK)) is Kind.TIMED_OUT

    def test_a_body_that_drips_for_ever_is_left_in_the_end(self) -> None:
        def script(talk: Talk) -> None:
            talk.read()
            talk.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                talk.write(b" ")
                talk.hold(0.05)

        limits = Limits(read_timeout=0.5, whole_timeout=0.8, allow_private_addresses=True)
        with wire(script) as server:
            assert kind_of(post(server.url(), limits)) is Kind.TIMED_OUT

    def test_half_a_body_is_cut_off(self) -> None:
        def script(talk: Talk) -> None:
            talk.read()
            talk.write(b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"code"')

        with wire(script) as server:
            assert kind_of(post(server.url())) is Kind.CUT_OFF

    def test_half_a_head_is_cut_off(self) -> None:
        with wire(steps(Talk.read, lambda talk: talk.write(b"HTTP/1.1 200 OK\r\nConte"))) as server:
            assert kind_of(post(server.url())) is Kind.CUT_OFF

    def test_what_is_not_http_is_unreadable(self) -> None:
        with wire(steps(Talk.read, lambda talk: talk.write(b"220 smtp ready\r\n\r\n"))) as server:
            assert kind_of(post(server.url())) is Kind.UNREADABLE

    def test_a_body_packed_wrongly_is_unreadable(self) -> None:
        with wire(steps(Talk.read, lambda talk: talk.answer("not packed", content_encoding="gzip"))) as server:
            assert kind_of(post(server.url())) is Kind.UNREADABLE

    @pytest.mark.parametrize("told", [True, False])
    def test_an_answer_over_the_bound_is_left(self, *, told: bool) -> None:
        def script(talk: Talk) -> None:
            talk.read()
            talk.write(b"HTTP/1.1 200 OK\r\n" + (b"Content-Length: 900000000\r\n\r\n" if told else b"\r\n"))
            while True:
                talk.write(b" " * 100_000)

        with wire(script) as server:
            assert kind_of(post(server.url(), Limits(allow_private_addresses=True))) is Kind.TOO_LARGE


class TestOnceOnly:
    def test_a_redirect_is_an_answer_and_the_body_is_not_posted_again(self) -> None:
        with wire(steps(Talk.read, lambda talk: talk.answer(status=307, Location="/again"))) as server:
            outcome = post(server.url())
            assert isinstance(outcome, Response)
            assert outcome.status == 307
            assert len(server.seen) == 1

    def test_a_connection_closed_while_idle_is_replaced_and_nothing_written_twice(self) -> None:
        with wire(steps(Talk.read, Talk.answer)) as server:
            outcomes = many_posts(server, 20, at_once=1, pause=0.03)
            told = Counter(outcomes.values())
            assert told["200"] >= 15, "on a busy machine a close may cross a request on the way: then it is cut off"
            assert told["200"] + told["cut_off"] == 20
            assert set(written(server).values()) == {1}

    def test_a_connection_cut_at_its_second_request_is_cut_off_and_nothing_written_twice(self) -> None:
        def script(talk: Talk) -> None:
            talk.read()
            talk.answer()
            talk.read()

        with wire(script) as server:
            outcomes = many_posts(server, 20, at_once=1)
            assert set(outcomes.values()) == {"200", "cut_off"}
            assert written(server) == dict.fromkeys(range(20), 1)

    def test_under_load_with_connections_dying_at_random_no_post_is_written_twice(self) -> None:
        def script(talk: Talk) -> None:
            for _ in range(talk.number % 5):
                if talk.read() is None:
                    return
                talk.answer()
            if talk.number % 3 == 0:
                talk.read()  # accepted, and no word about it
            if talk.number % 2 == 0:
                talk.reset()

        with wire(script) as server:
            outcomes = many_posts(server, 600, at_once=16)
            assert len(outcomes) == 600
            assert set(outcomes.values()) <= {"200", "cut_off", "not_made"}
            assert set(written(server).values()) == {1}
            for number, outcome in outcomes.items():
                assert outcome != "200" or number in written(server)
                assert outcome != "not_made" or number not in written(server)


def many_posts(server: Wire, count: int, *, at_once: int, pause: float = 0) -> dict[int, str]:
    """Return what became of each numbered post."""

    async def run() -> dict[int, str]:
        outcomes: dict[int, str] = {}
        numbers = iter(range(count))
        async with Http(Limits(read_timeout=5, max_connections=at_once, allow_private_addresses=True)) as http:

            async def work() -> None:
                for number in numbers:
                    try:
                        answer = await http.send(Request("POST", server.url(), json={"number": number}))
                        outcomes[number] = str(answer.status)
                    except OutboundError as error:
                        outcomes[number] = str(error.kind)
                    await asyncio.sleep(pause)

            await asyncio.gather(*(work() for _ in range(at_once)))
        return outcomes

    return asyncio.run(run())


def written(server: Wire) -> dict[int, int]:
    numbers = Counter(seen.json["number"] for seen in server.seen if isinstance(seen.json, dict))
    return dict(numbers)


def receive(talk: Talk) -> None:
    """Take the first bytes, whatever they are."""
    talk.socket.recv(1000)


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=36_500))
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
