"""`staffetta contacts erase|erasures`: people who ask to be forgotten."""

import argparse

from django.utils.translation import gettext as _

from staffetta.cli.output import Subparsers, emit, fail, json_option, table
from staffetta.contacts import certificate
from staffetta.contacts.erase import erase
from staffetta.contacts.hanging import InTheWay
from staffetta.contacts.models import Contact
from staffetta.contacts.record_models import Erasure
from staffetta.contacts.wording import erasure_obstacle


def add_verbs(verbs: Subparsers) -> None:
    erased = verbs.add_parser("erase", help=_("erase a person, and print the certificate"))
    erased.add_argument("id", type=int, metavar="ID", help=_("the contact"))
    erased.add_argument("--yes", action="store_true", help=_("needed: it cannot be undone"))
    erased.add_argument("--reason", default="", metavar="TEXT", help=_("stands on the certificate: write no name"))
    json_option(erased, _("print the certificate as JSON"))
    erased.set_defaults(run=erase_contact)
    listed = verbs.add_parser("erasures", help=_("list the certificates of erasure"))
    json_option(listed, _("print a JSON array"))
    listed.set_defaults(run=list_erasures)


def erase_contact(args: argparse.Namespace) -> int:
    contact = Contact.objects.filter(pk=args.id).first()
    if contact is None:
        fail(_("There is no contact %(id)s.") % {"id": args.id})
    if not args.yes:
        fail(_("Erasing %(name)s cannot be undone: say it again with --yes.") % {"name": contact})
    try:
        done = erase(contact, args.reason, None)
    except InTheWay as obstacle:
        fail(erasure_obstacle(obstacle.code))
    emit(args, certificate.described(done), lambda: certificate.as_text(done))
    return 0


def list_erasures(args: argparse.Namespace) -> int:
    rows = list(Erasure.objects.order_by("-pk")[:1000])
    headings = (_("Certificate"), _("Contact"), _("When"))
    lines = [(row.public_id, f"#{row.contact_number}", row.at.isoformat(timespec="minutes")) for row in rows]
    emit(args, [certificate.described(row) for row in rows], lambda: table(headings, lines))
    return 0
