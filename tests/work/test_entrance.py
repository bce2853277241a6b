"""What the entrance takes in, over real connections: bounds of length, time and number."""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.processes import wait_until
from tests.raw_http import Connection
from tests.work.entrance_server import BLOCK, KNOWN, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("entrance"))
    yield running
    running.started.end()


def health_seconds(server: Server) -> float:
    start = time.monotonic()
    assert server.ask("/health")["status"] == 200
    return time.monotonic() - start


def reason(connection: Connection) -> object:
    """Read the answer and return why the body was not read."""
    return json.loads(connection.reply().body)["environ"]["staffetta.unread"]


def test_two_hundred_silent_bodies_hold_neither_the_pages_nor_health(server: Server) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(server.connection()) for _ in range(200)]
        for one in silent:
            one.ask("POST", "/slow", ["Content-Length: 1000"])
        assert health_seconds(server) < 1
        assert server.ask("/page")["status"] == 200
        assert silent[0].closed_within(4)
        assert silent[-1].closed_within(4)


def test_a_body_that_comes_byte_by_byte_has_an_end_too(server: Server) -> None:
    with server.connection() as slow:
        slow.ask("POST", "/slow", ["Content-Length: 1000"])
        start = time.monotonic()
        slow.socket.settimeout(0.2)
        reply = None
        while reply is None and time.monotonic() - start < 5:
            slow.send("x")
            try:
                reply = slow.reply()
            except TimeoutError:
                continue
        assert reply is not None
        assert json.loads(reply.body)["environ"]["staffetta.unread"] == "too_slow"
        assert 1.3 < time.monotonic() - start < 3


def test_a_body_that_is_announced_too_long_is_refused_before_a_byte_of_it(server: Server) -> None:
    for headers, why in (["Content-Length: 400000000"], "too_large"), (["Content-Length: 900000"], "unknown"):
        with server.connection(2) as long:
            long.ask("POST", "/page", headers)
            reply = long.reply()
            seen = json.loads(reply.body)
            assert seen["environ"]["staffetta.unread"] == why
            assert seen["length"] == 0
            assert reply.headers["connection"] == "close"


def test_who_asks_before_sending_is_told_at_once_and_never_to_go_on(server: Server) -> None:
    with server.connection() as polite:
        polite.ask("POST", "/page", ["Expect: 100-continue", "Content-Length: 400000000"])
        reply = polite.reply()
        assert reply.status == 200
        assert json.loads(reply.body)["environ"]["staffetta.unread"] == "too_large"
        assert polite.closed_within(3)
    with server.connection() as polite:
        polite.ask("POST", "/page", ["Expect: 100-continue", "Content-Length: 4"])
        assert polite.reply().status == 100
        polite.send("abcd")
        assert json.loads(polite.reply().body)["length"] == 4


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 999_999])
def test_a_body_in_chunks_is_counted_and_given_whole(server: Server, size: int) -> None:
    body = os.urandom(size)
    chunks = b"".join(
        f"{len(part):x}\r\n".encode() + part + b"\r\n"
        for part in (body[start : start + 30_000] for start in range(0, size, 30_000))
    )
    seen = server.ask("/page", (KNOWN, "Transfer-Encoding: chunked"), chunks + b"0\r\n\r\n", "POST")
    assert (seen["length"], seen["digest"]) == (size, hashlib.sha256(body).hexdigest())
    assert seen["environ"]["CONTENT_LENGTH"] == str(size)


def test_a_body_in_chunks_that_never_ends_is_refused(server: Server) -> None:
    for headers, why in ([KNOWN], "too_large"), ([], "unknown"):
        with server.connection() as endless:
            endless.ask("POST", "/page", ["Transfer-Encoding: chunked", *headers])
            for _ in range(40):
                try:
                    endless.send(f"{BLOCK:x}\r\n".encode() + b"x" * BLOCK + b"\r\n")
                except OSError:
                    break
            assert reason(endless) == why


def test_a_length_that_is_none_is_refused(server: Server) -> None:
    for length in ("-1", "abc", "1, 2", "99999999999999999999999"):
        with server.connection() as wrong:
            wrong.ask("POST", "/page", [f"Content-Length: {length}"], b"")
            assert wrong.reply().status in (400, 413), length


def test_a_body_that_breaks_off_never_reaches_a_page(server: Server) -> None:
    with server.connection() as broken:
        broken.ask("POST", "/broken-off", ["Content-Length: 1000"], b"only this")
    time.sleep(0.3)
    assert "/broken-off" not in server.ask("/page")["served"]


def test_a_file_is_kept_on_disk_without_a_name_and_is_gone_with_its_request(server: Server) -> None:
    body = os.urandom(4_000_000)
    with server.connection() as upload:
        upload.ask("POST", "/upload", [KNOWN, "Content-Length: 4000000"], body[:3_000_000])
        wait_until(lambda: server.unnamed_bytes > 2_900_000)
        assert list(server.spool.iterdir()) == []
        upload.send(body[3_000_000:])
        seen = json.loads(upload.reply().body)
    assert seen["digest"] == hashlib.sha256(body).hexdigest()
    wait_until(lambda: server.unnamed_bytes == 0)


def test_a_file_of_a_stranger_is_not_read(server: Server) -> None:
    with server.connection() as upload:
        upload.ask("POST", "/upload", ["Content-Length: 4000000"], b"x" * 100_000)
        assert reason(upload) == "unknown"
    assert server.unnamed_bytes == 0


def test_an_upload_that_is_broken_off_leaves_nothing(server: Server) -> None:
    with server.connection() as upload:
        upload.ask("POST", "/upload", [KNOWN, "Content-Length: 4000000"], b"x" * 3_000_000)
        wait_until(lambda: server.unnamed_bytes > 2_900_000)
    wait_until(lambda: server.unnamed_bytes == 0)
    assert list(server.spool.iterdir()) == []


def test_no_more_files_than_stated_are_taken_in_at_once(server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(2):
            taken = stack.enter_context(server.connection())
            taken.ask("POST", "/upload", [KNOWN, "Content-Length: 4000000"], b"x" * 1_000_000)
        wait_until(lambda: server.unnamed_bytes >= 2_000_000)
        third = stack.enter_context(server.connection())
        third.ask("POST", "/upload", [KNOWN, "Content-Length: 4000000"])
        assert third.reply().status == 503
    wait_until(lambda: server.unnamed_bytes == 0)
    assert server.ask("/upload", (KNOWN,), b"x" * 100_000)["length"] == 100_000


def test_a_file_that_cannot_be_kept_is_refused_and_the_next_one_is_taken(server: Server) -> None:
    aside = server.spool.rename(server.spool.with_name("aside"))
    server.spool.write_text("in the way")
    try:
        assert server.ask("/upload", (KNOWN,), b"x" * 100_000)["status"] == 503
    finally:
        server.spool.unlink()
        aside.rename(server.spool)
    assert server.ask("/upload", (KNOWN,), b"x" * 100_000)["length"] == 100_000


def test_long_bodies_together_hold_no_more_memory_than_stated(server: Server) -> None:
    with ExitStack() as stack:
        before = server.memory
        many = [stack.enter_context(server.connection()) for _ in range(30)]
        for one in many:
            one.ask("POST", "/page", [KNOWN, "Content-Length: 900000"], b"x" * 800_000)
        statuses = [one.reply().status for one in many]
        assert server.memory - before < 20_000_000
    assert statuses.count(503) >= 20
    assert server.ask("/page", (KNOWN,), b"x" * 900_000)["length"] == 900_000


def test_health_is_answered_while_all_threads_are_busy_and_beyond_the_queue_the_answer_is_busy(server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(7):
            stack.enter_context(server.connection()).ask("GET", "/sleep?n=700")
        time.sleep(0.2)
        start = time.monotonic()
        refused = server.ask("/page")
        assert refused["status"] == 503
        assert refused["reply"].headers["retry-after"] == "2"
        assert time.monotonic() - start < 0.5
        assert health_seconds(server) < 0.5
    wait_until(lambda: server.ask("/page")["status"] == 200)


def test_a_caller_that_has_left_before_its_turn_costs_no_thread(server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(server.connection()).ask("GET", "/sleep?n=600")
        time.sleep(0.1)
        with server.connection() as left, server.connection() as body:
            left.ask("GET", "/left")
            body.ask("POST", "/left-with-body", [], b"x" * 100)
            time.sleep(0.2)
        with server.connection() as stays:
            stays.ask("GET", "/stays")
            served = json.loads(stays.reply().body)["served"]
    assert "/stays" in served
    assert not {"/left", "/left-with-body"} & set(served)


def test_health_that_does_not_come_is_said_in_time(server: Server) -> None:
    with server.connection() as stuck:
        stuck.ask("GET", "/health?n=1500")
        time.sleep(0.1)
        start = time.monotonic()
        assert server.ask("/health")["reply"].text.startswith('{"status": "trouble"')
        assert time.monotonic() - start < 0.8
        assert stuck.reply().status == 503
    wait_until(lambda: server.ask("/health")["status"] == 200)


def test_many_who_ask_for_health_at_once_are_told_the_same(server: Server) -> None:
    with ExitStack() as stack:
        many = [stack.enter_context(server.connection()) for _ in range(300)]
        for one in many:
            one.ask("GET", "/health?n=100")
        replies = [one.reply() for one in many]
    assert {reply.status for reply in replies} == {200}
    assert len({reply.body for reply in replies}) < 30


def test_a_silent_body_of_health_is_not_waited_for(server: Server) -> None:
    with server.connection() as silent:
        start = time.monotonic()
        silent.ask("GET", "/health", ["Content-Length: 1000"])
        assert silent.reply().status == 200
        assert time.monotonic() - start < 0.5


def test_headers_that_do_not_come_are_not_waited_for(server: Server) -> None:
    with server.connection() as silent, server.connection() as half:
        half.send("GET /page HTTP/1.1\r\nHost: x\r\n")
        assert half.closed_within(4)
        assert silent.closed_within(4)


def test_a_killed_server_leaves_no_file(tmp_path: Path) -> None:
    one = Server(tmp_path)
    try:
        with one.connection() as upload:
            upload.ask("POST", "/upload", [KNOWN, "Content-Length: 4000000"], b"x" * 3_000_000)
            wait_until(lambda: one.unnamed_bytes > 2_900_000)
            one.started.end()
        assert list(one.spool.iterdir()) == []
    finally:
        one.started.end()


def test_a_server_that_is_asked_to_stop_answers_what_it_has_begun(tmp_path: Path) -> None:
    one = Server(tmp_path)
    try:
        with one.connection() as begun:
            begun.ask("GET", "/sleep?n=700")
            time.sleep(0.2)
            assert one.started.stop(12) == 0
            assert begun.reply().status == 200
    finally:
        one.started.end()
