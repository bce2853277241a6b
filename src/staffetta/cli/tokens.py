"""`staffetta tokens …`: access tokens of other software."""

import argparse

from django.utils.translation import gettext as _

from staffetta.accounts import tokens
from staffetta.accounts.models import AccessToken
from staffetta.cli.output import emit, fail, table
from staffetta.communications.define import unknown_names
from staffetta.text import title

LONGEST_DAYS = 3650


def issue(args: argparse.Namespace) -> int:
    """Print the token itself, this once."""
    name = title(args.name, 100)
    if not name:
        fail(_("The token needs a name."))
    if args.days is not None and not 1 <= args.days <= LONGEST_DAYS:
        fail(_("--days wants a number from 1 to %(most)d.") % {"most": LONGEST_DAYS})
    if unknown := unknown_names([title(message, 100) for message in args.message]):
        told = ", ".join(f"«{message}»" for message in unknown)
        fail(_("There is no transactional message %(names)s.") % {"names": told})
    token, plain = tokens.issue(
        name, None, may_opt_in_again=args.may_opt_in_again, days=args.days, only_messages=args.message
    )
    emit(args, {**described(token), "token": plain}, plain)
    return 0


def list_all(args: argparse.Namespace) -> int:
    rows = list(AccessToken.objects.order_by("-pk"))
    headings = (_("Id"), _("Name"), _("Token"), _("May opt in again"), _("State"))
    emit(args, [described(row) for row in rows], lambda: table(headings, [_line(row) for row in rows]))
    return 0


def set_right(args: argparse.Namespace) -> int:
    token = _found(args.id)
    if token.revoked_at:
        fail(_("The token %(name)s was revoked before.") % {"name": token})
    tokens.set_right(token, None, may_opt_in_again=args.may_opt_in_again == "yes")
    token.refresh_from_db()
    may, may_not = _("The token %(name)s may opt people in again."), _("The token %(name)s may opt nobody in again.")
    emit(args, described(token), (may if token.may_opt_in_again else may_not) % {"name": token})
    return 0


def revoke(args: argparse.Namespace) -> int:
    token = _found(args.id)
    if not tokens.revoke(token, None):
        fail(_("The token %(name)s was revoked before.") % {"name": token})
    token.refresh_from_db()
    emit(args, described(token), _("The token %(name)s is revoked.") % {"name": token})
    return 0


def _found(pk: int) -> AccessToken:
    token = AccessToken.objects.filter(pk=pk).first()
    if token is None:
        fail(_("There is no token %(id)s.") % {"id": pk})
    return token


def described(token: AccessToken) -> dict[str, object]:
    """Return a token as programs read it, without the token itself."""
    return {
        "id": token.pk,
        "name": token.name,
        "last_four": token.last_four,
        "may_opt_in_again": token.may_opt_in_again,
        "expires_at": token.expires_at,
        "only_messages": token.only_messages,
        "created_at": token.created_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
    }


def _line(token: AccessToken) -> tuple[str, ...]:
    may = _("yes") if token.may_opt_in_again else _("no")
    state = _("revoked") if token.revoked_at else _("expired") if token.expired else _("valid")
    return str(token.pk), token.name, f"stf_…{token.last_four}", may, state
