"""`staffetta users`: people, from the command line."""

import argparse
import getpass
import sys
from pathlib import Path

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from staffetta.accounts import change_user
from staffetta.accounts.models import Role, User
from staffetta.cli.output import emit, fail, table
from staffetta.text import identity


def create(args: argparse.Namespace) -> int:
    """Make a user; refuses a name that exists and a password that is too weak."""
    name = identity(args.name)
    if User.objects.taken(name):
        fail(_("There is a user with this name already."))
    _check(User(username=name, email=args.email))
    password = _password(args.password_file)
    try:
        password_validation.validate_password(password, User(username=name, email=args.email))
    except ValidationError as problem:
        fail(" ".join(problem.messages))
    may_export = args.may_export or args.role == Role.ADMINISTRATOR
    person = change_user.create(name, password, args.role, None, email=args.email, may_export=may_export)
    emit(args, _as_data(person), _("The user %(name)s is created.") % {"name": person})
    return 0


def _check(person: User) -> None:
    """Refuse an empty or endless name, and what is no e-mail address, as the page does."""
    try:
        person.clean_fields(exclude={"password", "role"})
    except ValidationError as problem:
        words = {"username": _("User name"), "email": _("E-mail")}
        fail("\n".join(f"{words.get(name, name)}: {' '.join(said)}" for name, said in problem.message_dict.items()))


def list_all(args: argparse.Namespace) -> int:
    people = list(User.objects.order_by("username"))
    headings = (_("Name"), _("Role"), _("E-mail"), _("Active"))
    emit(
        args,
        [_as_data(person) for person in people],
        lambda: table(headings, [_as_row(person) for person in people]),
    )
    return 0


def _as_data(person: User) -> dict[str, object]:
    return {
        "name": person.username,
        "full_name": person.full_name,
        "email": person.email,
        "role": person.role,
        "active": person.is_active,
        "may_export": person.may_export,
        "last_login": person.last_login,
    }


def _as_row(person: User) -> tuple[str, ...]:
    active = _("yes") if person.is_active else _("no")
    return person.username, person.get_role_display(), person.email or "–", active


def _password(source: str | None) -> str:
    """Read the password; never from an argument, which everybody on the machine could see."""
    if source is None:
        return _ask()
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        fail(_("The password cannot be read: %(problem)s") % {"problem": problem})
    lines = text.splitlines()
    if not lines or not lines[0]:
        fail(_("The password is empty."))
    return lines[0]


def _ask() -> str:
    if not sys.stdin.isatty():
        fail(_("Give the password with --password-file, or “-” for standard input."))
    password = getpass.getpass(_("Password: "))
    if password != getpass.getpass(_("Once more: ")):
        fail(_("The two passwords differ."))
    return password
