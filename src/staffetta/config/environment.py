"""Settings come from the environment only, each read once, by one of these functions."""

import os
from collections.abc import Sequence
from datetime import date, time
from ipaddress import IPv4Network, IPv6Network, ip_network
from math import inf
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LANGUAGES = ("it", "en")
SHORTEST_SECRET_KEY = 32
SHORTEST_TOKEN = 16


class WrongSetting(Exception):
    """A setting that cannot be understood: its name, what was found, what is wanted."""

    def __init__(self, name: str, wanted: str) -> None:
        super().__init__(f"{name} is set to something Staffetta cannot use: {wanted}")


class WrongSecretFile(WrongSetting):
    """The file of the secret key is empty or cut off."""

    def __init__(self, path: Path) -> None:
        Exception.__init__(
            self,
            f"The file of the secret key, {path}, is empty or too short. Put back the one of a backup, or delete it: "
            "then a new key is made, everybody logs in anew, and the API Keys of the channels must be entered again.",
        )


def text(name: str, default: str = "") -> str:
    """Return a variable's text; one that is set to nothing counts as not set."""
    return os.environ.get(name, "").strip() or default


def secret(name: str, shortest: int) -> str:
    """Return a secret, "" if the variable is not there."""
    found = text(name)
    if found and len(found) < shortest:
        raise WrongSetting(name, f"at least {shortest} characters are wanted, made at random")
    return found


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name).lower()
    if value in ("", "0", "1", "no", "yes", "false", "true"):
        return default if not value else value in ("1", "yes", "true")
    raise WrongSetting(name, "1 or 0 is wanted")


def number(name: str, default: float) -> float:
    """Return a number that is not negative."""
    value = text(name)
    try:
        found = float(value) if value else default
    except ValueError:
        raise WrongSetting(name, "a number is wanted") from None
    if not 0 <= found < inf:
        raise WrongSetting(name, "a number from 0 on is wanted")
    return found


def percent(name: str, default: float) -> float:
    """Return a number from 0 to 100."""
    found = number(name, default)
    if found > 100:
        raise WrongSetting(name, "a number from 0 to 100 is wanted")
    return found


def one_of(name: str, choices: Sequence[str]) -> str:
    """Return one of the choices, the first without any."""
    found = text(name, choices[0])
    if found not in choices:
        raise WrongSetting(name, f"one of {', '.join(choices)} is wanted")
    return found


def language() -> str:
    """Return the language of the installation, for who has chosen none."""
    return one_of("STAFFETTA_LANGUAGE", LANGUAGES)


def address(name: str, default: str = "") -> str:
    """Return the beginning of an address on the web, without a slash at the end."""
    found = text(name, default).rstrip("/")
    if found and not (found.startswith(("http://", "https://")) and urlsplit(found).hostname):
        raise WrongSetting(name, "an address that begins with https:// or http:// is wanted")
    return found


def day(name: str, default: str) -> str:
    """Return a day as YYYY-MM-DD; "" if the variable is there and empty."""
    found = os.environ.get(name, default).strip()
    try:
        return date.fromisoformat(found).isoformat() if found else ""
    except ValueError:
        raise WrongSetting(name, "a day such as 2026-12-31 is wanted") from None


def time_zone(name: str, default: str) -> str:
    """Return the name of a time zone."""
    found = text(name, default)
    try:
        return ZoneInfo(found).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongSetting(name, "a time zone such as Europe/Rome is wanted") from None


def hours(name: str) -> tuple[time, time] | None:
    """Return a from and a to, times of day; None when the variable is not there or empty."""
    found = text(name)
    opens, _, closes = found.partition("-")
    try:
        span = (time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())) if found else None
    except ValueError:
        span = (time(), time())
    if span and (span[0] == span[1] or span[0].tzinfo or span[1].tzinfo):
        raise WrongSetting(name, "two times such as 21:00-08:00 are wanted")
    return span


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def cookie_name(name: str, key: str, *, secure: bool) -> str:
    """Return a cookie's name. Browsers send one host's cookies to all its ports: each installation has its own names.

    `__Host-` has the browser refuse what another host of the domain, or plain http, sets under that name.
    """
    import hashlib  # help and parsing do not need it

    mark = hashlib.sha256(f"cookies:{key}".encode()).hexdigest()[:8]
    return f"{'__Host-' if secure else ''}staffetta_{name}_{mark}"


def networks(name: str, default: str = "") -> tuple[IPv4Network | IPv6Network, ...]:
    """Return addresses and networks, comma separated."""
    try:
        return tuple(ip_network(word) for word in words(name, default))
    except ValueError:
        raise WrongSetting(name, "addresses or networks such as 10.0.0.5,192.168.1.0/24 are wanted") from None


def kept_secret(folder: Path, name: str) -> str:
    """Return the secret from the environment, else the one kept in `folder`, made on first use (mode 600)."""
    if given := secret(name, SHORTEST_SECRET_KEY):
        return given
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "secret-key"
    if not path.exists():
        _make_secret(path)
    kept = path.read_text(encoding="utf-8", errors="replace").strip()
    if len(kept) < SHORTEST_SECRET_KEY:
        raise WrongSecretFile(path)
    return kept


def _make_secret(path: Path) -> None:
    """Write the file whole before it gets its name: a start that is killed, or a second one, never sees half of it."""
    import secrets  # brings hashing and random numbers along, which help and parsing do not need

    draft = path.with_name(f".secret-key-{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(50))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first
    finally:
        draft.unlink()


def database(url: str, folder: Path) -> dict[str, object]:
    """Return Django's database entry: SQLite in `folder` without a URL, PostgreSQL with one."""
    if not url or url.startswith("sqlite"):
        name = unquote(urlsplit(url).path) if url else str(folder / "staffetta.sqlite3")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "OPTIONS": {
                # Immediate: a writer waits for its turn instead of failing half-way through a transaction.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: a row marked `sending` is on the disk before the request leaves (invariant 1).
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000; "
                "PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=4000",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise WrongSetting("STAFFETTA_DATABASE_URL", "postgresql://user:password@host:port/name is wanted")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 10, "prepare_threshold": 5},
    }
