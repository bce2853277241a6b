"""Reading a list to its end. Engage gives no total and no next link, and the largest `limit` is not known: a short
page proves nothing, so the offset advances by the rows received and the end is an empty page or one without news.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

from staffetta.connectors.engage.client import EngageClient
from staffetta.connectors.engage.payloads import Row, Unreadable, find_rows, identity_of, member, text
from staffetta.connectors.engage.profile import Section
from staffetta.connectors.engage.templates import template_name
from staffetta.connectors.errors import BadAnswer


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: how its call is named, its profile section, what a row is known by, and what that is read from."""

    operation: str
    section: Section
    names: Sequence[str]
    identity: Callable[[Row], str]
    query: Mapping[str, str]


def listing(operation: str, section: Section) -> Listing:
    """Return a list whose rows are known by their id."""
    return Listing(operation, section, section["id"], lambda row: identity_of(row, section["id"]), section.query)


def template_listing(section: Section) -> Listing:
    """Return the list of templates: a row is known by name and language, together with the id where there is one."""

    def identity(row: Row) -> str:
        name = template_name(row, section)
        language = member(row, section["language"])
        return f"{text(member(row, section['id']))}\0{name}\0{language}" if name else ""

    return Listing("list_templates", section, section["name"] + section["id"], identity, section.query)


async def pages(client: EngageClient, wanted: Listing, page_size: int) -> AsyncIterator[list[Row]]:
    """Yield the rows not seen before, page by page. Raises BadAnswer when a page's rows cannot be told apart at all;
    a single row without identity among others is left out (nothing could be done with it).
    """
    section = wanted.section
    seen: set[int | str] = set()
    offset = 0
    while True:
        place = {"limit": str(page_size), "offset": str(offset)} if section.paged else {}
        rows = rows_of(await client.get(wanted.operation, section.path, {**wanted.query, **place}), wanted)
        known = [(row, _small(identity)) for row in rows if (identity := wanted.identity(row))]
        if rows and not known:
            raise BadAnswer("", "rows without " + " or ".join(wanted.names))
        fresh = []
        for row, known_by in known:
            if known_by not in seen:
                seen.add(known_by)
                fresh.append(row)
        if not fresh:
            return
        yield fresh
        offset += len(rows)
        if not section.paged:
            return


def rows_of(answer: object, wanted: Listing) -> list[Row]:
    """Return the rows of one answer. Raises BadAnswer when they are not where the profile says."""
    try:
        return find_rows(answer, wanted.section["rows"], wanted.names)
    except Unreadable as error:
        raise BadAnswer("", str(error)) from None


def _small(identity: str) -> int | str:
    """Return a number for digits, where that loses nothing: half the memory for a million customers."""
    plain = identity.isascii() and identity.isdigit() and identity[0] != "0" and len(identity) < 19
    return int(identity) if plain else identity
