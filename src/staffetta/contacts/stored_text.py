"""People stored before text came in at one place: cleaned by work/database; who becomes equal is a duplicate.

Nobody is merged by the machine. Until a person decides, the stricter consent of the two holds for both.
"""

from collections.abc import Mapping
from typing import Any

from staffetta.connectors.messages import Platform
from staffetta.contacts.consents import consent
from staffetta.contacts.models import ConsentValue, Contact
from staffetta.contacts.record_models import Twin, TwinReason
from staffetta.text import identity, value
from staffetta.work.clock import now
from staffetta.work.database import stored_text
from staffetta.work.database.stored_text import in_json


def register() -> None:
    """Name the columns of this room that hold people's text."""
    known = dict.fromkeys(("first_name", "last_name", "phone_raw", "language", "time_zone"), value)
    identities = {"external_id": identity, "telegram_id": identity}
    stored_text.register("contacts.Contact", {**known, **identities, "values": in_json}, _save, _equal)
    stored_text.register("contacts.ContactField", {"label": value, "label_en": value, "choices": in_json})
    for named in ("ContactList", "AudienceRules", "SavedMapping"):
        stored_text.register(f"contacts.{named}", {"name": value})
    stored_text.register("contacts.Suppression", {"note": value})


def _save(contact: Contact, cleaned: Mapping[str, Any]) -> None:
    for name in ("external_id", "telegram_id"):
        setattr(contact, name, getattr(contact, name) or None)
    contact.updated_at = now()
    contact.save(update_fields=[*cleaned, "external_id", "telegram_id", "updated_at"])


def _equal(contact: Contact, cleaned: Mapping[str, Any]) -> None:
    """Show two contacts of one visible identity as duplicates."""
    other = Contact.objects.filter(**cleaned).exclude(pk=contact.pk).first()
    if other is None:
        return
    first, second = sorted((contact.pk, other.pk))
    Twin.objects.get_or_create(first_id=first, second_id=second, defaults={"reason": TwinReason.SAME_EXTERNAL_ID})
    stricter_consent(contact, other)


def stricter_consent(one: Contact, other: Contact) -> None:
    """Let a No of either hold for both."""
    for platform in (Platform.WHATSAPP, Platform.TELEGRAM):
        for here, there in ((one, other), (other, one)):
            for (where, purpose), state in consent.present(there).items():
                if where == platform and state.value == ConsentValue.NO:
                    # With the same source: what binds of the one binds of the other.
                    consent.record([here.pk], platform, [purpose], state.value, state.source, wording=f"#{there.pk}")
