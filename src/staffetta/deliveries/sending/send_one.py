"""Write to one person: a transactional message or a test send. Either a row of the ledger, or the reason why not."""

from collections.abc import Mapping
from datetime import timedelta

from staffetta.communications.compose import Missing, compose
from staffetta.communications.models import Communication, TransactionalMessage
from staffetta.contacts.audiences.recipients import LeftOut, recipient
from staffetta.contacts.models import Contact
from staffetta.deliveries.models import Delivery
from staffetta.deliveries.planning.plan import plan_one, purpose_of


class NotSendable(Exception):
    """Nothing was written. `reason` is one of the ledger's reasons; `keys` the template's variables at fault."""

    def __init__(self, reason: str, keys: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.keys = keys


def send_one(
    composition: TransactionalMessage | Communication,
    contact: Contact,
    given: Mapping[str, str] | None = None,
    *,
    test: bool = False,
    useless_after: timedelta | None = None,
) -> Delivery:
    """Judge, compose and write one message, within the caller's transaction. Raises NotSendable.

    The caller has looked at template and channel (`hold.trouble_of`); `given` are the values a caller passes.
    `useless_after`: as for `plan_one`.
    """
    variant = composition.variant
    if variant is None:
        raise ValueError("a composition without a template cannot be sent")
    person = recipient(contact.pk, composition.platform, purpose_of(variant.category))
    if person is None or person.reason != LeftOut.NO:
        raise NotSendable(person.reason if person else LeftOut.NO_ADDRESS)
    composed = compose(
        variant.variables,
        composition.mapping,
        person.values,
        components=variant.components,
        header_media=composition.header_media,
        category=variant.category,
        given=given,
    )
    if isinstance(composed, Missing):
        raise NotSendable(composed.reason, composed.keys)
    return plan_one(composition, contact, person.address, composed, test=test, useless_after=useless_after)
