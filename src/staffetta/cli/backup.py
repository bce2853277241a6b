"""`staffetta backup FILE` and `staffetta restore FILE`."""

import argparse
from dataclasses import asdict

from django.db.models import Sum
from django.utils.translation import gettext as _

from staffetta.cli.output import emit, fail
from staffetta.communications.hold import Trouble
from staffetta.communications.models import Communication, CommunicationState
from staffetta.deliveries.models import Delivery, DeliveryCount, DeliveryState
from staffetta.deliveries.planning.after_restore import REASON
from staffetta.work import running
from staffetta.work.backups.archive import Unusable
from staffetta.work.backups.backup import back_up
from staffetta.work.backups.dump import DumpFailed, ToolMissing
from staffetta.work.backups.restore import NotEmpty, restore


def save(args: argparse.Namespace) -> int:
    if args.file.exists() and not args.yes:
        fail(_("%(file)s exists already. Choose another name, or replace it with --yes.") % {"file": args.file})
    try:
        made = back_up(args.file)
    except (ToolMissing, DumpFailed, OSError) as error:
        fail(trouble(error))
    data = {"file": str(made.file), "bytes": made.size, "files": made.files, "database": made.manifest.database,
            "version": made.manifest.version, "made_at": made.manifest.made_at}  # fmt: skip
    text = _("Backup written to %(file)s: database (%(database)s), secret key, uploaded files: %(files)s. Keep it "
             "safe: whoever has it has the API keys.")  # fmt: skip
    emit(args, data, text % data)
    return 0


def bring_back(args: argparse.Namespace) -> int:
    try:
        manifest = restore(args.file, replace=args.yes)
    except running.InUse:
        fail(_("Staffetta is running on this data. Stop it first, then restore."))
    except NotEmpty:
        fail(_("There is data here that would be replaced. If that is what you want, repeat with --yes."))
    except Unusable as error:
        fail(unusable(error.reason))
    except (ToolMissing, DumpFailed, OSError) as error:
        fail(trouble(error))
    data = {"file": str(args.file), **asdict(manifest)}
    for internal in ("format", "database_sha256", "secret", "migrations", "digests"):
        del data[internal]
    data |= held()
    text = _("Restored from %(file)s, made on %(made_at)s by version %(version)s.") % data
    if data["held_communications"] or data["held_back_messages"]:
        words = _(
            "Held, since some of it may have been sent after the backup: communications %(held_communications)s, "
            "with %(held_people)s people who wait in them; single messages held back: %(held_back_messages)s."
        )
        text = f"{text}\n{words % data}"
    emit(args, data, text)
    return 0


def held() -> dict[str, int]:
    """Return how much waits for a person, or was held back, because a backup was restored."""
    communications = Communication.objects.filter(state=CommunicationState.HELD, held_reason=Trouble.RESTORED)
    waiting = DeliveryCount.objects.filter(communication__in=communications, state=DeliveryState.WAITING)
    singles = Delivery.objects.filter(state=DeliveryState.NOT_SENT, reason=REASON)
    return {
        "held_communications": communications.count(),
        "held_people": waiting.aggregate(number=Sum("number"))["number"] or 0,
        "held_back_messages": singles.count(),
    }


def trouble(error: Exception) -> str:
    """Return what went wrong in words."""
    if isinstance(error, ToolMissing):
        return _("The program %(name)s is needed and was not found: install the PostgreSQL client.") % {"name": error}
    if isinstance(error, OSError):
        return f"{error.filename or ''}: {error.strerror or error}".lstrip(": ")
    return _("PostgreSQL says: %(problem)s") % {"problem": error}


def unusable(reason: str) -> str:
    """Return why an archive cannot be restored here; nothing was touched."""
    return {
        Unusable.NO_BACKUP: _("This file is not a backup of Staffetta."),
        Unusable.DAMAGED: _("This backup is damaged and was not restored. Nothing was changed."),
        Unusable.OTHER_DATABASE: _("This backup was made with the other kind of database (SQLite or PostgreSQL)."),
        Unusable.NEWER: _("This backup was made by a newer version of Staffetta. Update first, then restore."),
        Unusable.REMADE: _(
            "This backup was made by a version of Staffetta whose database is made differently, and it cannot be "
            "carried over. Restore it with the version that made it. Nothing was changed."
        ),
        Unusable.OTHER_SECRET: _(
            "STAFFETTA_SECRET_KEY is not the key of this backup: the stored API keys could not be read. Set the key "
            "the backup was made with, or take the variable away."
        ),
    }[reason]
