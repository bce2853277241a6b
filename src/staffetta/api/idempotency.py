"""One answer per Idempotency-Key (messaging-rules 4.2).

The key's row is inserted in the same transaction as the delivery: the unique index decides the race of parallel calls,
and whatever is refused leaves no row, so that it may be mended and sent again under the same key.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from staffetta.accounts.models import AccessToken
from staffetta.api.problems import Problem
from staffetta.deliveries.models import Idempotency
from staffetta.work.clock import now

KEPT = timedelta(hours=24)
LONGEST_KEY = 255
LOCK_TIMEOUT_MS = 2000  # how long a call waits for its twin to commit before it says 409 (PostgreSQL)
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks what under which key."""

    caller: AccessToken
    endpoint: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The stored or the new answer; `replayed` when it is not the first time."""

    status: int
    body: Answer
    replayed: bool


def read_key(header: str | None) -> str:
    """Return the key, with or without the double quotes of the IETF draft. Raises Problem."""
    if header is None or not header.strip():
        raise Problem(
            "idempotency_key_missing",
            _("Send the header Idempotency-Key with a value of your own, a new one for every message."),
        )
    key = header.strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 1 <= len(key) <= LONGEST_KEY or not all("!" <= character <= "~" for character in key):
        raise Problem("idempotency_key_invalid", _("The key must be 1 to 255 visible ASCII characters, no spaces."))
    return key


def digest(body: object) -> str:
    """Return the SHA-256 of the canonical JSON: the order of members and blanks do not matter."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def once(asked: Asked, act: Callable[[], tuple[int, Answer]]) -> Answered:
    """Run `act` in a transaction together with the key's row, or return what it answered the first time.

    Raises Problem 422 when the key was used for another body, 409 while the first call is still running, and whatever
    `act` raises: then nothing is kept.
    """
    known = _stored(asked)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            row = _claimed(asked)
            status, body = act()
            Idempotency.objects.filter(pk=row.pk).update(status=status, answer=body)
    except IntegrityError:
        # The twin was first: its row is committed. Any other broken constraint leaves no row and is told as it is.
        known = _stored(asked)
        if known is None:
            raise
        return known
    return Answered(status, body, replayed=False)


def prune() -> int:
    """Forget the keys whose time is over; returns how many."""
    return Idempotency.objects.filter(created_at__lt=now() - KEPT).delete()[0]


def _claimed(asked: Asked) -> Idempotency:
    same = {"caller": asked.caller, "endpoint": asked.endpoint, "key": asked.key}
    with _not_longer_than(LOCK_TIMEOUT_MS):
        Idempotency.objects.filter(**same, created_at__lt=now() - KEPT).delete()
        return Idempotency.objects.create(**same, body_digest=asked.digest)


@contextmanager
def _not_longer_than(milliseconds: int) -> Iterator[None]:
    """Bound the wait for a twin on PostgreSQL; SQLite has one writer at a time and waits for the whole transaction."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{milliseconds}ms"])
    try:
        yield
    except OperationalError as error:
        raise _in_progress() from error
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")


def _stored(asked: Asked) -> Answered | None:
    row = Idempotency.objects.filter(
        caller=asked.caller, endpoint=asked.endpoint, key=asked.key, created_at__gte=now() - KEPT
    ).first()
    if row is None:
        return None
    if row.body_digest != asked.digest:
        raise Problem(
            "idempotency_key_reused",
            _("This key was used for a request with another content. A new message needs a new key."),
        )
    if row.status is None:
        raise _in_progress()
    return Answered(row.status, row.answer or {}, replayed=True)


def _in_progress() -> Problem:
    return Problem(
        "request_in_progress",
        _("The first request with this key is not finished. Ask again in a second."),
        retry_after=1,
    )
