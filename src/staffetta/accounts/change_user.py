"""Make and change people. There is always an administrator left, and nobody takes their own rights away."""

from django.db import transaction
from django.utils.translation import gettext as _

from staffetta.accounts import audit, sessions
from staffetta.accounts.models import Role, User

CHANGEABLE = ("full_name", "email", "role", "language", "may_export")


class NotPossible(Exception):
    """The change would lock people out; the text says why, in the reader's language."""


@transaction.atomic
def create(username: str, password: str, role: str, by: User | None, **fields: str | bool) -> User:
    """Make a person. `fields` are full_name, email, language and may_export."""
    person = User(username=username, role=role, **fields)
    person.set_password(password)
    person.save()
    audit.record(by, "user_created", person, role=role, **(_right_told(person) if person.may_export else {}))
    return person


@transaction.atomic
def change(person: User, by: User, **fields: str | bool) -> None:
    """Write what differs. Raises NotPossible when a role change would leave nobody to administrate."""
    stored = _locked(person)
    changed = {name: value for name, value in fields.items() if name in CHANGEABLE and getattr(stored, name) != value}
    if not changed:
        return
    if "role" in changed and stored.is_administrator:
        _keep_an_administrator(stored, by)
    for name, value in changed.items():
        setattr(stored, name, value)
    stored.save(update_fields=list(changed))
    told = {"role": changed["role"]} if "role" in changed else {}
    rights = _right_told(stored) if "may_export" in changed else {}
    audit.record(by, "user_changed", stored, **told, **rights)


def _right_told(person: User) -> dict[str, str]:
    return {"may_export": "yes" if person.may_export else "no"}


@transaction.atomic
def deactivate(person: User, by: User) -> None:
    """Let a person in no more; they are logged out at their next click. Raises NotPossible."""
    stored = _locked(person)
    if stored == by:
        raise NotPossible(_("You cannot deactivate yourself: ask another administrator."))
    if stored.is_administrator and stored.is_active:
        _keep_an_administrator(stored, by)
    if User.objects.filter(pk=stored.pk, is_active=True).update(is_active=False):
        sessions.end(stored)
        audit.record(by, "user_deactivated", stored)


@transaction.atomic
def activate(person: User, by: User) -> None:
    """Let a deactivated person in again, with the password and role they had."""
    if User.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
        audit.record(by, "user_activated", person)


@transaction.atomic
def set_password(person: User, password: str, by: User | None) -> None:
    """Give a person a new password; whoever is logged in as them is logged out."""
    person.set_password(password)
    person.save(update_fields=["password"])
    audit.record(by, "password_set" if by != person else "password_changed", person)


def _locked(person: User) -> User:
    """Read the person anew, and hold all administrators: two of them must not remove each other at once."""
    list(User.objects.select_for_update().filter(role=Role.ADMINISTRATOR).order_by("pk").values_list("pk"))
    return User.objects.get(pk=person.pk)


def _keep_an_administrator(person: User, by: User) -> None:
    if person == by:
        raise NotPossible(_("You cannot take the administrator role from yourself: ask another administrator."))
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=person.pk)
    if not others.exists():
        raise NotPossible(_("This is the only administrator: make another one first."))
