"""`staffetta contacts erase|erasures`: people who ask to be forgotten."""

import argparse

from django.utils.translation import gettext as _

from staffetta.cli.agree import agreed
from staffetta.cli.output import emit, fail, table
from staffetta.contacts.erasure import certificate
from staffetta.contacts.erasure.erase import erase, masked_of
from staffetta.contacts.hanging import InTheWay
from staffetta.contacts.models import Contact
from staffetta.contacts.record_models import Erasure
from staffetta.contacts.wording import erasure_obstacle


def erase_contact(args: argparse.Namespace) -> int:
    contact = Contact.objects.filter(pk=args.id).first()
    if contact is None:
        fail(_("There is no contact %(id)s.") % {"id": args.id})
    agreed(args, lambda: _shown(Contact.objects.filter(pk=args.id).first()))
    try:
        done = erase(contact, args.reason, None)
    except InTheWay as obstacle:
        fail(erasure_obstacle(obstacle.code))
    emit(args, certificate.described(done), lambda: certificate.as_text(done))
    return 0


def _shown(contact: Contact | None) -> list[str]:
    """Return whom the erasure would erase, and how much of them; nothing when they are gone by now."""
    if contact is None:
        return []
    counted = _("Messages: %(messages)s; statements about the consent: %(consents)s.")
    return [
        _("Erasing %(name)s cannot be undone.") % {"name": contact},
        ", ".join(masked_of(contact)),
        counted % {"messages": contact.deliveries.count(), "consents": contact.consents.count()},
    ]


def list_erasures(args: argparse.Namespace) -> int:
    rows = list(Erasure.objects.order_by("-pk")[:1000])
    headings = (_("Certificate"), _("Contact"), _("When"))
    lines = [(row.public_id, f"#{row.contact_number}", row.at.isoformat(timespec="minutes")) for row in rows]
    emit(args, [certificate.described(row) for row in rows], lambda: table(headings, lines))
    return 0
