"""`staffetta blacklist …`: who is kept out of every send."""

import argparse
from pathlib import Path

from django.utils.translation import gettext as _

from staffetta.cli.output import emit, fail, table
from staffetta.contacts.consents import keep_out
from staffetta.contacts.models import Suppression
from staffetta.contacts.wording import suppression_cause


def list_entries(args: argparse.Namespace) -> int:
    rows = list(Suppression.objects.order_by("-pk")[: max(args.limit, 0)])
    headings = (_("Number"), _("Reason"), _("Until"))
    emit(args, [described(row) for row in rows], lambda: table(headings, [_line(row) for row in rows]))
    return 0


def described(row: Suppression) -> dict[str, object]:
    """Return an entry as programs read it."""
    return {
        "id": row.pk,
        "platform": row.platform,
        "masked": row.masked,
        "cause": row.cause,
        "reason": row.note,
        "at": row.at.isoformat(),
        "until": row.until.isoformat() if row.until else None,
    }


def _line(row: Suppression) -> tuple[str, str, str]:
    until = f"{row.until:%Y-%m-%d %H:%M}" if row.until else _("for ever")
    return row.masked, row.note or suppression_cause(row.cause), until


def add(args: argparse.Namespace) -> int:
    """Add every number. Lines that are none are told and end it with 1; the numbers beside them are in."""
    if args.days is not None and not 1 <= args.days <= 3650:
        fail(_("--days wants a number from 1 to 3650."))
    told = keep_out.sort_lines(args.platform, [*args.addresses, *_lines(args.file)])
    if not told.addresses and not told.wrong:
        fail(_("Write at least one number, or choose a file."))
    if told.addresses:
        number = keep_out.keep_out(args.platform, told.addresses, args.reason[:300], args.days, None)
        emit(args, {"added": number}, lambda: _("%(number)s in the Blacklist") % {"number": number})
    if told.wrong:
        fail(_("No numbers: %(lines)s") % {"lines": ", ".join(told.wrong[:20])})
    return 0


def _lines(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        fail(_("The file cannot be read: %(problem)s") % {"problem": error})


def lift(args: argparse.Namespace) -> int:
    told = keep_out.sort_lines(args.platform, ["", args.address])
    rows = keep_out.entries_of(args.platform, told.addresses)
    if not rows:
        fail(_("This number is not in the Blacklist."))
    for row in rows:
        keep_out.let_in(row, None)
    emit(args, {"lifted": len(rows)}, lambda: _("Taken out of the Blacklist"))
    return 0
