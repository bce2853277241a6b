"""The certificate of an erasure as a file: for people as text, for programs as JSON. It names nobody."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from staffetta.contacts.record_models import Erasure
from staffetta.contacts.wording import erasure_trace


def parts(done: Erasure) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return what was deleted, emptied and kept, and what a second search still found, in words."""
    return [(heading, _lines(told)) for heading, told in _headed(done) if told]


def as_text(done: Erasure) -> str:
    """Return the certificate to be read and filed."""
    facts = [
        (_("Number"), str(done.public_id)),
        (_("Date"), _moment(done.at)),
        (_("Erased by"), done.by_name or "Staffetta"),
        (_("Contact"), f"#{done.contact_number} {', '.join(done.masked)}".strip()),
        (_("Reason"), done.reason or "–"),
    ]
    lines = [_("Certificate of erasure"), "", *(f"{name}: {value}" for name, value in facts)]
    for heading, told in parts(done):
        lines += ["", heading, *(f"  {number:>8}  {what}" for what, number in told)]
    lines += ["", _("Second search"), f"  {second_search(done)}"]
    lines += ["", _("Backups that still hold the person"), *(f"  {line}" for line in (*backups(done), what_is_known()))]
    return "\r\n".join([*lines, ""])


def as_json(done: Erasure) -> str:
    """Return the certificate for programs."""
    return json.dumps(described(done), ensure_ascii=False, indent=2)


def described(done: Erasure) -> dict[str, object]:
    """Return the certificate as plain values; what was done is told by stable codes."""
    return {
        "certificate": str(done.public_id),
        "at": done.at.isoformat(),
        "by": done.by_name or "Staffetta",
        "contact": done.contact_number,
        "addresses": done.masked,
        "reason": done.reason,
        "deleted": done.deleted,
        "emptied": done.emptied,
        "kept": done.kept,
        "second_search": done.searched,
        "backups": done.backups,
    }


def second_search(done: Erasure) -> str:
    """Say what a search after the erasure confirmed."""
    if done.searched is None:
        return _("None was made: the erasure itself is complete, and nothing confirmed it.")
    if done.searched["found"]:
        return _(
            "The number, an id or an e-mail address of the person still stands in rows of others, or was left behind: "
            "look at what is listed under «Still found»."
        )
    return _("Through %(tables)s tables and all files of imports: nothing holds the person any more.") % {
        "tables": done.searched["tables"]
    }


def backups(done: Erasure) -> list[str]:
    """Return the known backups that hold the person, one line each; those that are no longer there in one line."""
    if done.backups is None:
        return [_("Not recorded: this certificate is older than the list of backups.")]
    lines = [_line(backup) for backup in done.backups if backup["there"] is not False]
    gone = [_moment(datetime.fromisoformat(backup["made_at"])) for backup in done.backups if backup["there"] is False]
    if gone:
        lines.append(
            ngettext(
                "%(number)s is no longer where it was written (%(first)s). If it was moved, it holds the person.",
                "%(number)s are no longer where they were written (%(first)s to %(last)s). If they were moved, "
                "they hold the person.",
                len(gone),
            )
            % {"number": len(gone), "first": gone[0], "last": gone[-1]}
        )
    return lines or [_("None is known.")]


def what_is_known() -> str:
    """Say what the list of backups leaves out."""
    return _(
        "Staffetta knows the backups that its own command made or restored. It knows neither copies of them nor "
        "backups made by other means. Whoever restores one brings the person back: erase them again."
    )


def _line(backup: Mapping[str, Any]) -> str:
    told = {**backup, "moment": _moment(datetime.fromisoformat(backup["made_at"]))}
    if backup["there"] is None:
        return _("%(file)s on %(host)s, made on %(moment)s") % told
    return _("%(file)s, made on %(moment)s") % told


def _moment(moment: datetime) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")


def _headed(done: Erasure) -> list[tuple[str, Mapping[str, int]]]:
    return [
        (_("Deleted"), done.deleted),
        (_("Kept without name, address and values"), done.emptied),
        (_("Kept, naming nobody"), done.kept),
        (_("Still found"), (done.searched or {}).get("found", {})),
    ]


def _lines(told: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(erasure_trace(code), number) for code, number in told.items()]
