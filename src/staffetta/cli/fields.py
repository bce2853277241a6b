"""`staffetta fields list`: the customer fields of a channel."""

import argparse

from django.utils.translation import gettext as _

from staffetta.channels.models import CustomerField
from staffetta.cli.channels import channel_of
from staffetta.cli.output import emit, table


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
