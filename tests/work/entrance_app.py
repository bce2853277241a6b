"""The entrance in front of a small application of its own, for tests/work/test_entrance.py."""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from staffetta.work.entrance.answers import Answer
from staffetta.work.entrance.application import Entrance
from staffetta.work.entrance.bounds import Bounds, Environ, Permission
from staffetta.work.entrance.proxies import Proxies

BLOCK = b"0123456789abcdef" * 4_096
served: list[str] = []
files: list[Path] = []


class Result:
    """What Django's handler returns: iterable, to be closed, and it says whether it streams."""

    def __init__(self, parts: Iterable[bytes], *, streaming: bool = False) -> None:
        self._parts = parts
        self.streaming = streaming

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        served.append("closed")


def pages(environ: Environ, start_response: Callable[..., None]) -> Any:
    path, query = environ["PATH_INFO"], parse_qs(environ["QUERY_STRING"])
    number = int(query.get("n", ["0"])[0])
    served.append(environ["PATH_INFO"] + (f"?{environ['QUERY_STRING']}" if number else ""))
    start_response("200 OK", [("Content-Type", "application/json"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    if path in ("/sleep", "/health"):
        time.sleep(number / 1000)
    if path == "/long":
        return Result((BLOCK for _ in range(number)), streaming=True)
    if path == "/broken":
        return Result(_broken(), streaming=True)
    if path == "/file":
        return environ["wsgi.file_wrapper"](_file(number).open("rb"), 1)
    if path == "/fault":
        raise RuntimeError("on purpose")
    return Result([json.dumps(_seen(environ)).encode()])


def _seen(environ: Environ) -> dict[str, object]:
    body = environ["wsgi.input"].read()
    known = {name: value for name, value in environ.items() if isinstance(value, str)}
    return {
        "environ": known,
        "length": len(body),
        "digest": hashlib.sha256(body).hexdigest(),
        "served": served,
        "file": type(environ["wsgi.input"]).__name__,
    }


def _broken() -> Iterator[bytes]:
    for _ in range(20):
        yield BLOCK
    raise RuntimeError("on purpose")


def _file(size: int) -> Path:
    path = Path(tempfile.gettempdir()) / f"entrance-{os.getpid()}-{size}"
    if path not in files:
        path.write_bytes(b"x" * size)
        files.append(path)
    return path


def permission(environ: Mapping[str, Any]) -> Permission:
    known = environ.get("HTTP_X_KNOWN") == "1"
    if environ["PATH_INFO"] == "/upload":
        return Permission(known=known, most=5_000_000, to_file=True)
    return Permission(known=known, most=1_000_000)


def busy(_environ: Environ) -> Answer:
    return Answer(503, [(b"retry-after", b"2")], b"busy")


application = Entrance(
    pages,
    permission,
    busy,
    Bounds(
        spool=Path(os.environ["ENTRANCE_SPOOL"]),
        idle_seconds=0.6,
        body_seconds=1.5,
        upload_seconds=2.5,
        waiting=5,
        threads=2,
        memory=2_000_000,
        uploads=2,
        streams=1,
        stall_seconds=1.5,
        health_seconds=0.5,
        linger_seconds=0.3,
    ),
    Proxies([ip_network("127.0.0.1")]),
)
