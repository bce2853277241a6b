"""Take one transactional message: whatever is wrong is refused whole, and leaves nothing behind."""

import re
from collections.abc import Mapping
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from staffetta.accounts.models import AccessToken
from staffetta.api.opt_in_again import record_consent
from staffetta.api.problems import Fault, Problem
from staffetta.api.schemas import SendIn
from staffetta.communications.hold import Trouble, remember, trouble_of
from staffetta.communications.mapping import SourceKind, read_mapping
from staffetta.communications.models import TransactionalMessage
from staffetta.communications.start import incompleteness_of
from staffetta.communications.wording import trouble_words
from staffetta.contacts.merging import former_addresses
from staffetta.contacts.models import Contact
from staffetta.contacts.phones.phone import NotAPhone, forms, parse_strict
from staffetta.contacts.phones.phone_words import PHONE_REASONS
from staffetta.deliveries.ledger.reasons import words_of
from staffetta.deliveries.models import Delivery
from staffetta.deliveries.planning.plan import purpose_of
from staffetta.deliveries.sending.send_one import NotSendable, send_one
from staffetta.text import value

OF_CHANNEL = (
    Trouble.CHANNEL_REMOVED,
    Trouble.CHANNEL_GONE,
    Trouble.CHANNEL_NOT_CONNECTED,
    Trouble.KEY_REFUSED,
    Trouble.ADDRESS_FORBIDDEN,
)
"""Troubles that may be over without any change of the call: 503. Those of the template want a person: 422."""
SLUG = re.compile(r"[-\w]{1,60}", re.ASCII)
OF_VALUES = {
    "missing_value": "value_missing",
    "too_long": "value_too_long",
    "not_a_code": "value_not_a_code",
    "not_an_address": "value_not_an_address",
}


def find(name: str) -> TransactionalMessage:
    """Return the transactional message of this name. Raises Problem 404."""
    rows = TransactionalMessage.objects.select_related("channel", "variant__template__channel")
    row = rows.filter(name=name).first() if SLUG.fullmatch(name) else None
    if row is None:
        raise Problem(
            "transactional_message_unknown",
            _("No transactional message has this name. Look at the list in the interface."),
        )
    return row


def send(message: TransactionalMessage, asked: SendIn, caller: AccessToken) -> Delivery:
    """Write the delivery, within the caller's transaction. Raises Problem; then the caller rolls back.

    Whether the person may be written to is judged before the values: it is what a caller must know first.
    """
    _check_usable(message)
    contact = _contact(message, asked)
    assert message.variant is not None
    record_consent(contact, message.platform, purpose_of(message.variant.category), asked, caller)
    given = _given(message, asked)
    if message.accepted_revision != message.variant.revision:
        # Switched off and on again: the same contract, nothing for a person to accept.
        remember(message, message.variant)
        message.save(update_fields=["accepted_revision", "accepted_fingerprint", "accepted_contract"])
    try:
        useless_after = timedelta(seconds=asked.expires_in) if asked.expires_in else None
        return send_one(message, contact, given, useless_after=useless_after)
    except NotSendable as refused:
        raise _not_sendable(message, refused) from None


def usable_problem(message: TransactionalMessage) -> str | None:
    """Return the code with which a call would be refused now, whatever it says; None when it would not."""
    try:
        _check_usable(message)
    except Problem as problem:
        return problem.code
    return None


def _check_usable(message: TransactionalMessage) -> None:
    if not message.enabled:
        raise Problem(
            "message_off", _("This transactional message is off. It can be switched on again on its page in Staffetta.")
        )
    if trouble := trouble_of(message):
        words = trouble_words(trouble)
        raise Problem(
            "channel_unusable" if trouble in OF_CHANNEL else "held",
            f"{words.what} {words.remedy}",
            code=trouble.value,
            retry_after=60 if trouble in OF_CHANNEL else None,
        )
    if code := incompleteness_of(message):
        words = trouble_words(code)
        raise Problem("message_incomplete", f"{words.what} {words.remedy}", code=code.value)


def _given(message: TransactionalMessage, asked: SendIn) -> Mapping[str, str]:
    unknown = sorted(set(asked.values) - set(message.parameters))
    if unknown:
        detail = _("This transactional message does not ask for this value.")
        raise Problem(
            "value_unknown",
            _("The call passes values this transactional message does not ask for."),
            faults=[Fault(f"#/values/{_escaped(name)}", detail, "value_unknown") for name in unknown],
        )
    return {name: str(value) for name, value in asked.values.items()}


def _contact(message: TransactionalMessage, asked: SendIn) -> Contact:
    pointer = "#/recipient" if isinstance(asked.recipient, str) else "#/recipient/phone"
    try:
        phone = parse_strict(asked.phone)
    except NotAPhone as error:
        if error.number and (known := _known(error.number)):
            return known  # here from before such numbers were refused
        raise _invalid(pointer, error) from None
    if known := _known(phone) or _merged(phone, pointer, follow=asked.follow):
        return known
    if not message.creates_contacts:
        detail = _("No contact has this number, and this transactional message makes no new ones.")
        raise Problem("recipient_unknown", detail, faults=[Fault(pointer, detail, "recipient_unknown")])
    # Two calls may make the same person at once: the second finds what the first made.
    return Contact.objects.get_or_create(phone=phone, defaults={"phone_raw": value(asked.phone, 60)})[0]


def _invalid(pointer: str, error: NotAPhone) -> Problem:
    """Say what is wrong with a number, without repeating it."""
    detail = str(_("Write the number in international form, with the plus and the country code."))
    if error.code not in ("missing_phone", "invalid_phone"):
        detail = str(PHONE_REASONS[error.code])
    return Problem("recipient_invalid", detail, faults=[Fault(pointer, detail, error.code)])


def _known(phone: str) -> Contact | None:
    """Return who has this number; who has exactly this form of it comes before who has another."""
    found = {contact.phone: contact for contact in Contact.objects.filter(phone__in=forms(phone))}
    return found.get(phone) or next(iter(found.values()), None)


def _merged(phone: str, pointer: str, *, follow: bool) -> Contact | None:
    """Return the merged contact whose former number this is, if the call follows it; refuse the call otherwise.

    Nobody is made anew with a former number, as import and sync make nobody. But the message would go to another
    number than the one asked for, and what it says may be meant for that one alone (a one-time code, a link to sign
    in): only the caller knows, so the caller says `follow`. The former number itself is not written to: a person
    decided here that it is not the one.
    """
    contact = former_addresses.owners(forms(phone)).get(phone)
    if contact is None or follow:
        return contact
    detail = _("A merge of contacts replaced this number. Pass follow to write to the contact's present number.")
    raise Problem("recipient_merged", detail, faults=[Fault(pointer, detail, "recipient_merged")])


def _not_sendable(message: TransactionalMessage, refused: NotSendable) -> Problem:
    words = words_of(refused.reason)
    kind = OF_VALUES.get(refused.reason)
    if kind is None:
        return Problem("not_sendable", f"{words.what}. {words.remedy}", code=refused.reason)
    detail = f"{words.what}. {words.remedy}"
    return Problem(kind, detail, faults=[_fault(message, key, kind) for key in refused.keys])


def _fault(message: TransactionalMessage, key: str, kind: str) -> Fault:
    """Point at the value the caller left out; where a contact's field is empty the caller cannot mend it here."""
    source = read_mapping(message.mapping).get(key)
    if source is not None and source.kind == SourceKind.VALUE:
        return Fault(
            f"#/values/{_escaped(source.name)}",
            _("This value is missing, empty or not as the template takes it."),
            kind,
        )
    return Fault(
        "#/recipient", _("A field of the contact is empty without a fallback, or not as the template takes it."), kind
    )


def _escaped(name: str) -> str:
    """Write a member's name as JSON pointers want it (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
