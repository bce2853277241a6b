"""The cookie by which a browser is known that somebody has logged in from: it logs nobody in, it is counted apart."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.core import signing

KEPT = timedelta(days=180)
MOST_PEOPLE = 5
SALT = "staffetta.accounts.known_device"


def device_of(cookies: Mapping[str, str], name: str) -> str:
    """Return the id of this browser if this name has logged in from it, else ""."""
    return _read(cookies).get(_person(name), "")


def cookie_after_login(cookies: Mapping[str, str], name: str) -> str:
    """Return the cookie's new value: this name, and those who logged in from this browser before."""
    others = {person: device for person, device in _read(cookies).items() if person != _person(name)}
    known = dict([*others.items()][-MOST_PEOPLE + 1 :])
    return signing.dumps({**known, _person(name): secrets.token_urlsafe(12)}, salt=SALT)


def _person(name: str) -> str:
    return hashlib.sha256(name.strip().casefold().encode()).hexdigest()[:16]


def _read(cookies: Mapping[str, str]) -> dict[str, str]:
    try:
        known = signing.loads(cookies.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        return {}
    return known if isinstance(known, dict) else {}
