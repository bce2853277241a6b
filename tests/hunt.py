"""The hunt for API Keys: in bytes, in every column of every table, in files and archives, on every page."""

import re
import tarfile
from collections import deque
from collections.abc import Iterable, Iterator
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, quote_plus, urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from tests.processes import Installation

SEALED = ("channels_channel", "sealed_key")
MOST_PAGES = 1_000
LINK = re.compile(r"""(?:href|hx-get|src)="([^"#]+)""")
FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
NOT_FOLLOWED = ("/logout/", "/static/")


def forms(key: str) -> set[str]:
    """Return everything that gives a key away: whole, its first 32 and last 20 characters, also as URLs write them."""
    parts = (key, key[:32], key[-20:])
    return {form for part in parts for form in (part, quote(part, safe=""), quote(part), quote_plus(part))}


class Hunt:
    """Looks for keys and keeps where they were found, never what."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._needles = {form.lower() for key in keys for form in forms(key)}
        self._bytes = [form.encode(code) for form in self._needles for code in ("utf-8", "utf-16-le")]
        self.found: set[str] = set()
        self.searched = 0

    def text(self, place: str, text: str) -> None:
        self.searched += 1
        lowered = unescape(text).lower()
        if any(needle in lowered for needle in self._needles):
            self.found.add(place)

    def data(self, place: str, data: bytes) -> None:
        self.searched += 1
        lowered = data.lower()
        if any(needle in lowered for needle in self._bytes):
            self.found.add(place)

    def value(self, place: str, value: object) -> None:
        if isinstance(value, bytes | memoryview):
            self.data(place, bytes(value))
        else:
            self.text(place, str(value))

    def database(self, staffetta: Installation) -> None:
        """Search every column of every table but the sealed one."""
        for table in tables(staffetta):
            columns = columns_of(staffetta, table)
            for row in staffetta.rows(f'SELECT * FROM "{table}"'):
                for column, value in zip(columns, row, strict=True):
                    if (table, column) != SEALED:
                        self.value(f"{table}.{column}", value)

    def files(self, folder: Path) -> None:
        """Search every file byte by byte: SQLite's includes what was deleted and the journal; what is sealed there
        holds no key in clear, so it needs no exception."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.data(f"file {path.relative_to(folder)}", path.read_bytes())

    def archive(self, file: Path) -> None:
        """Search what a backup holds, unpacked."""
        with tarfile.open(file) as packed:
            for member in packed.getmembers():
                if opened := packed.extractfile(member):
                    self.data(f"archive {member.name}", opened.read())

    def pages(self, visitor: "Visitor") -> None:
        """Search every page that can be reached by links, with its headers."""
        for path, text in visitor.walk():
            self.text(f"page {path}", text)


def tables(staffetta: Installation) -> list[str]:
    if staffetta.on_sqlite:
        listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%%'"
    else:
        listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return sorted(str(name) for (name,) in staffetta.rows(listed.replace("%%", "%") if staffetta.on_sqlite else listed))


def columns_of(staffetta: Installation, table: str) -> list[str]:
    if staffetta.on_sqlite:
        return [str(row[1]) for row in staffetta.rows(f'PRAGMA table_info("{table}")')]
    ordered = "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position"
    return [str(row[0]) for row in staffetta.rows(ordered, table)]


class Visitor:
    """Somebody at a browser without scripts."""

    def __init__(self, address: str, name: str, password: str) -> None:
        self.address = address
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))
        self.post("/login/", username=name, password=password)

    def get(self, path: str) -> tuple[int, str]:
        """Return the status and the headers and text of a page."""
        return self._open(Request(urljoin(self.address, path)))

    def post(self, path: str, to: str = "", **typed: str) -> tuple[int, str]:
        """Fill in the form of a page and send it, to the page itself or to another address."""
        token = FORM_TOKEN.search(self.get(path)[1])
        assert token, f"no form on {path}"
        body = urlencode({**typed, "csrfmiddlewaretoken": token.group(1)}).encode()
        headers = {"Referer": self.address}
        return self._open(Request(urljoin(self.address, to or path), body, headers))

    def walk(self) -> Iterator[tuple[str, str]]:
        """Yield every page that links lead to, from the first one on; AssertionError when there is no end to them."""
        seen, ahead = {"/"}, deque(["/"])
        while ahead:
            assert len(seen) <= MOST_PAGES, f"too many pages, such as {list(ahead)[-20:]}"
            path = ahead.popleft()
            status, text = self.get(path)
            assert status < 500, f"{path} answers {status}"
            yield path, text
            for link in LINK.findall(text):
                there = urlsplit(urljoin(self.address + path, unescape(link)))
                target = there.path + (f"?{there.query}" if there.query else "")
                ours = there.netloc == urlsplit(self.address).netloc and not there.path.startswith(NOT_FOLLOWED)
                if ours and target not in seen:
                    seen.add(target)
                    ahead.append(target)

    def _open(self, request: Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=60) as answer:
                return answer.status, f"{answer.headers}\n{answer.read().decode(errors='replace')}"
        except HTTPError as error:
            with error:
                return error.code, f"{error.headers}\n{error.read().decode(errors='replace')}"
