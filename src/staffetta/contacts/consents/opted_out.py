"""Has a person opted out, since when, and how far; and what stays of that when the contact goes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from staffetta.contacts.consents import consent
from staffetta.contacts.consents.keep_out import entries_of
from staffetta.contacts.consents.suppression import OPTED_OUT, addresses_of, keep_out_for_good
from staffetta.contacts.models import ConsentState, ConsentValue, Contact, Purpose
from staffetta.contacts.opt_outs import decide
from staffetta.contacts.opt_outs.models import PossibleOptOut


@dataclass(frozen=True, slots=True)
class OptOut:
    """An opt-out in force. `source` is a code of the consent ledger, or `opted_out` of a contact that was deleted."""

    since: datetime
    source: str
    of_service: bool  # service messages are refused too


def opt_out_of(contact: Contact, platform: str, purpose: str) -> OptOut | None:
    """Return the opt-out that covers messages of this purpose; None when the person did not opt out of them.

    The No of a file is none: whoever newly agrees may say so through any call.
    """
    states = ConsentState.objects.filter(
        contact=contact, platform=platform, value=ConsentValue.NO, source__in=consent.BINDING_NO
    )
    refused = {state.purpose: state for state in states}
    if state := refused.get(purpose):
        return OptOut(state.at, state.source, Purpose.SERVICE in refused)
    entries = entries_of(platform, addresses_of(contact, platform))
    opted_out = [entry for entry in entries if entry.cause == OPTED_OUT]
    if opted_out:
        return OptOut(min(entry.at for entry in opted_out), OPTED_OUT, of_service=True)
    return None


def outlive(contact_ids: Collection[int]) -> None:
    """Keep out the addresses of whoever of these opted out: an opt-out outlives the contact, which goes now.

    So does a reply that may be one and that nobody has decided on.
    """
    states = ConsentState.objects.filter(contact__in=contact_ids, value=ConsentValue.NO, source__in=consent.BINDING_NO)
    addresses: dict[str, set[str]] = {}
    to_decide = decide.to_decide().filter(contact__in=contact_ids)
    said: list[ConsentState | PossibleOptOut] = [*states.select_related("contact")]
    for row in [*said, *to_decide.select_related("contact")]:
        addresses.setdefault(row.platform, set()).update(addresses_of(row.contact, row.platform))
    for platform, those in addresses.items():
        keep_out_for_good(platform, those, OPTED_OUT)
