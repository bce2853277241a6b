"""Asking a real account what it answers: GET only, known and likely paths, the result a proposal for the profile.

Source of the candidates: the paths of profile.toml, what the vendor's older versions and sister products call them.
Values never leave this module: what is reported are the names of members, their forms and how many rows there are.
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from staffetta.connectors.contract import KeepAll, Settings
from staffetta.connectors.engage.client import EngageClient
from staffetta.connectors.engage.payloads import KEY, VALUE, Row, Unreadable, find_rows
from staffetta.connectors.engage.profile import Profile, Section, load_profile
from staffetta.connectors.errors import AddressForbidden, ConnectorError, TooFast, Unreachable

CANDIDATES: Mapping[str, Sequence[str]] = {
    "channels": ("/channel", "/channels", "/account/channel", "/account", "/messenger", "/newsletter", "/me"),
    "templates": ("/chat/notification", "/notification", "/notifications", "/template", "/templates",
                  "/chat/notification/template", "/notification/template", "/notification_template"),
    "fields": ("/user/property", "/user/properties", "/property", "/properties", "/customfield", "/user/customfield"),
    "agents": ("/agent",),
    "customers": ("/user",),
}  # fmt: skip
NEEDED = {"channels": "id", "templates": "name", "fields": "name", "agents": "channels", "customers": "id"}
MEMBERS_SHOWN = 40
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,60}")  # a member's name, not an id or a person's number


@dataclass(frozen=True, slots=True)
class Probed:
    """What one path answered. `member` is where the rows lie ("" the answer itself); `error` a code of the family.

    `members` are the names of the rows' members, or of the answer where there are no rows; `fits` says whether the
    operation can be read from it.
    """

    operation: str
    path: str
    status: int | None = None
    error: str = ""
    reason: str = ""
    member: str = ""
    rows: int = 0
    members: tuple[str, ...] = ()
    fits: bool = False


@dataclass(frozen=True, slots=True)
class Findings:
    """All answers, and the proposal: the entries of the profile that differ from the default, as TOML."""

    probed: tuple[Probed, ...]
    profile: str


async def probe(key: str, settings: Settings, *, pause: float = 0.2) -> Findings:
    """Ask every candidate once, `pause` seconds apart (reads: 5 a second).

    Raises KeyRefused, Unreachable, AddressForbidden or TooFast, which make all further questions pointless.
    """
    profile = load_profile(settings.profile)
    client = EngageClient(key, settings, KeepAll(lambda _: None, lambda: 0.0))
    probed: list[Probed] = []
    try:
        await client.get("probe", profile["customers"].path, {"limit": "1", "offset": "0"})
        for operation, candidates in CANDIDATES.items():
            section = profile[operation]
            for path in dict.fromkeys((section.path, *candidates)):
                if path:
                    await asyncio.sleep(pause)
                    probed.append(await _ask(client, operation, path, section))
    finally:
        await client.close()
    return Findings(tuple(probed), proposal(probed, profile))


async def _ask(client: EngageClient, operation: str, path: str, section: Section) -> Probed:
    place = {"limit": "5", "offset": "0"} if section.paged else {}
    try:
        answer = await client.get("probe", path, {**section.query, **place})
    except (Unreachable, AddressForbidden, TooFast):
        raise
    except ConnectorError as error:
        return Probed(operation, path, error.status, error.code, error.provider_reason)
    member, rows = _where(answer, section, NEEDED[operation])
    keys = dict.fromkeys(name for row in rows for name in row) if rows else answer if isinstance(answer, dict) else {}
    names = tuple(name for name in keys if NAME.fullmatch(name))[:MEMBERS_SHOWN]
    wanted = section[NEEDED[operation]]
    fits = any(name in names for name in wanted) or any(row.get(KEY) or row.get(VALUE) for row in rows)
    return Probed(operation, path, 200, "", "", member, len(rows), names, fits and bool(rows))


def _where(answer: object, section: Section, needed: str) -> tuple[str, list[Row]]:
    """Return the member that holds rows, and the rows: where the profile looks first, else the first that has any."""
    known = [name for name in section["rows"] if name]
    others = [name for name in answer if name not in known and NAME.fullmatch(name)] if isinstance(answer, dict) else []
    for name in (*known, *others):
        if isinstance(answer, dict) and isinstance(answer.get(name), (list, dict)):
            rows = find_rows({name: answer[name]}, (name,), section[needed])
            if any(VALUE not in row for row in rows):
                return name, rows
    try:
        return "", find_rows(answer, ("",), section[needed])
    except Unreadable:
        return "", []


def proposal(probed: Sequence[Probed], profile: Profile) -> str:
    """Return the best answers as entries of a profile; what already fits, or does not answer, is a comment."""
    lines = ["# Proposal of `staffetta engage probe`: entries to lay over the default profile."]
    for operation in CANDIDATES:
        section = profile[operation]
        answered = [found for found in probed if found.operation == operation and found.rows]
        best = max(answered, key=lambda found: (found.fits, found.path == section.path), default=None)
        if best is None:
            lines += ["", f"# {operation}: no path answered with rows."]
            continue
        here = best.fits and best.path == section.path and best.member in section["rows"]
        lines += ["", f"# {operation}: {best.rows} rows with {', '.join(best.members)}"]
        if here:
            lines.append(f"# {operation}: the profile in use fits.")
            continue
        lines += [f"[{operation}]", f"path = {_toml(best.path)}", f"rows = [{_toml(best.member)}]"]
        if not best.fits:
            lines.append(f"{NEEDED[operation]} = []  # which of the members above?")
    return "\n".join(lines) + "\n"


def _toml(text: str) -> str:
    """Return a basic TOML string; JSON's escapes are a part of TOML's."""
    return json.dumps(text)
