"""Look once at the file of a template's header: is it there, would WhatsApp take it (messaging-rules 1.8)?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from django.conf import settings

from staffetta.communications.compose import is_address
from staffetta.outbound import loop
from staffetta.work.clock import now

if TYPE_CHECKING:
    from staffetta.outbound.look import Found

MEGABYTE = 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS: dict[str, tuple[frozenset[str], int]] = {
    "image": (frozenset({"image/jpeg", "image/png"}), 5 * MEGABYTE),
    "video": (frozenset({"video/mp4", "video/3gpp"}), 16 * MEGABYTE),
    "document": (
        frozenset(
            {
                "text/plain",
                "application/pdf",
                "application/msword",
                "application/vnd.ms-excel",
                "application/vnd.ms-powerpoint",
                f"{_OFFICE}.wordprocessingml.document",
                f"{_OFFICE}.spreadsheetml.sheet",
                f"{_OFFICE}.presentationml.presentation",
            }
        ),
        100 * MEGABYTE,
    ),
}
"""Kind of header -> the content types WhatsApp takes, and the most bytes."""

Problem = Literal["", "not_an_address", "forbidden", "unreachable", "not_there", "wrong_type", "too_large"]
DOUBTFUL: tuple[Problem, ...] = ("unreachable", "not_there")
"""Problems that may be ours alone (no way out of this network, a store that refuses us): shown, not refused."""


class MediaCheck(TypedDict):
    """What the look told; kept with the composition and shown. `size` in bytes, None when not told."""

    url: str
    problem: Problem
    status: int | None
    type: str
    size: int | None
    at: str


def check_media(url: str, kind: str) -> MediaCheck:
    """Ask the address what it holds, without downloading it. `kind`: image, video or document. Never raises."""
    from staffetta.outbound.look import look  # the HTTP client: a command that looks at no file does without

    if not is_address(url):
        return _told(url, "not_an_address")
    found = loop.run(look(url, allow_private_addresses=settings.ALLOW_PRIVATE_ADDRESSES))
    return _told(url, _problem(found, kind), found)


def refused(check: MediaCheck) -> bool:
    """Return whether WhatsApp would certainly not take this file."""
    return bool(check["problem"]) and check["problem"] not in DOUBTFUL


def seen(check: Mapping[str, Any], url: str) -> str:
    """Return `url` when the file was seen there, else "": a page shows no picture that may not be there."""
    return url if check.get("url") == url and check.get("problem") == "" else ""


def _problem(found: "Found", kind: str) -> Problem:
    if found.status is None:
        return "forbidden" if found.error == "forbidden" else "unreachable"
    if found.status != 200:
        return "not_there"
    types, most = KINDS[kind]
    if found.content_type not in types:
        return "wrong_type"
    return "too_large" if found.length is not None and found.length > most else ""


def _told(url: str, problem: Problem, found: "Found | None" = None) -> MediaCheck:
    return {
        "url": url,
        "problem": problem,
        "status": found.status if found else None,
        "type": found.content_type if found else "",
        "size": found.length if found else None,
        "at": now().isoformat(),
    }
