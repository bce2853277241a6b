"""Make a backup: database, secret key and uploaded files in one archive, while the platform runs."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from staffetta.work.backups import archive, backups, dump, leftovers, scratch


@dataclass(frozen=True)
class Backup:
    file: Path
    size: int
    """Bytes."""
    files: int
    """Uploaded files in it."""
    manifest: archive.Manifest


def back_up(target: Path) -> Backup:
    """Write the archive, readable by its owner only; an older file of that name is replaced at the very end.

    Raises OSError, dump.ToolMissing, dump.DumpFailed.
    """
    target = target.absolute()
    leftovers.remove()
    with scratch.held() as mine:
        partial = mine.beside(target)
        os.close(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
        # The database first: whatever file it names was there before.
        copy = mine.folder / archive.DATABASE
        dump.copy_to(copy)
        manifest, files = archive.write(partial, copy)
        partial.replace(target)
    backups.note(target, datetime.fromisoformat(manifest.made_at))
    return Backup(target, target.stat().st_size, files, manifest)
