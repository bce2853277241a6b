"""`staffetta templates …`: list them, switch them on and off."""

import argparse

from django.utils.translation import gettext as _

from staffetta.channels.message_templates import usage
from staffetta.channels.message_templates.switch import switch
from staffetta.channels.models import TemplateVariant
from staffetta.cli.channels import channel_of
from staffetta.cli.output import complain, emit, fail, say, table


def list_templates(args: argparse.Namespace) -> int:
    channel = channel_of(args.channel)
    rows = list(
        TemplateVariant.objects.filter(template__channel=channel)
        .select_related("template")
        .defer("raw", "components")
        .order_by("template__name", "language")
    )
    emit(args, [described(row) for row in rows], lambda: _table(rows))
    return 0


def turn(args: argparse.Namespace) -> int:
    """Turn a switch; what uses the template is told, since it is held from now on."""
    channel = channel_of(args.channel)
    template = channel.templates.filter(name=args.name).first()
    if template is None:
        fail(_("%(channel)s has no template called %(name)s.") % {"channel": channel, "name": args.name})
    for used in [] if args.on else usage.of_templates([template.pk])[template.pk]:
        complain(_("Used in: %(kind)s %(name)s") % {"kind": used.kind, "name": used.name})
    switch(channel, [template.pk], on=args.on)
    text = _("%(template)s is now on.") if args.on else _("%(template)s is now off.")
    say(text % {"template": template.name})
    return 0


def described(row: TemplateVariant) -> dict[str, object]:
    """Return one language of a template as JSON; `sendable` says that it could be sent whatever the switch."""
    return {
        "name": row.template.name,
        "language": row.language,
        "status": row.status,
        "category": row.category,
        "active": row.template.active,
        "sendable": row.sendable,
        "variables": [variable["key"] for variable in row.variables],
        "reason": reason(row),
    }


def reason(row: TemplateVariant) -> str:
    """Return why it cannot be sent, as a code; "" when it can."""
    if row.gone_at is not None:
        return "gone"
    if not row.available:
        return "not_approved"
    return row.unsupported


def _table(rows: list[TemplateVariant]) -> str:
    headings = (_("Name"), _("Language"), _("Status"), _("Category"), _("On"), _("Variables"), _("Reason"))
    yes, no = _("yes"), _("no")
    return table(
        headings,
        [
            (
                row.template.name,
                row.language,
                row.status,
                row.category,
                yes if row.template.active else no,
                " ".join(variable["key"] for variable in row.variables),
                reason(row),
            )
            for row in rows
        ],
    )
