"""Looking once at the address of a header's file."""

import asyncio

from staffetta.outbound.look import Found, look
from tests.wire import Answer, Seen, Talk, refused_port, serving, wire


def found(url: str) -> Found:
    return asyncio.run(look(url, allow_private_addresses=True))


def test_it_tells_status_type_and_length_without_downloading() -> None:
    def reply(seen: Seen) -> Answer:
        assert seen.method == "HEAD"
        assert seen.headers["accept-encoding"] == "identity"
        return Answer(b"", headers={"Content-Type": "Image/JPEG; q=1", "Content-Length": "48213"})

    with serving(reply) as server:
        assert found(server.url("/a.jpg")) == Found(server.url("/a.jpg"), 200, "image/jpeg", 48213)
        assert len(server.seen) == 1


def test_a_server_that_refuses_head_is_asked_by_get_and_left_after_the_headers() -> None:
    def script(talk: Talk) -> None:
        while seen := talk.read():
            if seen.method == "HEAD":
                talk.answer(b"", 405)
                continue
            talk.write(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 900000000\r\n\r\n")
            while True:
                talk.write(b" " * 65536)

    with wire(script) as server:
        seen = found(server.url("/a.mp4"))
        assert (seen.status, seen.content_type, seen.length) == (200, "video/mp4", 900_000_000)


def test_a_server_that_hangs_up_on_head_is_asked_by_get() -> None:
    def script(talk: Talk) -> None:
        seen = talk.read()
        if seen and seen.method == "GET":
            talk.answer("pdf", content_type="application/pdf")

    with wire(script) as server:
        assert found(server.url()).content_type == "application/pdf"


def test_redirects_are_followed_a_few_times_and_each_address_is_guarded() -> None:
    def reply(seen: Seen) -> Answer:
        step = int(seen.path[1:])
        return Answer(status=302, headers={"Location": f"/{step + 1}"}) if step < 3 else Answer("x")

    with serving(reply) as server:
        assert found(server.url("/0")).url == server.url("/3")
        assert found(server.url("/0")).status == 200
        assert asyncio.run(look(server.url("/0"))).error == "forbidden"


def test_endless_redirects_end() -> None:
    with serving(lambda _: Answer(status=302, headers={"Location": "/again"})) as server:
        assert found(server.url("/")).status == 302
        assert len(server.seen) <= 8


def test_a_missing_file_is_told_by_its_status() -> None:
    with serving(lambda _: Answer(status=404)) as server:
        assert found(server.url()).status == 404


def test_no_answer_is_told_by_its_kind() -> None:
    assert found(f"http://127.0.0.1:{refused_port()}/").error == "not_made"
    assert found("nonsense").error == "forbidden"
