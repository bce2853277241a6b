"""Make a backup: database, secret key and uploaded files in one archive, while the platform runs."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from staffetta.work import archive, dump


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
    partial = target.with_name(f".{target.name}.partial")
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_WRONLY, 0o600))
        with tempfile.TemporaryDirectory(prefix="backup-", dir=settings.DATA_DIR) as folder:
            # The database first: whatever file it names was there before.
            copy = Path(folder) / archive.DATABASE
            dump.copy_to(copy)
            manifest, files = archive.write(partial, copy)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return Backup(target, target.stat().st_size, files, manifest)
