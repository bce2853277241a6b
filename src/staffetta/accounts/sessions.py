"""Sessions that can be listed, ended by somebody else, and that end when nobody uses them (SESSION_ENGINE)."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import IntegrityError, OperationalError, transaction

from staffetta.accounts.models import Session, User
from staffetta.work.clock import now
from staffetta.work.database.databases import bounded

NOTED_EVERY = timedelta(minutes=1)
"""How exactly the last use is kept: a write for every page would cost more than the page."""
SHORT_WAIT = 0.1
"""Seconds."""


class SessionStore(DatabaseStore):
    """Django's store, with a row that knows whose session it is and when it was used last."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        row: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # the stubs leave it out
        if row is not None and row.user_id and row.used_at < now() - idle_time():
            row.delete()
            row = None
            self._session_key = None
        self.used_at = row.used_at if row else None
        return row

    def save(self, must_create: bool = False) -> None:
        """Write what may change; what the row knows since its beginning stays."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # as Django's own
        user = data.get(SESSION_KEY)
        fields: dict[str, Any] = {
            "session_data": self.encode(data),
            "expire_date": self.get_expiry_date(),
            "user_id": int(user) if user else None,
        }
        if must_create:
            try:
                with transaction.atomic():
                    Session.objects.create(session_key=self.session_key, **fields)
            except IntegrityError:
                raise CreateError from None
        elif not Session.objects.filter(session_key=self.session_key).update(**fields):
            raise UpdateError  # it was ended meanwhile


def idle_time() -> timedelta:
    return timedelta(minutes=settings.SESSION_IDLE_MINUTES)


def note_use(session: Any) -> None:
    """Keep that a session is used, once a minute; a page does not wait for a locked database because of it."""
    used_at = getattr(session, "used_at", None)
    if used_at is None or now() - used_at <= NOTED_EVERY:
        return
    with suppress(OperationalError), bounded(SHORT_WAIT):
        Session.objects.filter(session_key=session.session_key).update(used_at=now())


def describe(session: Any, address: str, agent: str) -> None:
    """Keep with a session that begins where it is used, so that its person knows it again."""
    session["address"], session["agent"] = address[:45], agent[:300]


def of(user: User) -> list[Session]:
    """Return a person's sessions that are alive, the one used last first."""
    rows = Session.objects.filter(user=user, expire_date__gt=now(), used_at__gt=now() - idle_time())
    return list(rows.order_by("-used_at"))


def end(user: User, public_id: UUID | None = None, *, but: str | None = None) -> int:
    """End one of a person's sessions, or all but that with the key `but`; returns how many."""
    rows = Session.objects.filter(user=user)
    if public_id is not None:
        rows = rows.filter(public_id=public_id)
    if but:
        rows = rows.exclude(session_key=but)
    return rows.delete()[0]
