"""The one file a backup is: a compressed tar with a manifest, the database, the secret key and the uploaded files."""

import hashlib
import json
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from staffetta.work.clock import real_now

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


def describe(database: Path) -> Manifest:
    """Return the manifest of a backup made now, with this copy of the database."""
    applied = MigrationLoader(connection).applied_migrations
    return Manifest(
        format=FORMAT,
        version=metadata.version("staffetta"),
        made_at=real_now().isoformat(timespec="seconds"),
        database=connection.vendor,
        database_sha256=_digest(database),
        secret=fingerprint(settings.SECRET_KEY),
        migrations=sorted(f"{app}.{name}" for app, name in applied),
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
    with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.DATA_DIR) as name:
        folder = Path(name)
        try:
            with tarfile.open(source, "r:gz") as tar:
                tar.extractall(folder, filter="data")
            manifest = Manifest(**json.loads((folder / MANIFEST).read_text()))
        except FileNotFoundError as error:
            raise (error if not source.exists() else Unusable(Unusable.NO_BACKUP)) from error
        except (tarfile.ReadError, TypeError, ValueError) as error:
            raise Unusable(Unusable.NO_BACKUP) from error
        except (tarfile.TarError, EOFError) as error:
            raise Unusable(Unusable.DAMAGED) from error
        _check(manifest, folder)
        yield manifest, folder


def _check(manifest: Manifest, folder: Path) -> None:
    if not (folder / DATABASE).is_file() or _digest(folder / DATABASE) != manifest.database_sha256:
        raise Unusable(Unusable.DAMAGED)
    if manifest.database != connection.vendor:
        raise Unusable(Unusable.OTHER_DATABASE)
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    if manifest.format > FORMAT or not set(manifest.migrations) <= known:
        raise Unusable(Unusable.NEWER)


def _uploaded() -> Iterator[Path]:
    root = Path(settings.MEDIA_ROOT)
    return (path for path in sorted(root.rglob("*")) if path.is_file() and not path.is_symlink())


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    with tempfile.NamedTemporaryFile("w+", encoding="utf-8", dir=settings.DATA_DIR) as file:
        file.write(text)
        file.flush()
        tar.add(file.name, name)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
