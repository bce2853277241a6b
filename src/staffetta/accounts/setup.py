"""The one-time link that makes the first administrator: whoever can read the machine's output may use it."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from staffetta.accounts import audit
from staffetta.accounts.models import Role, SetupLink, User
from staffetta.work.clock import now

VALID = timedelta(days=1)


class LinkSpent(Exception):
    """The link was used already, is older than a day, is not ours, or there is an administrator by now."""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def needed() -> bool:
    """Say whether nobody could administrate: no active administrator exists."""
    return not User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists()


def link() -> str:
    """Return the path of a fresh one-time link ("/setup/…/"), or "" when there is an administrator already."""
    if not needed():
        return ""
    token = secrets.token_urlsafe(24)
    SetupLink.objects.create(digest=_digest(token))
    return reverse("accounts:setup", args=[token])


def valid(token: str) -> bool:
    return needed() and _usable(token).exists()


def _usable(token: str) -> QuerySet[SetupLink]:
    return SetupLink.objects.filter(digest=_digest(token), used_at=None, created_at__gt=now() - VALID)


@transaction.atomic
def spend(token: str, *, username: str, password: str, email: str, language: str) -> User:
    """Make the first administrator. Raises LinkSpent; of two that try at once, one wins."""
    if not valid(token) or not _usable(token).update(used_at=now()):
        raise LinkSpent
    SetupLink.objects.filter(used_at=None).update(used_at=now())
    person = User(username=username, role=Role.ADMINISTRATOR, email=email, language=language, may_export=True)
    person.set_password(password)
    person.save()
    audit.record(person, "user_created", person, role=person.role)
    return person
