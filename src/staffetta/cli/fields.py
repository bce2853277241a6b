"""`staffetta fields list`: the customer fields of a channel."""

import argparse

from django.utils.translation import gettext as _

from staffetta.channels.models import CustomerField
from staffetta.cli.channels import channel_of
from staffetta.cli.output import Subparsers, emit, json_option, table


def register(nouns: Subparsers) -> None:
    noun = nouns.add_parser("fields", help=_("list customer fields"))
    verbs = noun.add_subparsers(metavar=_("COMMAND"), required=True)
    listed = verbs.add_parser("list", help=_("list the customer fields of a channel"))
    listed.add_argument("--channel", metavar="ID", required=True)
    json_option(listed, _("print a JSON array"))
    listed.set_defaults(run=list_fields)


def list_fields(args: argparse.Namespace) -> int:
    rows = list(channel_of(args.channel).customer_fields.filter(gone_at=None).order_by("position", "name"))
    emit(args, [described(row) for row in rows], lambda: _table(rows))
    return 0


def described(row: CustomerField) -> dict[str, object]:
    """Return a field as JSON."""
    return {"name": row.name, "label": row.label, "type": row.type, "choices": row.choices}


def _table(rows: list[CustomerField]) -> str:
    headings = (_("Name"), _("Label"), _("Type"), _("Choices"))
    return table(headings, [(row.name, row.label, row.type, ", ".join(row.choices)) for row in rows])
