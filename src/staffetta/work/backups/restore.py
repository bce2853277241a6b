"""Bring a backup back: everything is checked before anything is touched."""

import os
import shutil
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from staffetta.work import running
from staffetta.work.backups import archive, backups, dump, restored
from staffetta.work.database import fingerprint, schema


class NotEmpty(Exception):
    """There is data here that the restore would replace."""


def restore(source: Path, *, replace: bool) -> archive.Manifest:
    """Put the archive's data in the place of ours and bring it to this version; return its manifest.

    Raises archive.Unusable, NotEmpty (unless `replace`), running.InUse, OSError, dump.ToolMissing, dump.DumpFailed.
    """
    with running.alone(), archive.unpacked(source) as (manifest, folder):
        if not dump.sound(folder / archive.DATABASE):
            raise archive.Unusable(archive.Unusable.DAMAGED)
        archive.check_migrations(manifest, folder / archive.DATABASE)
        secret = (folder / archive.SECRET).read_text().strip()
        _check_secret(secret)
        if not dump.empty():
            _check_target(replace=replace)
        known = backups.rows()
        other_shape = set(manifest.migrations) != fingerprint.applied()
        dump.put_back(folder / archive.DATABASE, other_shape=other_shape)
        _put_files_back(folder / archive.FILES)
        _keep_secret(secret)
        schema.bring_up_to_date()
        backups.keep(known)
        backups.note(source.absolute(), datetime.fromisoformat(manifest.made_at))
        restored.tell()
    return manifest


def _check_secret(secret: str) -> None:
    """A secret given by the environment wins over the folder's: it must be able to open the restored keys."""
    given = os.environ.get("STAFFETTA_SECRET_KEY", "").strip()
    if given and secret not in (given, *settings.SECRET_KEY_FALLBACKS):
        raise archive.Unusable(archive.Unusable.OTHER_SECRET)


def _check_target(*, replace: bool) -> None:
    if not replace:
        raise NotEmpty
    # The folder's lock tells of this machine only; workers of others show in the shared database.
    if connection.vendor == "postgresql" and schema.has_workers():
        raise running.InUse


def _put_files_back(files: Path) -> None:
    target = Path(settings.MEDIA_ROOT)
    aside = target.with_name(f"{target.name}.replaced")
    shutil.rmtree(aside, ignore_errors=True)
    if target.exists():
        target.rename(aside)
    if files.exists():
        files.rename(target)
    shutil.rmtree(aside, ignore_errors=True)


def _keep_secret(secret: str) -> None:
    path = Path(settings.DATA_DIR) / "secret-key"
    partial = path.with_name("secret-key.partial")
    partial.touch(mode=0o600)
    partial.write_text(secret)
    partial.replace(path)
