"""Define a transactional message, change it, switch it off and on, delete it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from staffetta.accounts import audit, tokens
from staffetta.accounts.models import User
from staffetta.communications.draft import Content, fill
from staffetta.communications.hold import StillHeld, Trouble, may_accept, remember, trouble_of
from staffetta.communications.models import TransactionalMessage
from staffetta.work.clock import now


@dataclass(frozen=True, slots=True)
class Definition:
    """What other software may ask for under `name`: the values it passes, whether it may bring new people, and
    after how many minutes a message is useless (None: never).
    """

    name: str
    parameters: Sequence[str]
    creates_contacts: bool = False
    expires_in: int | None = None


def define(
    message: TransactionalMessage | None, definition: Definition, content: Content, by: User | None
) -> TransactionalMessage:
    """Make a transactional message, or change `message`. What waits in the ledger stays as it was frozen."""
    row = message or TransactionalMessage(created_by=by)
    former = row.name
    row.name = definition.name
    row.parameters = list(definition.parameters)
    row.creates_contacts = definition.creates_contacts
    row.expires_in = definition.expires_in
    fill(row, content)
    with transaction.atomic():
        row.save()
        audit.record(by, "transactional_changed" if message else "transactional_created", row)
        if message and former != row.name:
            tokens.rename_message(former, row.name, by)
    return row


def unknown_names(names: Sequence[str]) -> list[str]:
    """Return the names that no transactional message has."""
    known = set(TransactionalMessage.objects.filter(name__in=names).values_list("name", flat=True))
    return [name for name in names if name not in known]


def switch(message: TransactionalMessage, *, on: bool, by: User | None) -> bool:
    """Switch off (every call is refused) or on. False when it was so already."""
    with transaction.atomic():
        rows = TransactionalMessage.objects.filter(pk=message.pk, enabled=not on)
        if not rows.update(enabled=on, updated_at=now()):
            return False
        audit.record(by, "transactional_on" if on else "transactional_off", message)
    return True


def accept(message: TransactionalMessage, by: User | None) -> None:
    """Accept the template as it is now. Raises StillHeld when that is not enough."""
    trouble = trouble_of(message)
    if trouble and not (trouble == Trouble.TEMPLATE_CHANGED and may_accept(message)):
        raise StillHeld(trouble)
    assert message.variant is not None
    remember(message, message.variant)
    message.held_reason, message.held_at, message.updated_at = "", None, now()
    with transaction.atomic():
        message.save()
        audit.record(by, "template_accepted", message)


def delete(message: TransactionalMessage, by: User | None) -> None:
    """Delete it; what was sent stays in the ledger, and so does what is being written: it is locked first."""
    with transaction.atomic():
        list(TransactionalMessage.objects.select_for_update().filter(pk=message.pk))
        audit.record(by, "transactional_deleted", message)
        message.delete()
