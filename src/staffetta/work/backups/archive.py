"""The one file a backup is: a compressed tar with a manifest, the database, the secret key and the uploaded files."""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from importlib import metadata
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from staffetta.work.backups import scratch
from staffetta.work.clock import real_now
from staffetta.work.database import fingerprint as migrations
from staffetta.work.database import table_columns

MANIFEST = "manifest.json"
DATABASE = "database"
SECRET = "secret-key"  # noqa: S105  (the name of a file)
FILES = "files"
FORMAT = 1


class Unusable(Exception):
    """This file is no backup, is damaged, or does not fit this installation; `reason` is one of the class's names."""

    NO_BACKUP = "no_backup"
    DAMAGED = "damaged"
    OTHER_DATABASE = "other_database"
    NEWER = "newer"
    REMADE = "remade"
    OTHER_SECRET = "other_secret"  # noqa: S105  (a reason, not a password)

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    version: str
    made_at: str
    database: str
    """Django's name of the kind: sqlite or postgresql."""
    database_sha256: str
    secret: str
    """Fingerprint of the secret key the stored channel keys were sealed with."""
    migrations: Sequence[str]
    digests: Mapping[str, str] = field(default_factory=dict)
    """Of the migrations' text, by name; older backups have none."""


def describe(database: Path) -> Manifest:
    """Return the manifest of a backup made now, with this copy of the database."""
    return Manifest(
        format=FORMAT,
        version=metadata.version("staffetta"),
        made_at=real_now().isoformat(timespec="seconds"),
        database=connection.vendor,
        database_sha256=_digest(database),
        secret=fingerprint(settings.SECRET_KEY),
        migrations=sorted(migrations.applied()),
        digests=migrations.recorded(),
    )


def fingerprint(secret: str) -> str:
    """Return what tells two secrets apart without giving either away."""
    return hashlib.sha256(b"staffetta backup:" + secret.encode()).hexdigest()[:16]


def write(target: Path, database: Path) -> tuple[Manifest, int]:
    """Write the archive and return its manifest and the number of uploaded files in it. Raises OSError."""
    manifest = describe(database)
    with tarfile.open(target, "w:gz", compresslevel=3) as tar:
        _add_text(tar, MANIFEST, json.dumps(asdict(manifest), indent=2))
        _add_text(tar, SECRET, settings.SECRET_KEY)
        tar.add(database, DATABASE)
        count = 0
        for path in _uploaded():
            tar.add(path, f"{FILES}/{path.relative_to(settings.MEDIA_ROOT)}")
            count += 1
    return manifest, count


@contextmanager
def unpacked(source: Path) -> Iterator[tuple[Manifest, Path]]:
    """Unpack beside the data, check everything, and give the manifest and the folder. Raises Unusable, OSError."""
    with scratch.held() as mine:
        folder = mine.folder
        try:
            with tarfile.open(source, "r:gz") as tar:
                tar.extractall(folder, filter="data")
            manifest = _read(json.loads((folder / MANIFEST).read_text()))
        except FileNotFoundError as error:
            raise (error if not source.exists() else Unusable(Unusable.NO_BACKUP)) from error
        except (tarfile.ReadError, TypeError, ValueError) as error:
            raise Unusable(Unusable.NO_BACKUP) from error
        except (tarfile.TarError, EOFError) as error:
            raise Unusable(Unusable.DAMAGED) from error
        _check(manifest, folder)
        yield manifest, folder


def _read(written: dict[str, object]) -> Manifest:
    """Leave out what a newer version says of itself beyond what is known here. Raises TypeError."""
    known: dict[str, Any] = {one.name: written[one.name] for one in fields(Manifest) if one.name in written}
    return Manifest(**known)


def _check(manifest: Manifest, folder: Path) -> None:
    if not (folder / DATABASE).is_file() or _digest(folder / DATABASE) != manifest.database_sha256:
        raise Unusable(Unusable.DAMAGED)
    if manifest.database != connection.vendor:
        raise Unusable(Unusable.OTHER_DATABASE)
    if manifest.format > FORMAT or migrations.unknown(manifest.migrations):
        raise Unusable(Unusable.NEWER)


def check_migrations(manifest: Manifest, copy: Path) -> None:
    """Raise Unusable if the backup was made with migrations of another text than ours."""
    if manifest.digests:
        remade = migrations.differing(manifest.digests)
    else:
        remade = table_columns.differences(table_columns.of_copy(copy), table_columns.made_by(manifest.migrations))
    if remade:
        raise Unusable(Unusable.REMADE)


def _uploaded() -> Iterator[Path]:
    root = Path(settings.MEDIA_ROOT)
    return (path for path in sorted(root.rglob("*")) if path.is_file() and not path.is_symlink())


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    """Add a text; not by way of a file, which a kill would leave behind with the secret key."""
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(text.encode()), 0o600, int(real_now().timestamp())
    tar.addfile(member, io.BytesIO(text.encode()))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
