"""Templates entered by hand or imported, where the provider gives no list of them. Everything else works the same."""

from collections.abc import Sequence

from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.channels.models import Channel, Template, TemplateVariant
from staffetta.channels.refreshing.store import fill, says_the_same
from staffetta.connectors.messages import ListedTemplate
from staffetta.work.clock import now


def enter(channel: Channel, templates: Sequence[ListedTemplate], by: User | None = None) -> int:
    """Store these templates as approved, replacing those of the same name and language; return how many."""
    with transaction.atomic():
        Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
        for listed in templates:
            _enter_one(channel, listed)
        audit.record(by, "templates_entered", channel, templates=sorted({listed.name for listed in templates}))
    return len(templates)


def _enter_one(channel: Channel, listed: ListedTemplate) -> None:
    template, _ = Template.objects.get_or_create(channel=channel, name=listed.name, defaults={"by_hand": True})
    row = template.variants.filter(language=listed.language).first()
    if row is None:
        row = TemplateVariant(template=template, language=listed.language)
    elif not says_the_same(row, listed) or not row.available:
        row.revision += 1
        row.changed_at = now()
    fill(row, listed)
    row.gone_at = None
    row.save()
