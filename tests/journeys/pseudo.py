"""A pseudo-language: catalogues that say every message of the product, and of what it is built on, in brackets.

It replaces Italian by way of STAFFETTA_LOCALE_DIR. Placeholders and plurals are kept, so pages work as ever; whatever
letter then stands outside the brackets never went through a catalogue.
"""

import struct
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

OPEN, CLOSE = "⟦", "⟧"
MAGIC = 0x950412DE
PACKAGES = ("staffetta", "django", "ninja", "django_htmx")
HEADER = b"Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"


def messages_of(file: Path) -> Iterator[bytes]:
    """Yield the message keys of a compiled catalogue: context EOT singular NUL plural."""
    data = file.read_bytes()
    order = "<" if struct.unpack("<I", data[:4])[0] == MAGIC else ">"
    count, start = struct.unpack(f"{order}II", data[8:16])
    for number in range(count):
        length, offset = struct.unpack(f"{order}II", data[start + 8 * number : start + 8 * number + 8])
        yield data[offset : offset + length]


def bracketed(key: bytes) -> bytes:
    """Return what the pseudo-language says for a key."""
    said = key.rpartition(b"\x04")[2].decode()
    return "\0".join(f"{OPEN}{form}{CLOSE}" for form in said.split("\0")).encode()


def compiled(entries: dict[bytes, bytes]) -> bytes:
    """Return a catalogue as msgfmt would write it."""
    keys = sorted(entries)
    table = 28 + 16 * len(keys)
    blob, where = b"", []
    for text in (*keys, *(entries[key] for key in keys)):
        where.append(struct.pack("<II", len(text), table + len(blob)))
        blob += text + b"\0"
    head = struct.pack("<7I", MAGIC, 0, len(keys), 28, 28 + 8 * len(keys), 0, table)
    return head + b"".join(where) + blob


def write_catalogues(folder: Path) -> int:
    """Write it/LC_MESSAGES/django.mo below the folder; return how many messages it has."""
    keys = {
        key
        for package in PACKAGES
        if (spec := find_spec(package)) and spec.origin
        for file in Path(spec.origin).parent.rglob("locale/it/LC_MESSAGES/django.mo")
        for key in messages_of(file)
        if key
    }
    place = folder / "it" / "LC_MESSAGES" / "django.mo"
    place.parent.mkdir(parents=True)
    place.write_bytes(compiled({b"": HEADER, **{key: bracketed(key) for key in keys}}))
    return len(keys)
