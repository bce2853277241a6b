"""What must be right before the platform starts, each with clear words; called by `staffetta run`."""

import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.utils.translation import gettext as _

from staffetta.config.private_files import make_private

OLDEST_POSTGRESQL = 150000
NETWORK_FILE_SYSTEMS = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "fuse.sshfs",
    "9p",
    "glusterfs",
    "fuse.glusterfs",
    "ceph",
}


class NotReady(Exception):
    """The platform cannot start like this; the text says what to change."""


def refuse_or_warn() -> list[str]:
    """Return what is worth saying before the start; raises NotReady for what forbids it."""
    folder = Path(settings.DATA_DIR)
    check_folder(folder)
    check_profile(settings.ENGAGE_PROFILE)
    if connection.vendor == "postgresql":
        check_postgresql()
        return list(mode_warnings(folder))
    database = Path(str(connection.settings_dict["NAME"]))
    return [*sqlite_warnings(database), *mode_warnings(folder, database)]


def mode_warnings(folder: Path, database: Path | None = None) -> Iterator[str]:
    """Take everybody else's rights on the data folder away; warn of what belongs to another user of the machine."""
    if others := make_private(folder, database):
        yield _(
            "Warning: other users of this machine may be able to read %(file)s. Make it yours and set its mode."
        ) % {"file": others[0]}


def check_folder(folder: Path) -> None:
    """Raise NotReady unless files can be made in the data folder."""
    trial = folder / f".trial-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        trial.write_bytes(b"")
        trial.unlink()
    except OSError as error:
        what = {"folder": folder, "reason": error.strerror}
        raise NotReady(_("The data folder %(folder)s cannot be written: %(reason)s.") % what) from error


def check_profile(name: str) -> None:
    """Raise NotReady if STAFFETTA_ENGAGE_PROFILE names a file that cannot be read."""
    try:
        if name:
            Path(name).read_bytes()
    except OSError as error:
        what = {"file": name, "reason": error.strerror}
        raise NotReady(_("STAFFETTA_ENGAGE_PROFILE: %(file)s cannot be read: %(reason)s.") % what) from error


def check_postgresql() -> None:
    """Raise NotReady if the server cannot be reached or is too old."""
    try:
        connection.ensure_connection()
        version = connection.connection.info.server_version
    except Error as error:
        what = {"reason": str(error).strip()}
        raise NotReady(_("The database of STAFFETTA_DATABASE_URL cannot be reached: %(reason)s") % what) from error
    if version < OLDEST_POSTGRESQL:
        what = {"found": str(version // 10000), "wanted": str(OLDEST_POSTGRESQL // 10000)}
        raise NotReady(_("PostgreSQL %(wanted)s or later is needed; this is version %(found)s.") % what)


def sqlite_warnings(database: Path) -> Iterator[str]:
    """Warn of a database on a network file system: SQLite's locks do not hold there."""
    if file_system_of(database.parent) in NETWORK_FILE_SYSTEMS:
        yield _(
            "Warning: %(folder)s is on a network file system. Put the data folder on a disk of this machine or use "
            "PostgreSQL, or data may be lost."
        ) % {"folder": database.parent}


def file_system_of(folder: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Return the kind of file system a folder lies on; empty where the system does not tell."""
    try:
        lines = [line.split() for line in mounts.read_text().splitlines()]
    except OSError:
        return ""
    places = {Path(fields[1].replace("\\040", " ")): fields[2] for fields in lines if len(fields) > 2}
    return next((places[place] for place in (folder, *folder.parents) if place in places), "")
