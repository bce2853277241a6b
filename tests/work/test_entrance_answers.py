"""What the entrance hands over and gives back, over real connections."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.processes import wait_until
from tests.raw_http import Connection, ask
from tests.work.entrance_server import BLOCK, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("entrance"))
    yield running
    running.started.end()


def test_requests_in_one_piece_are_answered_in_their_order(server: Server) -> None:
    with server.connection() as pipe:
        pipe.send(
            b"POST /first HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
            b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
            b"GET /third HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        paths = [json.loads(pipe.reply().body)["environ"]["PATH_INFO"] for _ in range(3)]
    assert paths == ["/first", "/health", "/third"]


def test_a_request_becomes_the_variables_wsgi_asks_for(server: Server) -> None:
    headers = (
        "X-Forwarded-For: 10.0.0.1",
        "X_Forwarded_For: 6.6.6.6",
        "Cookie: a=1",
        "Cookie: b=2",
        "X-A: 1",
        "X-A: 2",
    )
    seen = server.ask("/caf%C3%A9%2F?a=%20b&c", headers)["environ"]
    assert seen["PATH_INFO"] == "/café/".encode().decode("latin-1")
    assert seen["QUERY_STRING"] == "a=%20b&c"
    assert seen["HTTP_X_FORWARDED_FOR"] == "10.0.0.1"
    assert seen["staffetta.client"] == "10.0.0.1"
    assert seen["HTTP_COOKIE"] == "a=1; b=2"
    assert seen["HTTP_X_A"] == "1,2"
    assert (seen["REMOTE_ADDR"], seen["REQUEST_METHOD"], seen["wsgi.url_scheme"]) == ("127.0.0.1", "GET", "http")
    assert seen["SERVER_PORT"] == str(server.port)
    assert "PATH" not in seen
    assert "HTTP_RANGE" not in seen


def test_an_answer_keeps_its_repeated_headers_and_head_has_no_body(server: Server) -> None:
    with server.connection() as plain:
        plain.ask("HEAD", "/page")
        assert plain.reply(head=True).status == 200
        plain.send("GET /page HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until(lambda: plain._more() and b"}" in plain._received)
        assert plain._received.lower().count(b"set-cookie: ") == 2


@pytest.mark.parametrize("size", [0, 100_000, 5_000_000])
def test_files_are_sent_whole(server: Server, size: int) -> None:
    reply = ask(server.port, "GET", f"/file?n={size}")
    assert (reply.status, reply.whole, len(reply.body)) == (200, True, size)
    assert ask(server.port, "HEAD", f"/file?n={size}").status == 200


@pytest.mark.parametrize("blocks", [0, 3, 4, 5, 200])
def test_long_answers_are_streamed_whole_and_closed(server: Server, blocks: int) -> None:
    reply = ask(server.port, "GET", f"/long?n={blocks}")
    assert (reply.status, reply.whole, len(reply.body)) == (200, True, blocks * BLOCK)
    assert server.ask("/page")["served"][-3:-1] == [f"/long?n={blocks}" if blocks else "/long", "closed"]


def test_who_reads_slowly_fills_no_memory_and_holds_no_page(server: Server) -> None:
    before = server.memory
    with server.connection() as slow:
        slow.ask("GET", "/long?n=3000")
        time.sleep(0.8)
        assert server.memory - before < 30_000_000
        assert server.ask("/page")["status"] == 200
        assert server.ask("/long?n=5")["status"] == 503
        assert server.ask("/long?n=3")["status"] == 200
        reply = slow.reply()
    assert (reply.whole, len(reply.body)) == (True, 3000 * BLOCK)


def test_who_reads_nothing_for_too_long_is_cut_off(server: Server) -> None:
    with ExitStack() as opened:

        def begun() -> Connection | None:
            """A long answer that has begun; busy while the one of an earlier request is still being closed."""
            connection = opened.enter_context(server.connection())
            connection.ask("GET", "/long?n=3000")
            return connection if connection.socket.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 200" else None

        asleep = wait_until(begun)
        wait_until(lambda: server.ask("/long?n=5")["status"] == 200)
        assert not asleep.reply().whole


def test_a_stream_ends_when_its_reader_has_left(server: Server) -> None:
    with server.connection() as gone:
        gone.ask("GET", "/long?n=100000")
        time.sleep(0.3)
    wait_until(lambda: server.ask("/page")["served"][-2] == "closed")


def test_an_answer_that_breaks_off_is_not_taken_for_the_whole(server: Server) -> None:
    reply = ask(server.port, "GET", "/broken")
    assert not reply.whole
    assert len(reply.body) < 20 * BLOCK + 1


def test_a_fault_is_a_500_and_the_next_one_is_served(server: Server) -> None:
    assert server.ask("/fault")["status"] == 500
    assert server.ask("/page")["status"] == 200
