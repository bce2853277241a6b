"""Access tokens: the right of other software to call our API. A token is shown once and kept only as a digest."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import AccessToken, User
from staffetta.text import title
from staffetta.work.clock import now

PREFIX = "stf_"
USE_NOTED_EVERY = timedelta(minutes=1)  # a write per call would cost more than the call


def _digest(plain: str) -> str:
    """A plain SHA-256 is enough: a token has 256 random bits, so there is nothing to guess."""
    return hashlib.sha256(plain.encode()).hexdigest()


@transaction.atomic
def issue(
    name: str,
    by: User | None,
    *,
    may_opt_in_again: bool = False,
    days: int | None = None,
    only_messages: Sequence[str] = (),
) -> tuple[AccessToken, str]:
    """Make a token. The second value is the token itself, which nobody can read again afterwards."""
    plain = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        name=title(name, 100),
        digest=_digest(plain),
        last_four=plain[-4:],
        created_by=by,
        may_opt_in_again=may_opt_in_again,
        expires_at=now() + timedelta(days=days) if days else None,
        # A name without a visible sign stays, and allows nothing: an empty list would allow all.
        only_messages=[title(name, 100) for name in only_messages],
    )
    rights: dict[str, object] = {"may_opt_in_again": "yes"} if may_opt_in_again else {}
    rights |= {"days_valid": days} if days else {}
    rights |= {"only_messages": token.only_messages} if only_messages else {}
    audit.record(by, "token_issued", token, last_four=token.last_four, **rights)
    return token, plain


def caller(plain: str) -> AccessToken | None:
    """Return the token that `plain` is, unless it is unknown, expired or revoked; note that it was used."""
    token = AccessToken.objects.filter(digest=_digest(plain), revoked_at=None).first()
    if token is None or token.expired:
        return None
    if token.last_used_at is None or now() - token.last_used_at > USE_NOTED_EVERY:
        token.last_used_at = now()
        token.save(update_fields=["last_used_at"])
    return token


@transaction.atomic
def set_right(token: AccessToken, by: User | None, *, may_opt_in_again: bool) -> bool:
    """Give a token the right to opt people in again, or take it; False when it is so already, or revoked."""
    change = AccessToken.objects.filter(pk=token.pk, revoked_at=None).exclude(may_opt_in_again=may_opt_in_again)
    if not change.update(may_opt_in_again=may_opt_in_again):
        return False
    right = "yes" if may_opt_in_again else "no"
    audit.record(by, "token_right_changed", token, last_four=token.last_four, may_opt_in_again=right)
    return True


@transaction.atomic
def rename_message(former: str, name: str, by: User | None) -> None:
    """Let the tokens that are for a transactional message go on being for it under its new name."""
    for token in AccessToken.objects.select_for_update().exclude(only_messages=[]):
        if former in token.only_messages:
            token.only_messages = [name if each == former else each for each in token.only_messages]
            token.save(update_fields=["only_messages"])
            audit.record(by, "token_right_changed", token, last_four=token.last_four, only_messages=token.only_messages)


@transaction.atomic
def revoke(token: AccessToken, by: User | None) -> bool:
    """Take the right away, at once and for ever. Return False when it was already gone."""
    if not AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now()):
        return False
    audit.record(by, "token_revoked", token, last_four=token.last_four)
    return True
