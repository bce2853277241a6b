"""Files of imports that no row names: a process was killed between the two, or a step was taken back."""

import os
import re
from pathlib import Path

from django.conf import settings

from staffetta.contacts.models import Import
from staffetta.work.clock import real_now

OLD = 3600
"""Seconds since it was last written, after which a file waits for no row any more."""
OURS = re.compile(r"([0-9a-f]{32}|\d+)(_[A-Za-z0-9]{7})?\.(csv|workbook)")
"""As accept() and an erasure name them, and Django where the name is taken."""


def remove_unnamed_files() -> int:
    """Remove them; return how many there were."""
    folder = Path(settings.MEDIA_ROOT) / "imports"
    if not folder.is_dir():
        return 0
    # The files first: a row that comes meanwhile is read after them.
    if not (old := {entry.name for entry in os.scandir(folder) if _is_old(entry)}):
        return 0
    names = Import.objects.exclude(file="", workbook="").values_list("file", "workbook")
    unnamed = old - {Path(name).name for row in names for name in row}
    for name in unnamed:
        (folder / name).unlink(missing_ok=True)
    return len(unnamed)


def _is_old(entry: os.DirEntry[str]) -> bool:
    if not OURS.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
        return False
    return real_now().timestamp() - entry.stat().st_mtime > OLD
