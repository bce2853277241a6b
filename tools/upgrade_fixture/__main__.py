"""Make the fixture: `python -m tools.upgrade_fixture --code /tmp/at-that-commit --postgres postgresql://…/postgres`.

`--code` is a clone at the commit whose databases are to be carried over; its code fills a database of each kind, in
processes of their own. Needs pg_dump. Writes into tests/upgrade: the two archives, story.json, and the digests of the
migrations they were made with into shipped_migrations.json. `--digests` does the last alone, for this tree.
"""

import argparse
import json
import lzma
import os
import secrets
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tools.upgrade_fixture.digests import FOLDER, ROOT, write_digests

SECRET_KEY = "the secret key of the fixture of upgrades"


def fill(code: Path, database_url: str, data: Path) -> None:
    """Fill one database with the code of that commit; leaves story.json in the data folder."""
    data.mkdir(mode=0o700)
    (data / "secret-key").write_text(SECRET_KEY)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("STAFFETTA_", "DJANGO_"))}
    environment = {
        **own,
        "DJANGO_SETTINGS_MODULE": "staffetta.config.settings",
        "PYTHONPATH": str(code / "src"),
        "STAFFETTA_DATA_DIR": str(data),
        "STAFFETTA_DATABASE_URL": database_url,
        "STAFFETTA_ALLOW_PRIVATE_ADDRESSES": "1",
        "STAFFETTA_CLOCK_FILE": str(data / "clock"),
    }
    subprocess.run([sys.executable, "-m", "tools.upgrade_fixture.fill"], env=environment, cwd=ROOT, check=True)


def pack(target: Path, content: bytes) -> None:
    """Compress; the same content gives the same file."""
    target.write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1000:.0f} kB")


def make_sqlite(code: Path, folder: Path) -> None:
    fill(code, "", folder / "sqlite")
    copy = folder / "copy.sqlite3"
    plain = sqlite3.connect(folder / "sqlite" / "staffetta.sqlite3")
    plain.execute("VACUUM INTO ?", [str(copy)])
    plain.close()
    pack(FOLDER / "sqlite.xz", copy.read_bytes())


def make_postgres(code: Path, folder: Path, server: str) -> None:
    import psycopg

    name = f"staffetta_fixture_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as link:
        link.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            url = f"{server.rpartition('/')[0]}/{name}"
            fill(code, url, folder / "postgres")
            # Plain SQL: the test puts it back with the driver alone, where no client of PostgreSQL is installed.
            dump = ["pg_dump", "--format=plain", "--no-owner", "--no-privileges", url]
            pack(FOLDER / "postgresql.sql.xz", subprocess.run(dump, capture_output=True, check=True).stdout)
        finally:
            link.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def make(code: Path, server: str) -> None:
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=code, capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory() as name:
        make_sqlite(code, Path(name))
        make_postgres(code, Path(name), server)
        stories = {kind: json.loads((Path(name, kind) / "story.json").read_text()) for kind in ("sqlite", "postgres")}
    made = {"commit": commit.strip(), "made_at": datetime.now(UTC).date().isoformat(), **stories}
    (FOLDER / "story.json").write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    write_digests(code)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--code", type=Path, default=ROOT, help="a clone at the commit whose databases are wanted")
    parser.add_argument("--postgres", default="", help="a server on which a database may be made")
    parser.add_argument("--digests", action="store_true", help="only add the digests of new migrations")
    args = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    if args.digests:
        write_digests(args.code)
    elif args.postgres:
        make(args.code, args.postgres)
    else:
        parser.error("--postgres is needed")


main()
