"""The digests of the migrations that were shipped: none of them may change any more."""

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "upgrade"
DIGESTS = FOLDER / "shipped_migrations.json"


def digest(file: Path) -> str:
    """Return the digest by which a migration is recognised, as `work/database/fingerprint.py` computes it."""
    return hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def shipped(code: Path) -> dict[str, str]:
    """Return the digest of each room's migrations by their name, `contacts.0001_initial`."""
    files = sorted((code / "src" / "staffetta").glob("*/migrations/0*.py"))
    return {f"{file.parents[1].name}.{file.stem}": digest(file) for file in files}


def write_digests(code: Path) -> None:
    """Add what is not in the list yet. What is in it stays: a shipped migration does not change."""
    known = json.loads(DIGESTS.read_text()) if DIGESTS.exists() else {}
    DIGESTS.write_text(json.dumps(dict(sorted((shipped(code) | known).items())), indent=2) + "\n")
