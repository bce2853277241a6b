"""Find out how a file's text is encoded, from every byte of it, and say how sure that is.

Guessers are unsure on short files, and most files of people are short. So nothing is guessed between encodings that
would each give plausible text: what reads well as Windows-1252 is shown with its accents, anything else is asked.
"""

import codecs
import re
from dataclasses import dataclass, field
from typing import IO

from staffetta.contacts.files.file_reading import Basis, Evidence, Trait
from staffetta.contacts.files.read_csv import CHUNK, MIXED, BadFile, decoded, raw_lines
from staffetta.text import value

UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
ONE_BYTE = (
    ("cp1252", "iso8859_15", "cp1250", "iso8859_2", "cp1251", "cp1253", "cp1254", "cp1257", "cp850", "mac_roman")
)  # fmt: skip
UNICODE = ("utf-8", "utf-8-sig", MIXED)
ENCODINGS = (*UNICODE, *ONE_BYTE)
"""What a file can be read as; all write the first 128 signs as ASCII does."""
LOOKED_AT = 500
"""Lines with other bytes than ASCII that are looked at closely, of a file that is not UTF-8."""
SHOWN = 3
CELL = re.compile(rb"[^;,\t\r\n\"]*[\x80-\xff][^;,\t\r\n\"]*")
LONGEST_CELL = 60

COMMON = frozenset("àáâäçèéêëìíîïñòóôöùúûüßÀÁÂÄÇÈÉÊËÌÍÎÏÑÒÓÔÖÙÚÛÜ")
"""Letters of Italian, French, Spanish and German: whoever sees them in a name sees that the name is right."""
RARE = frozenset("ãåæõøœšžýÿðþÃÅÆÕØŒŠŽÝŸÐÞ")
"""Letters of other Western languages, and what those of Central Europe become when they are read wrongly."""
PUNCTUATION = frozenset("’‘“”–…€«»°·§¿¡ºª")
IMPLAUSIBLE = re.compile(
    "[a-zß-öø-ÿ][À-ÖØ-ÞŠŒŽŸ]"  # a capital behind a small letter: MacRoman
    "|[^\\W\\d_][…•—–‚„“ˆ˜†‡‰¤¦¨©¬®¯±²³µ¶¸¹»¼½¾¿¡¢£¥§«×÷](?![\\W_]*$)"  # a sign within a word: CP850, Windows-1250
    "|[^\\W\\d_][•—‚„“ˆ˜†‡‰¤¦¨¬¯³¶¸¹¼½¾¿¡¥×÷]"
)


def find_encoding(file: IO[bytes]) -> Trait:
    """Return the encoding, having looked at every byte; raises BadFile for what is no text."""
    file.seek(0)
    head = file.read(4)
    if not head:
        raise BadFile("empty_file")
    if head.startswith(WORKBOOKS):
        raise BadFile("spreadsheet_file")
    utf8, ascii_only = _is_utf8(file)
    if utf8:
        if head.startswith(codecs.BOM_UTF8):
            return Trait("utf-8-sig", Basis.FILE)
        return Trait("utf-8", Basis.UNUSED if ascii_only else Basis.FILE, () if ascii_only else _first_places(file))
    survey = _survey(file)
    if survey.good:
        encoding = MIXED if survey.good >= survey.bad else "cp1252"
        # One place of each kind: whoever looks at both sees which encoding spoils one of them.
        return Trait(encoding, Basis.ASKED, (*_places(survey.lines[:1])[:1], *_places(survey.first_good)[:1]))
    return _one_byte(survey.lines)


def utf16_of(file: IO[bytes]) -> str:
    """Return utf-16-le or utf-16-be if the file is written so, with a byte order mark or without; else ""."""
    file.seek(0)
    head = file.read(CHUNK)
    if (named := UTF_16.get(head[:2])) and head[2:4] != b"\0\0":
        return named
    nuls = {"utf-16-be": head[0::2].count(0), "utf-16-le": head[1::2].count(0)}
    for encoding, other in (("utf-16-le", "utf-16-be"), ("utf-16-be", "utf-16-le")):
        if len(head) >= 8 and nuls[encoding] * 2 > len(head) // 2 and nuls[other] * 10 < nuls[encoding]:
            return encoding
    return ""


def possible(trait: Trait) -> list[str]:
    """Return the encodings that read the places kept as evidence as text without control signs."""
    offered = ENCODINGS if trait.value in UNICODE or not trait.evidence else ONE_BYTE
    return [encoding for encoding in offered if all(_readable(raw(each), encoding) for each in trait.evidence)]


def shown_as(place: Evidence, encoding: str) -> str:
    """Return what stands at a place, read so; signs that cannot be read are �."""
    return value(decoded(raw(place), encoding, "replace"))


def raw(place: Evidence) -> bytes:
    """Return the bytes of a place: they are kept in hexadecimal."""
    return bytes.fromhex(place.text)


def _is_utf8(file: IO[bytes]) -> tuple[bool, bool]:
    """Say whether it is UTF-8, and whether it is no more than ASCII; raises BadFile for bytes that no text has."""
    decoder, valid, ascii_only = codecs.getincrementaldecoder("utf-8")(), True, True
    file.seek(0)
    while chunk := file.read(CHUNK * 16):
        if b"\0" in chunk:
            raise BadFile("binary_file")
        if valid:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                valid = False
        ascii_only = ascii_only and chunk.isascii()
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        valid = False
    return valid, ascii_only


@dataclass(slots=True)
class _Survey:
    """How many lines are UTF-8 beyond ASCII, how many are not UTF-8, and some of them with their numbers."""

    good: int = 0
    bad: int = 0
    lines: list[tuple[int, bytes]] = field(default_factory=list)  # the first that are not UTF-8
    first_good: list[tuple[int, bytes]] = field(default_factory=list)


def _survey(file: IO[bytes]) -> _Survey:
    found = _Survey()
    for number, line in enumerate(raw_lines(file), 1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            found.good += 1
            found.first_good = found.first_good or [(number, line)]
        except UnicodeDecodeError:
            found.bad += 1
            if len(found.lines) < LOOKED_AT:
                found.lines.append((number, line))
    return found


def _one_byte(lines: list[tuple[int, bytes]]) -> Trait:
    cells = [cell for _number, line in lines for cell in CELL.findall(line)]
    places, western = _places(lines), _texts(cells, "cp1252")
    ranked = _ranked(b"".join(line for _number, line in lines))
    if western is not None and not any(IMPLAUSIBLE.search(text) for text in western):
        signs = {sign for text in western for sign in text}
        if not signs & RARE or ranked[:1] == ["cp1252"]:
            return Trait("cp1252", Basis.LIKELY, places)
    fitting = [encoding for encoding in (*ranked, *ONE_BYTE) if all(_readable(cell, encoding) for cell in cells)]
    best = min(fitting, key=lambda encoding: not _usual(cells, encoding), default="mac_roman")
    return Trait(best, Basis.ASKED, places)


def _ranked(text: bytes) -> list[str]:
    """Return the encodings that charset-normalizer holds possible, the likeliest first; none where it knows nothing."""
    from charset_normalizer import from_bytes  # most files are UTF-8 and need none of it

    return [match.encoding for match in from_bytes(text, cp_isolation=list(ONE_BYTE))]


def _usual(cells: list[bytes], encoding: str) -> bool:
    """Say whether a reading gives nothing but letters and signs that are common in Western Europe."""
    signs = {sign for cell in cells for sign in cell.decode(encoding) if not sign.isascii()}
    return signs <= COMMON | PUNCTUATION


def _texts(cells: list[bytes], encoding: str) -> list[str] | None:
    try:
        return [cell.decode(encoding) for cell in cells]
    except UnicodeDecodeError:
        return None


def _readable(cell: bytes, encoding: str) -> bool:
    try:
        return not any("\x7f" <= sign <= "\x9f" for sign in decoded(cell, encoding))
    except UnicodeDecodeError:
        return False


def _first_places(file: IO[bytes]) -> tuple[Evidence, ...]:
    """Return the first cells beyond ASCII, if they lie in the beginning of the file."""
    file.seek(0)
    lines = file.read(CHUNK).splitlines(keepends=True)
    return _places([(number, line) for number, line in enumerate(lines, 1) if not line.isascii()])


def _places(lines: list[tuple[int, bytes]]) -> tuple[Evidence, ...]:
    """Return the first cells that differ, each with its line."""
    cells = ((number, cell.strip()[:LONGEST_CELL]) for number, line in lines for cell in CELL.findall(line))
    first: dict[bytes, int] = {}
    for number, cell in cells:
        if len(first) == SHOWN:
            break
        first.setdefault(cell, number)
    return tuple(Evidence(number, cell.hex()) for cell, number in first.items())
